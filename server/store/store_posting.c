/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queues of requests. Columns are in the orders of stmt_hook.def. That only the first of
 * a queue is due is kept up here, so finding what is due never looks at what waits behind. */
#include "server/store/store_posting.h"

#include "common/base/mem.h"

void posting_row_done(struct posting_row *row)
{
	mem_free((void *)(uintptr_t)row->payload.ptr);
	*row = (struct posting_row){0};
}

enum err store_posting_add(struct store *store, const struct posting_row *row)
{
	struct value expires = value_int_opt((int64_t)row->expires_ms);

	store->mailed = true;
	return store_run(store, STMT_posting_add,
			 VALUES(value_id(&row->id), value_int(row->kind),
				value_int(row->owner), value_int((int64_t)row->mark),
				value_blob(row->payload),
				value_int((int64_t)row->created_ms), expires),
			 NULL, NULL);
}

static enum err count(struct store *store, enum stmt stmt, const struct value *args,
		      size_t arg_count, size_t *ret_count)
{
	int64_t num;
	enum err err = store_num(store, stmt, args, arg_count, &num);

	if (err == ERR_OK)
		*ret_count = (size_t)num;
	return err;
}

enum err store_posting_count(struct store *store, size_t limit, size_t *ret_count)
{
	return count(store, STMT_posting_count, VALUES(value_int((int64_t)limit)),
		     ret_count);
}

enum err store_posting_queue(struct store *store, int kind, int64_t owner, size_t limit,
			     size_t *ret_count)
{
	return count(store, STMT_posting_queue,
		     VALUES(value_int(kind), value_int(owner), value_int((int64_t)limit)),
		     ret_count);
}

struct taking {
	struct posting_row *rows;
	size_t count;
};

static enum err on_row(const struct value *col, void *ctx)
{
	struct taking *taking = ctx;

	taking->rows[taking->count++] = (struct posting_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.kind = (int)col_int(&col[2]),
		.owner = col_int(&col[3]),
		.mark = (uint64_t)col_int(&col[4]),
		.payload = col_dup(&col[5]),
		.created_ms = (uint64_t)col_int(&col[6]),
		.expires_ms = (uint64_t)col_int(&col[7]),
		.tries = (unsigned)col_int(&col[8]),
	};
	return ERR_OK;
}

enum err store_posting_due(struct store *store, struct posting_row *rows, size_t limit,
			   size_t *ret_count)
{
	struct taking taking = {.rows = rows};
	enum err err = store_run(
		store, STMT_posting_due,
		VALUES(value_int((int64_t)store_now(store)), value_int((int64_t)limit)),
		on_row, &taking);

	if (err == ERR_OK) {
		*ret_count = taking.count;
		return ERR_OK;
	}
	for (size_t i = 0; i < taking.count; i++)
		posting_row_done(&rows[i]);
	return err;
}

static enum err on_key(const struct value *col, void *ctx)
{
	return ERR_OK;
}

enum err store_posting_defer(struct store *store, const struct posting_row *row,
			     uint64_t due_ms, const char *why)
{
	return store_one(store, STMT_posting_defer,
			 VALUES(value_int(row->key), value_int((int64_t)due_ms),
				value_text(bytes_text(why)), value_id(&row->id)),
			 on_key, NULL);
}

enum err store_posting_drop(struct store *store, const struct posting_row *row)
{
	enum err err =
		store_one(store, STMT_posting_drop,
			  VALUES(value_int(row->key), value_id(&row->id)), on_key, NULL);

	if (err != ERR_OK)
		return err;
	store->mailed = true;
	return store_run(store, STMT_posting_next,
			 VALUES(value_int(row->kind), value_int(row->owner),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_posting_clear(struct store *store, int kind, int64_t owner)
{
	return store_run(store, STMT_posting_clear,
			 VALUES(value_int(kind), value_int(owner)), NULL, NULL);
}
