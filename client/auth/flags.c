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
	bool in;                     /* somebody is signed in already */
	struct key_login *key_login; /* --key; NULL: by password */
	struct agent_keys keys;      /* of the agent, borrowed … */
	size_t next;                 /* … those before it were tried */
	struct buf identity;         /* the one that was asked for */
};

static bool wants_out(const struct opts *opts)
{
	return opts_bool(opts, OPTION_LOGOUT) || opts_bool(opts, OPTION_LOGOUT_ALL);
}

bool auth_flags_given(const struct profile *profile)
{
	const struct opts *opts = &profile->opts;

	return opts_bool(opts, OPTION_LOGIN) || opts_bool(opts, OPTION_SIGNUP) ||
	       wants_out(opts) || opts_given(opts, OPTION_CODE);
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

	return auth_password_read(&source, _("Password: "), &flags->password, why);
}

/* ---- the steps ---- */

static void fail(struct auth_flags *flags, enum err err)
{
	fprintf(stderr, "chat-client: %s\n", _(err_text(err)));
	app_quit(flags->app, err_row(err)->exit_code);
}

static void say(struct auth_flags *flags, const char *text)
{
	printf("%s\n", text);
	app_quit(flags->app, 0);
}

/* ---- by a key of the agent ---- */

static bool by_key(const struct opts *opts)
{
	return opts_bool(opts, OPTION_LOGIN) &&
	       (opts_bool(opts, OPTION_KEY) || opts_given(opts, OPTION_IDENTITY));
}

static enum err read_identity(struct auth_flags *flags, struct str *why)
{
	const char *path = opts_text(flags->opts, OPTION_IDENTITY);
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
		key_login_try(flags->key_login, opts_text(flags->opts, OPTION_ACCOUNT),
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
	fprintf(stderr, "chat-client: %s\n",
		err == ERR_OK && chosen
			? _("the ssh-agent does not have that key: ssh-add adds it")
			: key_login_why(err));
	app_quit(app, err_row(ERR_UNAUTHORIZED)->exit_code);
}

/* ---- what was asked for ---- */

static void act(struct auth_flags *flags, enum auth_step step)
{
	const struct opts *opts = flags->opts;
	struct auth *auth = flags->app->auth;
	const char *code = opts_text(opts, OPTION_CODE);
	const char *password = (const char *)flags->password.ptr;

	flags->asked = true;
	if (flags->key_login)
		key_login_look(flags->key_login, on_keys, flags);
	else if (*code && step == AUTH_CODE)
		auth_code(auth, code);
	else if (*code)
		fail(flags, ERR_EXPIRED);
	else if (opts_bool(opts, OPTION_SIGNUP))
		auth_signup(auth, opts_text(opts, OPTION_ACCOUNT),
			    opts_text(opts, OPTION_EMAIL),
			    opts_text(opts, OPTION_DISPLAY_NAME), password);
	else if (opts_bool(opts, OPTION_LOGIN))
		auth_login(auth, opts_text(opts, OPTION_ACCOUNT), password);
	else
		say(flags, _("nobody is signed in"));
}

/* The session is ended by the server: not before it is there. */
static void leave(struct auth_flags *flags)
{
	if (!flags->in || flags->asked || link_state(flags->app->link) != LINK_ONLINE)
		return;
	flags->asked = true;
	auth_logout(flags->app->auth, opts_bool(flags->opts, OPTION_LOGOUT_ALL));
}

/* Signed in already, and the server is away: nothing more is going to happen. */
static void on_state(struct app *app, void *ctx)
{
	struct auth_flags *flags = ctx;

	if (link_state(app->link) == LINK_WAITING && !flags->asked)
		fail(flags, link_why(app->link));
	else if (wants_out(flags->opts))
		leave(flags);
}

/* To log in again as who one is does no harm; anything else would not be done. */
static bool is_done(const struct auth_flags *flags)
{
	const struct model *model = &flags->app->model;
	const struct person *self = people_find(&model->people, &model->self);
	const char *account = opts_text(flags->opts, OPTION_ACCOUNT);

	return opts_bool(flags->opts, OPTION_LOGIN) &&
	       !*opts_text(flags->opts, OPTION_CODE) && self &&
	       (!*account || str_equal(&self->account, account));
}

static void on_step(struct app *app, enum auth_step step, enum err err, void *ctx)
{
	struct auth_flags *flags = ctx;
	bool out = wants_out(flags->opts);

	if (out && step == AUTH_IN && !flags->asked) {
		flags->in = true;
		leave(flags);
	} else if (out && step == AUTH_OUT && flags->asked && err == ERR_OK) {
		say(flags, _("signed out"));
	} else if (!flags->asked && step != AUTH_IN) {
		act(flags, step);
	} else if (err == ERR_BAD_LOGIN && flags->key_login && try_next(flags)) {
		return;
	} else if (err == ERR_BAD_LOGIN && flags->key_login) {
		fprintf(stderr, "chat-client: %s\n",
			_("no account here has a key of this ssh-agent; with --account "
			  "it "
			  "is looked for there"));
		app_quit(app, err_row(err)->exit_code);
	} else if (err != ERR_OK) {
		fail(flags, err);
	} else if (step == AUTH_IN && !flags->asked && !is_done(flags)) {
		fprintf(stderr, "chat-client: %s\n",
			_("somebody is signed in already: --logout first, or take "
			  "another --profile"));
		app_quit(app, err_row(ERR_STATE)->exit_code);
	} else if (step == AUTH_IN) {
		say(flags, _("signed in"));
	} else if (step == AUTH_CODE) {
		say(flags,
		    auth_by_app(app->auth)
			    ? _("finish with --code and the code of your "
				"authenticator, or a recovery code")
			    : _("a code was sent by mail: finish with --code CODE"));
	}
}

static void on_notice(struct app *app, const char *text, void *ctx)
{
	fprintf(stderr, "chat-client: %s\n", text);
}

enum err auth_flags_new(struct app *app, const struct profile *profile,
			struct auth_flags **ret, struct str *why)
{
	struct auth_flags *flags = mem_new(struct auth_flags);
	const struct opts *opts = &profile->opts;
	bool key = by_key(opts);
	bool secret =
		(opts_bool(opts, OPTION_LOGIN) && !key) || opts_bool(opts, OPTION_SIGNUP);
	enum err err = ERR_OK;

	flags->app = app;
	flags->opts = opts;
	flags->face =
		(struct app_face){.state = on_state, .notice = on_notice, .ctx = flags};
	if (secret && !*opts_text(opts, OPTION_ACCOUNT)) {
		str_add(why, _("--account NAME is missing"));
		err = ERR_USAGE;
	} else if (opts_bool(opts, OPTION_SIGNUP) && !*opts_text(opts, OPTION_EMAIL)) {
		str_add(why, _("--email ADDRESS is missing"));
		err = ERR_USAGE;
	} else if (secret) {
		err = read_password(flags, why);
	} else if (key) {
		flags->key_login = key_login_new(app);
		err = read_identity(flags, why);
	}
	if (err != ERR_OK) {
		auth_flags_free(&flags);
		return err;
	}
	app_face_add(app, &flags->face);
	auth_listen(app->auth, on_step, flags);
	if (!wants_out(opts))
		auth_by_name(app->auth);
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
