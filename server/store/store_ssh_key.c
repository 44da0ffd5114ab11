/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSH keys as rows. The order of columns is that of stmt_ssh_key.def. */
#include "server/store/store_ssh_key.h"

#include <string.h>

static struct value fingerprint_value(const uint8_t *fingerprint)
{
	return value_blob(bytes_of(fingerprint, SSH_FINGERPRINT_LEN));
}

enum err store_ssh_key_add(struct store *store, const struct ssh_key_new *in,
			   int64_t *ret_key)
{
	return store_num(store, STMT_ssh_key_add,
			 VALUES(value_int(in->account),
				fingerprint_value(in->fingerprint), value_blob(in->blob),
				value_text(in->name), value_text(in->application),
				value_int(in->verify),
				value_int((int64_t)store_now(store))),
			 ret_key);
}

enum err store_ssh_key_count(struct store *store, int64_t account, int64_t *ret_count)
{
	return store_num(store, STMT_ssh_key_count, VALUES(value_int(account)),
			 ret_count);
}

static enum err read_row(const struct value *col, struct ssh_key_row *row)
{
	struct bytes fingerprint = col_bytes(&col[2]), blob = col_bytes(&col[3]);

	if (fingerprint.len != SSH_FINGERPRINT_LEN || blob.len > SSH_BLOB_MAX)
		return ERR_CORRUPT;
	*row = (struct ssh_key_row){
		.key = col_int(&col[0]),
		.account = col_int(&col[1]),
		.blob_len = blob.len,
		.counter = (uint32_t)col_int(&col[5]),
		.verify = col_int(&col[6]) != 0,
		.created_ms = (uint64_t)col_int(&col[7]),
		.used_ms = (uint64_t)col_int(&col[8]),
	};
	memcpy(row->fingerprint, fingerprint.ptr, SSH_FINGERPRINT_LEN);
	if (blob.len)
		memcpy(row->blob, blob.ptr, blob.len);
	col_text(&col[4], row->name, sizeof(row->name));
	return ERR_OK;
}

static enum err on_key(const struct value *col, void *ctx)
{
	return read_row(col, ctx);
}

enum err store_ssh_key_of(struct store *store, int64_t account,
			  const uint8_t *fingerprint, struct ssh_key_row *ret)
{
	return store_one(store, STMT_ssh_key_of,
			 VALUES(value_int(account), fingerprint_value(fingerprint)),
			 on_key, ret);
}

enum err store_ssh_key_proved(struct store *store, const uint8_t *fingerprint,
			      struct ssh_key_row *ret)
{
	return store_one(store, STMT_ssh_key_proved,
			 VALUES(fingerprint_value(fingerprint)), on_key, ret);
}

struct visit_keys {
	void (*visit)(const struct ssh_key_row *row, void *ctx);
	void *ctx;
};

static enum err on_listed(const struct value *col, void *ctx)
{
	const struct visit_keys *list = ctx;
	struct ssh_key_row row;
	enum err err = read_row(col, &row);

	if (err == ERR_OK)
		list->visit(&row, list->ctx);
	return err;
}

enum err store_ssh_key_list(struct store *store, int64_t account,
			    void (*visit)(const struct ssh_key_row *row, void *ctx),
			    void *ctx)
{
	struct visit_keys list = {visit, ctx};

	return store_run(store, STMT_ssh_key_list,
			 VALUES(value_int(account), value_int(LIMIT_SSH_KEYS)), on_listed,
			 &list);
}

enum err store_ssh_key_used(struct store *store, int64_t key, uint32_t counter)
{
	return store_run(store, STMT_ssh_key_used,
			 VALUES(value_int(key), value_int(counter),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_ssh_key_session(struct store *store, int64_t session, int64_t key)
{
	return store_run(store, STMT_ssh_key_session,
			 VALUES(value_int(session), value_int(key)), NULL, NULL);
}

struct visit_sessions {
	void (*visit)(const struct id *session, void *ctx);
	void *ctx;
};

static enum err on_ended(const struct value *col, void *ctx)
{
	const struct visit_sessions *ended = ctx;
	struct id id = col_id(&col[0]);

	ended->visit(&id, ended->ctx);
	return ERR_OK;
}

enum err store_ssh_key_remove(struct store *store, int64_t key,
			      void (*visit)(const struct id *session, void *ctx),
			      void *ctx)
{
	struct visit_sessions ended = {visit, ctx};
	enum err err =
		store_run(store, STMT_ssh_key_end,
			  VALUES(value_int(key), value_int((int64_t)store_now(store))),
			  on_ended, &ended);

	return err == ERR_OK ? store_run(store, STMT_ssh_key_remove,
					 VALUES(value_int(key)), NULL, NULL)
			     : err;
}
