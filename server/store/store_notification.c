/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of columns are those of stmt_notify.def. Whether something is read is for the
 * most part computed, from the read marker of the room and the account's own mark, so that
 * reading writes nothing here.
 */
#include "server/store/store_notification.h"

#include <stdio.h>

#include "common/base/mem.h"

#define TRIM_EVERY 32 /* insertions between two looks at how many an account has */

void notification_list_done(struct notification_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mem_free((void *)(uintptr_t)list->rows[i].text.ptr);
	mem_free(list->rows);
	*list = (struct notification_list){0};
}

static struct notification_row *list_add(struct notification_list *list)
{
	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	list->rows[list->count] = (struct notification_row){0};
	return &list->rows[list->count++];
}

static enum err trim(struct store *store, int64_t account)
{
	return store_run(store, STMT_notification_trim,
			 VALUES(value_int(account), value_int(LIMIT_NOTIFICATIONS)), NULL,
			 NULL);
}

enum err store_notification_add(struct store *store, const struct notification_new *new)
{
	struct id id = store_draw_id(store);
	int64_t key = 0;
	enum err err = store_num(
		store, STMT_notification_add,
		VALUES(value_id(&id), value_int(new->account), value_int(new->why),
		       value_int_opt(new->room), value_int_opt((int64_t) new->seq),
		       value_int_opt(new->sender), value_int((int64_t)store_now(store)),
		       new->what ? value_text(bytes_text(new->what)) : value_null(),
		       value_int_opt((int64_t) new->read_ms)),
		&key);

	if (err)
		return err;
	store->noticed |= new->read_ms == 0;
	return key % TRIM_EVERY == 0 ? trim(store, new->account) : ERR_OK;
}

static void take(const struct value *col, struct notification_row *row)
{
	*row = (struct notification_row){
		.ts = (uint64_t)col_int(&col[0]),
		.tie = col_int(&col[1]),
		.id = col_id(&col[2]),
		.why = (enum notify_why)col_int(&col[3]),
		.room = col_id(&col[4]),
		.seq = (uint64_t)col_int(&col[5]),
		.from = col_id(&col[6]),
		.count = (uint64_t)col_int(&col[9]),
		.seen = col_int(&col[10]) != 0,
		.cid = col_id(&col[11]),
		.text = col_dup(&col[12]),
		.kind = (enum room_kind)col_int(&col[13]),
	};
	col_text(&col[7], row->from_name, sizeof(row->from_name));
	col_text(&col[8], row->what, sizeof(row->what));
	col_text(col[14].kind != VALUE_NULL ? &col[14] : &col[15], row->room_name,
		 sizeof(row->room_name));
}

static enum err on_row(const struct value *col, void *ctx)
{
	take(col, list_add(ctx));
	return ERR_OK;
}

enum err store_notification_list(struct store *store, const struct notification_ask *ask,
				 size_t limit, struct notification_list *list)
{
	int64_t ts = ask->ts < INT64_MAX ? (int64_t)ask->ts : INT64_MAX;
	enum err err = store_run(
		store, STMT_notification_list,
		VALUES(value_int(ask->account), value_int((int64_t)store_now(store)),
		       value_int(ts), value_int(ask->tie), value_int((int64_t)limit + 1),
		       value_int(ask->unread), value_int(ask->security)),
		on_row, list);

	if (!err && list->count > limit) {
		mem_free((void *)(uintptr_t)list->rows[--list->count].text.ptr);
		list->more = true;
	}
	return err;
}

static enum err on_fresh(const struct value *col, void *ctx)
{
	struct notification_row *row = list_add(ctx);

	take(col, row);
	row->user = col_id(&col[16]);
	row->key = col_int(&col[17]);
	return ERR_OK;
}

enum err store_notification_fresh(struct store *store, int64_t after, size_t limit,
				  struct notification_list *list)
{
	return store_run(store, STMT_notification_fresh,
			 VALUES(value_int(after), value_int((int64_t)limit)), on_fresh,
			 list);
}

enum err store_notification_last(struct store *store, int64_t *ret_key)
{
	return store_num(store, STMT_notification_last, NULL, 0, ret_key);
}

/* What has no row of its own gets one that says that it was read. */
static enum err on_mark(const struct value *col, void *ctx)
{
	struct notification_new *new = ctx;

	new->room = col_int(&col[0]);
	new->seq = (uint64_t)col_int(&col[1]);
	new->sender = col_int(&col[2]);
	new->why = (enum notify_why)col_int(&col[3]);
	return ERR_OK;
}

static enum err mark(struct store *store, int64_t account, const struct id *id)
{
	struct notification_new new = {.account = account, .read_ms = store_now(store)};
	enum err err = store_one(store, STMT_notification_to_all,
				 VALUES(value_int(account), value_id(id)), on_mark, &new);

	if (err == ERR_NOT_FOUND)
		err = store_one(store, STMT_notification_group,
				VALUES(value_int(account), value_id(id)), on_mark, &new);
	if (!err && new.why != WHY_ROOM)
		err = store_run(store, STMT_notification_again,
				VALUES(value_int(account), value_int(new.room),
				       value_int(new.why)),
				NULL, NULL);
	return err ? err : store_notification_add(store, &new);
}

enum err store_notification_read(struct store *store, int64_t account,
				 const struct id *id)
{
	int64_t key;
	enum err err = store_num(store, STMT_notification_read,
				 VALUES(value_int(account), value_id(id),
					value_int((int64_t)store_now(store))),
				 &key);

	return err == ERR_NOT_FOUND ? mark(store, account, id) : err;
}

enum err store_notification_read_all(struct store *store, int64_t account,
				     uint64_t upto_ms)
{
	return store_run(store, STMT_account_set_noticed,
			 VALUES(value_int(account), value_int((int64_t)upto_ms)), NULL,
			 NULL);
}

enum err store_notification_prune(struct store *store, uint64_t before_ms, size_t limit)
{
	enum err err = store_run(store, STMT_notification_end, NO_VALUES, NULL, NULL);

	return err ? err
		   : store_run(store, STMT_notification_prune,
			       VALUES(value_int((int64_t)before_ms),
				      value_int((int64_t)limit)),
			       NULL, NULL);
}
