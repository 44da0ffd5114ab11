/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /totp, /password, /account: what a stolen session must not be able to do, so each asks for
 * the password, and what cannot be taken back for a code as well. Secrets are typed into
 * forms, never into the line, which has a history.
 */
#include <string.h>

#include "client/auth/auth.h"
#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

/* ---- a deed behind password and code ---- */

struct deed {
	const char *op;
	void (*done)(struct app *app, struct bytes body);
	struct id challenge;
	struct app *app;
};

static void ask_code(struct deed *deed, const char *title);

static void deed_done(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct deed *deed = ctx;
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK)
		deed->done(deed->app, body);
	else
		cmd_why(err, body, &why);
	if (err == ERR_BAD_CODE) {
		ask_code(deed, why.ptr); /* there are tries left */
		return;
	}
	if (err != ERR_OK)
		app_notice(deed->app, why.ptr);
	mem_free(deed);
}

static void do_it(struct deed *deed, const char *code)
{
	struct body_step_up body = {.challenge = deed->challenge,
				    .code = code && *code ? bytes_text(code)
							  : bytes_of(NULL, 0)};

	cmd_ask(deed->app, deed->op, body_step_up_def(), &body, deed_done, deed);
}

static void on_code(struct app *app, const char *code, void *ctx)
{
	if (code)
		do_it(ctx, code);
	else
		mem_free(ctx);
}

static void ask_code(struct deed *deed, const char *title)
{
	app_ask(deed->app, title, on_code, deed);
}

static void step_up_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct deed *deed = ctx;
	AUTO(str_done) struct str why = STR_INIT;
	AUTO(json_free) struct json *json = NULL;
	struct body_challenge challenge;

	if (err == ERR_OK)
		err = body_parse(body_challenge_def(), body, &json, &challenge);
	if (err != ERR_OK) {
		cmd_why(err, body, &why);
		app_notice(deed->app, why.ptr);
		mem_free(deed);
		return;
	}
	deed->challenge = challenge.challenge;
	if (bytes_equal(challenge.factor, bytes_text("none")))
		do_it(deed, NULL);
	else if (bytes_equal(challenge.factor, bytes_text("totp")))
		ask_code(deed, _("The code of your authenticator, or a recovery code"));
	else
		ask_code(deed, _("The code that was sent to you by mail"));
}

static void on_password(struct app *app, const char *password, void *ctx)
{
	struct body_password body = {.password = bytes_of(NULL, 0)};

	if (!password) {
		mem_free(ctx);
		return;
	}
	if (*password)
		body.password = bytes_text(password);
	cmd_ask(app, "auth_step_up", body_password_def(), &body, step_up_came, ctx);
}

static enum ui_taken begin(struct app *app, const char *op, const char *title,
			   void (*done)(struct app *app, struct bytes body))
{
	struct deed *deed = mem_new(struct deed);

	*deed = (struct deed){.op = op, .done = done, .app = app};
	app_confirm(app, title, on_password, deed);
	return UI_LINE_DONE;
}

/* ---- /totp ---- */

static void show_offer(struct app *app, const struct body_totp_offer *offer)
{
	AUTO(str_done) struct str text = STR_INIT, url = STR_INIT;

	str_add_len(&url, (const char *)offer->url.ptr, offer->url.len);
	/* TRANSLATORS: %.*s is a secret of 32 letters and digits */
	str_addf(&text,
		 _("Scan the code with your authenticator app, or type this secret into "
		   "it: "
		   "%.*s\nThen: /totp confirm and the six digits that it shows.\n"),
		 (int)offer->secret.len, (const char *)offer->secret.ptr);
	ui_page_qr(app->ui, _("Scan this with your authenticator app; PgDn: what next"),
		   url.ptr, text.ptr);
	wipe(text.ptr, text.len);
	wipe(url.ptr, url.len);
}

static void offer_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct app *app = ctx;
	AUTO(str_done) struct str why = STR_INIT;
	AUTO(json_free) struct json *json = NULL;
	struct body_totp_offer offer;

	if (err == ERR_OK)
		err = body_parse(body_totp_offer_def(), body, &json, &offer);
	if (err == ERR_OK) {
		show_offer(app, &offer);
		return;
	}
	cmd_why(err, body, &why);
	app_notice(app, why.ptr);
}

static void enrol(struct app *app, const char *password, void *ctx)
{
	struct body_password body = {.password = bytes_of(NULL, 0)};

	if (password && *password)
		body.password = bytes_text(password);
	if (password)
		cmd_ask(app, "auth_totp_enrol", body_password_def(), &body, offer_came,
			app);
}

static void show_codes(struct app *app, struct bytes body)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str text = STR_INIT;
	struct body_recovery_codes codes;

	if (json_parse(body, &json) != ERR_OK ||
	    body_decode(body_recovery_codes_def(), json, json_root(json), &codes, NULL) !=
		    ERR_OK)
		return;
	str_add(&text, _("Write these down: each opens your account once when the "
			 "authenticator is lost. They are not shown again.\n\n"));
	for (size_t i = 0; i < codes.codes_count; i++)
		str_addf(&text, "    %.*s\n", (int)codes.codes[i].len,
			 (const char *)codes.codes[i].ptr);
	cmd_show(app, _("Recovery codes"), &text);
	wipe(text.ptr, text.len);
}

static void confirmed(enum err err, unsigned status, struct bytes body, void *ctx)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK) {
		show_codes(ctx, body);
		return;
	}
	cmd_why(err, body, &why);
	app_notice(ctx, why.ptr);
}

static void removed(struct app *app, struct bytes body)
{
	app_notice(app, _("Codes come by mail again."));
}

static void state_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct app *app = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str text = STR_INIT;
	struct body_me me;

	if (err == ERR_OK)
		err = body_parse(body_me_def(), body, &json, &me);
	if (err != ERR_OK)
		str_add(&text, _(err_text(err)));
	else if (me.totp)
		str_addf(&text,
			 Q_("An authenticator guards this account; %u recovery code is "
			    "left. /totp codes, /totp remove",
			    "An authenticator guards this account; %u recovery codes are "
			    "left. /totp codes, /totp remove",
			    (unsigned)me.recovery_codes),
			 (unsigned)me.recovery_codes);
	else
		str_add(&text, _("No authenticator guards this account: /totp enrol"));
	app_notice(app, text.ptr);
}

enum ui_taken cmd_totp(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest;
	size_t len = cmd_word(args, &rest);

	if (len == 0) {
		cmd_ask(app, "auth_me", body_none_def(), &(struct body_none){{NULL, 0}},
			state_came, app);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "confirm") && *rest) {
		struct body_totp_code body = {bytes_text(rest)};
		cmd_ask(app, "auth_totp_confirm", body_totp_code_def(), &body, confirmed,
			app);
		return UI_LINE_DONE;
	}
	if (!app->ui || *rest)
		return cmd_usage(app, "totp");
	if (cmd_is(args, len, "enrol")) {
		app_confirm(app, _("Your password, to add an authenticator"), enrol,
			    NULL);
		return UI_LINE_DONE;
	}
	if (cmd_is(args, len, "codes"))
		return begin(app, "auth_recovery_codes",
			     _("Your password, for new recovery codes"), show_codes);
	if (cmd_is(args, len, "remove"))
		return begin(app, "auth_totp_remove",
			     _("Your password, to remove the authenticator"), removed);
	return cmd_usage(app, "totp");
}

/* ---- /password ---- */

struct change {
	struct app *app;
	char *before, *after;
};

static void forget(char **text)
{
	if (*text)
		wipe(*text, strlen(*text));
	mem_free(*text);
	*text = NULL;
}

static void change_free(struct change *change)
{
	forget(&change->before);
	forget(&change->after);
	mem_free(change);
}

static void on_new(struct app *app, const char *password, void *ctx);

static void changed(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct change *change = ctx;
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_WEAK_PASSWORD) {
		/* The reason is the title: another new one, the old one is known. */
		cmd_why(err, body, &why);
		forget(&change->after);
		app_confirm(change->app, why.ptr, on_new, change);
		return;
	}
	if (err == ERR_OK)
		str_add(&why,
			_("The password is changed; all other sessions have ended."));
	else
		cmd_why(err, body, &why);
	app_notice(change->app, why.ptr);
	change_free(change);
}

static void on_again(struct app *app, const char *password, void *ctx)
{
	struct change *change = ctx;

	if (!password) {
		change_free(change);
		return;
	}
	if (strcmp(password, change->after) != 0) {
		forget(&change->after);
		app_confirm(app,
			    _("They differ. The new password once more from the start"),
			    on_new, change);
		return;
	}
	struct body_change_password body = {bytes_text(change->before),
					    bytes_text(change->after)};
	cmd_ask(app, "auth_change_password", body_change_password_def(), &body, changed,
		change);
}

static void on_new(struct app *app, const char *password, void *ctx)
{
	struct change *change = ctx;

	if (!password) {
		change_free(change);
		return;
	}
	change->after = mem_strndup(password, strlen(password));
	app_confirm(app, _("The new password again"), on_again, change);
}

static void on_old(struct app *app, const char *password, void *ctx)
{
	if (!password)
		return;
	struct change *change = mem_new(struct change);
	change->app = app;
	change->before = mem_strndup(password, strlen(password));
	app_confirm(app, _("The new password, 10 characters or more"), on_new, change);
}

enum ui_taken cmd_password(struct app *app, const struct ui_line *line, const char *args)
{
	if (!app->ui || *args)
		return cmd_usage(app, "password");
	app_confirm(app, _("Your password, to change it"), on_old, NULL);
	return UI_LINE_DONE;
}

/* ---- /account ---- */

static void deleted(struct app *app, struct bytes body)
{
	auth_deleted(app->auth);
}

enum ui_taken cmd_account(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui && strcmp(args, "delete") == 0)
		return begin(app, "auth_delete",
			     _("Your password, to delete your account for good"),
			     deleted);
	return cmd_usage(app, "account");
}
