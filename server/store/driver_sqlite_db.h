/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Inside the driver for SQLite: what its files share. Not for others.
 *  Thread: that of the connection. */
#ifndef CHAT_STORE_DRIVER_SQLITE_DB_H
#define CHAT_STORE_DRIVER_SQLITE_DB_H

#include <sqlite3.h>

#include "server/store/driver.h"
#include "server/store/vfs_sqlite.h"

#define SQLITE_ARGS_MAX 32

enum control {
	BEGIN,
	BEGIN_READ,
	COMMIT,
	ROLLBACK,
	SAVEPOINT,
	RELEASE,
	ROLLBACK_TO,
	DATA_VERSION,
	CONTROL_COUNT
};

struct prepared {
	sqlite3_stmt *stmt;
	uint8_t count;                 /* parameters */
	uint8_t slot[SQLITE_ARGS_MAX]; /* where $i+1 stands */
};

struct sqlite_db {
	sqlite3 *db;
	struct prepared prepared[STMT_COUNT];
	sqlite3_stmt *control[CONTROL_COUNT];
	bool reader;
	unsigned depth; /* of begin() */
	bool keeps_log; /* UPKEEP_KEEP */
	bool lost;      /* SQLite rolled the transaction back on its own */
	int wal_pages;  /* of the log, not yet in the main file */
	sqlite3 *copy;  /* of a backup under way */
	sqlite3_backup *backup;
	struct vfs_joined files; /* of the writing connection */
};

/** One line of the log per failure that is not an answer in itself. */
enum err sqlite_db_fail(struct sqlite_db *db, int rc, const char *what);
/** Run a script. */
enum err sqlite_db_exec(struct sqlite_db *db, const char *sql) MUST_CHECK;
/** Run a statement that says a number. */
enum err sqlite_db_num(struct sqlite_db *db, const char *sql,
		       int64_t *ret_num) MUST_CHECK;

/** The rows of struct driver of these names. */
enum err sqlite_db_check(void *db, found_fn *found, void *ctx) MUST_CHECK;
enum err sqlite_db_size(void *db, struct driver_size *ret_size) MUST_CHECK;
enum err sqlite_db_upkeep(void *db, enum upkeep what, const char *path,
			  bool *ret_more) MUST_CHECK;

#endif
