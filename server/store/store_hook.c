/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks. The orders of columns are those of stmt_hook.def. */
#include "server/store/store_hook.h"

#include "common/base/mem.h"
#include "server/store/store_account.h"

void hook_row_done(struct hook_row *row)
{
	mem_free((void *)(uintptr_t)row->hash.ptr);
	mem_free((void *)(uintptr_t)row->url.ptr);
	mem_free((void *)(uintptr_t)row->secret.ptr);
	mem_free((void *)(uintptr_t)row->old_secret.ptr);
	*row = (struct hook_row){0};
}

void hook_list_done(struct hook_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		hook_row_done(&list->rows[i]);
	mem_free(list->rows);
	*list = (struct hook_list){0};
}

static void take_row(const struct value *col, struct hook_row *row)
{
	*row = (struct hook_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.kind = (enum hook_kind)col_int(&col[2]),
		.room = col_int(&col[3]),
		.room_id = col_id(&col[4]),
		.account = col_int(&col[5]),
		.user = col_id(&col[6]),
		.hash = col_dup(&col[8]),
		.url = col_dup(&col[9]),
		.secret = col_dup(&col[10]),
		.old_secret = col_dup(&col[11]),
		.old_until_ms = (uint64_t)col_int(&col[12]),
		.kinds = (unsigned)col_int(&col[13]),
		.state = (enum hook_state)col_int(&col[14]),
		.made_by = col_id(&col[15]),
		.made_ms = (uint64_t)col_int(&col[16]),
		.sent_seq = (uint64_t)col_int(&col[17]),
		.done_seq = (uint64_t)col_int(&col[18]),
		.failures = (unsigned)col_int(&col[19]),
		.status = (int)col_int(&col[20]),
		.used_ms = (uint64_t)col_int(&col[22]),
		.failed_ms = (uint64_t)col_int(&col[23]),
		.halted = col_int(&col[24]) == ACCOUNT_SUSPENDED,
	};
	col_text(&col[7], row->name, sizeof(row->name));
	col_text(&col[21], row->error, sizeof(row->error));
}

static enum err on_one(const struct value *col, void *ctx)
{
	take_row(col, ctx);
	return ERR_OK;
}

static enum err on_list(const struct value *col, void *ctx)
{
	struct hook_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	take_row(col, &list->rows[list->count++]);
	return ERR_OK;
}

static enum err on_key(const struct value *col, void *ctx)
{
	*(int64_t *)ctx = col_int(&col[0]);
	return ERR_OK;
}

enum err store_hook_add(struct store *store, const struct hook_add *in, int64_t *ret_key)
{
	return store_one(store, STMT_hook_add,
			 VALUES(value_id(&in->id), value_int((int64_t)in->kind),
				value_int(in->room), value_int_opt(in->account),
				value_text(in->name), value_int(in->made_by),
				value_int((int64_t)store_now(store)),
				value_int((int64_t)HOOK_ON), value_int((int64_t)in->seq)),
			 on_key, ret_key);
}

enum err store_hook_by_id(struct store *store, const struct id *id, struct hook_row *ret)
{
	return store_one(store, STMT_hook_by_id, VALUES(value_id(id)), on_one, ret);
}

enum err store_hook_by_key(struct store *store, int64_t key, struct hook_row *ret)
{
	return store_one(store, STMT_hook_by_key, VALUES(value_int(key)), on_one, ret);
}

enum err store_hook_list(struct store *store, int64_t room, size_t limit,
			 struct hook_list *ret_list)
{
	struct hook_list list = {0};
	enum err err = store_run(store, STMT_hook_list,
				 VALUES(value_int(room), value_int((int64_t)limit)),
				 on_list, &list);

	if (err == ERR_OK)
		*ret_list = list;
	else
		hook_list_done(&list);
	return err;
}

enum err store_hook_count(struct store *store, int64_t room, size_t limit,
			  size_t *ret_count)
{
	int64_t num;
	enum err err =
		store_num(store, STMT_hook_count,
			  VALUES(value_int(room), value_int((int64_t)limit)), &num);

	if (err == ERR_OK)
		*ret_count = (size_t)num;
	return err;
}

enum err store_hook_set(struct store *store, const struct hook_row *row)
{
	struct bytes error = row->error[0] ? bytes_text(row->error) : bytes_of(NULL, 0);

	return store_run(
		store, STMT_hook_set,
		VALUES(value_int(row->key), value_text(bytes_text(row->name)),
		       value_blob(row->hash), value_blob(row->url),
		       value_blob(row->secret), value_blob(row->old_secret),
		       value_int_opt((int64_t)row->old_until_ms),
		       value_int((int64_t)row->kinds), value_int((int64_t)row->state),
		       value_int((int64_t)row->sent_seq),
		       value_int((int64_t)row->done_seq),
		       value_int((int64_t)row->failures), value_int_opt(row->status),
		       value_text(error), value_int_opt((int64_t)row->used_ms),
		       value_int_opt((int64_t)row->failed_ms)),
		NULL, NULL);
}

enum err store_hook_remove(struct store *store, int64_t key)
{
	return store_run(store, STMT_hook_remove, VALUES(value_int(key)), NULL, NULL);
}

struct behind {
	int64_t *keys;
	size_t count;
};

static enum err on_behind(const struct value *col, void *ctx)
{
	struct behind *behind = ctx;

	behind->keys[behind->count++] = col_int(&col[0]);
	return ERR_OK;
}

enum err store_hook_behind(struct store *store, size_t full, size_t limit, int64_t *keys,
			   size_t *ret_count)
{
	struct behind behind = {.keys = keys};
	enum err err =
		store_run(store, STMT_hook_behind,
			  VALUES(value_int((int64_t)full), value_int((int64_t)limit)),
			  on_behind, &behind);

	if (err == ERR_OK)
		*ret_count = behind.count;
	return err;
}

enum err store_hook_outs(struct store *store, bool *ret_any)
{
	int64_t num;
	enum err err = store_num(store, STMT_hook_outs, NO_VALUES, &num);

	if (err == ERR_OK)
		*ret_any = num > 0;
	return err;
}
