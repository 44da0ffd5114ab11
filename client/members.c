/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is in the room on the screen: from the cache at once, from the server when there is
 * one. And whose coming and going the server shall tell: theirs, and that of those with
 * whom there are direct chats.
 */
#include "client/app_inside.h"
#include "client/cache/cache_user.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "common/base/mem.h"

/* ---- presence ---- */

void app_watch(struct app *app)
{
	const struct room *current = rooms_current(&app->model.rooms);
	struct id users[LIMIT_WATCH];
	size_t count = 0;

	for (size_t i = 0; i < app->model.rooms.count && count < LIMIT_WATCH; i++) {
		const struct room *room = app->model.rooms.rows[i];
		if (room->kind == ROOM_DIRECT && !room->left)
			users[count++] = room->peer;
	}
	for (size_t i = 0; current && i < current->roster.count && count < LIMIT_WATCH;
	     i++)
		if (!id_equal(&current->roster.rows[i].user, &app->model.self))
			users[count++] = current->roster.rows[i].user;
	if (count)
		link_watch(app->link, users, count);
}

/* ---- the server ---- */

struct ask {
	struct app *app;
	struct id room;
};

static void show_member(struct app *app, struct room *room, const struct body_member *row)
{
	struct member *member;

	if (!row->has_user)
		return;
	app_show_user(app, &row->user);
	member = roster_set(&room->roster, &row->user.user, (enum role)row->role);
	if (row->read > member->read_seq)
		member->read_seq = row->read;
	if (row->presence)
		people_get(&app->model.people, &row->user.user)->presence =
			(enum presence_state)row->presence;
	change_member(app, &room->id, &row->user.user, row->role);
	if (row->read)
		change_receipt(app, &room->id, &row->user.user, row->read, false);
}

static bool is_listed(const struct body_members *members, const struct id *user)
{
	for (size_t i = 0; i < members->members_count; i++)
		if (id_equal(&members->members[i].user.user, user))
			return true;
	return false;
}

/* Who left while this device was away for longer than is replayed is not in the list. */
static void drop_gone(struct app *app, struct room *room,
		      const struct body_members *members)
{
	for (size_t i = room->roster.count; members->complete && i-- > 0;) {
		struct id user = room->roster.rows[i].user;
		if (is_listed(members, &user))
			continue;
		roster_remove(&room->roster, &user);
		change_member(app, &room->id, &user, 0);
	}
}

static void members_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct ask *ask = ctx;
	struct app *app = ask->app;
	struct room *room = rooms_find(&app->model.rooms, &ask->room);
	struct body_members members;
	struct json *json = NULL;

	if (err == ERR_OK)
		err = body_parse(body_members_def(), body, &json, &members);
	if (err == ERR_OK && room) {
		drop_gone(app, room, &members);
		for (size_t i = 0; i < members.members_count; i++)
			show_member(app, room, &members.members[i]);
		room->roster.complete = members.complete;
		if (room->kind == ROOM_DIRECT)
			timeline_read_by_all(
				&room->timeline, &app->model.self,
				roster_read_by_all(&room->roster, &app->model.self));
		app_watch(app);
		app_touch(app);
	}
	json_free(&json);
	mem_free(ask);
}

static void ask_server(struct app *app, const struct id *room)
{
	struct id_text text = id_text(room);
	struct body_room_list list = {.room = bytes_text(text.text), .limit = LIMIT_LIST};
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct ask *ask = mem_new(struct ask);

	*ask = (struct ask){app, *room};
	body_encode(body_room_list_def(), &out, &list);
	link_call(app->link, "room_members", buf_view(&args), members_came, ask);
}

/* ---- the cache ---- */

struct members {
	struct store_job job; /* first */
	struct app *app;
	struct id room;
	struct cache_users users;
};

static enum err members_run(struct store_job *job, struct cache *cache)
{
	struct members *members = CONTAINER_OF(job, struct members, job);
	enum err err = cache_member_list(cache, &members->room, &members->users);

	return err == ERR_NO_ROOM ? ERR_OK : err;
}

static void members_done(struct store_job *job, enum err err)
{
	struct members *members = CONTAINER_OF(job, struct members, job);
	struct app *app = members->app;
	struct room *room = rooms_find(&app->model.rooms, &members->room);

	for (size_t i = 0; room && err == ERR_OK && i < members->users.count; i++) {
		const struct cache_user *user = &members->users.users[i];
		struct member *member =
			roster_set(&room->roster, &user->id, (enum role)user->role);
		if (user->read > member->read_seq)
			member->read_seq = user->read;
		people_get(&app->model.people, &user->id);
	}
	if (room && !app->quitting && link_state(app->link) == LINK_ONLINE)
		ask_server(app, &members->room);
	app_touch(app);
	cache_users_done(&members->users);
	mem_free(members);
}

void app_load_members(struct app *app, const struct id *room)
{
	struct members *members = mem_new(struct members);

	*members = (struct members){.job = {.run = members_run, .done = members_done},
				    .app = app,
				    .room = *room};
	store_submit(app->store, &members->job);
}
