/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection: open, run a statement, take its columns. Typed functions stand in the
 * store_*.c files, one per topic.
 */
#include "server/store/store.h"

#include <assert.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/os/file.h"
#include "server/store/migrate.h"
#include "server/store/seats.h"

/* A restored copy goes on with the same numbers but other content: whoever holds a
 * position in a log must learn that it is another log now. The time makes epochs of two
 * restores of one copy differ. */
static enum err begin_epochs(struct store *store)
{
	struct value now = value_int((int64_t)store_now(store));
	enum err err = store_begin(store);

	if (err)
		return err;
	err = store_run(store, STMT_room_epochs, &now, 1, NULL, NULL);
	if (!err)
		err = store_run(store, STMT_account_epochs, &now, 1, NULL, NULL);
	if (!err)
		err = store_run(store, STMT_meta_remove,
				VALUES(value_text(bytes_text("backup"))), NULL, NULL);
	if (err) {
		store_rollback(store);
		return err;
	}
	log_info("store: this is a restored backup, all logs begin a new epoch");
	return store_commit(store);
}

static enum err on_flag(const struct value *col, void *ctx)
{
	*(bool *)ctx = true;
	return ERR_OK;
}

static enum err bring_up(struct store *store, const char *path)
{
	bool restored = false;
	enum err err = migrate_run(store, path);

	if (!err)
		err = store_run(store, STMT_meta_get,
				VALUES(value_text(bytes_text("backup"))), on_flag,
				&restored);
	if (!err && restored)
		err = begin_epochs(store);
	return err;
}

enum err store_open(struct store *store, const struct store_config *config)
{
	struct store new = {
		.driver = config->driver,
		.clock = config->clock,
		.random = config->random ? config->random : &random_system,
		.audit_key = config->audit_key,
		.reader = config->reader,
	};
	struct driver_config open = {.path = config->path, .reader = config->reader};
	enum err err = new.driver->open(new.driver->ctx, &open, &new.db);

	if (err)
		return err;
	if (!new.reader && (err = bring_up(&new, config->path))) {
		store_close(&new);
		return err;
	}
	if (!new.reader) {
		uint64_t seed;
		random_fill(new.random, &seed, sizeof(seed));
		new.seats = seats_new(seed);
	}
	*store = new;
	return ERR_OK;
}

void store_close(struct store *store)
{
	seats_free(&store->seats);
	if (store->db)
		store->driver->close(store->db);
	*store = (struct store){0};
}

enum err store_begin(struct store *store)
{
	const struct driver *driver = store->driver;
	/* A savepoint must not hold, and maybe undo, what others have said before it. */
	enum err err = seats_settle(store);

	if (!err)
		err = driver->begin(store->db);
	if (err)
		return err;
	if (store->depth++ > 0 || !store->seats)
		return ERR_OK;
	uint64_t version;
	err = driver->version(store->db, &version);
	if (err)
		store_rollback(store);
	else
		seats_check_version(store->seats, version);
	return err;
}

enum err store_commit(struct store *store)
{
	assert(store->depth > 0);
	enum err err = store->depth == 1 ? seats_settle(store) : ERR_OK;

	if (err) {
		store_rollback(store);
		return err == ERR_BUSY ? ERR_BUSY : ERR_STORE;
	}
	store->depth--;
	err = store->driver->commit(store->db);
	if (err)
		seats_forget(store->seats);
	return err;
}

void store_rollback(struct store *store)
{
	assert(store->depth > 0);
	store->depth--;
	store->driver->rollback(store->db);
	seats_forget(store->seats);
}

struct id store_draw_id(const struct store *store)
{
	struct id id;

	random_fill(store->random, id.bytes, sizeof(id.bytes));
	return id;
}

enum err store_backup(struct store *store, const char *path)
{
	bool more = true;
	enum err err = ERR_OK;

	while (!err && more)
		err = store->driver->upkeep(store->db, UPKEEP_BACKUP, path, &more);
	return err ? err : file_sync(path);
}

static void log_damage(const char *what, void *ctx)
{
	log_error("store: damaged, what=%s", what);
}

enum err store_check(struct store *store)
{
	return store->driver->check(store->db, log_damage, NULL);
}

enum err store_run(struct store *store, enum stmt stmt, const struct value *args,
		   size_t count, row_fn *row, void *ctx)
{
	enum err err = seats_before(store, stmt, args);

	return err ? err : store->driver->run(store->db, stmt, args, count, row, ctx);
}

struct counted {
	row_fn *row;
	void *ctx;
	unsigned rows;
};

static enum err on_counted(const struct value *cols, void *ctx)
{
	struct counted *counted = ctx;

	counted->rows++;
	return counted->row ? counted->row(cols, counted->ctx) : ERR_OK;
}

enum err store_one(struct store *store, enum stmt stmt, const struct value *args,
		   size_t count, row_fn *row, void *ctx)
{
	struct counted counted = {.row = row, .ctx = ctx};
	enum err err = store_run(store, stmt, args, count, on_counted, &counted);

	if (!err && counted.rows == 0)
		return ERR_NOT_FOUND;
	return err;
}

static enum err on_num(const struct value *cols, void *ctx)
{
	*(int64_t *)ctx = col_int(&cols[0]);
	return ERR_OK;
}

enum err store_num(struct store *store, enum stmt stmt, const struct value *args,
		   size_t count, int64_t *ret_num)
{
	return store_one(store, stmt, args, count, on_num, ret_num);
}

int64_t col_int(const struct value *col)
{
	return col->kind == VALUE_INT ? col->num : 0;
}

struct id col_id(const struct value *col)
{
	struct id id = {0};

	if (col->kind == VALUE_BLOB && col->bytes.len == ID_LEN)
		memcpy(id.bytes, col->bytes.ptr, ID_LEN);
	return id;
}

struct bytes col_bytes(const struct value *col)
{
	if (col->kind != VALUE_TEXT && col->kind != VALUE_BLOB)
		return (struct bytes){0};
	return col->bytes;
}

struct bytes col_dup(const struct value *col)
{
	struct bytes bytes = col_bytes(col);

	if (!bytes.ptr)
		return bytes;
	return bytes_of(mem_strndup((const char *)bytes.ptr, bytes.len), bytes.len);
}

void col_text(const struct value *col, char *dst, size_t size)
{
	struct bytes bytes = col_bytes(col);
	size_t len = bytes.len < size ? bytes.len : size - 1;

	assert(size > 0);
	if (len)
		memcpy(dst, bytes.ptr, len);
	dst[len] = '\0';
}
