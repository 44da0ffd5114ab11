/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The adapter to SQLite: how a connection is set up, and how statements run. It knows no
 * table. Settings that protect the data come before the first read of the file.
 */
#include "client/cache/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "common/base/mem.h"
#include "common/sqlite/tokenizer.h"

#define APPLICATION_ID 0x63686174 /* "chat" */

#define TEXT_OF(number)  TEXT_OF_(number)
#define TEXT_OF_(number) #number

struct db {
	sqlite3 *sqlite;
	const struct vfs_seal *vfs;
	sqlite3_stmt *stmts[STMT_COUNT];
};

static const char *const texts[STMT_COUNT] = {
#define STMT(id, sql) [STMT_##id] = (sql),
#include "client/cache/stmt.def"
#undef STMT
};

static enum err err_of(const struct db *db, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return ERR_OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return vfs_seal_wrong_key(db->vfs) ? ERR_WRONG_KEY : ERR_CORRUPT;
	case SQLITE_IOERR:
		if (rc == SQLITE_IOERR_DATA)
			return vfs_seal_wrong_key(db->vfs) ? ERR_WRONG_KEY : ERR_CORRUPT;
		return ERR_STORE;
	case SQLITE_FULL:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM: return ERR_STORE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ERR_LOCKED;
	case SQLITE_TOOBIG: return ERR_TOO_BIG;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_FOREIGNKEY ? ERR_NOT_FOUND : ERR_CONFLICT;
	case SQLITE_NOMEM: abort(); /* as in mem.c */
	default: return ERR_INTERNAL;
	}
}

enum err db_script(struct db *db, const char *sql)
{
	return err_of(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

/* The first column of the first row of @sql, which is a PRAGMA. */
static enum err ask(struct db *db, const char *sql, sqlite3_int64 *ret)
{
	sqlite3_stmt *stmt = NULL;

	int rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? ERR_INTERNAL : err_of(db, rc);
}

enum err db_version(struct db *db, uint64_t *ret)
{
	sqlite3_int64 version;

	enum err err = ask(db, "PRAGMA user_version", &version);
	if (err == ERR_OK)
		*ret = (uint64_t)version;
	return err;
}

/* What belongs to the connection. Exclusive locking must be on before the log is looked
 * at: then SQLite keeps the index of the log in memory, and needs no shared memory. */
static enum err configure(struct db *db)
{
	sqlite3 *sqlite = db->sqlite;
	static const struct {
		int op, on;
	} config[] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(config); i++)
		sqlite3_db_config(sqlite, config[i].op, config[i].on, NULL);
	sqlite3_limit(sqlite, SQLITE_LIMIT_ATTACHED, 0);
	return db_script(db, "PRAGMA locking_mode = EXCLUSIVE;"
			     "PRAGMA temp_store = MEMORY;"
			     "PRAGMA mmap_size = 0;"
			     "PRAGMA secure_delete = ON;"
			     "PRAGMA cache_size = -2000;"
			     "PRAGMA journal_size_limit = 4194304;"
			     "PRAGMA synchronous = FULL");
}

/* What is fixed with the first page. The journal is in memory for this moment, since one
 * on the disk is refused; the caller makes a new store under another name. */
static enum err give_birth(struct db *db)
{
	int reserve = VFS_RESERVE;

	int rc = sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_RESERVE_BYTES,
				      &reserve);
	if (rc != SQLITE_OK)
		return err_of(db, rc);
	return db_script(
		db, "PRAGMA page_size = " TEXT_OF(
			    VFS_PAGE) ";"
				      "PRAGMA journal_mode = MEMORY;"
				      "PRAGMA auto_vacuum = INCREMENTAL;"
				      "PRAGMA application_id = " TEXT_OF(APPLICATION_ID));
}

static enum err set_up(struct db *db)
{
	sqlite3_int64 pages, application;

	enum err err = configure(db);
	if (err == ERR_OK)
		err = ask(db, "PRAGMA page_count", &pages);
	if (err == ERR_OK && pages == 0)
		err = give_birth(db);
	if (err == ERR_OK)
		err = ask(db, "PRAGMA application_id", &application);
	if (err == ERR_OK && application != APPLICATION_ID)
		err = ERR_BAD;
	if (err == ERR_OK)
		err = db_script(db, "PRAGMA journal_mode = WAL");
	return err;
}

enum err db_open(const char *path, const struct vfs_seal *vfs, struct db **ret_db)
{
	struct db *db = mem_new(struct db);

	db->vfs = vfs;
	int rc = sqlite3_open_v2(path, &db->sqlite,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW,
				 vfs_seal_name(vfs));
	if (rc == SQLITE_OK)
		rc = tokenizer_register(db->sqlite);
	enum err err = rc == SQLITE_OK ? set_up(db) : err_of(db, rc);
	if (err != ERR_OK) {
		db_free(&db);
		return err;
	}
	*ret_db = db;
	return ERR_OK;
}

void db_free(struct db **db)
{
	if (!*db)
		return;
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize((*db)->stmts[i]);
	int rc = sqlite3_close((*db)->sqlite);
	assert(rc == SQLITE_OK);
	mem_free(*db);
	*db = NULL;
}

bool db_in_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(db->sqlite);
}

const char *db_stmt_text(enum stmt id)
{
	return texts[id];
}

struct query query_of(struct db *db, enum stmt id)
{
	struct query query = {.db = db, .rc = SQLITE_OK};

	if (!db->stmts[id])
		query.rc = sqlite3_prepare_v3(db->sqlite, texts[id], -1,
					      SQLITE_PREPARE_PERSISTENT, &db->stmts[id],
					      NULL);
	query.stmt = db->stmts[id];
	assert(!query.stmt || !sqlite3_stmt_busy(query.stmt));
	return query;
}

static void put_result(struct query *query, int rc)
{
	if (query->rc == SQLITE_OK)
		query->rc = rc;
}

void query_put_int(struct query *query, uint64_t value)
{
	put_result(query,
		   sqlite3_bind_int64(query->stmt, ++query->put, (sqlite3_int64)value));
}

void query_put_text(struct query *query, struct bytes text)
{
	put_result(query,
		   sqlite3_bind_text64(query->stmt, ++query->put, (const char *)text.ptr,
				       text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_put_blob(struct query *query, struct bytes blob)
{
	put_result(query, sqlite3_bind_blob64(query->stmt, ++query->put, blob.ptr,
					      blob.len, SQLITE_STATIC));
}

void query_put_id(struct query *query, const struct id *id)
{
	query_put_blob(query,
		       id_is_zero(id) ? bytes_of(NULL, 0) : bytes_of(id->bytes, ID_LEN));
}

void query_put_null(struct query *query)
{
	put_result(query, sqlite3_bind_null(query->stmt, ++query->put));
}

bool query_next(struct query *query)
{
	if (query->rc != SQLITE_OK)
		return false;
	int rc = sqlite3_step(query->stmt);
	query->take = 0;
	if (rc == SQLITE_ROW)
		return true;
	query->rc = rc;
	return false;
}

uint64_t query_int(struct query *query)
{
	return (uint64_t)sqlite3_column_int64(query->stmt, query->take++);
}

/* The column as it lies in SQLite's memory: valid until the next step. */
static struct bytes borrow(struct query *query)
{
	int column = query->take++;

	if (sqlite3_column_type(query->stmt, column) == SQLITE_NULL)
		return bytes_of(NULL, 0);
	const void *ptr = sqlite3_column_blob(query->stmt, column);
	size_t len = (size_t)sqlite3_column_bytes(query->stmt, column);
	return bytes_of(ptr ? ptr : "", len);
}

struct bytes query_bytes(struct query *query, struct rows *rows)
{
	return rows_keep(rows, borrow(query));
}

struct id query_id(struct query *query)
{
	struct bytes bytes = borrow(query);
	struct id id = {{0}};

	if (bytes.len == ID_LEN)
		memcpy(id.bytes, bytes.ptr, ID_LEN);
	return id;
}

enum err query_done(struct query *query)
{
	enum err err = err_of(query->db, query->rc);

	if (query->stmt) {
		sqlite3_reset(query->stmt);
		sqlite3_clear_bindings(query->stmt);
	}
	return err;
}

enum err query_run(struct query *query)
{
	while (query_next(query))
		continue;
	return query_done(query);
}

enum err query_change(struct query *query, enum err none)
{
	enum err err = query_run(query);

	if (err == ERR_OK && sqlite3_changes64(query->db->sqlite) == 0)
		err = none;
	return err;
}

enum err query_one_int(struct query *query, enum err none, uint64_t *ret)
{
	bool found = query_next(query);
	uint64_t value = found ? query_int(query) : 0;
	enum err err = query_done(query);

	if (err == ERR_OK && !found)
		err = none;
	if (err == ERR_OK)
		*ret = value;
	return err;
}
