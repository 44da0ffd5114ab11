/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of columns are those of stmt_people.def.
 */
#include "server/store/store_file.h"

#include <string.h>

struct use {
	int64_t key, refs;
};

static enum err on_use(const struct value *col, void *ctx)
{
	*(struct use *)ctx = (struct use){col_int(&col[0]), col_int(&col[1])};
	return ERR_OK;
}

enum err store_blob_use(struct store *store, const uint8_t hash[BLOB_HASH_LEN],
			uint64_t size, int64_t *ret_blob, bool *ret_new)
{
	struct use use;
	enum err err = store_one(store, STMT_blob_add,
				 VALUES(value_blob(bytes_of(hash, BLOB_HASH_LEN)),
					value_int((int64_t)size),
					value_int((int64_t)store_now(store))),
				 on_use, &use);

	if (err != ERR_OK)
		return err;
	*ret_blob = use.key;
	*ret_new = use.refs == 1;
	return ERR_OK;
}

enum err store_blob_release(struct store *store, int64_t blob)
{
	return store_run(store, STMT_blob_release, VALUES(value_int(blob)), NULL, NULL);
}

static enum err spend(struct store *store, int64_t account, int64_t bytes)
{
	return store_run(store, STMT_file_spend,
			 VALUES(value_int(account), value_int(bytes)), NULL, NULL);
}

enum err store_file_add(struct store *store, const struct file_row *row, int64_t *ret_key)
{
	enum err err = store_num(
		store, STMT_file_add,
		VALUES(value_id(&row->id), value_int(row->account), value_int(row->blob),
		       value_text(bytes_text(row->type)), value_int((int64_t)row->size),
		       value_int((int64_t)store_now(store))),
		ret_key);

	return err == ERR_OK ? spend(store, row->account, (int64_t)row->size) : err;
}

static enum err on_file(const struct value *col, void *ctx)
{
	struct file_row *row = ctx;

	*row = (struct file_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.account = col_int(&col[2]),
		.blob = col_int(&col[3]),
		.size = (uint64_t)col_int(&col[5]),
	};
	col_text(&col[4], row->type, sizeof(row->type));
	return ERR_OK;
}

enum err store_file_get(struct store *store, int64_t key, struct file_row *ret)
{
	return store_one(store, STMT_file_get, VALUES(value_int(key)), on_file, ret);
}

enum err store_file_delete(struct store *store, const struct file_row *row)
{
	enum err err = store_run(
		store, STMT_file_delete,
		VALUES(value_int(row->key), value_int((int64_t)store_now(store))), NULL,
		NULL);

	return err == ERR_OK ? spend(store, row->account, -(int64_t)row->size) : err;
}

static enum err on_avatar(const struct value *col, void *ctx)
{
	struct file_row *row = ctx;
	struct bytes hash = col_bytes(&col[4]);

	if (hash.len != BLOB_HASH_LEN)
		return ERR_CORRUPT;
	*row = (struct file_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.size = (uint64_t)col_int(&col[3]),
	};
	col_text(&col[2], row->type, sizeof(row->type));
	memcpy(row->hash, hash.ptr, BLOB_HASH_LEN);
	return ERR_OK;
}

enum err store_avatar_get(struct store *store, const struct id *user,
			  struct file_row *ret)
{
	return store_one(store, STMT_avatar_get, VALUES(value_id(user)), on_avatar, ret);
}
