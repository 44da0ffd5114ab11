/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kept answers as rows. The orders of columns are those of stmt_account.def. */
#include "server/store/store_idempotency.h"

#include <string.h>

#include "common/base/mem.h"

void idempotency_done(struct idempotency_row *row)
{
	mem_free((void *)(uintptr_t)row->reply.ptr);
	*row = (struct idempotency_row){0};
}

static enum err on_row(const struct value *col, void *ctx)
{
	struct idempotency_row *row = ctx;
	struct bytes digest = col_bytes(&col[0]);

	if (digest.len != IDEMPOTENCY_DIGEST_LEN)
		return ERR_CORRUPT;
	memcpy(row->digest, digest.ptr, digest.len);
	row->reply = col_dup(&col[1]);
	return ERR_OK;
}

enum err store_idempotency_get(struct store *store, const struct id *user,
			       struct bytes name, struct idempotency_row *ret)
{
	return store_one(store, STMT_idempotency_get,
			 VALUES(value_id(user), value_text(name)), on_row, ret);
}

enum err store_idempotency_put(struct store *store, const struct id *user,
			       struct bytes name, const struct idempotency_row *in)
{
	return store_run(store, STMT_idempotency_put,
			 VALUES(value_id(user), value_text(name),
				value_blob(bytes_of(in->digest, IDEMPOTENCY_DIGEST_LEN)),
				value_blob(in->reply),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_idempotency_expire(struct store *store, uint64_t before_ms, size_t limit)
{
	return store_run(store, STMT_idempotency_expire,
			 VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
			 NULL, NULL);
}
