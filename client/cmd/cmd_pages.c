/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that the server answers: pins of a room, who has read a message, bans. A page that
 * is longer than one answer says so. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/os/lang.h"

static void add_user(struct str *out, const struct body_user *user)
{
	struct bytes name = user->display_name.len ? user->display_name : user->name;

	str_addf(out, "%.*s (@%.*s)", (int)name.len, (const char *)name.ptr,
		 (int)user->name.len, (const char *)user->name.ptr);
}

static void add_more(struct str *out, bool complete)
{
	if (!complete)
		str_add(out, _("… and more"));
}

/* ---- pins ---- */

static void show_pins(struct app *app, const char *head, const void *body)
{
	const struct body_events *pins = body;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < pins->events_count; i++) {
		const struct body_event *event = &pins->events[i];
		struct id_text id;
		cmd_add_time(&text, event->ts);
		str_addf(&text,
			 "  %s: ", people_name(&app->model.people, &event->from, &id));
		str_add_len(&text, (const char *)event->text.ptr, event->text.len);
		str_add(&text, "\n");
	}
	add_more(&text, pins->complete);
	if (text.len == 0)
		app_notice(app, _("Nothing is pinned here."));
	else
		cmd_show(app, _("Pinned messages"), &text);
}

enum ui_taken cmd_pins(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);

	cmd_get(app, "room_pins", body_room_list_def(),
		&(struct body_room_list){.room = bytes_text(id.text)}, body_events_def(),
		show_pins);
	return UI_LINE_DONE;
}

/* ---- one message ---- */

static void show_details(struct app *app, const char *head, const void *body)
{
	const struct body_user_list *readers = body;
	AUTO(str_done) struct str text = STR_INIT;

	str_add(&text, head);
	if (readers->users_count)
		str_addf(&text, "\n%s\n", _("Read by:"));
	for (size_t i = 0; i < readers->users_count; i++) {
		str_add(&text, "  ");
		add_user(&text, &readers->users[i]);
		str_add(&text, "\n");
	}
	add_more(&text, readers->complete);
	cmd_show(app, _("Message"), &text);
}

static void add_details(struct app *app, const struct message *message, struct str *out)
{
	struct id_text id;

	str_addf(out, "%s, ", people_name(&app->model.people, &message->sender, &id));
	cmd_add_time(out, message->ts_ms);
	str_addf(out, "\n%s\n", id_text(&message->cid).text);
	if (message->flags & MESSAGE_EDITED)
		str_addf(out, "%s\n", _("It was edited."));
	for (size_t i = 0; i < message->reactions.count; i++) {
		const struct reaction *row = &message->reactions.rows[i];
		str_addf(out, "  %s  %s\n", row->text.ptr,
			 people_name(&app->model.people, &row->from, &id));
	}
}

enum ui_taken cmd_details(struct app *app, const struct ui_line *line, const char *args)
{
	struct timeline *timeline = &cmd_room_now(app)->timeline;
	struct message *newest =
		timeline->count ? timeline->rows[timeline->count - 1] : NULL;
	struct message *message = cmd_picked(app, newest);

	if (!message) {
		app_notice(app, _("There is no message here to pick."));
		return UI_LINE_DONE;
	}
	AUTO(str_done) struct str head = STR_INIT;
	add_details(app, message, &head);
	cmd_get_under(app, head.ptr, "message_readers", body_message_list_def(),
		      &(struct body_message_list){.id = message->cid},
		      body_user_list_def(), show_details);
	return UI_LINE_DONE;
}

/* ---- bans ---- */

static void show_bans(struct app *app, const char *head, const void *body)
{
	const struct body_bans *bans = body;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < bans->bans_count; i++) {
		const struct body_ban *ban = &bans->bans[i];
		add_user(&text, &ban->user);
		if (ban->until_ts) {
			str_addf(&text, "  %s ", _("until"));
			cmd_add_time(&text, ban->until_ts);
		}
		if (ban->why.len)
			str_addf(&text, "  %.*s", (int)ban->why.len,
				 (const char *)ban->why.ptr);
		str_add(&text, "\n");
	}
	add_more(&text, bans->complete);
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

/* ---- invitations ---- */

static void show_code(struct app *app, const char *head, const void *body)
{
	const struct body_invite *invite = body;
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "%s\n\n  /accept %s\n\n",
		 _("Who enters this comes into the room:"), id_text(&invite->code).text);
	if (invite->has_uses)
		str_addf(&text,
			 Q_("It works %u time, until ", "It works %u times, until ",
			    (unsigned long)invite->uses),
			 (unsigned)invite->uses);
	else
		str_add(&text, _("It works until "));
	cmd_add_time(&text, invite->expires_ts);
	str_add(&text, _(". It is not shown again."));
	cmd_show(app, _("Invitation"), &text);
}

void cmd_new_code(struct app *app, const struct id *room)
{
	struct id_text id = id_text(room);

	cmd_get(app, "room_invite_new", body_invite_new_def(),
		&(struct body_invite_new){.room = bytes_text(id.text)}, body_invite_def(),
		show_code);
}

static void opened(struct app *app, enum err err, const struct id *room, void *ctx)
{
	if (err == ERR_OK)
		app_open_room(app, room);
	else
		app_notice(app, _(err_text(err)));
}

static void show_entered(struct app *app, const char *head, const void *body)
{
	const struct body_room *room = body;

	app_find_room(app, id_text(&room->room).text, opened, NULL);
}

enum ui_taken cmd_accept(struct app *app, const struct ui_line *line, const char *args)
{
	struct body_invite_code code;

	if (id_parse(args, strlen(args), &code.code) != ERR_OK)
		return cmd_usage(app, "accept");
	cmd_get(app, "invite_accept", body_invite_code_def(), &code, body_room_def(),
		show_entered);
	return UI_LINE_DONE;
}
