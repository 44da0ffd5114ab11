/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /profile email: the password, then the code that went to the new address, then the one that
 * went to the old one, if there was one. A wrong code is asked for again, for there are tries.
 */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

struct move {
	struct app *app;
	char *email;
	char *code; /* of the new address */
	struct id challenge, old_challenge;
};

static void move_free(struct move *move)
{
	mem_free(move->email);
	mem_free(move->code);
	mem_free(move);
}

static void ask_code(struct move *move, bool again);
static void ask_old_code(struct move *move, bool again);

/* Whether the answer blames the code of the old address. */
static bool blames_old(struct bytes body)
{
	AUTO(json_free) struct json *json = NULL;
	struct bytes field;

	return json_parse(body, &json) == ERR_OK &&
	       json_text(json_get(json_root(json), "field"), &field) &&
	       bytes_equal(field, bytes_text("old_code"));
}

static void confirmed(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct move *move = ctx;
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK)
		str_addf(&why, _("Your address is %s now."), move->email);
	else
		cmd_why(err, body, &why);
	if (err == ERR_BAD_CODE && blames_old(body)) {
		ask_old_code(move, true);
	} else if (err == ERR_BAD_CODE) {
		ask_code(move, true);
	} else {
		app_notice(move->app, why.ptr);
		move_free(move);
	}
}

static void confirm(struct move *move, const char *old_code)
{
	struct body_email_confirm body = {.challenge = move->challenge,
					  .code = bytes_text(move->code)};

	if (old_code) {
		body.old_challenge = move->old_challenge;
		body.old_code = bytes_text(old_code);
	}
	cmd_ask(move->app, "auth_email_confirm", body_email_confirm_def(), &body,
		confirmed, move);
}

static void on_old_code(struct app *app, const char *code, void *ctx)
{
	if (code)
		confirm(ctx, code);
	else
		move_free(ctx);
}

static void ask_old_code(struct move *move, bool again)
{
	app_ask(move->app,
		again ? _("That was not it. The code that was sent to your address of "
			  "before")
		      : _("The code that was sent to your address of before"),
		on_old_code, move);
}

static void on_code(struct app *app, const char *code, void *ctx)
{
	struct move *move = ctx;

	if (!code) {
		move_free(move);
		return;
	}
	mem_free(move->code);
	move->code = mem_strndup(code, strlen(code));
	if (id_is_zero(&move->old_challenge))
		confirm(move, NULL);
	else
		ask_old_code(move, false);
}

static void ask_code(struct move *move, bool again)
{
	AUTO(str_done) struct str title = STR_INIT;

	str_addf(&title,
		 again ? _("That was not it. The code that was sent to %s")
		       : _("The code that was sent to %s"),
		 move->email);
	app_ask(move->app, title.ptr, on_code, move);
}

static void opened(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct move *move = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str why = STR_INIT;
	struct body_email_challenge body;

	if (err == ERR_OK)
		err = body_parse(body_email_challenge_def(), text, &json, &body);
	if (err == ERR_OK) {
		move->challenge = body.challenge;
		move->old_challenge = body.old_challenge;
		ask_code(move, false);
		return;
	}
	cmd_why(err, text, &why);
	app_notice(move->app, why.ptr);
	move_free(move);
}

static void on_password(struct app *app, const char *password, void *ctx)
{
	struct move *move = ctx;
	struct body_email_change body = {.email = bytes_text(move->email)};

	if (!password) {
		move_free(move);
		return;
	}
	if (*password)
		body.password = bytes_text(password);
	cmd_ask(app, "auth_email", body_email_change_def(), &body, opened, move);
}

enum ui_taken cmd_email(struct app *app, const char *address)
{
	struct move *move = mem_new(struct move);
	AUTO(str_done) struct str title = STR_INIT;

	*move = (struct move){.app = app, .email = mem_strndup(address, strlen(address))};
	str_addf(&title, _("Your password, to change your address to %s"), address);
	app_confirm(app, title.ptr, on_password, move);
	return UI_LINE_DONE;
}
