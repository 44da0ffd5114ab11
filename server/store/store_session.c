/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Devices, sessions and refresh tokens as rows. The orders of columns are those of
 * stmt_account.def.
 */
#include "server/store/store_session.h"

#include "common/base/mem.h"

static struct value now(const struct store *store)
{
	return value_int((int64_t)store_now(store));
}

static enum err on_key(const struct value *col, void *ctx)
{
	*(int64_t *)ctx = col_int(&col[0]);
	return ERR_OK;
}

enum err store_device_add(struct store *store, int64_t account, const struct id *id,
			  struct bytes name, int64_t *ret_key)
{
	return store_one(store, STMT_device_add,
			 VALUES(value_id(id), value_int(account),
				value_text(name.ptr ? name : bytes_text("")), now(store)),
			 on_key, ret_key);
}

static enum err on_device(const struct value *col, void *ctx)
{
	struct device_row *row = ctx;

	*row = (struct device_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.account = col_int(&col[2]),
		.created_ms = (uint64_t)col_int(&col[4]),
		.seen_ms = (uint64_t)col_int(&col[5]),
		.revoked = col[6].kind != VALUE_NULL,
	};
	col_text(&col[3], row->name, sizeof(row->name));
	return ERR_OK;
}

enum err store_device_by_id(struct store *store, const struct id *id,
			    struct device_row *ret)
{
	return store_one(store, STMT_device_by_id, VALUES(value_id(id)), on_device, ret);
}

enum err store_device_seen(struct store *store, int64_t key, struct bytes name)
{
	return store_run(store, STMT_device_seen,
			 VALUES(value_int(key), now(store), value_text(name)), NULL,
			 NULL);
}

enum err store_session_add(struct store *store, const struct session_new *in,
			   int64_t *ret_key)
{
	return store_one(
		store, STMT_session_add,
		VALUES(value_id(&in->id), value_int(in->account),
		       value_int_opt(in->device), value_int(in->kind),
		       value_int(in->scope), now(store),
		       value_int_opt((int64_t)in->expires_ms),
		       value_text(in->client.ptr ? in->client : bytes_text("")),
		       value_text(in->address.ptr ? in->address : bytes_text(""))),
		on_key, ret_key);
}

static void take_session(const struct value *col, struct session_row *row)
{
	*row = (struct session_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.account = col_int(&col[2]),
		.user = col_id(&col[3]),
		.account_state = (enum account_state)col_int(&col[4]),
		.rights = (unsigned)col_int(&col[5]),
		.device = col_id(&col[6]),
		.kind = (enum session_kind)col_int(&col[8]),
		.scope = (unsigned)col_int(&col[9]),
		.created_ms = (uint64_t)col_int(&col[10]),
		.seen_ms = (uint64_t)col_int(&col[11]),
		.expires_ms = (uint64_t)col_int(&col[12]),
		.revoked = col[13].kind != VALUE_NULL,
	};
	col_text(&col[7], row->device_name, sizeof(row->device_name));
	col_text(&col[14], row->client, sizeof(row->client));
	col_text(&col[15], row->address, sizeof(row->address));
}

static enum err on_session(const struct value *col, void *ctx)
{
	take_session(col, ctx);
	return ERR_OK;
}

enum err store_session_by_id(struct store *store, const struct id *id,
			     struct session_row *ret)
{
	return store_one(store, STMT_session_by_id, VALUES(value_id(id)), on_session,
			 ret);
}

enum err store_session_current(struct store *store, int64_t account, int64_t device,
			       enum session_kind kind, struct session_row *ret)
{
	return store_one(store, STMT_session_current,
			 VALUES(value_int(account), value_int(device), value_int(kind)),
			 on_session, ret);
}

enum err store_session_get(struct store *store, int64_t key, struct session_row *ret)
{
	return store_one(store, STMT_session_by_key, VALUES(value_int(key)), on_session,
			 ret);
}

enum err store_session_seen(struct store *store, int64_t key, struct bytes client,
			    struct bytes address)
{
	return store_run(store, STMT_session_seen,
			 VALUES(value_int(key), now(store), value_text(client),
				value_text(address)),
			 NULL, NULL);
}

enum err store_session_stretch(struct store *store, int64_t key, uint64_t expires_ms)
{
	return store_run(store, STMT_session_stretch,
			 VALUES(value_int(key), value_int((int64_t)expires_ms)), NULL,
			 NULL);
}

enum err store_session_revoke(struct store *store, int64_t key)
{
	return store_run(store, STMT_session_revoke, VALUES(value_int(key), now(store)),
			 NULL, NULL);
}

/* Whom to tell about each session of a list of ids. */
struct visit {
	void (*fn)(const struct id *session, void *ctx);
	void *ctx;
};

static enum err on_visit(const struct value *col, void *ctx)
{
	const struct visit *visit = ctx;
	struct id id = col_id(&col[0]);

	if (visit->fn)
		visit->fn(&id, visit->ctx);
	return ERR_OK;
}

enum err store_session_revoke_all(struct store *store, int64_t account, int64_t except,
				  void (*visit)(const struct id *session, void *ctx),
				  void *ctx)
{
	struct visit each = {visit, ctx};

	return store_run(store, STMT_session_revoke_all,
			 VALUES(value_int(account), now(store), value_int(except)),
			 on_visit, &each);
}

enum err store_device_rename(struct store *store, const struct id *id, struct bytes name)
{
	return store_run(store, STMT_device_rename,
			 VALUES(value_id(id), value_text(name)), NULL, NULL);
}

void session_list_done(struct session_list *list)
{
	mem_free(list->rows);
	*list = (struct session_list){0};
}

static enum err on_session_row(const struct value *col, void *ctx)
{
	struct session_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows =
			mem_resize(list->rows, list->cap, sizeof(struct session_row));
	}
	take_session(col, &list->rows[list->count++]);
	return ERR_OK;
}

enum err store_session_list(struct store *store, int64_t account, int64_t before,
			    size_t limit, struct session_list *ret_list)
{
	struct session_list list = {0};
	enum err err = store_run(store, STMT_session_list,
				 VALUES(value_int(account), now(store),
					value_int(before ? before : INT64_MAX),
					value_int((int64_t)limit + 1)),
				 on_session_row, &list);

	if (err != ERR_OK) {
		session_list_done(&list);
		return err;
	}
	list.more = list.count > limit;
	if (list.more)
		list.count = limit;
	*ret_list = list;
	return ERR_OK;
}

enum err store_session_revoked(struct store *store, uint64_t since_ms,
			       void (*visit)(const struct id *session, void *ctx),
			       void *ctx)
{
	struct visit each = {visit, ctx};

	return store_run(store, STMT_session_revoked,
			 VALUES(value_int((int64_t)since_ms)), on_visit, &each);
}

enum err store_refresh_add(struct store *store, int64_t session,
			   const uint8_t hash[TOKEN_HASH_LEN], uint64_t expires_ms,
			   int64_t before)
{
	int64_t key;
	enum err err = store_one(store, STMT_refresh_add,
				 VALUES(value_blob(bytes_of(hash, TOKEN_HASH_LEN)),
					value_int(session), now(store),
					value_int((int64_t)expires_ms)),
				 on_key, &key);

	if (err != ERR_OK || !before)
		return err;
	return store_run(store, STMT_refresh_replace,
			 VALUES(value_int(before), value_int(key), now(store)), NULL,
			 NULL);
}

static enum err on_refresh(const struct value *col, void *ctx)
{
	struct refresh_row *row = ctx;

	*row = (struct refresh_row){
		.key = col_int(&col[0]),
		.session = col_int(&col[1]),
		.created_ms = (uint64_t)col_int(&col[2]),
		.expires_ms = (uint64_t)col_int(&col[3]),
		.replaced_ms = (uint64_t)col_int(&col[4]),
		.used_ms = (uint64_t)col_int(&col[5]),
		.successor_used = col[6].kind != VALUE_NULL,
	};
	return ERR_OK;
}

enum err store_refresh_get(struct store *store, const uint8_t hash[TOKEN_HASH_LEN],
			   struct refresh_row *ret)
{
	return store_one(store, STMT_refresh_get,
			 VALUES(value_blob(bytes_of(hash, TOKEN_HASH_LEN))), on_refresh,
			 ret);
}

enum err store_refresh_used(struct store *store, int64_t key)
{
	return store_run(store, STMT_refresh_used, VALUES(value_int(key), now(store)),
			 NULL, NULL);
}

enum err store_refresh_expire(struct store *store, uint64_t before_ms, size_t limit)
{
	return store_run(store, STMT_refresh_expire,
			 VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
			 NULL, NULL);
}
