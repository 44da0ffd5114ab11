/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of auth, each with one line for the person. A password never comes from the
 * command line, where every user of the machine could read it.
 */
#include "client/auth/flags.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "client/auth/auth.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

struct auth_flags {
	struct app *app;
	struct app_face face;
	const struct opts *opts;
	struct buf password; /* terminated */
	bool asked;          /* the server has been asked */
};

bool auth_flags_given(const struct profile *profile)
{
	const struct opts *opts = &profile->opts;

	return opts_bool(opts, OPTION_LOGIN) || opts_bool(opts, OPTION_SIGNUP) ||
	       opts_bool(opts, OPTION_LOGOUT) || opts_given(opts, OPTION_CODE);
}

/* ---- the password ---- */

static void cut_line(struct buf *text)
{
	const uint8_t *end = memchr(text->ptr, '\n', text->len);

	if (end)
		text->len = (size_t)(end - text->ptr);
	buf_add_u8(text, '\0');
}

/* From the terminal itself: standard input may be anything. */
static enum err ask_terminal(struct buf *out)
{
	struct termios before, silent;
	char c;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &before) != 0) {
		if (fd >= 0)
			close(fd);
		return ERR_USAGE;
	}
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &silent);
	dprintf(fd, "%s", _("Password: "));
	while (out->len <= LIMIT_PASSWORD && read(fd, &c, 1) == 1 && c != '\n')
		buf_add_u8(out, (uint8_t)c);
	dprintf(fd, "\n");
	tcsetattr(fd, TCSAFLUSH, &before);
	close(fd);
	return ERR_OK;
}

static enum err read_password(struct auth_flags *flags, struct str *why)
{
	const char *path = opts_text(flags->opts, OPTION_PASSWORD_FILE);
	enum err err =
		*path ? file_read_secret(path, LIMIT_PASSWORD + 2, &flags->password)
		      : ask_terminal(&flags->password);

	if (err != ERR_OK && *path)
		str_addf(why, _("cannot read %s: %s"), path, _(err_text(err)));
	else if (err != ERR_OK)
		str_add(why, _("no terminal to ask for the password: use "
			       "--password-file"));
	else
		cut_line(&flags->password);
	return err;
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

static void act(struct auth_flags *flags, enum auth_step step)
{
	const struct opts *opts = flags->opts;
	struct auth *auth = flags->app->auth;
	const char *code = opts_text(opts, OPTION_CODE);
	const char *password = (const char *)flags->password.ptr;

	flags->asked = true;
	if (*code && step == AUTH_CODE)
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

static void on_step(struct app *app, enum auth_step step, enum err err, void *ctx)
{
	struct auth_flags *flags = ctx;
	bool out = opts_bool(flags->opts, OPTION_LOGOUT);

	if (out && step == AUTH_IN && !flags->asked) {
		flags->asked = true;
		auth_logout(app->auth, false);
	} else if (out && step == AUTH_OUT && flags->asked) {
		say(flags, _("signed out"));
	} else if (!flags->asked && step != AUTH_IN) {
		act(flags, step);
	} else if (err != ERR_OK) {
		fail(flags, err);
	} else if (step == AUTH_IN) {
		say(flags, _("signed in"));
	} else if (step == AUTH_CODE) {
		say(flags, _("a code was sent by mail: finish with --code CODE"));
	}
}

/* Signed in already, and the server is away: nothing more is going to happen. */
static void on_state(struct app *app, void *ctx)
{
	struct auth_flags *flags = ctx;

	if (link_state(app->link) == LINK_WAITING && !flags->asked)
		fail(flags, link_why(app->link));
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
	bool secret = opts_bool(opts, OPTION_LOGIN) || opts_bool(opts, OPTION_SIGNUP);
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
	}
	if (err != ERR_OK) {
		auth_flags_free(&flags);
		return err;
	}
	app_face_add(app, &flags->face);
	auth_listen(app->auth, on_step, flags);
	if (!opts_bool(opts, OPTION_LOGOUT))
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
	buf_wipe(&(*flags)->password);
	mem_free(*flags);
	*flags = NULL;
}
