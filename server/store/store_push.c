/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of columns are those of stmt_push.def.
 */
#include "server/store/store_push.h"

#include "common/base/mem.h"

void push_list_done(struct push_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mem_free((void *)(uintptr_t)list->rows[i].url.ptr);
	mem_free(list->rows);
	*list = (struct push_list){0};
}

static enum err on_push(const struct value *col, void *ctx)
{
	struct push_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	struct push_row *row = &list->rows[list->count++];
	*row = (struct push_row){
		.key = col_int(&col[0]),
		.account = col_int(&col[1]),
		.user = col_id(&col[2]),
		.kind = (enum push_kind)col_int(&col[3]),
		.url = col_dup(&col[4]),
		.every_ms = (uint64_t)col_int(&col[5]),
		.last_ms = (uint64_t)col_int(&col[6]),
		.rounds = (unsigned)col_int(&col[7]),
		.seen_ms = (uint64_t)col_int(&col[8]),
	};
	col_text(&col[9], row->locale, sizeof(row->locale));
	return ERR_OK;
}

enum err store_push_list(struct store *store, int64_t after, size_t limit,
			 struct push_list *list)
{
	return store_run(store, STMT_push_list,
			 VALUES(value_int(after), value_int((int64_t)limit)), on_push,
			 list);
}

enum err store_push_of(struct store *store, int64_t account, struct push_list *list)
{
	return store_run(store, STMT_push_of, VALUES(value_int(account)), on_push, list);
}

enum err store_push_put(struct store *store, int64_t account, enum push_kind kind,
			struct bytes url, uint64_t every_ms)
{
	struct id id = store_draw_id(store);
	enum push_kind other = kind == PUSH_NTFY   ? PUSH_JSON
			       : kind == PUSH_JSON ? PUSH_NTFY
						   : kind;
	enum err err =
		store_run(store, STMT_push_drop,
			  VALUES(value_int(account), value_int(kind), value_int(other)),
			  NULL, NULL);

	if (err || (!url.ptr && !every_ms))
		return err;
	return store_run(store, STMT_push_put,
			 VALUES(value_id(&id), value_int(account), value_int(kind),
				value_text(url), value_int_opt((int64_t)every_ms),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_push_sent(struct store *store, int64_t key, uint64_t last_ms,
			 unsigned rounds)
{
	return store_run(store, STMT_push_sent,
			 VALUES(value_int(key), value_int((int64_t)last_ms),
				value_int((int64_t)rounds)),
			 NULL, NULL);
}

enum err store_push_gone(struct store *store, int64_t key)
{
	return store_run(store, STMT_push_gone, VALUES(value_int(key)), NULL, NULL);
}

struct text {
	char *text;
	size_t size;
};

static enum err on_text(const struct value *col, void *ctx)
{
	const struct text *text = ctx;

	col_text(&col[0], text->text, text->size);
	return ERR_OK;
}

enum err store_setting_get(struct store *store, int64_t account, const char *name,
			   char *ret_value, size_t size)
{
	struct text text = {ret_value, size};

	ret_value[0] = '\0';
	return store_run(store, STMT_setting_get,
			 VALUES(value_int(account), value_text(bytes_text(name))),
			 on_text, &text);
}

enum err store_setting_put(struct store *store, int64_t account, const char *name,
			   struct bytes value)
{
	struct value key = value_text(bytes_text(name));

	if (!value.len)
		return store_run(store, STMT_setting_drop,
				 VALUES(value_int(account), key), NULL, NULL);
	return store_run(store, STMT_setting_put,
			 VALUES(value_int(account), key, value_text(value),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_account_level(struct store *store, int64_t account,
			     enum notify_level *ret_level)
{
	int64_t level = 0;
	enum err err = store_num(store, STMT_account_get_level,
				 VALUES(value_int(account)), &level);

	*ret_level = (enum notify_level)level;
	return err;
}

enum err store_account_set_level(struct store *store, int64_t account,
				 enum notify_level level)
{
	return store_run(store, STMT_account_set_level,
			 VALUES(value_int(account), value_int(level)), NULL, NULL);
}
