/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms and who is in them, for the administration: `admin` routes, whose actor the router
 * has checked. They show what a room is called and who is in it, never what is said there.
 */
#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/core/cursor.h"
#include "server/core/member.h"
#include "server/core/show.h"
#include "server/core/steward.h"
#include "server/rest/answer.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

#define CLEAR_SLICE 2000 /* events cut at once: the writer serves others in between */

/* What the body points at beside the row. */
struct shown {
	struct bytes pair[2];
	struct bytes owners[ADMIN_OWNERS];
};

static void show(const struct room_info *info, const struct owner_names *owners,
		 struct shown *shown, struct body_room_info *body)
{
	const struct room_row *room = &info->room;

	*body = (struct body_room_info){
		.id = room->id,
		.kind = room->kind,
		.security = room->security,
		.history = room->history,
		.slug = show_text(room->slug),
		.name = show_text(room->name),
		.topic = show_text(room->topic),
		.users = shown->pair,
		.owners = shown->owners,
		.members = room->members,
		.head = room->head,
		.made_ts = info->created_ms,
		.active_ts = room->active_ms,
		.slow_ms = room->slow_ms,
		.keep_ms = info->keep_ms < 0 ? 0 : (uint64_t)info->keep_ms,
		.has_keep_ms = info->keep_ms >= 0,
		.archived = info->archived,
	};
	for (size_t i = 0; i < 2 && room->kind == ROOM_DIRECT; i++)
		shown->pair[body->users_count++] = bytes_text(info->pair[i]);
	for (size_t i = 0; owners && i < owners->count; i++)
		shown->owners[body->owners_count++] = bytes_text(owners->names[i]);
}

static enum err list_work(struct call *call, struct store *store)
{
	const struct body_rooms_ask *args = call->args;
	const struct keys *keys = &call->server->keys;
	AUTO(str_done) struct str cursor = STR_INIT;
	struct room_info_list list;
	int64_t after = 0;

	if (args->cursor.len && cursor_open(keys, args->cursor, &after) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	enum err err = store_room_list(store, args->q, (enum room_kind)args->kind, after,
				       call_limit(args->limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	struct body_room_info *rows = mem_alloc(list.count + 1, sizeof(*rows));
	struct shown *shown = mem_alloc(list.count + 1, sizeof(*shown));
	for (size_t i = 0; i < list.count; i++)
		show(&list.rows[i], NULL, &shown[i], &rows[i]);
	if (list.more)
		cursor_seal(keys, list.rows[list.count - 1].room.key, &cursor);
	call_answer(call,
		    &(struct body_room_infos){
			    .rooms = rows,
			    .rooms_count = list.count,
			    .cursor = list.more ? str_view(&cursor) : bytes_of(NULL, 0),
			    .complete = !list.more,
		    });
	mem_free(shown);
	mem_free(rows);
	room_info_list_done(&list);
	return ERR_OK;
}

enum err rest_admin_rooms(struct call *call)
{
	return call_read(call, list_work, NULL);
}

static enum err answer_one(struct call *call, struct store *store, const struct id *room)
{
	struct owner_names owners;
	struct body_room_info body;
	struct room_info info;
	struct shown shown;
	enum err err = store_room_info(store, room, &info);

	if (err == ERR_OK && info.room.deleted)
		err = ERR_GONE;
	if (err == ERR_OK)
		err = store_room_owners(store, info.room.key, &owners);
	if (err != ERR_OK)
		return call_blame(call, err, "room", NULL);
	show(&info, &owners, &shown, &body);
	call_answer(call, &body);
	return ERR_OK;
}

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_any_room *args = call->args;
	struct id room;
	enum err err = find_any_room(call, store, args->room, &room);

	return err == ERR_OK ? answer_one(call, store, &room) : err;
}

enum err rest_admin_room_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

/* ---- make, change, delete ---- */

static enum err create_work(struct call *call, struct store *store)
{
	const struct body_room_make *args = call->args;
	const struct room_new new = {
		.kind = (enum room_kind)args->kind,
		.history = (enum room_history)args->history,
		.slug = args->slug,
		.name = args->name,
		.topic = args->topic,
	};
	struct id owner = {{0}}, room;
	enum err err = ERR_OK;

	if (args->owner.len)
		err = find_user(call, store, args->owner, &owner);
	if (err != ERR_OK)
		return call_blame(call, err, "owner", NULL);
	err = steward_room_make(store, &call->actor, &new, &owner, &room, &call->news);
	if (err == ERR_EXISTS)
		return call_blame(call, err, "slug", NULL);
	return err == ERR_OK ? answer_one(call, store, &room) : err;
}

enum err rest_admin_room_create(struct call *call)
{
	const struct body_room_make *args = call->args;
	const bool open = args->kind == ROOM_PUBLIC || args->kind == ROOM_BROADCAST;

	if (args->kind == ROOM_DIRECT)
		return call_blame(call, ERR_BAD, "kind",
				  N_("a direct chat is made by its first message"));
	if (open && !args->slug.ptr)
		return call_blame(call, ERR_BAD, "slug",
				  N_("public and broadcast rooms need a slug"));
	if (args->kind != ROOM_BROADCAST && !args->owner.ptr)
		return call_blame(call, ERR_BAD, "owner", N_("somebody has to own it"));
	return call_write(call, create_work, NULL);
}

static enum err change(struct call *call, struct store *store, const struct id *room)
{
	const struct body_room_steer *args = call->args;
	const struct room_change in = {
		.room = *room,
		.slug = args->slug,
		.name = args->name,
		.topic = args->topic,
		.has_slow = args->has_slow_ms,
		.slow_ms = args->slow_ms,
	};
	enum err err = ERR_OK;

	if (in.slug.ptr || in.name.ptr || in.topic.ptr || in.has_slow)
		err = steward_room_change(store, &call->actor, &in, &call->news);
	if (err == ERR_EXISTS)
		return call_blame(call, err, "slug", NULL);
	if (err == ERR_OK && args->archive) {
		err = steward_room_archive(store, &call->actor, room,
					   args->archive == YES_NO_YES, &call->news);
		if (err == ERR_STATE)
			return call_blame(call, err, "archive", NULL);
	}
	return err;
}

static enum err update_work(struct call *call, struct store *store)
{
	const struct body_room_steer *args = call->args;
	struct id room;
	enum err err = find_any_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = change(call, store, &room);
	return err == ERR_OK ? answer_one(call, store, &room) : err;
}

enum err rest_admin_room_update(struct call *call)
{
	return call_write(call, update_work, NULL);
}

static enum err delete_work(struct call *call, struct store *store)
{
	const struct body_any_room *args = call->args;
	struct id room;
	enum err err = find_any_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = steward_room_delete(store, &call->actor, &room, &call->news);
	if (err == ERR_OK)
		log_info("admin: a room was deleted, room=%s", id_text(&room).text);
	return err;
}

enum err rest_admin_room_delete(struct call *call)
{
	return call_write(call, delete_work, NULL);
}

static enum err clear_work(struct call *call, struct store *store)
{
	const struct body_any_room *args = call->args;
	struct id room;
	size_t count = 0;
	enum err err = find_any_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = steward_room_clear(store, &call->actor, &room, CLEAR_SLICE, &count);
	if (err != ERR_OK)
		return err;
	call_answer(call, &(struct body_room_cleared){.events = count,
						      .complete = count < CLEAR_SLICE});
	return ERR_OK;
}

enum err rest_admin_room_clear(struct call *call)
{
	return call_write(call, clear_work, NULL);
}

/* ---- members ---- */

static enum err members_work(struct call *call, struct store *store)
{
	const struct body_any_room_list *args = call->args;
	struct member_list list = {0};
	struct room_info info;
	enum err err = find_any_room_info(call, store, args->room, &info);

	if (err == ERR_OK)
		err = store_member_list(store, info.room.key, args->cursor,
					call_limit(args->limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	answer_members(call, &list, false);
	member_list_done(&list);
	return ERR_OK;
}

enum err rest_admin_room_members(struct call *call)
{
	return call_read(call, members_work, NULL);
}

/* Both of any_room_user. */
static enum err find_both(struct call *call, struct store *store, struct id *ret_room,
			  struct id *ret_user)
{
	const struct body_any_room_user *args = call->args;
	enum err err = find_any_room(call, store, args->room, ret_room);

	return err == ERR_OK ? find_user(call, store, args->user, ret_user) : err;
}

static enum err put_work(struct call *call, struct store *store)
{
	const struct body_any_room_user *args = call->args;
	struct id room, user;
	enum err err = find_both(call, store, &room, &user);

	if (err == ERR_OK)
		err = steward_member_put(store, &call->actor, &room, &user,
					 args->role ? (enum role)args->role : ROLE_MEMBER,
					 &call->news);
	return err == ERR_STATE
		       ? call_blame(call, err, "role", N_("it is the only owner"))
		       : err;
}

enum err rest_admin_room_member_put(struct call *call)
{
	return call_write(call, put_work, NULL);
}

static enum err remove_work(struct call *call, struct store *store)
{
	struct id room, user;
	enum err err = find_both(call, store, &room, &user);

	if (err == ERR_OK)
		err = steward_member_remove(store, &call->actor, &room, &user,
					    &call->news);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "user", NULL) : err;
}

enum err rest_admin_room_member_remove(struct call *call)
{
	return call_write(call, remove_work, NULL);
}
