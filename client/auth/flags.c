/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of auth, each with one line for the person. A password never comes from the
 * command line, where every user of the machine could read it.
 */
#include "client/auth/flags.h"

#include <stdio.h>
#include <string.h>

#include "client/auth/auth.h"
#include "client/auth/key_login.h"
#include "client/auth/receipt.h"
#include "client/net/denial.h"
#include "client/unlock/ask.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

struct auth_flags {
	struct app *app;
	struct app_face face;
	const struct opts *opts;
	struct buf password;         /* terminated */
	bool asked;                  /* the server has been asked */
	struct key_login *key_login; /* --key; NULL: by password */
	struct agent_keys keys;      /* of the agent, borrowed … */
	size_t next;                 /* … those before it were tried */
	struct buf identity;         /* the one that was asked for */
};

static const char *text_of(const struct auth_flags *flags, enum option option)
{
	return opts_text(flags->opts, option);
}

static unsigned count_given(const struct opts *opts)
{
	return (unsigned)opts_bool(opts, OPTION_LOGIN) + opts_bool(opts, OPTION_SIGNUP) +
	       opts_given(opts, OPTION_CODE) + opts_given(opts, OPTION_FORGOTTEN) +
	       opts_given(opts, OPTION_RESET_CODE);
}

bool auth_flags_given(const struct profile *profile)
{
	return count_given(&profile->opts) > 0;
}

bool auth_flags_alone(const struct profile *profile)
{
	return count_given(&profile->opts) > opts_given(&profile->opts, OPTION_CODE);
}

/* A forgotten password has nothing to do with who is signed in here. */
static bool is_reset(const struct opts *opts)
{
	return opts_given(opts, OPTION_FORGOTTEN) || opts_given(opts, OPTION_RESET_CODE);
}

/* ---- the password ---- */

struct source auth_password_source(const struct opts *opts)
{
	return (struct source){opts, OPTION_PASSWORD_FILE, OPTION_PASSWORD_COMMAND};
}

enum err auth_password_read(const struct source *source, const char *prompt,
			    struct buf *ret, struct str *why)
{
	bool given = source_given(source);
	enum err err = given ? source_read(source, LIMIT_PASSWORD + 2, ret, why)
			     : ask_terminal.secret(&ask_terminal, prompt, ret);

	if (err == ERR_OK)
		buf_add_u8(ret, '\0');
	else if (!given)
		str_add(why, _("no terminal to ask for the password: use "
			       "--password-file or --password-command"));
	return err == ERR_SHUT ? ERR_USAGE : err;
}

static enum err read_password(struct auth_flags *flags, struct str *why)
{
	struct source source = auth_password_source(flags->opts);
	const char *prompt = _("Password: ");

	if (opts_given(flags->opts, OPTION_RESET_CODE)) {
		source = (struct source){flags->opts, OPTION_NEW_PASSWORD_FILE,
					 OPTION_NEW_PASSWORD_COMMAND};
		prompt = _("New password: ");
	}
	return auth_password_read(&source, prompt, &flags->password, why);
}

/* ---- the end of a run ---- */

static bool is_json(const struct auth_flags *flags)
{
	return opts_bool(flags->opts, OPTION_JSON);
}

static void put(const struct buf *json)
{
	printf("%.*s\n", (int)json->len, (const char *)json->ptr);
}

/* @text: what to do about it, or NULL: the words of @denial. */
static void fail_with(struct auth_flags *flags, const struct denial *denial,
		      const char *text)
{
	AUTO(str_done) struct str words = STR_INIT;
	AUTO(buf_done) struct buf json = BUF_INIT;

	if (!text)
		denial_say(denial, &words);
	fprintf(stderr, "chat-client: %s\n", text ? text : words.ptr);
	denial_json(denial, &json);
	if (is_json(flags))
		put(&json);
	app_quit(flags->app, err_row(denial->err)->exit_code);
}

static void fail(struct auth_flags *flags, enum err err, const char *text)
{
	struct denial denial = DENIAL_INIT;

	denial.err = err;
	fail_with(flags, &denial, text);
}

static void say(struct auth_flags *flags, const struct buf *json, const char *text)
{
	if (is_json(flags))
		put(json);
	else
		printf("%s\n", text);
	app_quit(flags->app, 0);
}

static void say_signed_in(struct auth_flags *flags)
{
	AUTO(buf_done) struct buf json = BUF_INIT;

	receipt_signed_in(flags->app, &json);
	say(flags, &json, _("signed in"));
}

static void say_changed(struct auth_flags *flags)
{
	AUTO(buf_done) struct buf json = BUF_INIT;

	receipt_password(&json);
	say(flags, &json, _("the password is changed: log in with it"));
}

/* Where the code comes from, and how another run brings it, also one of another profile. */
static void say_code(struct auth_flags *flags)
{
	const struct auth *auth = flags->app->auth;
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(buf_done) struct buf json = BUF_INIT;

	receipt_challenge(flags->app, &json);
	if (auth_resets(auth))
		str_add(&text, _("if an account has that address, a code was sent there: "
				 "finish with --reset-code CODE and a new password"));
	else if (auth_by_app(auth))
		str_add(&text, _("finish with --code and the code of your "
				 "authenticator, or a recovery code"));
	else
		str_add(&text, _("a code was sent by mail: finish with --code CODE"));
	str_addf(&text, _(" (from another profile also --challenge %s)"),
		 id_text(auth_challenge(auth)).text);
	say(flags, &json, text.ptr);
}

/* ---- by a key of the agent ---- */

static bool by_key(const struct opts *opts)
{
	return opts_bool(opts, OPTION_LOGIN) &&
	       (opts_bool(opts, OPTION_KEY) || opts_given(opts, OPTION_IDENTITY));
}

static enum err read_identity(struct auth_flags *flags, struct str *why)
{
	const char *path = text_of(flags, OPTION_IDENTITY);
	AUTO(buf_done) struct buf line = BUF_INIT;
	const char *reason = NULL;
	struct bytes comment;
	struct sshkey key;

	if (!*path)
		return ERR_OK;
	enum err err = file_read(path, SSHKEY_LINE_MOST, &line);
	if (err == ERR_OK)
		err = sshkey_parse_line(buf_view(&line), &flags->identity, &key, &comment,
					&reason);
	if (err != ERR_OK)
		str_addf(why, "%s: %s", path, reason ? _(reason) : _(err_text(err)));
	return err;
}

static bool is_wanted(const struct auth_flags *flags, const struct agent_key *key)
{
	return flags->identity.len == 0 ||
	       bytes_equal(key->key.blob, buf_view(&flags->identity));
}

/* The next key that may be it; false: there is none. Who wants a token to be touched says
 * so by choosing it, so those come after all others. */
static bool try_next(struct auth_flags *flags)
{
	const struct agent_keys *keys = &flags->keys;

	for (; flags->next < 2 * keys->count; flags->next++) {
		const struct agent_key *key = &keys->rows[flags->next % keys->count];
		bool tokens = flags->next >= keys->count;
		if (key->key.sk != tokens || !is_wanted(flags, key))
			continue;
		flags->next++;
		if (key->key.sk)
			fprintf(stderr, "chat-client: %s\n", _("touch the token"));
		key_login_try(flags->key_login, text_of(flags, OPTION_ACCOUNT),
			      key->key.blob);
		return true;
	}
	return false;
}

static void on_keys(struct app *app, enum err err, const struct agent_keys *keys,
		    void *ctx)
{
	struct auth_flags *flags = ctx;
	bool chosen = flags->identity.len > 0;

	flags->keys = *keys;
	if (err == ERR_OK && try_next(flags))
		return;
	fail(flags, ERR_UNAUTHORIZED,
	     err == ERR_OK && chosen
		     ? _("the ssh-agent does not have that key: ssh-add adds it")
		     : key_login_why(err));
}

/* ---- what was asked for ---- */

/* A code needs an attempt: that of --challenge, or the last one of this profile. */
static void bring_code(struct auth_flags *flags, enum auth_step step)
{
	const char *challenge = text_of(flags, OPTION_CHALLENGE);
	const char *code = text_of(flags, OPTION_CODE);
	const char *reset = text_of(flags, OPTION_RESET_CODE);
	struct auth *auth = flags->app->auth;
	struct id id;

	if (*challenge && id_parse(challenge, strlen(challenge), &id) == ERR_OK)
		auth_take_up(auth, &id);
	else if (*challenge)
		fail(flags, ERR_USAGE,
		     _("--challenge takes what the first run has "
		       "printed"));
	else if (step != AUTH_CODE && *code)
		fail(flags, ERR_EXPIRED,
		     _("no code is waited for here: --login asks for one; with "
		       "--challenge one that another profile has asked for is taken"));
	else if (step != AUTH_CODE)
		fail(flags, ERR_EXPIRED,
		     _("no code is waited for here: --forgotten asks for one; with "
		       "--challenge one that another profile has asked for is taken"));
	else if (*code && auth_resets(auth))
		fail(flags, ERR_STATE,
		     _("the code is that of a forgotten password: --reset-code takes "
		       "it"));
	else if (*reset && !auth_resets(auth))
		fail(flags, ERR_STATE,
		     _("the code is not that of a forgotten password: --code takes it"));
	if (flags->app->quitting)
		return;
	if (*reset)
		auth_new_password(auth, reset, (const char *)flags->password.ptr);
	else
		auth_code(auth, code);
}

static void act(struct auth_flags *flags, enum auth_step step)
{
	const struct opts *opts = flags->opts;
	struct auth *auth = flags->app->auth;
	const char *password = (const char *)flags->password.ptr;

	flags->asked = true;
	if (flags->key_login)
		key_login_look(flags->key_login, on_keys, flags);
	else if (opts_given(opts, OPTION_CODE) || opts_given(opts, OPTION_RESET_CODE))
		bring_code(flags, step);
	else if (opts_given(opts, OPTION_FORGOTTEN))
		auth_forgotten(auth, text_of(flags, OPTION_FORGOTTEN));
	else if (opts_bool(opts, OPTION_SIGNUP))
		auth_signup(auth, text_of(flags, OPTION_ACCOUNT),
			    text_of(flags, OPTION_EMAIL),
			    text_of(flags, OPTION_DISPLAY_NAME), password);
	else
		auth_login(auth, text_of(flags, OPTION_ACCOUNT), password);
}

/* Signed in already, and the server is away: nothing more is going to happen. */
static void on_state(struct app *app, void *ctx)
{
	struct auth_flags *flags = ctx;

	if (link_state(app->link) == LINK_WAITING && !flags->asked)
		fail(flags, link_why(app->link), NULL);
}

/* To log in again as who one is does no harm; anything else would not be done. */
static bool is_done(const struct auth_flags *flags)
{
	const struct model *model = &flags->app->model;
	const struct person *self = people_find(&model->people, &model->self);
	const char *account = text_of(flags, OPTION_ACCOUNT);

	return opts_bool(flags->opts, OPTION_LOGIN) && self &&
	       (!*account || str_equal(&self->account, account));
}

static void on_step(struct app *app, enum auth_step step, enum err err, void *ctx)
{
	struct auth_flags *flags = ctx;

	if (!flags->asked && step != AUTH_IN) {
		act(flags, step);
	} else if (err == ERR_BAD_LOGIN && flags->key_login && try_next(flags)) {
		return;
	} else if (err == ERR_BAD_LOGIN && flags->key_login) {
		fail(flags, err,
		     _("no account here has a key of this ssh-agent; with --account it "
		       "is looked for there"));
	} else if (err != ERR_OK) {
		fail_with(flags, auth_denial(app->auth), NULL);
	} else if (step == AUTH_IN && !flags->asked && !is_done(flags)) {
		fail(flags, ERR_STATE,
		     _("somebody is signed in already: --logout first, or take "
		       "another --profile"));
	} else if (step == AUTH_IN) {
		say_signed_in(flags);
	} else if (step == AUTH_CODE) {
		say_code(flags);
	} else if (step == AUTH_OUT && is_reset(flags->opts)) {
		say_changed(flags);
	}
}

static void on_notice(struct app *app, const char *text, void *ctx)
{
	fprintf(stderr, "chat-client: %s\n", text);
}

/* Whether the options fit together. */
static enum err check(const struct opts *opts, bool named, struct str *why)
{
	if (count_given(opts) > 1)
		str_add(why, _("give one command at a time"));
	else if (named && !*opts_text(opts, OPTION_ACCOUNT))
		str_add(why, _("--account NAME is missing"));
	else if (opts_bool(opts, OPTION_SIGNUP) && !*opts_text(opts, OPTION_EMAIL))
		str_add(why, _("--email ADDRESS is missing"));
	return why->len ? ERR_USAGE : ERR_OK;
}

enum err auth_flags_new(struct app *app, const struct profile *profile,
			struct auth_flags **ret, struct str *why)
{
	struct auth_flags *flags = mem_new(struct auth_flags);
	const struct opts *opts = &profile->opts;
	bool key = by_key(opts);
	bool named =
		(opts_bool(opts, OPTION_LOGIN) && !key) || opts_bool(opts, OPTION_SIGNUP);
	enum err err = check(opts, named, why);

	flags->app = app;
	flags->opts = opts;
	flags->face =
		(struct app_face){.state = on_state, .notice = on_notice, .ctx = flags};
	if (err == ERR_OK && (named || opts_given(opts, OPTION_RESET_CODE))) {
		err = read_password(flags, why);
	} else if (err == ERR_OK && key) {
		flags->key_login = key_login_new(app);
		err = read_identity(flags, why);
	}
	if (err != ERR_OK) {
		auth_flags_free(&flags);
		return err;
	}
	app_face_add(app, &flags->face);
	auth_listen(app->auth, on_step, flags);
	auth_by_name(app->auth);
	if (is_reset(opts))
		auth_apart(app->auth);
	*ret = flags;
	return ERR_OK;
}

void auth_flags_free(struct auth_flags **flags)
{
	if (!*flags)
		return;
	app_face_remove((*flags)->app, &(*flags)->face);
	auth_listen((*flags)->app->auth, NULL, NULL);
	key_login_free(&(*flags)->key_login);
	buf_done(&(*flags)->identity);
	buf_wipe(&(*flags)->password);
	mem_free(*flags);
	*flags = NULL;
}
