/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages about rooms that the server answers: the pins of one, who is banned from it, and
 * those that one may join. A page that is longer than one answer says so. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/os/lang.h"

void cmd_add_user(struct str *out, const struct body_user *user)
{
	struct bytes name = user->display_name.len ? user->display_name : user->name;

	str_addf(out, "%.*s (@%.*s)", (int)name.len, (const char *)name.ptr,
		 (int)user->name.len, (const char *)user->name.ptr);
}

void cmd_add_more(struct str *out, bool complete)
{
	if (!complete)
		str_add(out, _("… and more"));
}

/* ---- pins ---- */

static void show_pins(struct app *app, const char *head, const void *body)
{
	const struct body_events *pins = body;

	if (pins->events_count == 0)
		app_notice(app, _("Nothing is pinned here."));
	else
		cmd_list_events(app, _("Pinned messages"), _("… and more"), pins);
}

enum ui_taken cmd_pins(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);

	cmd_get(app, "room_pins", body_room_list_def(),
		&(struct body_room_list){.room = bytes_text(id.text), .limit = HITS_MOST},
		body_events_def(), show_pins);
	return UI_LINE_DONE;
}

/* ---- bans ---- */

static void show_bans(struct app *app, const char *head, const void *body)
{
	const struct body_bans *bans = body;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < bans->bans_count; i++) {
		const struct body_ban *ban = &bans->bans[i];
		cmd_add_user(&text, &ban->user);
		if (ban->until_ts) {
			str_addf(&text, "  %s ", _("until"));
			cmd_add_time(&text, ban->until_ts);
		}
		if (ban->why.len)
			str_addf(&text, "  %.*s", (int)ban->why.len,
				 (const char *)ban->why.ptr);
		str_add(&text, "\n");
	}
	cmd_add_more(&text, bans->complete);
	if (text.len == 0)
		app_notice(app, _("Nobody is banned here."));
	else
		cmd_show(app, _("Bans"), &text);
}

enum ui_taken cmd_bans(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);

	cmd_get(app, "room_bans", body_room_list_def(),
		&(struct body_room_list){.room = bytes_text(id.text)}, body_bans_def(),
		show_bans);
	return UI_LINE_DONE;
}

/* ---- rooms that anybody may join ---- */

static void show_public(struct app *app, const char *head, const void *body)
{
	const struct body_room_page *list = body;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->rooms_count; i++) {
		const struct body_room *room = &list->rooms[i];
		const struct bytes topic = room->topic;
		str_addf(&text,
			 Q_("#%.*s  %llu member", "#%.*s  %llu members",
			    (unsigned long)room->members),
			 (int)room->slug.len, (const char *)room->slug.ptr,
			 (unsigned long long)room->members);
		str_addf(&text, "%s%.*s\n", topic.len ? "  " : "", (int)topic.len,
			 topic.len ? (const char *)topic.ptr : "");
	}
	cmd_add_more(&text, list->complete);
	if (text.len == 0)
		app_notice(app, _("There is no public room: /create #NAME makes one."));
	else
		cmd_show(app, _("Public rooms: /join #NAME"), &text);
}

void cmd_public_rooms(struct app *app)
{
	cmd_get(app, "rooms_public", body_list_def(),
		&(struct body_list){.limit = LIMIT_DIGEST_ROOMS}, body_room_page_def(),
		show_public);
}
