/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The logs of rooms as rows: append, read ranges. What happens to a message after it was
 * appended stands in store_message.c.
 */
#include "server/store/store_event.h"

#include <string.h>

#include "common/base/mem.h"
#include "server/store/store_room.h"
#include "server/store/store_upload.h"

/* A list of ids in one column; NULL when there is none. */
static struct value ids_value(const struct id *ids, size_t count)
{
	if (count == 0)
		return value_null();
	return value_blob(bytes_of(ids, count * ID_LEN));
}

static size_t take_ids(const struct value *col, struct id **ret_ids)
{
	struct bytes bytes = col_bytes(col);
	size_t count = bytes.len / ID_LEN;

	*ret_ids = mem_dup(bytes.ptr, count * ID_LEN);
	return count;
}

/* A message: everything that a member may say. */
static enum err add_said(struct store *store, const struct event_add *in)
{
	const struct event_row *event = in->event;
	AUTO(buf_done) struct buf attached = BUF_INIT;

	if (event->attached_count)
		file_notes_write(event->attached, event->attached_count, &attached);
	return store_run(
		store, STMT_event_add,
		VALUES(value_int(in->room), value_int((int64_t)event->seq),
		       value_int((int64_t)event->ord), value_int((int64_t)event->ts),
		       value_int(event->kind), value_int(in->sender),
		       value_id_opt(&in->device), value_id_opt(&event->cid),
		       value_id_opt(&event->target), value_id_opt(&event->reply),
		       value_id_opt(&event->thread), value_text(event->text),
		       value_blob(event->sealed), value_int(event->quiet),
		       ids_value(event->mentions, event->mention_count),
		       ids_value(event->files, event->file_count),
		       attached.len ? value_blob(buf_view(&attached)) : value_null()),
		NULL, NULL);
}

/* A change of the room's state. */
static enum err add_state(struct store *store, const struct event_add *in)
{
	const struct event_row *event = in->event;

	return store_run(
		store, STMT_event_add_state,
		VALUES(value_int(in->room), value_int((int64_t)event->seq),
		       value_int((int64_t)event->ord), value_int((int64_t)event->ts),
		       value_int(event->kind), value_int(in->sender),
		       value_id_opt(&event->cid), value_text(event->text),
		       value_int_opt(event->change), value_int_opt(event->role),
		       value_int_opt(in->subject), value_text(event->slug),
		       value_text(event->name), value_int_opt(event->security),
		       event->kind == EVENT_ACL ? value_int((int64_t)event->slow_ms)
						: value_null()),
		NULL, NULL);
}

enum err store_event_add(struct store *store, const struct event_add *in)
{
	enum event_kind kind = in->event->kind;
	bool state = kind == EVENT_MEMBER || kind == EVENT_TOPIC ||
		     kind == EVENT_RENAME || kind == EVENT_ACL || kind == EVENT_SECURITY;
	enum err err = state ? add_state(store, in) : add_said(store, in);

	if (!err && store->driver->changed(store->db) == 0)
		err = ERR_EXISTS; /* it met the same cid */
	return err;
}

enum err store_event_import(struct store *store, const struct event_add *in)
{
	const struct event_row *event = in->event;
	enum err err = store_run(
		store, STMT_event_import,
		VALUES(value_int(in->room), value_int((int64_t)event->seq),
		       value_int((int64_t)event->ord), value_int((int64_t)event->ts),
		       value_int(event->kind), value_int(in->sender),
		       value_id_opt(&event->cid), value_id_opt(&event->reply),
		       value_id_opt(&event->thread), value_text(event->text),
		       value_int(event->quiet), value_text(event->author),
		       value_int((int64_t)event->said_ms)),
		NULL, NULL);

	if (!err && store->driver->changed(store->db) == 0)
		err = ERR_EXISTS; /* it met the same cid */
	return err;
}

static enum err on_dup(const struct value *col, void *ctx)
{
	*(struct event_dup *)ctx = (struct event_dup){
		.room = col_int(&col[0]),
		.sender = col_int(&col[1]),
		.kind = (enum event_kind)col_int(&col[2]),
		.seq = (uint64_t)col_int(&col[3]),
		.ord = (uint64_t)col_int(&col[4]),
		.ts = (uint64_t)col_int(&col[5]),
		.room_id = col_id(&col[6]),
		.target = col_id(&col[7]),
	};
	return ERR_OK;
}

enum err store_event_dup(struct store *store, const struct id *cid, struct event_dup *ret)
{
	return store_one(store, STMT_event_dup, VALUES(value_id(cid)), on_dup, ret);
}

static void take_event(const struct value *col, struct event_row *event)
{
	event->key = col_int(&col[0]);
	event->room = col_id(&col[1]);
	event->seq = (uint64_t)col_int(&col[2]);
	event->ord = (uint64_t)col_int(&col[3]);
	event->ts = (uint64_t)col_int(&col[4]);
	event->kind = (enum event_kind)col_int(&col[5]);
	event->from = col_id(&col[6]);
	event->cid = col_id(&col[7]);
	event->target = col_id(&col[8]);
	event->reply = col_id(&col[9]);
	event->thread = col_id(&col[10]);
	event->text = col_dup(&col[11]);
	event->sealed = col_dup(&col[12]);
	event->quiet = col_int(&col[13]) != 0;
	event->deleted = col[14].kind != VALUE_NULL;
	event->edited = col[15].kind != VALUE_NULL;
	event->mention_count = take_ids(&col[16], &event->mentions);
	event->file_count = take_ids(&col[17], &event->files);
	event->change = (enum member_change)col_int(&col[18]);
	event->role = (enum role)col_int(&col[19]);
	event->security = (enum room_security)col_int(&col[20]);
	event->slug = col_dup(&col[21]);
	event->name = col_dup(&col[22]);
	event->slow_ms = (uint64_t)col_int(&col[23]);
	event->attached_count = file_notes_read(col_bytes(&col[24]), &event->attached);
	event->author = col_dup(&col[25]);
	event->said_ms = (uint64_t)col_int(&col[26]);
	if (col[27].kind != VALUE_NULL) {
		event->user = mem_new(struct user_row);
		user_take(&col[27], event->user);
	}
}

static enum err on_event(const struct value *col, void *ctx)
{
	take_event(col, ctx);
	return ERR_OK;
}

static enum err on_event_row(const struct value *col, void *ctx)
{
	take_event(col, event_list_add(ctx));
	return ERR_OK;
}

enum err store_event_get(struct store *store, const struct id *cid, struct event_row *ret)
{
	struct event_row event = {0};
	enum err err =
		store_one(store, STMT_event_get, VALUES(value_id(cid)), on_event, &event);

	if (!err)
		*ret = event;
	return err;
}

/* Outside of int64_t no seq exists. */
static struct value seq_value(uint64_t seq)
{
	return value_int(seq > INT64_MAX ? INT64_MAX : (int64_t)seq);
}

enum err store_event_down(struct store *store, int64_t room, uint64_t from, uint64_t to,
			  size_t limit, struct event_list *list)
{
	return store_run(store, STMT_event_down,
			 VALUES(value_int(room), seq_value(from), seq_value(to),
				value_int((int64_t)limit)),
			 on_event_row, list);
}

enum err store_event_up(struct store *store, int64_t room, uint64_t from, uint64_t to,
			size_t limit, struct event_list *list)
{
	return store_run(store, STMT_event_up,
			 VALUES(value_int(room), seq_value(from), seq_value(to),
				value_int((int64_t)limit)),
			 on_event_row, list);
}

enum err store_event_messages(struct store *store, int64_t room, uint64_t from,
			      uint64_t to, int64_t before, size_t limit,
			      struct event_list *list)
{
	return store_run(store, STMT_event_down_keys,
			 VALUES(value_int(room), seq_value(from), seq_value(to),
				value_int(before), value_int((int64_t)limit)),
			 on_event_row, list);
}

enum err store_event_visible(struct store *store, int64_t account, int64_t from,
			     int64_t before, enum room_kind kind, size_t limit,
			     struct event_list *list)
{
	return store_run(store, STMT_event_visible,
			 VALUES(value_int(account), value_int(from), value_int(before),
				value_int(kind), value_int((int64_t)limit)),
			 on_event_row, list);
}

enum err store_event_bounds(struct store *store, int64_t *ret_oldest, int64_t *ret_newest)
{
	enum err err = store_num(store, STMT_event_oldest, NO_VALUES, ret_oldest);

	return err ? err : store_num(store, STMT_event_newest, NO_VALUES, ret_newest);
}

enum err store_event_ord(struct store *store, int64_t room, uint64_t seq,
			 uint64_t *ret_ord)
{
	int64_t ord = 0;
	enum err err = store_num(store, STMT_event_ord,
				 VALUES(value_int(room), seq_value(seq)), &ord);

	if (err && err != ERR_NOT_FOUND)
		return err;
	*ret_ord = (uint64_t)ord;
	return ERR_OK;
}

struct at {
	uint64_t seq, ts;
};

static enum err on_at(const struct value *col, void *ctx)
{
	*(struct at *)ctx = (struct at){
		.seq = (uint64_t)col_int(&col[0]),
		.ts = (uint64_t)col_int(&col[1]),
	};
	return ERR_OK;
}

enum err store_event_time(struct store *store, int64_t room, uint64_t seq,
			  uint64_t *ret_seq, uint64_t *ret_ts)
{
	struct at at;
	enum err err = store_one(store, STMT_event_time,
				 VALUES(value_int(room), seq_value(seq)), on_at, &at);

	if (err)
		return err;
	*ret_seq = at.seq;
	*ret_ts = at.ts;
	return ERR_OK;
}

enum err store_event_own(struct store *store, int64_t room, uint64_t above, uint64_t to,
			 int64_t sender, uint64_t *ret_count)
{
	int64_t count;
	enum err err = store_num(store, STMT_event_own,
				 VALUES(value_int(room), seq_value(above), seq_value(to),
					value_int(sender)),
				 &count);

	if (!err)
		*ret_count = (uint64_t)count;
	return err;
}

enum err store_pin_list(struct store *store, int64_t room, size_t skip, size_t limit,
			struct event_list *list)
{
	return store_run(store, STMT_pin_list,
			 VALUES(value_int(room), value_int((int64_t)limit),
				value_int((int64_t)skip)),
			 on_event_row, list);
}

enum err store_thread_list(struct store *store, const struct id *root, uint64_t before,
			   size_t limit, struct event_list *list)
{
	return store_run(
		store, STMT_thread_list,
		VALUES(value_id(root), seq_value(before), value_int((int64_t)limit)),
		on_event_row, list);
}

enum err store_event_look(struct store *store, enum stmt stmt, const struct value *args,
			  size_t count, struct event_list *list)
{
	return store_run(store, stmt, args, count, on_event_row, list);
}
