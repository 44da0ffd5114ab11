/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts and their addresses as rows. The orders of columns are those of stmt_account.def.
 * What may be done, and by whom, is decided in server/core.
 */
#include "server/store/store_account.h"

#include "common/base/mem.h"
#include "common/base/str.h"

static enum err on_key(const struct value *col, void *ctx)
{
	*(int64_t *)ctx = col_int(&col[0]);
	return ERR_OK;
}

enum err store_account_add(struct store *store, const struct account_new *in,
			   int64_t *ret_key)
{
	return store_one(
		store, STMT_account_add,
		VALUES(value_id(&in->id), value_int(in->kind), value_int(in->state),
		       value_int(in->rights), value_text(in->name),
		       in->display.ptr ? value_text(in->display)
				       : value_text(bytes_text("")),
		       value_text(in->password), value_int((int64_t)store_now(store)),
		       value_text(in->locale)),
		on_key, ret_key);
}

void account_take(const struct value *col, struct account_row *row)
{
	*row = (struct account_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.kind = (enum account_kind)col_int(&col[2]),
		.state = (enum account_state)col_int(&col[3]),
		.rights = (unsigned)col_int(&col[4]),
		.password_ms = (uint64_t)col_int(&col[10]),
		.created_ms = (uint64_t)col_int(&col[11]),
		.seen_ms = (uint64_t)col_int(&col[12]),
		.uepoch = (uint64_t)col_int(&col[13]),
		.useq = (uint64_t)col_int(&col[14]),
		.email_verified = col[17].kind != VALUE_NULL,
		.totp = col[18].kind != VALUE_NULL,
	};
	col_text(&col[5], row->name, sizeof(row->name));
	col_text(&col[6], row->display, sizeof(row->display));
	col_text(&col[7], row->about, sizeof(row->about));
	col_text(&col[8], row->status, sizeof(row->status));
	col_text(&col[9], row->password, sizeof(row->password));
	col_text(&col[15], row->locale, sizeof(row->locale));
	col_text(&col[16], row->email, sizeof(row->email));
}

static enum err on_account(const struct value *col, void *ctx)
{
	account_take(col, ctx);
	return ERR_OK;
}

static enum err get(struct store *store, enum stmt stmt, struct value by,
		    struct account_row *ret)
{
	return store_one(store, stmt, &by, 1, on_account, ret);
}

enum err store_account_get(struct store *store, int64_t key, struct account_row *ret)
{
	return get(store, STMT_account_by_key, value_int(key), ret);
}

enum err store_account_by_id(struct store *store, const struct id *id,
			     struct account_row *ret)
{
	return get(store, STMT_account_by_id, value_id(id), ret);
}

enum err store_account_by_name(struct store *store, struct bytes name,
			       struct account_row *ret)
{
	return get(store, STMT_account_by_name, value_text(name), ret);
}

enum err store_account_by_email(struct store *store, struct bytes folded,
				struct account_row *ret)
{
	return get(store, STMT_account_by_email, value_text(folded), ret);
}

enum err store_account_by_uid(struct store *store, int64_t uid, struct account_row *ret)
{
	return get(store, STMT_account_by_uid, value_int(uid), ret);
}

static enum err set(struct store *store, enum stmt stmt, int64_t key, struct value value)
{
	return store_run(store, stmt, VALUES(value_int(key), value), NULL, NULL);
}

enum err store_account_set_uid(struct store *store, int64_t key, int64_t uid)
{
	return set(store, STMT_account_set_uid, key, value_int(uid));
}

enum err store_account_set_state(struct store *store, int64_t key,
				 enum account_state state)
{
	return set(store, STMT_account_set_state, key, value_int(state));
}

enum err store_account_set_rights(struct store *store, int64_t key, unsigned rights)
{
	return set(store, STMT_account_set_rights, key, value_int(rights));
}

enum err store_account_set_password(struct store *store, int64_t key, struct bytes hash)
{
	return store_run(store, STMT_account_set_password,
			 VALUES(value_int(key), value_text(hash),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_account_set_profile(struct store *store, int64_t key, struct bytes display,
				   struct bytes about, struct bytes status)
{
	return store_run(store, STMT_account_set_profile,
			 VALUES(value_int(key), value_text(display), value_text(about),
				value_text(status)),
			 NULL, NULL);
}

enum err store_account_seen(struct store *store, int64_t key, uint64_t now_ms)
{
	return set(store, STMT_account_seen, key, value_int((int64_t)now_ms));
}

/* Run each statement with @key alone; stops at the first failure. */
static enum err each(struct store *store, const enum stmt *stmts, size_t count,
		     int64_t key)
{
	struct value arg = value_int(key);
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = store_run(store, stmts[i], &arg, 1, NULL, NULL);
	return err;
}

enum err store_account_erase(struct store *store, int64_t key)
{
	static const enum stmt stmts[] = {
		STMT_account_erase_codes, STMT_account_erase_emails,
		STMT_account_erase_totp,  STMT_account_erase_uids,
		STMT_challenge_drop,      STMT_account_erase_keys,
		STMT_account_erase,
	};

	return each(store, stmts, ARRAY_LEN(stmts), key);
}

struct keys {
	int64_t *keys;
	size_t count;
};

static enum err on_stale(const struct value *col, void *ctx)
{
	struct keys *keys = ctx;

	keys->keys[keys->count++] = col_int(&col[0]);
	return ERR_OK;
}

enum err store_account_expire(struct store *store, uint64_t before_ms, size_t limit)
{
	static const enum stmt stmts[] = {STMT_account_erase_emails, STMT_challenge_drop,
					  STMT_account_drop};
	struct keys stale = {.keys = mem_alloc(limit, sizeof(int64_t))};
	enum err err = store_run(
		store, STMT_account_stale,
		VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
		on_stale, &stale);

	for (size_t i = 0; i < stale.count && err == ERR_OK; i++)
		err = each(store, stmts, ARRAY_LEN(stmts), stale.keys[i]);
	mem_free(stale.keys);
	return err;
}

enum err store_account_count(struct store *store, uint64_t *ret_count)
{
	int64_t count;
	enum err err = store_one(store, STMT_account_count, NO_VALUES, on_key, &count);

	if (err == ERR_OK)
		*ret_count = (uint64_t)count;
	return err;
}

enum err store_email_add(struct store *store, int64_t account, struct bytes address,
			 struct bytes folded)
{
	return store_run(store, STMT_email_add,
			 VALUES(value_int(account), value_text(folded),
				value_text(address),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_email_verify(struct store *store, int64_t account, struct bytes folded)
{
	int64_t key;
	enum err err = store_one(store, STMT_email_verify,
				 VALUES(value_int(account), value_text(folded),
					value_int((int64_t)store_now(store))),
				 on_key, &key);

	if (err != ERR_OK)
		return err;
	return set(store, STMT_email_keep, account, value_text(folded));
}

void user_list_done(struct user_list *list)
{
	mem_free(list->rows);
	*list = (struct user_list){0};
}

static void take_user(const struct value *col, struct user_row *user)
{
	*user = (struct user_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.kind = (enum account_kind)col_int(&col[2]),
		.state = (enum account_state)col_int(&col[3]),
		.rights = (unsigned)col_int(&col[4]),
	};
	col_text(&col[5], user->name, sizeof(user->name));
	col_text(&col[6], user->display, sizeof(user->display));
	col_text(&col[7], user->about, sizeof(user->about));
	col_text(&col[8], user->status, sizeof(user->status));
	user->avatar = col[9].kind != VALUE_NULL;
}

static enum err on_user(const struct value *col, void *ctx)
{
	struct user_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(struct user_row));
	}
	take_user(col, &list->rows[list->count++]);
	return ERR_OK;
}

enum err store_user_page(struct store *store, enum stmt stmt, const struct value *args,
			 size_t count, size_t limit, struct user_list *ret_list)
{
	struct user_list list = {0};
	enum err err = store_run(store, stmt, args, count, on_user, &list);

	if (err != ERR_OK) {
		user_list_done(&list);
		return err;
	}
	list.more = list.count > limit;
	if (list.more)
		list.count = limit;
	*ret_list = list;
	return ERR_OK;
}

enum err store_user_search(struct store *store, struct bytes prefix, struct bytes after,
			   size_t limit, struct user_list *ret_list)
{
	AUTO(str_done) struct str end = STR_INIT;

	/* Names are ASCII below DEL, so this is behind every name with that beginning. */
	str_add_len(&end, (const char *)prefix.ptr, prefix.len);
	str_add_char(&end, 0x7f);
	return store_user_page(store, STMT_user_search,
			       VALUES(value_text(prefix.ptr ? prefix : bytes_text("")),
				      value_text(str_view(&end)),
				      value_text(after.ptr ? after : bytes_text("")),
				      value_int((int64_t)limit + 1)),
			       limit, ret_list);
}
