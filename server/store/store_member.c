/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members as rows. A member row stays when somebody leaves (role 0): markers, mute and
 * level are there again on return; the intervals stand in stay.
 */
#include "server/store/store_member.h"

#include <string.h>

#include "common/base/mem.h"
#include "server/store/store_room.h"

void member_list_done(struct member_list *list)
{
	mem_free(list->rows);
	*list = (struct member_list){0};
}

enum err store_member_add(struct store *store, int64_t room, int64_t account,
			  enum role role, uint64_t seq, uint64_t ord)
{
	enum err err =
		store_run(store, STMT_member_add,
			  VALUES(value_int(room), value_int(account), value_int(role),
				 value_int((int64_t)store_now(store)),
				 value_int((int64_t)seq), value_int((int64_t)ord)),
			  NULL, NULL);

	if (err)
		return err;
	return store_run(
		store, STMT_stay_open,
		VALUES(value_int(room), value_int(account), value_int((int64_t)seq)),
		NULL, NULL);
}

enum err store_member_ensure(struct store *store, int64_t room, int64_t account,
			     enum role role)
{
	return store_run(store, STMT_member_ensure,
			 VALUES(value_int(room), value_int(account), value_int(role),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_member_remove(struct store *store, int64_t room, int64_t account,
			     uint64_t seq)
{
	enum err err = store_member_set_role(store, room, account, 0);

	if (err)
		return err;
	return store_run(
		store, STMT_stay_close,
		VALUES(value_int(room), value_int(account), value_int((int64_t)seq)),
		NULL, NULL);
}

enum err store_member_set_role(struct store *store, int64_t room, int64_t account,
			       enum role role)
{
	return store_run(store, STMT_member_set_role,
			 VALUES(value_int(room), value_int(account), value_int(role)),
			 NULL, NULL);
}

enum err store_member_said(struct store *store, int64_t room, int64_t account,
			   bool worthy, uint64_t ts)
{
	return store_run(store, STMT_member_said,
			 VALUES(value_int(room), value_int(account), value_int(worthy),
				value_int((int64_t)ts)),
			 NULL, NULL);
}

enum err store_member_set_read(struct store *store, int64_t room, int64_t account,
			       uint64_t seq, uint64_t ord, uint64_t own)
{
	enum err err = store_run(store, STMT_member_set_read,
				 VALUES(value_int(room), value_int(account),
					value_int((int64_t)seq), value_int((int64_t)ord),
					value_int((int64_t)own),
					value_int((int64_t)store_now(store))),
				 NULL, NULL);

	if (err)
		return err;
	return store_run(
		store, STMT_mention_read,
		VALUES(value_int(room), value_int(account), value_int((int64_t)seq)),
		NULL, NULL);
}

static enum err on_true(const struct value *col, void *ctx)
{
	*(bool *)ctx = true;
	return ERR_OK;
}

enum err store_member_set_got(struct store *store, int64_t room, int64_t account,
			      uint64_t seq, bool *ret_moved)
{
	bool moved = false;
	enum err err = store_run(
		store, STMT_member_set_got,
		VALUES(value_int(room), value_int(account), value_int((int64_t)seq)),
		on_true, &moved);

	if (!err)
		*ret_moved = moved;
	return err;
}

enum err store_member_set_hidden(struct store *store, int64_t room, int64_t account,
				 uint64_t seq)
{
	return store_run(
		store, STMT_member_set_hidden,
		VALUES(value_int(room), value_int(account), value_int((int64_t)seq)),
		NULL, NULL);
}

enum err store_member_set_level(struct store *store, int64_t room, int64_t account,
				enum notify_level level)
{
	return store_run(
		store, STMT_member_set_level,
		VALUES(value_int(room), value_int(account), value_int_opt(level)), NULL,
		NULL);
}

enum err store_member_set_muted(struct store *store, int64_t room, int64_t account,
				uint64_t until_ms)
{
	return store_run(
		store, STMT_member_set_muted,
		VALUES(value_int(room), value_int(account), value_int((int64_t)until_ms)),
		NULL, NULL);
}

enum err store_member_level(struct store *store, int64_t room, int64_t account,
			    int64_t sender, enum notify_level *ret_level)
{
	int64_t level;
	enum err err =
		store_num(store, STMT_member_level,
			  VALUES(value_int(room), value_int(account), value_int(sender),
				 value_int((int64_t)store_now(store))),
			  &level);

	if (!err)
		*ret_level = (enum notify_level)level;
	return err;
}

static enum err on_user_id(const struct value *col, void *ctx)
{
	*(struct id *)ctx = col_id(&col[0]);
	return ERR_OK;
}

enum err store_member_named(struct store *store, int64_t room, struct bytes name,
			    struct id *ret_user)
{
	return store_one(store, STMT_member_named,
			 VALUES(value_int(room), value_text(name)), on_user_id, ret_user);
}

enum err store_member_set_silent(struct store *store, int64_t room, int64_t account,
				 uint64_t until_ms)
{
	return store_run(
		store, STMT_member_set_silent,
		VALUES(value_int(room), value_int(account), value_int((int64_t)until_ms)),
		NULL, NULL);
}

enum err store_member_owners(struct store *store, int64_t room, int64_t *ret_count)
{
	return store_num(store, STMT_member_owners, VALUES(value_int(room)), ret_count);
}

enum err store_member_count(struct store *store, int64_t room, int64_t *ret_count)
{
	return store_num(store, STMT_member_count, VALUES(value_int(room)), ret_count);
}

static enum err on_member(const struct value *col, void *ctx)
{
	struct member_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	struct member_row *row = &list->rows[list->count++];
	*row = (struct member_row){
		.role = (enum role)col_int(&col[0]),
		.joined_ms = (uint64_t)col_int(&col[1]),
		.read_seq = (uint64_t)col_int(&col[2]),
		.got_seq = (uint64_t)col_int(&col[3]),
		.muted_until_ms = (uint64_t)col_int(&col[4]),
	};
	user_take(&col[5], &row->user);
	return ERR_OK;
}

/* One row more than wanted was asked for, so that it is known whether there are more. */
static enum err cut_members(enum err err, struct member_list list, size_t limit,
			    struct member_list *ret_list)
{
	if (err) {
		member_list_done(&list);
		return err;
	}
	list.more = list.count > limit;
	if (list.more)
		list.count = limit;
	*ret_list = list;
	return ERR_OK;
}

static struct value name_value(struct bytes after)
{
	return value_text(after.ptr ? after : bytes_text(""));
}

enum err store_member_list(struct store *store, int64_t room, struct bytes after,
			   size_t limit, struct member_list *ret_list)
{
	struct member_list list = {0};
	enum err err = store_run(
		store, STMT_member_list,
		VALUES(value_int(room), name_value(after), value_int((int64_t)limit + 1)),
		on_member, &list);

	return cut_members(err, list, limit, ret_list);
}

enum err store_member_readers(struct store *store, int64_t room, struct bytes after,
			      uint64_t seq, int64_t sender, size_t limit,
			      struct member_list *ret_list)
{
	struct member_list list = {0};
	enum err err = store_run(store, STMT_member_readers,
				 VALUES(value_int(room), name_value(after),
					value_int((int64_t)seq), value_int(sender),
					value_int((int64_t)limit + 1)),
				 on_member, &list);

	return cut_members(err, list, limit, ret_list);
}

/* An array of fixed elements that a row function fills. */
struct array {
	void *ptr;
	size_t count, cap, size;
};

static void *array_add(struct array *array)
{
	if (array->count == array->cap) {
		array->cap = mem_grow(array->cap, array->count + 1);
		array->ptr = mem_resize(array->ptr, array->cap, array->size);
	}
	return (char *)array->ptr + array->count++ * array->size;
}

static enum err collect(struct store *store, enum stmt stmt, const struct value *args,
			size_t count, row_fn *row, size_t size, void **ret_rows,
			size_t *ret_count)
{
	struct array array = {.size = size};
	enum err err = store_run(store, stmt, args, count, row, &array);

	if (err) {
		mem_free(array.ptr);
		return err;
	}
	*ret_rows = array.ptr;
	*ret_count = array.count;
	return ERR_OK;
}

static enum err on_key(const struct value *col, void *ctx)
{
	*(int64_t *)array_add(ctx) = col_int(&col[0]);
	return ERR_OK;
}

enum err store_member_keys(struct store *store, int64_t room, int64_t **ret_keys,
			   size_t *ret_count)
{
	return collect(store, STMT_member_keys, VALUES(value_int(room)), on_key,
		       sizeof(**ret_keys), (void **)ret_keys, ret_count);
}

static enum err on_room(const struct value *col, void *ctx)
{
	*(struct id *)array_add(ctx) = col_id(&col[0]);
	return ERR_OK;
}

enum err store_member_rooms(struct store *store, const struct id *user,
			    struct id **ret_rooms, size_t *ret_count)
{
	return collect(store, STMT_member_rooms, VALUES(value_id(user)), on_room,
		       sizeof(**ret_rooms), (void **)ret_rooms, ret_count);
}

static enum err on_least(const struct value *col, void *ctx)
{
	uint64_t *least = ctx;

	for (int i = 0; i < 3; i++)
		least[i] = (uint64_t)col_int(&col[i]);
	return ERR_OK;
}

enum err store_member_least(struct store *store, int64_t room, int64_t account,
			    uint64_t *ret_others, uint64_t *ret_got, uint64_t *ret_read)
{
	uint64_t least[3];
	enum err err =
		store_one(store, STMT_member_least,
			  VALUES(value_int(room), value_int(account)), on_least, least);

	if (err)
		return err;
	*ret_others = least[0];
	*ret_got = least[1];
	*ret_read = least[2];
	return ERR_OK;
}

enum err store_position_put(struct store *store, const struct id *device, int64_t room,
			    uint64_t seq)
{
	return store_run(
		store, STMT_position_put,
		VALUES(value_id(device), value_int(room), value_int((int64_t)seq)), NULL,
		NULL);
}

static enum err on_stay(const struct value *col, void *ctx)
{
	struct stay_list *list = ctx;

	if (list->count == STAYS_MAX)
		memmove(list->rows, list->rows + 1, --list->count * sizeof(*list->rows));
	list->rows[list->count++] = (struct stay_row){
		.from_seq = (uint64_t)col_int(&col[0]),
		.to_seq = col[1].kind == VALUE_NULL ? UINT64_MAX
						    : (uint64_t)col_int(&col[1]),
	};
	return ERR_OK;
}

enum err store_stay_list(struct store *store, int64_t room, int64_t account,
			 struct stay_list *ret_list)
{
	ret_list->count = 0;
	return store_run(store, STMT_stay_list,
			 VALUES(value_int(room), value_int(account)), on_stay, ret_list);
}

enum err store_ban_put(struct store *store, int64_t room, int64_t account, int64_t by,
		       struct bytes why, uint64_t until_ms)
{
	return store_run(store, STMT_ban_put,
			 VALUES(value_int(room), value_int(account), value_int_opt(by),
				value_text(why.ptr ? why : bytes_text("")),
				value_int((int64_t)store_now(store)),
				value_int_opt((int64_t)until_ms)),
			 NULL, NULL);
}

enum err store_ban_remove(struct store *store, int64_t room, int64_t account)
{
	return store_one(store, STMT_ban_remove,
			 VALUES(value_int(room), value_int(account)), NULL, NULL);
}

static enum err on_user(const struct value *col, void *ctx)
{
	user_take(col, ctx);
	return ERR_OK;
}

enum err store_user_by_id(struct store *store, const struct id *id, struct user_row *ret)
{
	enum err err =
		store_one(store, STMT_user_by_id, VALUES(value_id(id)), on_user, ret);

	return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
}

enum err store_user_by_key(struct store *store, int64_t key, struct user_row *ret)
{
	enum err err =
		store_one(store, STMT_user_by_key, VALUES(value_int(key)), on_user, ret);

	return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
}

void ban_list_done(struct ban_list *list)
{
	mem_free(list->rows);
	*list = (struct ban_list){0};
}

static enum err on_ban(const struct value *col, void *ctx)
{
	struct ban_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	struct ban_row *row = &list->rows[list->count++];
	*row = (struct ban_row){
		.since_ms = (uint64_t)col_int(&col[1]),
		.until_ms = (uint64_t)col_int(&col[2]),
		.by = col_id(&col[3]),
	};
	col_text(&col[0], row->why, sizeof(row->why));
	user_take(&col[4], &row->user);
	return ERR_OK;
}

enum err store_ban_list(struct store *store, int64_t room, struct bytes after,
			size_t limit, struct ban_list *ret_list)
{
	struct ban_list list = {0};
	enum err err = store_run(store, STMT_ban_list,
				 VALUES(value_int(room), name_value(after),
					value_int((int64_t)store_now(store)),
					value_int((int64_t)limit + 1)),
				 on_ban, &list);

	if (err) {
		ban_list_done(&list);
		return err;
	}
	list.more = list.count > limit;
	if (list.more)
		list.count = limit;
	*ret_list = list;
	return ERR_OK;
}
