/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations as rows. The order of columns is that of INVITE_COLS in stmt.def. */
#include "server/store/store_invite.h"

#include "common/base/mem.h"

static void take(const struct value *col, struct invite_row *ret)
{
	*ret = (struct invite_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.room = col_id(&col[2]),
		.inviter = col_id(&col[3]),
		.role = (enum role)col_int(&col[4]),
		.counted = col[5].kind != VALUE_NULL,
		.uses_left = (uint64_t)col_int(&col[5]),
		.made_ms = (uint64_t)col_int(&col[6]),
		.expires_ms = (uint64_t)col_int(&col[7]),
		.revoked = col[8].kind != VALUE_NULL,
	};
}

static enum err on_invite(const struct value *col, void *ctx)
{
	take(col, ctx);
	return ERR_OK;
}

enum err store_invite_add(struct store *store, const struct invite_add *in)
{
	return store_run(store, STMT_invite_add,
			 VALUES(value_id(&in->id),
				value_blob(bytes_of(in->hash, SHA256_LEN)),
				value_int(in->room), value_int(in->inviter),
				value_int(in->role), value_int_opt((int64_t)in->uses),
				value_int((int64_t)store_now(store)),
				value_int_opt((int64_t)in->expires_ms)),
			 NULL, NULL);
}

enum err store_invite_by_hash(struct store *store, const uint8_t hash[SHA256_LEN],
			      struct invite_row *ret)
{
	return store_one(store, STMT_invite_by_hash,
			 VALUES(value_blob(bytes_of(hash, SHA256_LEN))), on_invite, ret);
}

enum err store_invite_by_id(struct store *store, const struct id *id,
			    struct invite_row *ret)
{
	return store_one(store, STMT_invite_by_id, VALUES(value_id(id)), on_invite, ret);
}

enum err store_invite_take(struct store *store, int64_t key)
{
	return store_one(store, STMT_invite_take, VALUES(value_int(key)), NULL, NULL);
}

enum err store_invite_revoke(struct store *store, int64_t key)
{
	return store_run(store, STMT_invite_revoke,
			 VALUES(value_int(key), value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_invite_count(struct store *store, int64_t room, int64_t *ret_count)
{
	return store_num(store, STMT_invite_count,
			 VALUES(value_int(room), value_int((int64_t)store_now(store))),
			 ret_count);
}

void invite_list_done(struct invite_list *list)
{
	mem_free(list->rows);
	*list = (struct invite_list){0};
}

static enum err on_listed(const struct value *col, void *ctx)
{
	struct invite_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	take(col, &list->rows[list->count++]);
	return ERR_OK;
}

enum err store_invite_list(struct store *store, int64_t room, int64_t inviter,
			   int64_t before, size_t limit, struct invite_list *list)
{
	return store_run(store, STMT_invite_list,
			 VALUES(value_int(room), value_int(inviter),
				value_int(before ? before : INT64_MAX),
				value_int((int64_t)store_now(store)),
				value_int((int64_t)limit)),
			 on_listed, list);
}

enum err store_invite_expire(struct store *store, uint64_t before_ms, size_t limit)
{
	return store_run(store, STMT_invite_expire,
			 VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
			 NULL, NULL);
}
