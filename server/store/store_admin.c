/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows for the administration. Looking for a text walks the table: a person asks, seldom,
 * and a reader answers.
 */
#include "server/store/store_admin.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define SYSTEM_META "system_account"

/* A pattern that finds @text anywhere. */
static void write_pattern(struct bytes text, struct str *pattern)
{
	str_add_char(pattern, '%');
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		if (c == '%' || c == '_' || c == '!')
			str_add_char(pattern, '!');
		str_add_char(pattern, c);
	}
	if (text.len)
		str_add_char(pattern, '%');
}

void account_list_done(struct account_list *list)
{
	mem_free(list->rows);
	*list = (struct account_list){0};
}

static enum err on_account(const struct value *col, void *ctx)
{
	struct account_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	account_take(col, &list->rows[list->count++]);
	return ERR_OK;
}

enum err store_account_list(struct store *store, const struct account_filter *filter,
			    size_t limit, struct account_list *ret_list)
{
	AUTO(str_done) struct str pattern = STR_INIT;
	struct account_list list = {0};

	write_pattern(filter->text, &pattern);
	enum err err = store_run(
		store, STMT_account_list,
		VALUES(value_text(filter->after.ptr ? filter->after : bytes_text("")),
		       value_text(str_view(&pattern)), value_int(filter->state),
		       value_int(filter->admins), value_int((int64_t)limit + 1),
		       value_int(filter->bots)),
		on_account, &list);
	if (err != ERR_OK) {
		account_list_done(&list);
		return err;
	}
	list.more = list.count > limit;
	if (list.more)
		list.count = limit;
	*ret_list = list;
	return ERR_OK;
}

static enum err on_facts(const struct value *col, void *ctx)
{
	struct account_facts *facts = ctx;

	*facts = (struct account_facts){
		.files = (uint64_t)col_int(&col[1]),
		.sessions = (uint64_t)col_int(&col[2]),
		.rooms = (uint64_t)col_int(&col[3]),
	};
	col_text(&col[0], facts->why, sizeof(facts->why));
	return ERR_OK;
}

enum err store_account_facts(struct store *store, int64_t account,
			     struct account_facts *ret)
{
	return store_one(store, STMT_admin_account_facts,
			 VALUES(value_int(account), value_int((int64_t)store_now(store))),
			 on_facts, ret);
}

/* ---- rooms ---- */

static void take_info(const struct value *col, struct room_info *info)
{
	struct room_row *room = &info->room;

	*info = (struct room_info){
		.created_ms = (uint64_t)col_int(&col[11]),
		.keep_ms = col[14].kind == VALUE_NULL ? -1 : col_int(&col[14]),
		.archived = col_int(&col[15]) >= ROOM_ARCHIVED,
		.post_role = (enum role)(col_int(&col[15]) % ROOM_ARCHIVED),
	};
	*room = (struct room_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.kind = (enum room_kind)col_int(&col[2]),
		.security = (enum room_security)col_int(&col[3]),
		.history = (enum room_history)col_int(&col[4]),
		.members = (uint64_t)col_int(&col[8]),
		.head = (uint64_t)col_int(&col[9]),
		.ord = (uint64_t)col_int(&col[10]),
		.active_ms = (uint64_t)col_int(&col[12]),
		.slow_ms = (uint64_t)col_int(&col[13]),
		.deleted = col[16].kind != VALUE_NULL,
	};
	col_text(&col[5], room->slug, sizeof(room->slug));
	col_text(&col[6], room->name, sizeof(room->name));
	col_text(&col[7], room->topic, sizeof(room->topic));
	col_text(&col[17], info->pair[0], sizeof(info->pair[0]));
	col_text(&col[18], info->pair[1], sizeof(info->pair[1]));
}

void room_info_list_done(struct room_info_list *list)
{
	mem_free(list->rows);
	*list = (struct room_info_list){0};
}

static enum err on_info_row(const struct value *col, void *ctx)
{
	struct room_info_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	take_info(col, &list->rows[list->count++]);
	return ERR_OK;
}

enum err store_room_list(struct store *store, struct bytes text, enum room_kind kind,
			 int64_t after, size_t limit, struct room_info_list *ret_list)
{
	AUTO(str_done) struct str pattern = STR_INIT;
	struct room_info_list list = {0};

	write_pattern(text, &pattern);
	enum err err = store_run(store, STMT_admin_room_list,
				 VALUES(value_int(after), value_text(str_view(&pattern)),
					value_int(kind), value_int((int64_t)limit + 1)),
				 on_info_row, &list);
	if (err != ERR_OK) {
		room_info_list_done(&list);
		return err;
	}
	list.more = list.count > limit;
	if (list.more)
		list.count = limit;
	*ret_list = list;
	return ERR_OK;
}

static enum err on_info(const struct value *col, void *ctx)
{
	take_info(col, ctx);
	return ERR_OK;
}

enum err store_room_info(struct store *store, const struct id *room,
			 struct room_info *ret)
{
	enum err err = store_one(store, STMT_admin_room_get, VALUES(value_id(room)),
				 on_info, ret);

	return err == ERR_NOT_FOUND ? ERR_NO_ROOM : err;
}

static enum err on_owner(const struct value *col, void *ctx)
{
	struct owner_names *owners = ctx;

	col_text(&col[0], owners->names[owners->count++], sizeof(owners->names[0]));
	return ERR_OK;
}

enum err store_room_owners(struct store *store, int64_t room, struct owner_names *ret)
{
	ret->count = 0;
	return store_run(store, STMT_admin_room_owners,
			 VALUES(value_int(room), value_int(ADMIN_OWNERS)), on_owner, ret);
}

enum err store_room_archive(struct store *store, int64_t room, bool on)
{
	return store_run(store, STMT_admin_room_archive,
			 VALUES(value_int(room), value_int(on ? ROOM_ARCHIVED : 0)), NULL,
			 NULL);
}

/* ---- the server's own account ---- */

static enum err on_system(const struct value *col, void *ctx)
{
	*(struct id *)ctx = col_id(&col[1]);
	return ERR_OK;
}

enum err store_system_get(struct store *store, struct id *ret_user)
{
	enum err err = store_one(store, STMT_meta_get_data,
				 VALUES(value_text(bytes_text(SYSTEM_META))), on_system,
				 ret_user);

	if (err == ERR_NOT_FOUND) {
		*ret_user = (struct id){{0}};
		return ERR_OK;
	}
	return err;
}

enum err store_system_put(struct store *store, int64_t account, const struct id *user)
{
	return store_run(store, STMT_meta_put_data,
			 VALUES(value_text(bytes_text(SYSTEM_META)), value_int(account),
				value_id(user)),
			 NULL, NULL);
}
