/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rooms of the account and the account's own log. A digest is a snapshot: rooms that
 * it does not name are left, whatever was missed meanwhile.
 */
#include "client/alert.h"
#include "client/app_inside.h"
#include "client/change.h"
#include "client/on/on.h"
#include "common/os/lang.h"

static void tell_left(struct app *app, const struct room *room)
{
	AUTO(str_done) struct str title = STR_INIT, text = STR_INIT;

	room_title(room, &app->model.people, &title);
	str_addf(&text, _("You are no longer in %s."), title.ptr);
	app_notice(app, text.ptr);
}

static void leave(struct app *app, const struct id *id)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	link_forget(app->link, id);
	change_left(app, id);
	if (!room || room->left)
		return;
	room->left = true;
	/* It stays on the screen: moving on by itself would put what is being typed elsewhere. */
	if (room == rooms_current(&app->model.rooms))
		tell_left(app, room);
	app_touch(app);
}

void on_digest(struct app *app, const struct body_digest *digest)
{
	struct rooms *rooms = &app->model.rooms;

	for (size_t i = 0; i < digest->rooms_count; i++)
		map_put(&app->digest, &digest->rooms[i].room,
			app_show_room(app, &digest->rooms[i]));
	if (digest->more)
		return;
	for (size_t i = 0; i < rooms->count; i++)
		if (!rooms->rows[i]->left && !map_get(&app->digest, &rooms->rows[i]->id))
			leave(app, &rooms->rows[i]->id);
	app_forget_digest(app);
	rooms_sort(rooms, &app->model.people);
	app_watch(app);
	/* What the cache did not have was asked for while there was nobody to ask. */
	struct room *room = rooms_current(rooms);
	if (room && !room->timeline.count && !room->timeline.loading)
		app_history(app, &room->id, UI_NEWEST, 0);
	if (room)
		app_load_members(app, &room->id);
	app_tell_rooms(app, true);
}

void on_user_event(struct app *app, const struct body_user_event *event)
{
	struct room *room = rooms_find(&app->model.rooms, &event->room);

	change_user_position(app, app->uepoch, event->useq);
	switch (event->kind) {
	case USER_EVENT_ROOM:
		if (!event->has_info)
			break;
		app_show_room(app, &event->info);
		rooms_sort(&app->model.rooms, &app->model.people);
		app_watch(app);
		break;
	case USER_EVENT_LEFT:
		leave(app, &event->room);
		rooms_sort(&app->model.rooms, &app->model.people);
		break;
	case USER_EVENT_READ:
		if (room)
			app_seen(app, &event->room, event->seq);
		break;
	case USER_EVENT_LEVEL:
		if (!room || !event->level)
			break;
		room->level = (enum notify_level)event->level;
		room->muted_until_ms = event->muted_until_ts;
		change_level(app, room);
		break;
	case USER_EVENT_SETTING:
		if (bytes_equal(event->key, bytes_text("notify")))
			alert_ask(app);
		break;
	}
	app_touch(app);
}

void on_user_reset(struct app *app, const struct body_user_reset *reset)
{
	app->uepoch = reset->uepoch;
	change_user_position(app, reset->uepoch, reset->useq);
}

void on_notify(struct app *app, const struct body_notify *notify)
{
	alert_notify(app, notify);
}
