/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /notifications, /notify, /level, /mute: what one should look at, and what is to ring.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/alert.h"
#include "client/cmd/cmd_private.h"
#include "client/security.h"
#include "common/base/mem.h"
#include "common/base/opt.h"
#include "common/os/lang.h"
#include "common/os/zone.h"
#include "common/proto/json.h"

/* An answer as a body; what went wrong becomes a notice. NULL: it did. */
static void *answer(struct app *app, const struct body_def *def, enum err err,
		    struct bytes text, struct json **ret_json)
{
	void *body = mem_alloc(1, def->size);

	*ret_json = NULL;
	if (err == ERR_OK)
		err = body_parse(def, text, ret_json, body);
	if (err == ERR_OK)
		return body;
	app_notice(app, _(err_text(err)));
	mem_free(body);
	return NULL;
}

/* ---- the list ---- */

static void add_bytes(struct str *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		str_add_char(out, text.ptr[i] == '\n' ? ' ' : (char)text.ptr[i]);
}

static void add_what(const struct body_notify *row, struct str *out)
{
	switch (row->why) {
	case WHY_INVITE:
		add_bytes(out, row->from_name);
		str_addf(out, " %s ", _("brought you into"));
		add_bytes(out, row->room_name);
		return;
	case WHY_SECURITY: security_say(row->what, out); return;
	case WHY_MENTION:
	case WHY_ROOM: str_add(out, "@ "); break;
	default: break;
	}
	if (row->why != WHY_DIRECT && row->room_name.len) {
		str_add(out, "#");
		add_bytes(out, row->room_name);
		str_add(out, "  ");
	}
	add_bytes(out, row->from_name);
	if (row->count > 1)
		str_addf(out, " (%llu)", (unsigned long long)row->count);
	if (row->text.len) {
		str_add(out, ": ");
		add_bytes(out, row->text);
	}
}

/* They get the numbers of a search, so that /goto and Enter find them. */
static void list_came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct app *app = ctx;
	struct json *json;
	struct body_notification_page *page =
		answer(app, body_notification_page_def(), err, text, &json);
	AUTO(str_done) struct str out = STR_INIT;

	if (page)
		hits_begin(&app->model.hits, _("notifications"));
	for (size_t i = 0; page && i < page->notifications_count; i++) {
		const struct body_notify *row = &page->notifications[i];
		struct hit hit = {.room = row->room,
				  .cid = row->message,
				  .from = row->from,
				  .seq = row->seq,
				  .ts_ms = row->ts};
		hits_put(&app->model.hits, &hit, row->text);
		str_addf(&out, "%2zu %s ", i + 1, row->read ? " " : "•");
		cmd_add_time(&out, row->ts);
		str_add(&out, "  ");
		add_what(row, &out);
		str_add(&out, "\n");
	}
	if (page && page->notifications_count == 0) {
		app_notice(app, _("There is nothing to look at."));
	} else if (page) {
		if (!page->complete)
			str_addf(&out, "%s\n", _("… and more"));
		str_addf(
			&out, "\n%s",
			_("/goto NUMBER shows one in its room; /notifications read marks "
			  "all as read."));
		cmd_show_hits(app, _("Notifications"), &out);
	}
	mem_free(page);
	json_free(&json);
}

enum ui_taken cmd_notifications(struct app *app, const struct ui_line *line,
				const char *args)
{
	bool all = strcmp(args, "all") == 0;

	if (strcmp(args, "read") == 0) {
		cmd_call(app, "notifications_read", body_notifications_upto_def(),
			 &(struct body_notifications_upto){0});
		return UI_LINE_DONE;
	}
	if (*args && !all)
		return cmd_usage(app, "notifications");
	cmd_ask(app, "notifications", body_notifications_def(),
		&(struct body_notifications){.unread = !all, .limit = HITS_MOST},
		list_came, app);
	return UI_LINE_DONE;
}

/* ---- settings ---- */

static void settings_came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct app *app = ctx;
	struct json *json = NULL;
	struct body_notify_settings *body = NULL;
	AUTO(str_done) struct str out = STR_INIT;

	if (err != ERR_OK) {
		cmd_why(err, text, &out);
		app_notice(app, out.ptr);
		return;
	}
	body = answer(app, body_notify_settings_def(), err, text, &json);
	if (body) {
		str_addf(&out, "%s: %s\n", _("Rooms that say nothing themselves"),
			 kind_word(&notify_level_words, body->level));
		str_addf(&out, "%s: %.*s %.*s\n", _("Quiet hours"), (int)body->quiet.len,
			 body->quiet.len ? (const char *)body->quiet.ptr : "",
			 (int)body->zone.len,
			 body->zone.len ? (const char *)body->zone.ptr : "");
		str_addf(&out, "%s: %.*s %s\n", _("Own hook"), (int)body->hook.len,
			 body->hook.len ? (const char *)body->hook.ptr : "",
			 kind_word(&hook_form_words, body->hook_form));
		str_addf(&out, "%s: ", _("Mail of what is unread, at most every"));
		if (body->digest_ms)
			str_addf(&out, "%llu min\n",
				 (unsigned long long)(body->digest_ms / 60000));
		else
			str_addf(&out, "%s\n", _("never"));
		str_addf(&out, "\n%s",
			 _("/notify level all|mentions|none, quiet 22:00-07:00|off,\n"
			   "hook URL [json]|off, digest TIME|off"));
		cmd_show(app, _("How you are notified"), &out);
	}
	mem_free(body);
	json_free(&json);
}

/* A time such as "1h". */
static bool take_time(const char *text, uint64_t *ret_ms)
{
	int64_t ms;

	if (!strchr("0123456789", text[0]) || opt_parse_duration(text, &ms) != ERR_OK ||
	    ms <= 0)
		return false;
	*ret_ms = (uint64_t)ms;
	return true;
}

static bool fill(const char *what, size_t len, const char *rest, char *zone, size_t size,
		 struct body_notify_settings *body)
{
	bool off = strcmp(rest, "off") == 0;
	const char *form;

	if (cmd_is(what, len, "level")) {
		body->level = kind_value(&notify_level_words, rest, strlen(rest));
		return body->level != 0;
	}
	if (cmd_is(what, len, "quiet")) {
		body->quiet = bytes_text(off ? "" : rest);
		if (!off && zone_local(zone, size) == ERR_OK)
			body->zone = bytes_text(zone);
		return *rest;
	}
	if (cmd_is(what, len, "hook")) {
		size_t url = cmd_word(rest, &form);
		body->hook = bytes_of(rest, off ? 0 : url);
		body->hook_form = strcmp(form, "json") == 0 ? HOOK_JSON : HOOK_NTFY;
		return url > 0;
	}
	body->has_digest_ms = true;
	return cmd_is(what, len, "digest") && (off || take_time(rest, &body->digest_ms));
}

enum ui_taken cmd_notify(struct app *app, const struct ui_line *line, const char *args)
{
	struct body_notify_settings body = {.level = 0};
	char zone[ZONE_NAME + 1];
	const char *rest;
	size_t len = cmd_word(args, &rest);

	if (len == 0) {
		cmd_ask(app, "notification_settings", body_none_def(),
			&(struct body_none){{NULL, 0}}, settings_came, app);
		return UI_LINE_DONE;
	}
	if (!fill(args, len, rest, zone, sizeof(zone), &body))
		return cmd_usage(app, "notify");
	cmd_ask(app, "notification_settings_set", body_notify_settings_def(), &body,
		settings_came, app);
	return UI_LINE_DONE;
}

/* ---- one room ---- */

/* It changes nothing that is seen; /info says it. */
static void level_set(enum err err, unsigned status, struct bytes body, void *ctx)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (err == ERR_OK)
		str_add(&text, _("Done."));
	else
		cmd_why(err, body, &text);
	app_notice(ctx, text.ptr);
}

enum ui_taken cmd_level(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	struct body_room_level body = {
		.room = bytes_text(id.text),
		.level = kind_value(&notify_level_words, args, strlen(args))};

	if (body.level == 0)
		return cmd_usage(app, "level");
	cmd_ask(app, "room_level", body_room_level_def(), &body, level_set, app);
	return UI_LINE_DONE;
}

enum ui_taken cmd_silence(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	struct body_room_level body = {.room = bytes_text(id.text),
				       .has_mute_ms = true,
				       .mute_ms = LIMIT_MUTE_MS};

	if (strcmp(args, "off") == 0)
		body.mute_ms = 0;
	else if (*args && !take_time(args, &body.mute_ms))
		return cmd_usage(app, "mute");
	cmd_ask(app, "room_level", body_room_level_def(), &body, level_set, app);
	return UI_LINE_DONE;
}
