/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One connection to the database, with the typed functions of store_*.h on top. No SQL
 *  leaves this folder; integer keys leave it only inside of server/core and are never put
 *  on the wire.
 *  Errors of every store_ function, unless said otherwise: ERR_NOT_FOUND, ERR_EXISTS
 *  (unique), ERR_BUSY, ERR_STORE, ERR_CORRUPT, ERR_INTERNAL.
 *  Thread: one at a time. */
#ifndef CHAT_STORE_STORE_H
#define CHAT_STORE_STORE_H

#include <stdbool.h>

#include "common/base/clock.h"
#include "common/crypto/random.h"
#include "server/store/driver.h"

struct seats;

struct store {
	const struct driver *driver;
	void *db;
	struct seats *seats; /**< what it remembers; NULL of a reader */
	unsigned depth;      /**< of store_begin() */
	const struct clock *clock;
	const struct random *random; /**< for ids that are drawn here */
	struct bytes audit_key;      /**< borrowed; of core/audit.h */
	bool mailed; /**< a letter or a posting was queued; who looks after it takes it back */
	bool noticed;      /**< there are notifications more; likewise */
	int64_t merge_due; /**< pages of the search index, below 0: ahead; of store_search.c */
	bool reader;
};

struct store_config {
	const struct driver *driver;
	const char *path;
	const struct clock *clock;
	const struct random *random; /**< NULL: the system's */
	struct bytes audit_key;      /**< of the audit log; must outlive the store */
	bool reader;                 /**< the schema must be there already */
};

/** Open. A writing connection first brings the schema up to date: forward only, after a
 *  copy of the file to "PATH.before-N" (N = the first new version), and gives every log a new
 *  epoch when the file is a restored backup.
 *  Errors: ERR_NEWER (written by a newer version), ERR_CORRUPT (damaged, or another
 *  program's file), ERR_STORE. */
enum err store_open(struct store *store, const struct store_config *config) MUST_CHECK;
/** A store that is all zero may be closed too. */
void store_close(struct store *store);

/** Start a transaction; inside of one, a savepoint. A reader's holds one state of the
 *  database until it ends. Errors: ERR_BUSY, ERR_STORE. */
enum err store_begin(struct store *store) MUST_CHECK;
/** End the innermost one and keep what it did. When it fails, nothing of it is kept:
 *  ERR_STORE, ERR_BUSY. */
enum err store_commit(struct store *store) MUST_CHECK;
/** End the innermost one and undo what it did. */
void store_rollback(struct store *store);

/** Milliseconds UTC of the store's clock. */
static inline uint64_t store_now(const struct store *store)
{
	return clock_now_ms(store->clock);
}

/** A new random id. */
struct id store_draw_id(const struct store *store);

/** Copy the whole database to @path (must not exist) while it is in use, @store being the
 *  writing connection. The copy is marked: opened as a store, it begins new epochs. */
enum err store_backup(struct store *store, const char *path) MUST_CHECK;

/** Read the whole database and see whether it is sound. ERR_CORRUPT. */
enum err store_check(struct store *store) MUST_CHECK;

/** Run @stmt, call @row (may be NULL) for each row. For the store_*.c files only. */
enum err store_run(struct store *store, enum stmt stmt, const struct value *args,
		   size_t count, row_fn *row, void *ctx) MUST_CHECK;
/** The same where exactly one row is wanted: ERR_NOT_FOUND when there is none. */
enum err store_one(struct store *store, enum stmt stmt, const struct value *args,
		   size_t count, row_fn *row, void *ctx) MUST_CHECK;

/** The same for a row of one integer. */
enum err store_num(struct store *store, enum stmt stmt, const struct value *args,
		   size_t count, int64_t *ret_num) MUST_CHECK;

/** Take a column. A NULL reads as 0, as an id of zeroes, or as {NULL, 0}. */
int64_t col_int(const struct value *col);
struct id col_id(const struct value *col);
/** Borrowed until the row function returns. */
struct bytes col_bytes(const struct value *col);
/** A copy that the caller owns (mem_free() of .ptr), terminated; NULL for NULL. */
struct bytes col_dup(const struct value *col);
/** Copy a text into a char[@size], cut where it does not fit; "" for NULL. */
void col_text(const struct value *col, char *dst, size_t size);

#endif
