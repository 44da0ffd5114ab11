/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit log as rows. The orders of columns are those of stmt_audit.def. */
#include "server/store/store_audit.h"

#include <string.h>

#define ANCHOR "audit"

struct walk {
	audit_row_fn *row;
	void *ctx;
};

static enum err take_hash(const struct value *col, uint8_t ret_hash[AUDIT_HASH_LEN])
{
	struct bytes hash = col_bytes(col);

	if (hash.len != AUDIT_HASH_LEN)
		return ERR_CORRUPT;
	memcpy(ret_hash, hash.ptr, AUDIT_HASH_LEN);
	return ERR_OK;
}

static enum err on_row(const struct value *col, void *ctx)
{
	struct walk *walk = ctx;
	struct audit_row row = {
		.key = col_int(&col[0]),
		.ts = (uint64_t)col_int(&col[1]),
		.by = (int)col_int(&col[2]),
		.actor = col_id(&col[3]),
		.object = col_id(&col[4]),
	};

	col_text(&col[5], row.verb, sizeof(row.verb));
	col_text(&col[6], row.detail, sizeof(row.detail));
	col_text(&col[7], row.address, sizeof(row.address));
	/* A hash of another length was not written by us: it will not match. */
	if (take_hash(&col[8], row.hash) != ERR_OK)
		memset(row.hash, 0, sizeof(row.hash));
	return walk->row(&row, walk->ctx);
}

enum err store_audit_add(struct store *store, const struct audit_row *row)
{
	return store_run(store, STMT_audit_add,
			 VALUES(value_int(row->key), value_int((int64_t)row->ts),
				value_int(row->by), value_id_opt(&row->actor),
				value_id_opt(&row->object),
				value_text(bytes_text(row->verb)),
				value_text(bytes_text(row->detail)),
				value_text(bytes_text(row->address)),
				value_blob(bytes_of(row->hash, AUDIT_HASH_LEN))),
			 NULL, NULL);
}

struct head {
	int64_t key;
	uint8_t hash[AUDIT_HASH_LEN];
};

static enum err on_head(const struct value *col, void *ctx)
{
	struct head *head = ctx;

	head->key = col_int(&col[0]);
	return take_hash(&col[1], head->hash);
}

enum err store_audit_last(struct store *store, int64_t *ret_key,
			  uint8_t ret_hash[AUDIT_HASH_LEN])
{
	struct head head = {0};
	enum err err = store_run(store, STMT_audit_last, NO_VALUES, on_head, &head);

	if (err != ERR_OK)
		return err;
	*ret_key = head.key;
	memcpy(ret_hash, head.hash, AUDIT_HASH_LEN);
	return ERR_OK;
}

enum err store_audit_set_anchor(struct store *store, int64_t key,
				const uint8_t anchor[AUDIT_HASH_LEN])
{
	return store_run(store, STMT_meta_put_data,
			 VALUES(value_text(bytes_text(ANCHOR)), value_int(key),
				value_blob(bytes_of(anchor, AUDIT_HASH_LEN))),
			 NULL, NULL);
}

enum err store_audit_anchor(struct store *store, int64_t *ret_key,
			    uint8_t ret_anchor[AUDIT_HASH_LEN])
{
	struct head head = {0};
	enum err err = store_one(store, STMT_meta_get_data,
				 VALUES(value_text(bytes_text(ANCHOR))), on_head, &head);

	if (err != ERR_OK)
		return err;
	*ret_key = head.key;
	memcpy(ret_anchor, head.hash, AUDIT_HASH_LEN);
	return ERR_OK;
}

enum err store_audit_walk(struct store *store, int64_t after, size_t limit,
			  audit_row_fn *row, void *ctx)
{
	struct walk walk = {row, ctx};

	return store_run(store, STMT_audit_walk,
			 VALUES(value_int(after), value_int((int64_t)limit)), on_row,
			 &walk);
}

enum err store_audit_list(struct store *store, const struct id *object, int64_t before,
			  size_t limit, audit_row_fn *row, void *ctx)
{
	struct walk walk = {row, ctx};
	struct value most = value_int(before > 0 ? before : INT64_MAX);

	if (object)
		return store_run(
			store, STMT_audit_of,
			VALUES(value_id(object), most, value_int((int64_t)limit)), on_row,
			&walk);
	return store_run(store, STMT_audit_all, VALUES(most, value_int((int64_t)limit)),
			 on_row, &walk);
}
