/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port to a database engine. Two implementations: driver_sqlite, and driver_fault,
 *  which passes everything on to another driver and fails where it is told to. All SQL but
 *  DDL is named by its row in stmt.def; an engine never sees a text made at run time.
 *  Thread: a connection belongs to one thread at a time. */
#ifndef CHAT_STORE_DRIVER_H
#define CHAT_STORE_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/id.h"

/** The statements of stmt.def. */
enum stmt {
#define STMT(id, sql) STMT_##id,
#include "server/store/stmt.def"
#undef STMT
	STMT_COUNT
};

/** The text of @stmt. */
const char *stmt_sql(enum stmt stmt);
/** Whether it only reads. */
bool stmt_is_query(enum stmt stmt);
/** Its name, for log lines. */
const char *stmt_name(enum stmt stmt);

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB };

/** One parameter or one column. Bytes are borrowed: a parameter's for the call, a column's
 *  until the row function returns. */
struct value {
	enum value_kind kind;
	int64_t num;
	struct bytes bytes;
};

/** Called once per row; a failure ends the statement and is what run() returns. */
typedef enum err row_fn(const struct value *cols, void *ctx);

enum upkeep {
	UPKEEP_CHECKPOINT, /**< move what is committed into the main file, without waiting.
				ERR_IO: a sync failed, and it is as after UPKEEP_KEEP */
	UPKEEP_LOOK,       /**< nothing; *ret_more: the log has become long */
	UPKEEP_SYNC,       /**< wait until the disk has what was moved; a reader may.
				ERR_IO: that failed; the writer is to UPKEEP_KEEP */
	UPKEEP_KEEP,       /**< nothing is moved any more, nor when it is closed */
	UPKEEP_TRIM,       /**< give free pages back, a slice */
	UPKEEP_BACKUP,     /**< copy a slice of the database to a file */
};

/** One thing that is wrong, as a sentence without an end; borrowed. */
typedef void found_fn(const char *what, void *ctx);

/** How large a database is. */
struct driver_size {
	uint64_t pages, free_pages, page_bytes;
	uint64_t log_pages;  /**< committed, and not yet moved into the main file */
	uint64_t left_pages; /**< of a backup under way, not copied yet */
};

struct driver_config {
	const char *path;
	bool reader; /**< a connection that cannot write, checkpoint or create */
};

struct migrate_step;

struct driver {
	/** Open or create. On failure *ret_db is untouched.
	 *  Errors: ERR_STORE, ERR_CORRUPT (not a database, or another program's). */
	enum err (*open)(void *ctx, const struct driver_config *config, void **ret_db);
	void (*close)(void *db);
	/** Run one statement; args[i] is bound to $i+1.
	 *  Errors: ERR_EXISTS (unique), ERR_NOT_FOUND (foreign key), ERR_BAD (another
	 *  rule of the schema), ERR_BUSY, ERR_STORE (disk
	 *  full, I/O, read-only), ERR_CORRUPT, ERR_INTERNAL, or what @row returned. */
	enum err (*run)(void *db, enum stmt stmt, const struct value *args, size_t count,
			row_fn *row, void *ctx);
	/** How many rows the statement that ran last has written; 0 of an insert that met a
	 *  row and was to do nothing then. */
	size_t (*changed)(void *db);
	/** How many rows were written since it was opened, also those that the index of words
	 *  has written inside of a statement; two values are compared. */
	uint64_t (*written)(void *db);
	/** Run a script of DDL; for migrations only. */
	enum err (*script)(void *db, const char *sql);
	/** Start a transaction; inside of one, a savepoint. A reader's holds one state of the
	 *  database until it ends. */
	enum err (*begin)(void *db);
	/** End the innermost one and keep what it did. When the outermost fails, everything is
	 *  rolled back before it returns. */
	enum err (*commit)(void *db);
	/** End the innermost one and undo what it did. Cannot fail: at worst the whole
	 *  transaction is gone, and commit() will say so. */
	void (*rollback)(void *db);
	/** A number that differs, inside of a transaction, from what it was inside of another
	 *  one if somebody else has changed the database between. */
	enum err (*version)(void *db, uint64_t *ret_version);
	/** One slice of housekeeping, outside of transactions; @path is the target of a backup.
	 *  *ret_more says that slices are left. */
	enum err (*upkeep)(void *db, enum upkeep what, const char *path, bool *ret_more);
	/** Read the whole file and compare; takes a while. @found is called for each thing
	 *  that is wrong. Errors: ERR_CORRUPT when there was one. */
	enum err (*check)(void *db, found_fn *found, void *ctx);
	enum err (*size)(void *db, struct driver_size *ret_size);
	void *ctx;                        /**< handed to open() */
	const struct migrate_step *steps; /**< the schema in this engine's DDL */
};

static inline struct value value_null(void)
{
	return (struct value){.kind = VALUE_NULL};
}

static inline struct value value_int(int64_t num)
{
	return (struct value){.kind = VALUE_INT, .num = num};
}

/** NULL when @num is 0: for the columns in which 0 has no meaning. */
static inline struct value value_int_opt(int64_t num)
{
	return num ? value_int(num) : value_null();
}

/** NULL when @text is {NULL, 0}. */
static inline struct value value_text(struct bytes text)
{
	return (struct value){.kind = text.ptr ? VALUE_TEXT : VALUE_NULL, .bytes = text};
}

/** NULL when @blob is {NULL, 0}. */
static inline struct value value_blob(struct bytes blob)
{
	return (struct value){.kind = blob.ptr ? VALUE_BLOB : VALUE_NULL, .bytes = blob};
}

static inline struct value value_id(const struct id *id)
{
	return (struct value){.kind = VALUE_BLOB, .bytes = bytes_of(id->bytes, ID_LEN)};
}

/** NULL for the id of zeroes. */
static inline struct value value_id_opt(const struct id *id)
{
	return id_is_zero(id) ? value_null() : value_id(id);
}

/** A list of parameters and its length, as two arguments. */
#define VALUES(...) \
	(const struct value[]){__VA_ARGS__}, \
		sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

#endif
