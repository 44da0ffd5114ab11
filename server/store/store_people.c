/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of columns are those of stmt_people.def.
 */
#include "server/store/store_people.h"

#include "common/base/mem.h"

static enum err run(struct store *store, enum stmt stmt, const struct value *args,
		    size_t count)
{
	return store_run(store, stmt, args, count, NULL, NULL);
}

/* And whether it has changed a row. */
static enum err run_told(struct store *store, enum stmt stmt, const struct value *args,
			 size_t count, bool *ret_changed)
{
	enum err err = run(store, stmt, args, count);

	*ret_changed = err == ERR_OK && store->driver->changed(store->db) > 0;
	return err;
}

static enum err on_profile(const struct value *col, void *ctx)
{
	*(struct profile_row *)ctx = (struct profile_row){
		.findable = col_int(&col[0]) != 0,
		.avatar = col_id(&col[1]),
		.avatar_file = col_int(&col[2]),
		.presence = (enum shown_to)col_int(&col[3]),
		.receipts = col_int(&col[4]) != 0,
		.typing = col_int(&col[5]) != 0,
	};
	return ERR_OK;
}

enum err store_profile_get(struct store *store, int64_t account, struct profile_row *ret)
{
	return store_one(store, STMT_profile_get, VALUES(value_int(account)), on_profile,
			 ret);
}

enum err store_account_set_findable(struct store *store, int64_t account, bool findable)
{
	return run(store, STMT_account_set_findable,
		   VALUES(value_int(account), value_int(findable)));
}

enum err store_account_set_avatar(struct store *store, int64_t account, int64_t file)
{
	return run(store, STMT_account_set_avatar,
		   VALUES(value_int(account), value_int_opt(file)));
}

enum err store_account_suspend(struct store *store, int64_t account,
			       enum account_state state, struct bytes why)
{
	return run(store, STMT_account_suspend,
		   VALUES(value_int(account), value_int(state), value_text(why)));
}

enum err store_block_put(struct store *store, int64_t account, int64_t other,
			 bool *ret_changed)
{
	return run_told(store, STMT_block_put,
			VALUES(value_int(account), value_int(other),
			       value_int((int64_t)store_now(store))),
			ret_changed);
}

enum err store_block_drop(struct store *store, int64_t account, int64_t other,
			  bool *ret_changed)
{
	return run_told(store, STMT_block_drop,
			VALUES(value_int(account), value_int(other)), ret_changed);
}

enum err store_block_list(struct store *store, int64_t account, struct bytes after,
			  size_t limit, struct user_list *ret_list)
{
	return store_user_page(store, STMT_block_list,
			       VALUES(value_int(account),
				      value_text(after.ptr ? after : bytes_text("")),
				      value_int((int64_t)limit + 1)),
			       limit, ret_list);
}

static enum err on_presence(const struct value *col, void *ctx)
{
	*(struct presence_row *)ctx = (struct presence_row){
		.seen_ms = (uint64_t)col_int(&col[0]),
		.hidden = col_int(&col[1]) != 0,
	};
	return ERR_OK;
}

enum err store_presence_for(struct store *store, const struct id *user,
			    const struct id *other, struct presence_row *ret)
{
	return store_one(store, STMT_presence_for,
			 VALUES(value_id(user), value_id(other)), on_presence, ret);
}

static struct value yes_or_no(enum yes_no word)
{
	return word ? value_int(word == YES_NO_YES) : value_null();
}

enum err store_account_set_shown(struct store *store, int64_t account,
				 const struct shown_change *in)
{
	return run(store, STMT_account_set_shown,
		   VALUES(value_int(account), value_int_opt(in->presence),
			  yes_or_no(in->receipts), yes_or_no(in->typing)));
}

struct rooms {
	struct account_room *rows;
	size_t count, cap;
};

static enum err on_room(const struct value *col, void *ctx)
{
	struct rooms *rooms = ctx;

	if (rooms->count == rooms->cap) {
		rooms->cap = mem_grow(rooms->cap, rooms->count + 1);
		rooms->rows = mem_resize(rooms->rows, rooms->cap, sizeof(*rooms->rows));
	}
	rooms->rows[rooms->count++] = (struct account_room){
		.room = col_id(&col[0]),
		.kind = (enum room_kind)col_int(&col[1]),
		.role = (enum role)col_int(&col[2]),
	};
	return ERR_OK;
}

enum err store_account_rooms(struct store *store, int64_t account,
			     struct account_room **ret_rooms, size_t *ret_count)
{
	struct rooms rooms = {.count = 0};
	enum err err = store_run(store, STMT_account_rooms, VALUES(value_int(account)),
				 on_room, &rooms);

	if (err != ERR_OK) {
		mem_free(rooms.rows);
		return err;
	}
	*ret_rooms = rooms.rows;
	*ret_count = rooms.count;
	return ERR_OK;
}

static enum err on_id(const struct value *col, void *ctx)
{
	*(struct id *)ctx = col_id(&col[0]);
	return ERR_OK;
}

enum err store_account_heir(struct store *store, const struct id *room, int64_t account,
			    struct id *ret_heir)
{
	return store_one(store, STMT_account_heir,
			 VALUES(value_id(room), value_int(account)), on_id, ret_heir);
}

enum err store_account_halt(struct store *store, int64_t account)
{
	enum err err =
		run(store, STMT_account_erase_postings, VALUES(value_int(account)));

	return err == ERR_OK
		       ? run(store, STMT_account_halt_hooks, VALUES(value_int(account)))
		       : err;
}

enum err store_account_empty(struct store *store, int64_t account)
{
	static const enum stmt stmts[] = {
		STMT_account_erase_blocks,    STMT_account_erase_drafts,
		STMT_account_erase_log,       STMT_account_erase_notes,
		STMT_account_erase_positions, STMT_account_erase_push,
		STMT_account_erase_refresh,   STMT_account_erase_sessions,
		STMT_account_erase_settings,  STMT_account_erase_postings,
		STMT_account_erase_hooks,
	};
	enum err err =
		run(store, STMT_account_erase_devices,
		    VALUES(value_int(account), value_int((int64_t)store_now(store))));

	if (err == ERR_OK)
		err = run(store, STMT_notification_end, NO_VALUES);
	for (size_t i = 0; i < ARRAY_LEN(stmts) && err == ERR_OK; i++)
		err = run(store, stmts[i], VALUES(value_int(account)));
	return err;
}
