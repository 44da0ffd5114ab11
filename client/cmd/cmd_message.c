/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages about one message, the picked one: who has read it and reacted, what it said before
 * it was edited, its thread; and the link by which others find it. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

static struct message *last_with(struct app *app, unsigned flags)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;)
		if ((timeline->rows[i]->flags & flags) == flags)
			return timeline->rows[i];
	return NULL;
}

static enum ui_taken none(struct app *app)
{
	app_notice(app, _("There is no message here to pick."));
	return UI_LINE_DONE;
}

/* ---- details ---- */

static void show_details(struct app *app, const char *head, const void *body)
{
	const struct body_user_list *readers = body;
	AUTO(str_done) struct str text = STR_INIT;

	str_add(&text, head);
	if (readers->users_count)
		str_addf(&text, "\n%s\n", _("Read by:"));
	else
		str_addf(&text, "\n%s\n", _("Nobody else has read it yet."));
	for (size_t i = 0; i < readers->users_count; i++) {
		str_add(&text, "  ");
		cmd_add_user(&text, &readers->users[i]);
		str_add(&text, "\n");
	}
	cmd_add_more(&text, readers->complete);
	cmd_show(app, _("Message"), &text);
}

static void add_details(struct app *app, const struct message *message, struct str *out)
{
	struct id_text id;

	str_addf(out, "%s, ", people_name(&app->model.people, &message->sender, &id));
	cmd_add_time(out, message->ts_ms);
	str_addf(out, "\n%s%s\n\n%s\n\n", CMD_LINK, id_text(&message->cid).text,
		 message->text.ptr);
	if (message->flags & MESSAGE_EDITED)
		str_addf(out, "%s\n",
			 _("It was edited; /versions shows what it said before."));
	for (size_t i = 0; i < message->reactions.count; i++) {
		const struct reaction *row = &message->reactions.rows[i];
		str_addf(out, "  %s  %s\n", row->text.ptr,
			 people_name(&app->model.people, &row->from, &id));
	}
}

enum ui_taken cmd_details(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_with(app, 0));

	if (!message)
		return none(app);
	AUTO(str_done) struct str head = STR_INIT;
	add_details(app, message, &head);
	cmd_get_under(app, head.ptr, "message_readers", body_message_list_def(),
		      &(struct body_message_list){.id = message->cid},
		      body_user_list_def(), show_details);
	return UI_LINE_DONE;
}

/* ---- before it was edited ---- */

static void show_versions(struct app *app, const char *head, const void *body)
{
	const struct body_versions *list = body;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < list->versions_count; i++) {
		const struct body_version *row = &list->versions[i];
		str_addf(&text, "%s ", _("until"));
		cmd_add_time(&text, row->ts);
		str_add(&text, "  ");
		neutral_add(&text, (const char *)row->text.ptr, row->text.len,
			    NEUTRAL_TEXT);
		str_add_char(&text, '\n');
	}
	cmd_add_more(&text, list->complete);
	if (!list->versions_count) {
		app_notice(app, _("That message was never edited."));
		return;
	}
	str_addf(&text, "\n%s  %s\n", _("now"), head);
	cmd_show(app, _("What the message said before"), &text);
}

enum ui_taken cmd_versions(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_with(app, MESSAGE_EDITED));

	if (!message)
		return none(app);
	cmd_get_under(app, message->text.ptr, "message_versions", body_message_list_def(),
		      &(struct body_message_list){.id = message->cid},
		      body_versions_def(), show_versions);
	return UI_LINE_DONE;
}

/* ---- its thread ---- */

/* When, who and what was said, a line. */
static void add_said(struct app *app, struct str *out, const struct body_event *event)
{
	struct id_text id;

	cmd_add_time(out, event->ts);
	str_addf(out, "  %s: ", people_name(&app->model.people, &event->from, &id));
	str_add_len(out, (const char *)event->text.ptr, event->text.len);
	str_add(out, event->deleted ? _("(deleted)") : "");
	str_add_char(out, '\n');
}

static void show_replies(struct app *app, const char *head, const void *body)
{
	const struct body_events *list = body;
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "%s\n", head);
	/* The newest come first; a person reads the other way. */
	if (!list->complete)
		str_add(&text, "…\n");
	for (size_t i = list->events_count; i-- > 0;)
		add_said(app, &text, &list->events[i]);
	if (!list->events_count)
		app_notice(app,
			   _("Nobody has answered in a thread: /thread begins one."));
	else
		cmd_show(app, _("Thread"), &text);
}

static struct message *last_in_thread(struct app *app)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;)
		if (!id_is_zero(&timeline->rows[i]->thread))
			return timeline->rows[i];
	return last_with(app, 0);
}

/* A thread is named by its first message, whichever of its messages is picked. */
enum ui_taken cmd_replies(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_in_thread(app));

	if (!message)
		return none(app);
	struct id root = id_is_zero(&message->thread) ? message->cid : message->thread;
	const struct message *first = timeline_find(&cmd_room_now(app)->timeline, &root);
	AUTO(str_done) struct str head = STR_INIT;
	struct id_text id;
	if (first) {
		cmd_add_time(&head, first->ts_ms);
		str_addf(&head, "  %s: %s",
			 people_name(&app->model.people, &first->sender, &id),
			 first->text.ptr);
	}
	cmd_get_under(app, head.ptr ? head.ptr : "", "message_thread",
		      body_message_list_def(),
		      &(struct body_message_list){.id = root, .limit = LIMIT_LIST},
		      body_events_def(), show_replies);
	return UI_LINE_DONE;
}

/* ---- its link ---- */

enum ui_taken cmd_link(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_with(app, 0));
	AUTO(str_done) struct str text = STR_INIT;

	if (!message)
		return none(app);
	str_addf(&text, "%s%s", CMD_LINK, id_text(&message->cid).text);
	app_notice(app, text.ptr);
	return UI_LINE_DONE;
}

static void show_linked(struct app *app, const char *head, const void *body)
{
	const struct body_event *event = body;

	if (!rooms_find(&app->model.rooms, &event->room))
		app_notice(app, _(err_text(ERR_NOT_MEMBER)));
	else
		app_goto(app, &event->room, &event->cid, event->seq);
}

bool cmd_goto_link(struct app *app, const char *text)
{
	size_t scheme = strlen(CMD_LINK);
	struct body_message_ref ref = {.cid = {.bytes = {0}}};

	if (strncmp(text, CMD_LINK, scheme) == 0)
		text += scheme;
	if (id_parse(text, strlen(text), &ref.id) != ERR_OK)
		return false;
	cmd_get(app, "message_get", body_message_ref_def(), &ref, body_event_def(),
		show_linked);
	return true;
}
