/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cutting the beginning off a log. Time does not go back within a room, so what is old is a
 * range from the beginning; what hangs on its events goes first, the events last.
 */
#include "server/store/store_cut.h"

#include "common/base/mem.h"
#include "server/store/store_search.h"

struct due {
	struct cut_row *rows;
	size_t count;
};

static enum err on_due(const struct value *cols, void *ctx)
{
	struct due *due = ctx;

	due->rows[due->count++] = (struct cut_row){
		.room = col_int(&cols[0]),
		.id = col_id(&cols[1]),
		.until_ms = (uint64_t)col_int(&cols[2]),
	};
	return ERR_OK;
}

enum err store_cut_due(struct store *store, uint64_t now_ms, uint64_t usual_ms,
		       int64_t after, size_t limit, struct cut_row *rows,
		       size_t *ret_count)
{
	struct due due = {.rows = rows};
	enum err err =
		store_run(store, STMT_cut_due,
			  VALUES(value_int((int64_t)now_ms), value_int((int64_t)usual_ms),
				 value_int(after), value_int((int64_t)limit)),
			  on_due, &due);

	*ret_count = due.count;
	return err;
}

static enum err on_gone(const struct value *cols, void *ctx)
{
	++*(size_t *)ctx;
	return ERR_OK;
}

/* Everything that points at the events of a range, in an order that no foreign key minds. */
static enum err cut_range(struct store *store, int64_t room, int64_t seq)
{
	static const enum stmt stmts[] = {
		STMT_cut_file_link,     STMT_cut_reaction, STMT_cut_pin,
		STMT_cut_version,       STMT_cut_report,   STMT_cut_mention,
		STMT_cut_thread_member, STMT_cut_thread,
	};
	enum err err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(stmts) && !err; i++)
		err = store_run(store, stmts[i], VALUES(value_int(room), value_int(seq)),
				NULL, NULL);
	return err;
}

enum err store_cut(struct store *store, const struct cut_row *row, uint64_t now_ms,
		   size_t limit, size_t *ret_count)
{
	int64_t seq = 0;
	enum err err =
		store_num(store, STMT_cut_until,
			  VALUES(value_int(row->room), value_int((int64_t)row->until_ms),
				 value_int((int64_t)limit)),
			  &seq);

	*ret_count = 0;
	if (err || seq == 0)
		return err;
	err = store_run(
		store, STMT_cut_file,
		VALUES(value_int(row->room), value_int(seq), value_int((int64_t)now_ms)),
		NULL, NULL);
	if (!err)
		err = store_search_cut(store, row->room, seq);
	if (!err)
		err = cut_range(store, row->room, seq);
	if (!err)
		err = store_run(store, STMT_cut_event,
				VALUES(value_int(row->room), value_int(seq)), on_gone,
				ret_count);
	if (!err)
		err = store_search_back(store);
	return err;
}

enum err store_cut_size(struct store *store, const struct cut_row *row,
			uint64_t *ret_count)
{
	int64_t count = 0;
	enum err err = store_num(
		store, STMT_cut_size,
		VALUES(value_int(row->room), value_int((int64_t)row->until_ms)), &count);

	*ret_count = (uint64_t)count;
	return err;
}

enum err store_room_retention(struct store *store, const struct id *room, int64_t *ret_ms)
{
	enum err err =
		store_num(store, STMT_room_retention, VALUES(value_id(room)), ret_ms);

	return err == ERR_NOT_FOUND ? ERR_NO_ROOM : err;
}

enum err store_room_set_retention(struct store *store, const struct id *room, int64_t ms)
{
	enum err err =
		store_one(store, STMT_room_set_retention,
			  VALUES(value_id(room), ms < 0 ? value_null() : value_int(ms)),
			  NULL, NULL);

	return err == ERR_NOT_FOUND ? ERR_NO_ROOM : err;
}
