/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite: opening, statements, transactions. Beside it only driver_sqlite_upkeep.c and
 * vfs_sqlite.c know that library. Each statement is prepared once per
 * connection and kept. SQLite numbers `$n` by first appearance in the text, PostgreSQL by
 * n, so parameters are bound by their names.
 *
 * Checkpoints are made here and when the caller asks, never by SQLite itself: before
 * 3.51.3 two connections that write or checkpoint at once can damage the file (WAL-reset
 * race), so there is one that may, and readers are told not to even when they close last.
 */
#include "server/store/driver_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/sqlite/tokenizer.h"
#include "server/store/driver_sqlite_db.h"
#include "server/store/migrate.h"

#define APPLICATION_ID 0x63686174 /* "chat" */
#define COLS_MAX       64

static const char *const control_sql[CONTROL_COUNT] = {
	"begin immediate", "begin",        "commit",           "rollback",
	"savepoint task",  "release task", "rollback to task", "pragma data_version",
};

static enum err err_of(int rc)
{
	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID: return ERR_EXISTS;
	case SQLITE_CONSTRAINT_FOREIGNKEY: return ERR_NOT_FOUND;
	}
	switch (rc & 0xff) {
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT: return ERR_BAD;
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return ERR_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ERR_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM: return ERR_STORE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_CORRUPT;
	default: return ERR_INTERNAL;
	}
}

/* One line per failure that is not an answer in itself. */
enum err sqlite_db_fail(struct sqlite_db *db, int rc, const char *what)
{
	enum err err = err_of(rc);

	if (db->depth && sqlite3_get_autocommit(db->db))
		db->lost = true;
	if (err != ERR_EXISTS && err != ERR_NOT_FOUND)
		log_error("store: sqlite failed, at=%s code=%d text=%s", what, rc,
			  sqlite3_errmsg(db->db));
	return err;
}

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	((struct sqlite_db *)ctx)->wal_pages = pages;
	return SQLITE_OK;
}

enum err sqlite_db_exec(struct sqlite_db *db, const char *sql)
{
	int rc = sqlite3_exec(db->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? ERR_OK : sqlite_db_fail(db, rc, "script");
}

enum err sqlite_db_num(struct sqlite_db *db, const char *sql, int64_t *ret_num)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*ret_num = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? ERR_OK : sqlite_db_fail(db, rc, "pragma");
}

static void harden(sqlite3 *db)
{
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, 5000);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 1200, 200);
}

/* What must be set before the first table, and refusing what is not ours. */
static enum err birth(struct sqlite_db *db)
{
	int64_t tables, id;
	enum err err = sqlite_db_num(db, "select count(*) from sqlite_schema", &tables);

	if (err)
		return err;
	if ((err = sqlite_db_num(db, "pragma application_id", &id)))
		return err;
	if (tables > 0 || id != 0) {
		if (id == APPLICATION_ID)
			return ERR_OK;
		log_error("store: that file belongs to another program, "
			  "application_id=%lld",
			  (long long)id);
		return ERR_CORRUPT;
	}
	char sql[128];
	snprintf(sql, sizeof(sql),
		 "pragma page_size=4096; pragma auto_vacuum=incremental;"
		 "pragma application_id=%d",
		 APPLICATION_ID);
	return sqlite_db_exec(db, sql);
}

static enum err set_up(struct sqlite_db *db, bool reader)
{
	static const char common[] = "pragma foreign_keys=on; pragma trusted_schema=off;"
				     "pragma temp_store=memory; pragma mmap_size=0;"
				     "pragma cache_size=-16000; pragma synchronous=full;"
				     "pragma wal_autocheckpoint=0;";
	enum err err = sqlite_db_exec(db, common);

	if (err)
		return err;
	if (reader) {
		sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return sqlite_db_exec(db, "pragma query_only=on");
	}
	if ((err = birth(db)))
		return err;
	sqlite3_wal_hook(db->db, on_commit, db);
	return sqlite_db_exec(
		db, "pragma journal_mode=wal; pragma journal_size_limit=67108864");
}

/* SQLite would make the file readable for all whom the umask lets. */
static enum err make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		log_error("store: cannot open, path=%s error=%s", path, strerror(errno));
		return ERR_STORE;
	}
	close(fd);
	return ERR_OK;
}

static void db_close(void *arg)
{
	struct sqlite_db *db = arg;

	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(db->prepared[i].stmt);
	for (size_t i = 0; i < CONTROL_COUNT; i++)
		sqlite3_finalize(db->control[i]);
	if (db->backup)
		sqlite3_backup_finish(db->backup);
	sqlite3_close(db->copy);
	int rc = sqlite3_close(db->db);
	assert(rc == SQLITE_OK); /* no statement is left that we did not prepare */
	vfs_joined_done(&db->files);
	mem_free(db);
}

static enum err db_open(void *ctx, const struct driver_config *config, void **ret_db)
{
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	enum err err = config->reader ? ERR_OK : make_private(config->path);

	if (err)
		return err;
	/* Counting its memory costs SQLite a lock per allocation. Refused, and rightly, once
	 * a first connection is open. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	struct sqlite_db *db = mem_new(struct sqlite_db);
	db->reader = config->reader;
	err = config->reader ? ERR_OK : vfs_joined_init(&db->files);
	if (err) {
		mem_free(db);
		return err;
	}
	int rc = sqlite3_open_v2(config->path, &db->db, flags,
				 config->reader ? NULL : db->files.name);
	if (rc != SQLITE_OK) {
		err = sqlite_db_fail(db, rc, "open");
		db_close(db);
		return err;
	}
	harden(db->db);
	rc = tokenizer_register(db->db);
	err = rc == SQLITE_OK ? set_up(db, config->reader)
			      : sqlite_db_fail(db, rc, "tokenizer");
	if (err) {
		db_close(db);
		return err;
	}
	*ret_db = db;
	return ERR_OK;
}

static enum err prepare(struct sqlite_db *db, enum stmt id, struct prepared *prepared)
{
	int rc = sqlite3_prepare_v3(db->db, stmt_sql(id), -1, SQLITE_PREPARE_PERSISTENT,
				    &prepared->stmt, NULL);

	if (rc != SQLITE_OK)
		return sqlite_db_fail(db, rc, stmt_name(id));
	prepared->count = (uint8_t)sqlite3_bind_parameter_count(prepared->stmt);
	assert(prepared->count <= SQLITE_ARGS_MAX);
	for (unsigned i = 0; i < prepared->count; i++) {
		char name[8];
		snprintf(name, sizeof(name), "$%u", i + 1);
		int slot = sqlite3_bind_parameter_index(prepared->stmt, name);
		assert(slot > 0); /* the numbers of a text have no holes */
		prepared->slot[i] = (uint8_t)slot;
	}
	return ERR_OK;
}

static int bind(sqlite3_stmt *stmt, int slot, const struct value *value)
{
	/* A pointer that is NULL would bind a NULL; an empty text is not one. */
	const void *ptr = value->bytes.ptr ? (const void *)value->bytes.ptr : "";

	switch (value->kind) {
	case VALUE_INT: return sqlite3_bind_int64(stmt, slot, value->num);
	case VALUE_TEXT:
		return sqlite3_bind_text64(stmt, slot, ptr, value->bytes.len,
					   SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(stmt, slot, ptr, value->bytes.len,
					   SQLITE_STATIC);
	case VALUE_NULL: break;
	}
	return sqlite3_bind_null(stmt, slot);
}

static void read_col(sqlite3_stmt *stmt, int i, struct value *ret)
{
	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_INTEGER: *ret = value_int(sqlite3_column_int64(stmt, i)); return;
	case SQLITE_TEXT:
		ret->kind = VALUE_TEXT;
		ret->bytes.ptr = sqlite3_column_text(stmt, i);
		break;
	case SQLITE_BLOB:
		ret->kind = VALUE_BLOB;
		ret->bytes.ptr = sqlite3_column_blob(stmt, i);
		break;
	default: *ret = value_null(); return;
	}
	ret->num = 0;
	ret->bytes.len = (size_t)sqlite3_column_bytes(stmt, i);
	if (!ret->bytes.ptr)
		ret->bytes.ptr = (const uint8_t *)"";
}

static enum err give_row(sqlite3_stmt *stmt, row_fn *row, void *ctx)
{
	struct value cols[COLS_MAX];
	int count = sqlite3_column_count(stmt);

	if (!row)
		return ERR_OK;
	assert(count <= COLS_MAX);
	for (int i = 0; i < count; i++)
		read_col(stmt, i, &cols[i]);
	return row(cols, ctx);
}

static enum err db_run(void *arg, enum stmt id, const struct value *args, size_t count,
		       row_fn *row, void *ctx)
{
	struct sqlite_db *db = arg;
	struct prepared *prepared = &db->prepared[id];
	enum err err = prepared->stmt ? ERR_OK : prepare(db, id, prepared);
	int rc = SQLITE_OK;

	if (err)
		return err;
	if (db->lost)
		return ERR_STORE;
	sqlite3_stmt *stmt = prepared->stmt;
	assert(count == prepared->count);
	assert(!sqlite3_stmt_busy(
		stmt)); /* a row function must not run its own statement */
	for (size_t i = 0; i < count && rc == SQLITE_OK; i++)
		rc = bind(stmt, prepared->slot[i], &args[i]);
	while (rc == SQLITE_OK && !err) {
		rc = sqlite3_step(stmt);
		if (rc == SQLITE_ROW) {
			rc = SQLITE_OK;
			err = give_row(stmt, row, ctx);
		}
	}
	if (!err && rc != SQLITE_DONE)
		err = sqlite_db_fail(db, rc, stmt_name(id));
	sqlite3_reset(stmt);
	return err;
}

static size_t db_changed(void *arg)
{
	return (size_t)sqlite3_changes(((struct sqlite_db *)arg)->db);
}

static uint64_t db_written(void *arg)
{
	return (uint64_t)sqlite3_total_changes64(((struct sqlite_db *)arg)->db);
}

static enum err db_script(void *arg, const char *sql)
{
	return sqlite_db_exec(arg, sql);
}

/* Run one; @ret_num (or NULL) gets what it says. */
static enum err control_num(struct sqlite_db *db, enum control what, int64_t *ret_num)
{
	int rc = SQLITE_OK;

	if (!db->control[what])
		rc = sqlite3_prepare_v3(db->db, control_sql[what], -1,
					SQLITE_PREPARE_PERSISTENT, &db->control[what],
					NULL);
	if (rc != SQLITE_OK)
		return sqlite_db_fail(db, rc, control_sql[what]);
	rc = sqlite3_step(db->control[what]);
	if (rc == SQLITE_ROW && ret_num)
		*ret_num = sqlite3_column_int64(db->control[what], 0);
	enum err err = rc == SQLITE_DONE || rc == SQLITE_ROW
			       ? ERR_OK
			       : sqlite_db_fail(db, rc, control_sql[what]);
	sqlite3_reset(db->control[what]);
	return err;
}

static enum err control(struct sqlite_db *db, enum control what)
{
	return control_num(db, what, NULL);
}

static enum err db_begin(void *arg)
{
	struct sqlite_db *db = arg;
	enum err err = ERR_STORE;

	if (!db->lost)
		err = control(db, db->depth    ? SAVEPOINT
				  : db->reader ? BEGIN_READ
					       : BEGIN);
	if (!err)
		db->depth++;
	return err;
}

static enum err db_commit(void *arg)
{
	struct sqlite_db *db = arg;
	enum err err = db->lost ? ERR_STORE : ERR_OK;

	assert(db->depth > 0);
	if (!err)
		err = control(db, db->depth > 1 ? RELEASE : COMMIT);
	if (--db->depth > 0)
		return err;
	if (err && !sqlite3_get_autocommit(db->db))
		(void)control(db, ROLLBACK);
	db->lost = false;
	return err == ERR_INTERNAL ? ERR_STORE : err;
}

static void db_rollback(void *arg)
{
	struct sqlite_db *db = arg;

	assert(db->depth > 0);
	if (db->depth > 1) {
		if (!db->lost && (control(db, ROLLBACK_TO) || control(db, RELEASE)))
			db->lost = true;
		db->depth--;
		return;
	}
	if (!sqlite3_get_autocommit(db->db))
		(void)control(db, ROLLBACK);
	db->depth = 0;
	db->lost = false;
}

static enum err db_version(void *arg, uint64_t *ret_version)
{
	int64_t version = 0;
	enum err err = control_num(arg, DATA_VERSION, &version);

	*ret_version = (uint64_t)version;
	return err;
}

const struct driver driver_sqlite = {
	.open = db_open,
	.close = db_close,
	.run = db_run,
	.changed = db_changed,
	.written = db_written,
	.script = db_script,
	.begin = db_begin,
	.commit = db_commit,
	.rollback = db_rollback,
	.version = db_version,
	.upkeep = sqlite_db_upkeep,
	.check = sqlite_db_check,
	.size = sqlite_db_size,
	.steps = migrate_sqlite,
};

const char *driver_sqlite_version(void)
{
	return sqlite3_libversion();
}
