/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failures as rows. The orders of columns are those of stmt_account.def. */
#include "server/store/store_limiter.h"

static enum err on_row(const struct value *col, void *ctx)
{
	*(struct limiter_row *)ctx = (struct limiter_row){
		.failures = (unsigned)col_int(&col[0]),
		.last_ms = (uint64_t)col_int(&col[1]),
	};
	return ERR_OK;
}

enum err store_limiter_get(struct store *store, enum limiter_scope scope,
			   const struct id *subject, struct limiter_row *ret)
{
	struct limiter_row row = {0};
	enum err err =
		store_run(store, STMT_limiter_get,
			  VALUES(value_int(scope), value_id(subject)), on_row, &row);

	if (err == ERR_OK)
		*ret = row;
	return err;
}

enum err store_limiter_put(struct store *store, enum limiter_scope scope,
			   const struct id *subject, unsigned failures)
{
	return store_run(store, STMT_limiter_put,
			 VALUES(value_int(scope), value_id(subject), value_int(failures),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_limiter_clear(struct store *store, enum limiter_scope scope,
			     const struct id *subject)
{
	return store_run(store, STMT_limiter_clear,
			 VALUES(value_int(scope), value_id(subject)), NULL, NULL);
}

enum err store_limiter_expire(struct store *store, uint64_t before_ms, size_t limit)
{
	return store_run(store, STMT_limiter_expire,
			 VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
			 NULL, NULL);
}
