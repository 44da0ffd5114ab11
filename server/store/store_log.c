/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The logs of users as rows. Dense like those of rooms: the counter stands in the account.
 */
#include "server/store/store_log.h"

#include <string.h>

struct where {
	int64_t account;
	uint64_t uepoch, useq;
};

static enum err on_where(const struct value *col, void *ctx)
{
	*(struct where *)ctx = (struct where){
		.account = col_int(&col[0]),
		.uepoch = (uint64_t)col_int(&col[1]),
		.useq = (uint64_t)col_int(&col[2]),
	};
	return ERR_OK;
}

enum err store_log_where(struct store *store, const struct id *user, int64_t *ret_account,
			 uint64_t *ret_uepoch, uint64_t *ret_useq)
{
	struct where where;
	enum err err = store_one(store, STMT_log_where, VALUES(value_id(user)), on_where,
				 &where);

	if (err)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	*ret_account = where.account;
	*ret_uepoch = where.uepoch;
	*ret_useq = where.useq;
	return ERR_OK;
}

static enum err on_next(const struct value *col, void *ctx)
{
	struct user_event_row *event = ctx;

	event->user = col_id(&col[0]);
	event->uepoch = (uint64_t)col_int(&col[1]);
	event->useq = (uint64_t)col_int(&col[2]);
	return ERR_OK;
}

enum err store_log_add(struct store *store, int64_t account, int64_t room, int64_t sender,
		       struct user_event_row *event)
{
	enum err err = store_one(store, STMT_log_next, VALUES(value_int(account)),
				 on_next, event);
	struct bytes key = bytes_text(event->key);

	if (err)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	event->ts = store_now(store);
	return store_run(
		store, STMT_log_add,
		VALUES(value_int(account), value_int((int64_t)event->useq),
		       value_int((int64_t)event->ts), value_int(event->kind),
		       value_int_opt(room), value_int_opt(sender),
		       value_int_opt((int64_t)event->seq), value_int_opt(event->level),
		       key.len ? value_text(key) : value_null(), value_text(event->text)),
		NULL, NULL);
}

static enum err on_entry(const struct value *col, void *ctx)
{
	struct user_event_row *event = user_event_list_add(ctx);

	event->useq = (uint64_t)col_int(&col[0]);
	event->ts = (uint64_t)col_int(&col[1]);
	event->kind = (enum user_event_kind)col_int(&col[2]);
	event->room = col_id(&col[3]);
	event->from = col_id(&col[4]);
	event->seq = (uint64_t)col_int(&col[5]);
	event->level = (enum notify_level)col_int(&col[6]);
	col_text(&col[7], event->key, sizeof(event->key));
	event->text = col_dup(&col[8]);
	return ERR_OK;
}

enum err store_log_list(struct store *store, int64_t account, uint64_t useq, size_t limit,
			struct user_event_list *list)
{
	return store_run(store, STMT_log_list,
			 VALUES(value_int(account), value_int((int64_t)useq),
				value_int((int64_t)limit)),
			 on_entry, list);
}

enum err store_log_prune(struct store *store, uint64_t before_ms, size_t limit)
{
	return store_run(store, STMT_log_prune,
			 VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
			 NULL, NULL);
}
