/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue of letters. The orders of columns are those of stmt_mail.def. */
#include "server/store/store_mail.h"

#include "common/base/mem.h"

void mail_row_done(struct mail_row *row)
{
	mem_free((void *)(uintptr_t)row->payload.ptr);
	*row = (struct mail_row){0};
}

enum err store_mail_add(struct store *store, const struct mail_row *row)
{
	store->mailed = true;
	return store_run(store, STMT_mail_add,
			 VALUES(value_text(bytes_text(row->recipient)),
				value_text(bytes_text(row->letter)),
				value_text(bytes_text(row->locale)),
				value_blob(row->payload),
				value_int((int64_t)row->created_ms),
				value_int((int64_t)row->expires_ms)),
			 NULL, NULL);
}

enum err store_mail_count(struct store *store, size_t limit, size_t *ret_count)
{
	int64_t count;
	enum err err = store_num(store, STMT_mail_count,
				 VALUES(value_int((int64_t)limit)), &count);

	if (err == ERR_OK)
		*ret_count = (size_t)count;
	return err;
}

struct taking {
	struct mail_row *rows;
	size_t count;
};

static enum err on_row(const struct value *col, void *ctx)
{
	struct taking *taking = ctx;
	struct mail_row *row = &taking->rows[taking->count++];

	*row = (struct mail_row){
		.key = col_int(&col[0]),
		.payload = col_dup(&col[4]),
		.created_ms = (uint64_t)col_int(&col[5]),
		.expires_ms = (uint64_t)col_int(&col[6]),
		.tries = (unsigned)col_int(&col[7]),
	};
	col_text(&col[1], row->recipient, sizeof(row->recipient));
	col_text(&col[2], row->letter, sizeof(row->letter));
	col_text(&col[3], row->locale, sizeof(row->locale));
	return ERR_OK;
}

enum err store_mail_due(struct store *store, struct mail_row *rows, size_t limit,
			size_t *ret_count)
{
	struct taking taking = {.rows = rows};
	enum err err = store_run(
		store, STMT_mail_due,
		VALUES(value_int((int64_t)store_now(store)), value_int((int64_t)limit)),
		on_row, &taking);

	if (err == ERR_OK) {
		*ret_count = taking.count;
		return ERR_OK;
	}
	for (size_t i = 0; i < taking.count; i++)
		mail_row_done(&rows[i]);
	return err;
}

enum err store_mail_defer(struct store *store, int64_t key, uint64_t due_ms,
			  const char *why)
{
	return store_run(store, STMT_mail_defer,
			 VALUES(value_int(key), value_int((int64_t)due_ms),
				value_text(bytes_text(why))),
			 NULL, NULL);
}

enum err store_mail_drop(struct store *store, int64_t key)
{
	return store_run(store, STMT_mail_drop, VALUES(value_int(key)), NULL, NULL);
}
