/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /lock and /unlock. Another way to keep the store's key is chosen by who can unlock it now:
 * an unlocked screen that was left alone does not give the store away for good.
 */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/lock.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

enum ui_taken cmd_lock(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->lock_job)
		app_notice(app, _(err_text(ERR_BUSY)));
	else if (app->unlock && unlock_can_ask(app->unlock))
		app_lock(app);
	else
		app_notice(app, _("There is nothing that could unlock it again: /unlock "
				  "passphrase first."));
	return UI_LINE_DONE;
}

/* ---- /unlock METHOD: what unlocks it now, then the new secret, twice ---- */

struct change {
	enum unlock_method method;
	bool presence;
	struct buf secret; /* terminated */
};

static void change_free(struct change *change)
{
	buf_wipe(&change->secret);
	mem_free(change);
}

static void on_changed(struct app *app, enum err err, void *ctx)
{
	struct change *change = ctx;
	AUTO(str_done) struct str text = STR_INIT;

	if (err == ERR_OK)
		str_add(&text, _("From now on the store is unlocked that way."));
	else
		unlock_refusal(app->unlock, change->method, change->presence, err, &text);
	app_notice(app, text.ptr);
	change_free(change);
}

static void apply(struct app *app, struct change *change)
{
	if (change->secret.len == 0)
		buf_add_u8(&change->secret, '\0');
	lock_set(app, change->method, change->presence, (const char *)change->secret.ptr,
		 on_changed, change);
}

static void on_again(struct app *app, const char *secret, void *ctx)
{
	struct change *change = ctx;

	if (secret && strcmp(secret, (const char *)change->secret.ptr) == 0) {
		apply(app, change);
		return;
	}
	if (secret)
		app_notice(app, _("These were two different ones; nothing was changed."));
	change_free(change);
}

static void on_new(struct app *app, const char *secret, void *ctx)
{
	struct change *change = ctx;

	if (!secret) {
		change_free(change);
		return;
	}
	buf_add(&change->secret, secret, strlen(secret) + 1);
	if (change->method == UNLOCK_PASSPHRASE)
		app_confirm(app, _("The new passphrase once more"), on_again, change);
	else
		apply(app, change);
}

static void ask_new(struct app *app, struct change *change)
{
	if (change->method == UNLOCK_PASSPHRASE)
		app_confirm(app, _("A new passphrase for the store on this machine"),
			    on_new, change);
	else if (change->method == UNLOCK_TOKEN)
		app_confirm(app,
			    _("The token's PIN, empty if it has none; then touch it "
			      "each time it blinks"),
			    on_new, change);
	else if (change->presence)
		app_confirm(app,
			    _("PAM has to let you in once: what it asks, or empty for a "
			      "finger"),
			    on_new, change);
	else
		apply(app, change);
}

static void on_tried(struct app *app, enum err err, void *ctx)
{
	if (err == ERR_OK) {
		ask_new(app, ctx);
		return;
	}
	app_notice(app, _(err_text(err)));
	change_free(ctx);
}

static void on_old(struct app *app, const char *secret, void *ctx)
{
	if (secret)
		lock_try(app, secret, on_tried, ctx);
	else
		change_free(ctx);
}

enum ui_taken cmd_unlock(struct app *app, const struct ui_line *line, const char *args)
{
	AUTO(str_done) struct str text = STR_INIT;
	enum unlock_method method;
	bool presence;

	if (!app->unlock || !app->ui || app->lock_job)
		return UI_LINE_DONE;
	if (!*args) {
		str_addf(&text,
			 _("The store on this machine is unlocked by: %s. /unlock and "
			   "file, "
			   "passphrase, pam or token changes that."),
			 unlock_word(&app->unlock->kept));
		app_notice(app, text.ptr);
		return UI_LINE_DONE;
	}
	if (unlock_parse(args, &method, &presence) != ERR_OK)
		return cmd_usage(app, "unlock");
	struct change *change = mem_new(struct change);
	*change = (struct change){.method = method, .presence = presence};
	if (unlock_can_ask(app->unlock))
		app_confirm(app, _("What unlocks the store now"), on_old, change);
	else
		ask_new(app, change);
	return UI_LINE_DONE;
}
