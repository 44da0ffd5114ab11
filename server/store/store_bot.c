/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bots. The orders of columns are those of stmt_bot.def. */
#include "server/store/store_bot.h"

#include <string.h>

enum err store_bot_adopt(struct store *store, int64_t account, int64_t owner)
{
	return store_run(store, STMT_bot_adopt,
			 VALUES(value_int(account), value_int(owner)), NULL, NULL);
}

enum err store_bot_owner(struct store *store, int64_t account, int64_t *ret_owner)
{
	return store_num(store, STMT_bot_owner, VALUES(value_int(account)), ret_owner);
}

enum err store_bot_count(struct store *store, int64_t owner, size_t limit,
			 size_t *ret_count)
{
	int64_t num;
	enum err err =
		store_num(store, STMT_bot_count,
			  VALUES(value_int(owner), value_int((int64_t)limit)), &num);

	if (err == ERR_OK)
		*ret_count = (size_t)num;
	return err;
}

enum err store_bot_list(struct store *store, int64_t owner, size_t limit,
			struct user_list *ret_list)
{
	return store_user_page(store, STMT_bot_list,
			       VALUES(value_int(owner), value_int((int64_t)limit + 1)),
			       limit, ret_list);
}

enum err store_bot_token_add(struct store *store, const struct bot_token_add *in)
{
	const struct bot_token_live *live = &in->live;

	return store_run(store, STMT_bot_token_add,
			 VALUES(value_id(&live->id),
				value_blob(bytes_of(live->hash, TOKEN_HASH_LEN)),
				value_int(in->account), value_text(in->name),
				value_int((int64_t)live->scope), value_int(in->made_by),
				value_int((int64_t)store_now(store)),
				value_int_opt((int64_t)live->expires_ms)),
			 NULL, NULL);
}

static enum err on_token(const struct value *col, void *ctx)
{
	struct bot_token_list *list = ctx;
	struct bot_token_row *row = &list->rows[list->count++];

	*row = (struct bot_token_row){
		.id = col_id(&col[0]),
		.scope = (unsigned)col_int(&col[2]),
		.created_ms = (uint64_t)col_int(&col[3]),
		.expires_ms = (uint64_t)col_int(&col[4]),
		.used_ms = (uint64_t)col_int(&col[5]),
	};
	col_text(&col[1], row->name, sizeof(row->name));
	return ERR_OK;
}

enum err store_bot_token_list(struct store *store, int64_t account,
			      struct bot_token_list *ret_list)
{
	ret_list->count = 0;
	return store_run(store, STMT_bot_token_list,
			 VALUES(value_int(account), value_int(LIMIT_BOT_TOKENS)),
			 on_token, ret_list);
}

enum err store_bot_token_used(struct store *store, const struct id *id, uint64_t used_ms)
{
	return store_run(store, STMT_bot_token_used,
			 VALUES(value_id(id), value_int((int64_t)used_ms)), NULL, NULL);
}

struct visit {
	void (*fn)(const struct bot_token_live *live, void *ctx);
	void *ctx;
};

static enum err on_live(const struct value *col, void *ctx)
{
	const struct visit *visit = ctx;
	struct bytes hash = col_bytes(&col[1]);
	struct bot_token_live live = {
		.id = col_id(&col[0]),
		.user = col_id(&col[2]),
		.device = col_id(&col[3]),
		.scope = (unsigned)col_int(&col[4]),
		.expires_ms = (uint64_t)col_int(&col[5]),
	};

	if (hash.len != TOKEN_HASH_LEN)
		return ERR_CORRUPT;
	memcpy(live.hash, hash.ptr, TOKEN_HASH_LEN);
	visit->fn(&live, visit->ctx);
	return ERR_OK;
}

enum err store_bot_token_live(struct store *store, int64_t owner,
			      void (*visit)(const struct bot_token_live *live, void *ctx),
			      void *ctx)
{
	struct visit each = {visit, ctx};

	return store_run(store, STMT_bot_token_live,
			 VALUES(value_int((int64_t)store_now(store)), value_int(owner)),
			 on_live, &each);
}
