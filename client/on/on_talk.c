/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others do beside writing: typing, reading, receiving, coming and going.
 */
#include "client/app_inside.h"
#include "client/change.h"
#include "client/on/on.h"

void on_other_typing(struct app *app, const struct body_typing *typing)
{
	struct room *room = rooms_find(&app->model.rooms, &typing->room);
	uint64_t until = clock_mono_ms(app->clock) + LIMIT_TYPING_MS;

	if (!room || id_equal(&typing->user, &app->model.self))
		return;
	people_get(&app->model.people, &typing->user);
	roster_typing(&room->roster, &typing->user, typing->on ? until : 0);
	app_touch(app);
}

/* A receipt is a delivery too: nobody reads what has not arrived. */
void on_receipt(struct app *app, const struct body_receipt *receipt)
{
	struct room *room = rooms_find(&app->model.rooms, &receipt->room);

	if (!room)
		return;
	struct member *member = roster_find(&room->roster, &receipt->user);
	if (!member)
		member = roster_set(&room->roster, &receipt->user, ROLE_MEMBER);
	if (receipt->seq > member->read_seq)
		member->read_seq = receipt->seq;
	if (room->kind == ROOM_DIRECT && !id_equal(&receipt->user, &app->model.self))
		timeline_read_by_all(&room->timeline, &app->model.self, member->read_seq);
	change_receipt(app, &receipt->room, &receipt->user, receipt->seq, false);
	app_tell_receipt(app, &receipt->room, &receipt->user, receipt->seq);
	app_touch(app);
}

void on_delivered(struct app *app, const struct body_delivered *delivered)
{
	change_receipt(app, &delivered->room, &delivered->user, delivered->seq, true);
	app_tell_delivered(app, &delivered->room, &delivered->user, delivered->seq);
}

void on_presence(struct app *app, const struct body_presence *presence)
{
	struct person *person = people_get(&app->model.people, &presence->user);

	person->presence = (enum presence_state)presence->state;
	if (presence->at)
		person->seen_ms = presence->at;
	app_touch(app);
}
