/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms: the list, one, making, changing, coming and going. What is allowed is decided by
 * core/right.h; here arguments become its structs and rows become bodies. */
#include "common/base/mem.h"
#include "server/core/member.h"
#include "server/core/receipt.h"
#include "server/core/room.h"
#include "server/core/show.h"
#include "server/core/sync.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

static void answer_rooms(struct call *call, const struct room_list *list)
{
	struct body_room *rooms = mem_alloc(list->count + 1, sizeof(*rooms));
	AUTO(str_done) struct str cursor = STR_INIT;

	for (size_t i = 0; i < list->count; i++)
		show_room(&list->rows[i], &rooms[i]);
	if (list->more)
		show_cursor(&call->server->keys, list, &cursor);
	call_answer(call,
		    &(struct body_room_page){
			    .rooms = rooms,
			    .rooms_count = list->count,
			    .cursor = list->more ? str_view(&cursor) : bytes_of(NULL, 0),
			    .complete = !list->more,
		    });
	mem_free(rooms);
}

typedef enum err list_fn(struct store *store, const struct actor *actor,
			 const struct room_cursor *cursor, size_t limit,
			 struct room_list *ret_list);

static enum err list_rooms(struct call *call, struct store *store, list_fn *read)
{
	const struct body_list *args = call->args;
	struct room_cursor cursor;
	struct room_list list = {0};
	bool first = args->cursor.len == 0;

	if (!first &&
	    show_cursor_read(&call->server->keys, args->cursor, &cursor) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	enum err err = read(
		store, &call->actor, first ? NULL : &cursor,
		call_limit(args->limit, LIMIT_DIGEST_ROOMS, LIMIT_DIGEST_ROOMS), &list);
	if (err == ERR_OK)
		answer_rooms(call, &list);
	room_list_done(&list);
	return err;
}

static enum err rooms_work(struct call *call, struct store *store)
{
	return list_rooms(call, store, sync_digest);
}

enum err rest_rooms(struct call *call)
{
	return call_read(call, rooms_work, NULL);
}

static enum err public_work(struct call *call, struct store *store)
{
	return list_rooms(call, store, room_directory);
}

enum err rest_rooms_public(struct call *call)
{
	return call_read(call, public_work, NULL);
}

static void answer_room(struct call *call, struct room_view *view)
{
	struct body_room body;

	show_room(view, &body);
	call_answer(call, &body);
	room_view_done(view);
}

static enum err answer_one(struct call *call, struct store *store, const struct id *room)
{
	struct room_view view = {0};
	enum err err = room_get(store, &call->actor, room, &view);

	if (err == ERR_OK)
		answer_room(call, &view);
	return err;
}

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_room_ref *args = call->args;
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	return err == ERR_OK ? answer_one(call, store, &room) : err;
}

enum err rest_room_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

static enum err create_work(struct call *call, struct store *store)
{
	const struct body_room_create *args = call->args;
	struct room_view view = {0};
	struct id peer;
	struct room_new new = {
		.kind = (enum room_kind)args->kind,
		.security = (enum room_security)args->security,
		.history = (enum room_history)args->history,
		.slug = args->slug,
		.name = args->name,
		.topic = args->topic,
	};
	enum err err = ERR_OK;

	if (args->user.ptr) {
		err = find_user(call, store, args->user, &peer);
		new.members = &peer;
		new.member_count = 1;
	}
	if (err == ERR_OK)
		err = room_create(store, &call->actor, &new, &view, &call->news);
	if (err == ERR_OK)
		answer_room(call, &view);
	return err == ERR_EXISTS ? call_blame(call, err, "slug", NULL) : err;
}

enum err rest_room_create(struct call *call)
{
	const struct body_room_create *args = call->args;

	if (args->kind == ROOM_DIRECT && !args->user.ptr)
		return call_blame(call, ERR_BAD, "user",
				  N_("a direct chat needs the other user"));
	if (args->kind == ROOM_PUBLIC && !args->slug.ptr)
		return call_blame(call, ERR_BAD, "slug",
				  N_("a public room needs a slug"));
	return call_write(call, create_work, NULL);
}

static enum err update_work(struct call *call, struct store *store)
{
	const struct body_room_update *args = call->args;
	struct room_change change = {.slug = args->slug,
				     .name = args->name,
				     .topic = args->topic,
				     .has_slow = args->has_slow_ms,
				     .slow_ms = args->slow_ms,
				     .post_role = (enum role)args->post_role};
	enum err err = find_room(call, store, args->room, &change.room);

	if (err == ERR_OK)
		err = room_change(store, &call->actor, &change, &call->news);
	if (err == ERR_EXISTS)
		return call_blame(call, err, "slug", NULL);
	return err == ERR_OK ? answer_one(call, store, &change.room) : err;
}

enum err rest_room_update(struct call *call)
{
	return call_write(call, update_work, NULL);
}

static enum err delete_work(struct call *call, struct store *store)
{
	const struct body_room_ref *args = call->args;
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	return err == ERR_OK ? room_delete(store, &call->actor, &room, &call->news) : err;
}

enum err rest_room_delete(struct call *call)
{
	return call_write(call, delete_work, NULL);
}

static enum err join_work(struct call *call, struct store *store)
{
	const struct body_room_ref *args = call->args;
	struct member_act act = {.role = 0};
	enum err err = find_room(call, store, args->room, &act.room);

	if (err == ERR_OK)
		err = member_join(store, &call->actor, &act, &call->news);
	return err == ERR_OK ? answer_one(call, store, &act.room) : err;
}

enum err rest_room_join(struct call *call)
{
	return call_write(call, join_work, NULL);
}

static enum err leave_work(struct call *call, struct store *store)
{
	const struct body_room_ref *args = call->args;
	struct member_act act = {.role = 0};
	enum err err = find_room(call, store, args->room, &act.room);

	return err == ERR_OK ? member_leave(store, &call->actor, &act, &call->news) : err;
}

enum err rest_room_leave(struct call *call)
{
	return call_write(call, leave_work, NULL);
}

static enum err hide_work(struct call *call, struct store *store)
{
	const struct body_room_ref *args = call->args;
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	return err == ERR_OK ? member_hide(store, &call->actor, &room, &call->news) : err;
}

enum err rest_room_hide(struct call *call)
{
	return call_write(call, hide_work, NULL);
}

static enum err read_work(struct call *call, struct store *store)
{
	const struct body_room_read *args = call->args;
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = receipt_read(store, &call->actor, &room, args->seq, &call->news);
	return err == ERR_BAD ? call_blame(call, err, "seq", NULL) : err;
}

enum err rest_room_read(struct call *call)
{
	return call_write(call, read_work, NULL);
}
