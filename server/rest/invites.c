/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations by a code. Who only has the code learns the name of the room and who
 * invites; nothing of what was said. */
#include "common/base/mem.h"
#include "server/core/cursor.h"
#include "server/core/invite.h"
#include "server/core/room.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/find.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"

#define PAGE_USUAL 50 /* rows when nobody says how many */

/* The rows that a body of an invitation borrows from. */
struct shown {
	struct room_view view; /* owned */
	struct user_row inviter;
};

static void shown_done(struct shown *shown)
{
	room_view_done(&shown->view);
}

/* The room as someone outside of it may see it by its name. */
static enum err show_invite(struct store *store, const struct actor *actor,
			    const struct invite_row *row, struct shown *shown,
			    struct body_invite *ret_body)
{
	enum err err = store_view_get(store, &row->room, &actor->user, &shown->view);

	if (err == ERR_OK)
		err = store_user_by_id(store, &row->inviter, &shown->inviter);
	if (err != ERR_OK)
		return err;
	*ret_body = (struct body_invite){
		.invite = row->id,
		.has_room = true,
		.has_inviter = true,
		.role = (int)row->role,
		.has_uses = row->counted,
		.uses = row->counted ? row->uses_left : 0,
		.made_ts = row->made_ms,
		.expires_ts = row->expires_ms,
	};
	show_room(&shown->view, &ret_body->room);
	if (shown->view.role == 0)
		ret_body->room.has_last = false;
	show_user(&shown->inviter, &ret_body->inviter);
	return ERR_OK;
}

static enum err answer_invite(struct call *call, struct store *store,
			      const struct invite_row *row, const struct id *code)
{
	AUTO(shown_done) struct shown shown = {0};
	struct body_invite body;
	enum err err = show_invite(store, &call->actor, row, &shown, &body);

	if (err != ERR_OK)
		return err;
	if (code)
		body.code = *code;
	call_answer(call, &body);
	return ERR_OK;
}

static enum err new_work(struct call *call, struct store *store)
{
	const struct body_invite_new *args = call->args;
	struct invite_new in = {.role = (enum role)args->role,
				.uses = args->uses,
				.for_ms = args->for_ms};
	struct invite_row row;
	struct id code;
	enum err err = find_room(call, store, args->room, &in.room);

	if (err == ERR_OK)
		err = invite_create(store, &call->actor, &in, &code, &row);
	if (err == ERR_BAD)
		return call_blame(call, err,
				  in.for_ms > LIMIT_INVITE_MS ? "for_ms" : "uses", NULL);
	if (err == ERR_STATE)
		return call_blame(call, err, NULL,
				  N_("the room has too many open invitations"));
	return err == ERR_OK ? answer_invite(call, store, &row, &code) : err;
}

enum err rest_room_invite_new(struct call *call)
{
	return call_write(call, new_work, NULL);
}

/* What is wrong with a code is about the code. */
static enum err blame_code(struct call *call, enum err err)
{
	if (err == ERR_GONE)
		return call_blame(call, err, "code", N_("this invitation is over"));
	return err == ERR_NOT_FOUND ? call_blame(call, err, "code", NULL) : err;
}

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_invite_code *args = call->args;
	struct invite_row row;
	enum err err = invite_look(store, &args->code, &row);

	return err == ERR_OK ? answer_invite(call, store, &row, NULL)
			     : blame_code(call, err);
}

enum err rest_invite_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

static enum err accept_work(struct call *call, struct store *store)
{
	const struct body_invite_code *args = call->args;
	struct room_view view = {0};
	struct body_room body;
	struct id room;
	enum err err =
		invite_accept(store, &call->actor, &args->code, &room, &call->news);

	if (err != ERR_OK)
		return blame_code(call, err);
	err = room_get(store, &call->actor, &room, &view);
	if (err != ERR_OK)
		return err;
	show_room(&view, &body);
	call_answer(call, &body);
	room_view_done(&view);
	return ERR_OK;
}

enum err rest_invite_accept(struct call *call)
{
	return call_write(call, accept_work, NULL);
}

/* One page; every row has its own view of the same room. */
static enum err answer_list(struct call *call, struct store *store,
			    const struct invite_list *list, bool more)
{
	AUTO(str_done) struct str cursor = STR_INIT;
	struct shown *shown = mem_alloc(list->count + 1, sizeof(*shown));
	struct body_invite *rows = mem_alloc(list->count + 1, sizeof(*rows));
	enum err err = ERR_OK;

	for (size_t i = 0; i < list->count && err == ERR_OK; i++)
		err = show_invite(store, &call->actor, &list->rows[i], &shown[i],
				  &rows[i]);
	if (more)
		cursor_seal(&call->server->keys, list->rows[list->count - 1].key,
			    &cursor);
	if (err == ERR_OK)
		call_answer(call,
			    &(struct body_invites){.invites = rows,
						   .invites_count = list->count,
						   .cursor = more ? str_view(&cursor)
								  : bytes_of(NULL, 0),
						   .complete = !more});
	for (size_t i = 0; i < list->count; i++)
		shown_done(&shown[i]);
	mem_free(rows);
	mem_free(shown);
	return err;
}

static enum err list_work(struct call *call, struct store *store)
{
	const struct body_room_list *args = call->args;
	AUTO(invite_list_done) struct invite_list list = {0};
	size_t limit = call_limit(args->limit, PAGE_USUAL, LIMIT_LIST);
	struct id room;
	int64_t before = 0;
	enum err err = ERR_OK;

	if (args->cursor.len &&
	    cursor_open(&call->server->keys, args->cursor, &before) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	err = find_room(call, store, args->room, &room);
	if (err == ERR_OK)
		err = invite_list(store, &call->actor, &room, before, limit + 1, &list);
	if (err != ERR_OK)
		return err;
	bool more = list.count > limit;
	list.count -= more;
	return answer_list(call, store, &list, more);
}

enum err rest_room_invites(struct call *call)
{
	return call_read(call, list_work, NULL);
}

static enum err revoke_work(struct call *call, struct store *store)
{
	const struct body_invite_ref *args = call->args;
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = invite_revoke(store, &call->actor, &room, &args->invite);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "invite", NULL) : err;
}

enum err rest_room_invite_revoke(struct call *call)
{
	return call_write(call, revoke_work, NULL);
}
