/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms as rows. The orders of columns are those of stmt.def.
 */
#include "server/store/store_room.h"

#include "common/base/mem.h"
#include "server/store/seats.h"
#include "server/store/store_member.h"

void user_take(const struct value *col, struct user_row *ret)
{
	ret->key = col_int(&col[0]);
	ret->id = col_id(&col[1]);
	ret->kind = (enum account_kind)col_int(&col[2]);
	ret->state = (enum account_state)col_int(&col[3]);
	ret->rights = (unsigned)col_int(&col[4]);
	col_text(&col[5], ret->name, sizeof(ret->name));
	col_text(&col[6], ret->display, sizeof(ret->display));
	col_text(&col[7], ret->about, sizeof(ret->about));
	col_text(&col[8], ret->status, sizeof(ret->status));
	ret->avatar = col[9].kind != VALUE_NULL;
}

static enum err on_seat(const struct value *col, void *ctx)
{
	struct seat_row *seat = ctx;

	*seat = (struct seat_row){
		.account = col_int(&col[0]),
		.room = col_int(&col[1]),
		.room_id = col_id(&col[2]),
		.rights = (unsigned)col_int(&col[3]),
		.account_state = (enum account_state)col_int(&col[4]),
		.kind = (enum room_kind)col_int(&col[5]),
		.security = (enum room_security)col_int(&col[6]),
		.history = (enum room_history)col_int(&col[7]),
		.epoch = (uint64_t)col_int(&col[8]),
		.head = (uint64_t)col_int(&col[9]),
		.ord = (uint64_t)col_int(&col[10]),
		.last_ts = (uint64_t)col_int(&col[11]),
		.slow_ms = (uint64_t)col_int(&col[12]),
		.post_role = (enum role)col_int(&col[13]),
		.deleted = col[14].kind != VALUE_NULL,
		.role = (enum role)col_int(&col[15]),
		.level = (enum notify_level)col_int(&col[16]),
		.has_row = col[17].kind != VALUE_NULL,
		.read_seq = (uint64_t)col_int(&col[17]),
		.read_ord = (uint64_t)col_int(&col[18]),
		.read_own = (uint64_t)col_int(&col[19]),
		.own = (uint64_t)col_int(&col[20]),
		.got_seq = (uint64_t)col_int(&col[21]),
		.hidden_seq = (uint64_t)col_int(&col[22]),
		.muted_until_ms = (uint64_t)col_int(&col[23]),
		.said_ms = (uint64_t)col_int(&col[24]),
		.peer = col_int(&col[25]),
		.user = col_id(&col[26]),
		.receipts = col_int(&col[27]) != 0,
		.typing = col_int(&col[28]) != 0,
	};
	/* Everybody is in a broadcast room; a row appears with the first marker. */
	if (seat->kind == ROOM_BROADCAST && seat->role == 0)
		seat->role = ROLE_GUEST;
	return ERR_OK;
}

static enum err on_true(const struct value *col, void *ctx)
{
	*(bool *)ctx = true;
	return ERR_OK;
}

enum err store_blocked(struct store *store, int64_t one, int64_t other, bool *ret_blocked)
{
	bool blocked = false;
	enum err err =
		store_run(store, STMT_seat_blocked,
			  VALUES(value_int(one), value_int(other)), on_true, &blocked);

	if (!err)
		*ret_blocked = blocked;
	return err;
}

enum err store_seat_get(struct store *store, const struct id *room, const struct id *user,
			struct seat_row *ret)
{
	struct seat_row seat = {0};

	if (seats_find(store, room, user, ret))
		return ERR_OK;
	enum err err = store_one(store, STMT_seat_get,
				 VALUES(value_id(room), value_id(user)), on_seat, &seat);

	if (err)
		return err == ERR_NOT_FOUND ? ERR_NO_ROOM : err;
	if (seat.kind == ROOM_DIRECT && seat.peer != seat.account) {
		err = store_blocked(store, seat.account, seat.peer, &seat.blocked);
		if (err)
			return err;
	}
	seats_keep(store, &seat);
	*ret = seat;
	return ERR_OK;
}

bool store_seat_notes(const struct store *store, const struct seat_row *seat)
{
	return seats_notes(store, seat);
}

enum err store_seat_head(struct store *store, const struct seat_row *seat, bool message)
{
	if (message && seats_note_head(store, seat))
		return ERR_OK;
	return store_room_set_head(store, seat->room, seat->head, seat->ord,
				   seat->last_ts, message);
}

enum err store_seat_said(struct store *store, const struct seat_row *seat, bool worthy,
			 uint64_t ts)
{
	if (seats_note_said(store, seat, worthy, ts))
		return ERR_OK;
	return store_member_said(store, seat->room, seat->account, worthy, ts);
}

enum err store_seat_banned(struct store *store, int64_t room, int64_t account,
			   bool *ret_banned)
{
	bool banned = false;
	enum err err = store_run(store, STMT_seat_banned,
				 VALUES(value_int(room), value_int(account),
					value_int((int64_t)store_now(store))),
				 on_true, &banned);

	if (!err)
		*ret_banned = banned;
	return err;
}

static enum err on_id(const struct value *col, void *ctx)
{
	*(struct id *)ctx = col_id(&col[0]);
	return ERR_OK;
}

/* A slug belongs to the first room that had it, for ever. */
static enum err claim_slug(struct store *store, int64_t room, struct bytes slug)
{
	int64_t owner;
	enum err err = store_run(store, STMT_slug_add,
				 VALUES(value_text(slug), value_int(room),
					value_int((int64_t)store_now(store))),
				 NULL, NULL);

	if (!err)
		err = store_num(store, STMT_slug_get, VALUES(value_text(slug)), &owner);
	if (!err && owner != room)
		return ERR_EXISTS;
	return err;
}

enum err store_room_add(struct store *store, const struct room_add *in, int64_t *ret_key)
{
	struct bytes none = bytes_text("");
	int64_t key;
	enum err err = store_num(store, STMT_room_add,
				 VALUES(value_id(&in->id), value_int(in->kind),
					value_int(in->security), value_int(in->history),
					value_text(in->slug),
					value_text(in->name.ptr ? in->name : none),
					value_text(in->topic.ptr ? in->topic : none),
					value_int_opt(in->low), value_int_opt(in->high),
					value_int((int64_t)in->now_ms),
					value_int_opt(in->by), value_int(in->everyone)),
				 &key);

	if (!err && in->slug.ptr)
		err = claim_slug(store, key, in->slug);
	if (!err)
		*ret_key = key;
	return err;
}

enum err store_room_pair(struct store *store, int64_t one, int64_t other,
			 struct id *ret_id)
{
	int64_t low = one < other ? one : other;
	int64_t high = one < other ? other : one;

	return store_one(store, STMT_room_pair, VALUES(value_int(low), value_int(high)),
			 on_id, ret_id);
}

enum err store_room_by_slug(struct store *store, struct bytes slug, struct id *ret_id)
{
	return store_one(store, STMT_room_by_slug, VALUES(value_text(slug)), on_id,
			 ret_id);
}

struct named {
	struct id id;
	unsigned count;
};

static enum err on_named(const struct value *col, void *ctx)
{
	struct named *named = ctx;

	named->id = col_id(&col[0]);
	return ++named->count > 1 ? ERR_AMBIGUOUS : ERR_OK;
}

enum err store_room_by_name(struct store *store, const struct id *user, struct bytes name,
			    struct id *ret_id)
{
	struct named named = {0};
	enum err err =
		store_one(store, STMT_room_by_name,
			  VALUES(value_id(user), value_text(name)), on_named, &named);

	if (!err)
		*ret_id = named.id;
	return err;
}

enum err store_room_named(struct store *store, struct bytes name, struct id *ret_id)
{
	struct named named = {.count = 0};
	enum err err = store_one(store, STMT_admin_room_named, VALUES(value_text(name)),
				 on_named, &named);

	if (err == ERR_OK)
		*ret_id = named.id;
	return err;
}

enum err store_room_set_slug(struct store *store, int64_t room, struct bytes slug)
{
	enum err err = claim_slug(store, room, slug);

	if (err)
		return err;
	return store_run(store, STMT_room_set_slug,
			 VALUES(value_int(room), value_text(slug)), NULL, NULL);
}

enum err store_room_set_name(struct store *store, int64_t room, struct bytes name)
{
	return store_run(store, STMT_room_set_name,
			 VALUES(value_int(room), value_text(name)), NULL, NULL);
}

enum err store_room_set_topic(struct store *store, int64_t room, struct bytes topic)
{
	return store_run(store, STMT_room_set_topic,
			 VALUES(value_int(room), value_text(topic)), NULL, NULL);
}

enum err store_room_set_slow(struct store *store, int64_t room, uint64_t slow_ms)
{
	return store_run(store, STMT_room_set_slow,
			 VALUES(value_int(room), value_int((int64_t)slow_ms)), NULL,
			 NULL);
}

enum err store_room_set_post_role(struct store *store, int64_t room, enum role role)
{
	return store_run(store, STMT_room_set_post_role,
			 VALUES(value_int(room), value_int(role)), NULL, NULL);
}

enum err store_room_set_deleted(struct store *store, int64_t room, uint64_t now_ms)
{
	return store_run(store, STMT_room_set_deleted,
			 VALUES(value_int(room), value_int((int64_t)now_ms)), NULL, NULL);
}

enum err store_room_set_head(struct store *store, int64_t room, uint64_t seq,
			     uint64_t ord, uint64_t ts, bool worthy)
{
	return store_run(store, STMT_room_head,
			 VALUES(value_int(room), value_int((int64_t)seq),
				value_int((int64_t)ord), value_int((int64_t)ts),
				value_int(worthy)),
			 NULL, NULL);
}

enum err store_room_count(struct store *store, int64_t room, int more)
{
	return store_run(store, STMT_room_members,
			 VALUES(value_int(room), value_int(more)), NULL, NULL);
}

struct visitor {
	store_id_fn *visit;
	void *ctx;
};

static enum err on_visit(const struct value *col, void *ctx)
{
	struct visitor *visitor = ctx;
	struct id id = col_id(&col[0]);

	return visitor->visit(&id, (int)col_int(&col[1]), visitor->ctx);
}

enum err store_room_of_all(struct store *store, store_id_fn *visit, void *ctx)
{
	struct visitor visitor = {visit, ctx};

	return store_run(store, STMT_room_of_all, NO_VALUES, on_visit, &visitor);
}

enum err store_room_broadcast(struct store *store, struct id *ret_id)
{
	return store_one(store, STMT_room_broadcast, NO_VALUES, on_id, ret_id);
}

static void take_room(const struct value *col, struct room_row *room)
{
	room->key = col_int(&col[0]);
	room->id = col_id(&col[1]);
	room->kind = (enum room_kind)col_int(&col[2]);
	room->security = (enum room_security)col_int(&col[3]);
	room->history = (enum room_history)col_int(&col[4]);
	col_text(&col[5], room->slug, sizeof(room->slug));
	col_text(&col[6], room->name, sizeof(room->name));
	col_text(&col[7], room->topic, sizeof(room->topic));
	room->epoch = (uint64_t)col_int(&col[8]);
	room->head = (uint64_t)col_int(&col[9]);
	room->ord = (uint64_t)col_int(&col[10]);
	room->last_ts = (uint64_t)col_int(&col[11]);
	room->active_ms = (uint64_t)col_int(&col[12]);
	room->slow_ms = (uint64_t)col_int(&col[13]);
	room->members = (uint64_t)col_int(&col[14]);
	room->deleted = col[15].kind != VALUE_NULL;
	room->post_role = (enum role)col_int(&col[16]);
}

static void take_last(const struct value *col, struct room_view *view)
{
	struct event_row *last = &view->last;

	view->has_last = col[0].kind != VALUE_NULL;
	last->room = view->room.id;
	last->seq = (uint64_t)col_int(&col[0]);
	last->ts = (uint64_t)col_int(&col[1]);
	last->kind = (enum event_kind)col_int(&col[2]);
	last->cid = col_id(&col[3]);
	last->text = col_dup(&col[4]);
	last->deleted = col[5].kind != VALUE_NULL;
	last->from = col_id(&col[6]);
}

static void take_view(const struct value *col, struct room_view *view)
{
	take_room(col, &view->room);
	view->role = (enum role)col_int(&col[17]);
	view->level = (enum notify_level)col_int(&col[18]);
	view->read_seq = (uint64_t)col_int(&col[19]);
	/* unread = room.ord - ord(read) - own events since */
	int64_t own = col_int(&col[22]) - col_int(&col[21]);
	int64_t unread = (int64_t)view->room.ord - col_int(&col[20]) - own;
	view->unread = unread > 0 && view->role > 0 ? (uint64_t)unread : 0;
	view->hidden_seq = (uint64_t)col_int(&col[23]);
	view->mentions = (uint64_t)col_int(&col[24]);
	take_last(&col[25], view);
	view->has_peer = col[32].kind != VALUE_NULL && view->room.kind == ROOM_DIRECT;
	if (view->has_peer)
		user_take(&col[32], &view->peer);
	view->silent_until_ms = (uint64_t)col_int(&col[42]);
}

static enum err on_view(const struct value *col, void *ctx)
{
	take_view(col, ctx);
	return ERR_OK;
}

static enum err on_view_row(const struct value *col, void *ctx)
{
	take_view(col, room_list_add(ctx));
	return ERR_OK;
}

enum err store_view_get(struct store *store, const struct id *room, const struct id *user,
			struct room_view *ret)
{
	struct room_view view = {0};
	enum err err = store_one(store, STMT_view_get,
				 VALUES(value_id(room), value_id(user)), on_view, &view);

	if (err)
		return err == ERR_NOT_FOUND ? ERR_NO_ROOM : err;
	*ret = view;
	return ERR_OK;
}

static enum err list_views(struct store *store, enum stmt stmt, const struct id *user,
			   const struct room_cursor *cursor, size_t limit,
			   struct room_list *list)
{
	static const struct room_cursor start = {.active_ms = INT64_MAX,
						 .key = INT64_MAX};
	const struct room_cursor *from = cursor ? cursor : &start;
	size_t before = list->count;
	enum err err =
		store_run(store, stmt,
			  VALUES(value_id(user), value_int((int64_t)from->active_ms),
				 value_int(from->key), value_int((int64_t)limit + 1)),
			  on_view_row, list);

	list->more = !err && list->count - before > limit;
	if (list->more)
		room_view_done(&list->rows[--list->count]);
	return err;
}

enum err store_view_digest(struct store *store, const struct id *user,
			   const struct room_cursor *cursor, size_t limit,
			   struct room_list *list)
{
	return list_views(store, STMT_view_digest, user, cursor, limit, list);
}

enum err store_view_public(struct store *store, const struct id *user,
			   const struct room_cursor *cursor, size_t limit,
			   struct room_list *list)
{
	return list_views(store, STMT_view_public, user, cursor, limit, list);
}
