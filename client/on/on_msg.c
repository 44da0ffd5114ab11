/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages and what becomes of one's own.
 */
#include "client/app_inside.h"
#include "client/change.h"
#include "client/on/on.h"
#include "client/stranger.h"

/* The server tells of a room before its events; one that did not is asked about it, and
 * until it answers the room is a private one without a name. */
static struct room *room_of(struct app *app, const struct id *id)
{
	struct room *room = rooms_find(&app->model.rooms, id);
	struct body_room row = {
		.room = *id, .kind = ROOM_PRIVATE, .security = SECURITY_PLAIN};
	uint64_t seq;

	if (room)
		return room;
	if (!link_position(app->link, id, &row.epoch, &seq))
		return NULL;
	app_ask_room(app, id);
	return app_show_room(app, &row);
}

void on_event(struct app *app, const struct body_event *told)
{
	struct body_event shown = stranger_event(app, told);
	const struct body_event *event = &shown;
	struct room *room = room_of(app, &event->room);

	if (!room)
		return;
	if (!id_is_zero(&event->cid))
		app_posted(app, &event->cid);
	change_event(app, event, app_mentions_me(app, event));
	app_show_event(app, room, event);
}

void on_ack(struct app *app, const struct body_ack *ack)
{
	struct room *room = rooms_find(&app->model.rooms, &ack->room);

	app_posted(app, &ack->cid);
	change_ack(app, ack);
	app_touch(app);
	if (!room)
		return;
	timeline_ack(&room->timeline, &ack->cid, ack->seq, ack->ts);
	if (ack->seq > room->head_seq)
		room->head_seq = ack->seq;
	if (ack->ts > room->last_ms)
		room->last_ms = ack->ts;
	const struct message *message = timeline_find(&room->timeline, &ack->cid);
	if (message)
		str_set_len(&room->last_text, message->text.ptr, message->text.len);
	rooms_sort(&app->model.rooms, &app->model.people);
}

void on_nack(struct app *app, const struct body_nack *nack)
{
	app_refused(app, &nack->cid,
		    err_from_word((const char *)nack->code.ptr, nack->code.len));
}
