/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One connection to one SQLite file, and its prepared statements by name (stmt.def).
 *  Inside client/cache only. Thread: one at a time. */
#ifndef CHAT_CLIENT_CACHE_DB_H
#define CHAT_CLIENT_CACHE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/cache/rows.h"
#include "client/cache/vfs_seal.h"
#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/str.h"

enum stmt {
#define STMT(id, sql) STMT_##id,
#include "client/cache/stmt.def"
#undef STMT
	STMT_COUNT
};

struct db;

/** Open the file @path, which exists, through @vfs (borrowed; it must outlive the
 *  connection). An empty file becomes an empty database of this project's form.
 *  Errors: as in cache.h, and ERR_BAD for a database of another program. */
enum err db_open(const char *path, const struct vfs_seal *vfs,
		 struct db **ret_db) MUST_CHECK;
/** Fold the log into the file, close. */
void db_free(struct db **db);
/** Run plain statements, for the birth and migration of a store. */
enum err db_script(struct db *db, const char *sql) MUST_CHECK;
/** The version of the schema (migrate.def). */
enum err db_version(struct db *db, uint64_t *ret) MUST_CHECK;
bool db_in_transaction(const struct db *db);
/** The text of a statement, for tests. */
const char *db_stmt_text(enum stmt id);

/** One use of a statement: put its parameters in order, step, take columns in order.
 *
 *	struct query q = query_of(db, STMT_X);
 *	query_put_int(&q, 1);
 *	while (query_next(&q))
 *		n = query_int(&q);
 *	return query_done(&q);
 *
 *  The first failure sticks; query_done() reports it and frees the statement for its next
 *  use. A statement is in use once at a time. */
struct query {
	struct db *db;
	struct sqlite3_stmt *stmt;
	int rc;
	int put, take;
};

struct query query_of(struct db *db, enum stmt id);
void query_put_int(struct query *query, uint64_t value);
/** NULL for {NULL, 0}. */
void query_put_text(struct query *query, struct bytes text);
void query_put_blob(struct query *query, struct bytes blob);
/** NULL for the zero id. */
void query_put_id(struct query *query, const struct id *id);
void query_put_null(struct query *query);
bool query_next(struct query *query);
uint64_t query_int(struct query *query);
/** {NULL, 0} for NULL; kept in @rows. */
struct bytes query_bytes(struct query *query, struct rows *rows);
/** The zero id for NULL. */
struct id query_id(struct query *query);
enum err query_done(struct query *query) MUST_CHECK;
/** Step to the end and be done: for statements without rows. */
enum err query_run(struct query *query) MUST_CHECK;
/** The same for one that must change something: @none when no row was changed. */
enum err query_change(struct query *query, enum err none) MUST_CHECK;
/** One row with one number; @none when there is no row. */
enum err query_one_int(struct query *query, enum err none, uint64_t *ret) MUST_CHECK;

#endif
