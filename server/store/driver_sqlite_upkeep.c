/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The housekeeping of an SQLite file: moving the log, copies, free pages, sizes.
 * Each call is a slice outside of transactions; who calls decides how often.
 */
#include "server/store/driver_sqlite_db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/str.h"

#define LONG_PAGES   4096 /* 16 MiB of log: reading through it is still quick */
#define BACKUP_PAGES 256  /* 1 MiB a slice: a few milliseconds */
#define TRIM_PAGES   256

/* Linux takes pages for written once it has told of them that they could not be, so the next
 * sync works although they are nowhere. SQLite may count them as moved already, and would let
 * the log begin anew. It stays; opened the next time, it is moved from its first page on. */
static enum err keep_log(struct sqlite_db *db)
{
	int rc = sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);

	db->keeps_log = true;
	return rc == SQLITE_OK ? ERR_OK : sqlite_db_fail(db, rc, "keep");
}

static enum err checkpoint(struct sqlite_db *db, bool *ret_more)
{
	int pages = 0, done = 0;

	*ret_more = false;
	if (db->keeps_log)
		return ERR_IO;
	int rc = sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
					   &pages, &done);

	if (rc == SQLITE_IOERR_FSYNC) {
		(void)!sqlite_db_fail(db, rc, "checkpoint");
		(void)!keep_log(db);
		return ERR_IO;
	}
	if (rc != SQLITE_OK)
		return sqlite_db_fail(db, rc, "checkpoint");
	*ret_more = done < pages; /* a reader still needs the rest */
	db->wal_pages = pages - done;
	return ERR_OK;
}

/* Through SQLite's own descriptor: to close another one would end its locks (POSIX). */
static enum err sync_file(struct sqlite_db *db)
{
	sqlite3_file *file = NULL;
	int rc = sqlite3_file_control(db->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

	if (rc == SQLITE_OK)
		rc = file->pMethods->xSync(file,
					   SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
	if (rc == SQLITE_OK)
		return ERR_OK;
	(void)!sqlite_db_fail(db, rc, "sync");
	return ERR_IO;
}

static enum err backup_start(struct sqlite_db *db, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : ERR_STORE;
	close(fd);
	int rc = sqlite3_open_v2(path, &db->copy,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	/* The copy is nothing until it is whole: who asked for it makes it durable, and the
	 * writing thread does not wait for a disk that takes a gigabyte. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->copy,
				  "pragma synchronous=off; pragma journal_mode=off;"
				  "pragma cache_size=-1000",
				  NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		db->backup = sqlite3_backup_init(db->copy, "main", db->db, "main");
	return db->backup ? ERR_OK : ERR_STORE;
}

/* The mark by which store_open() knows a restored copy; and the file is made whole in
 * itself, so that it may be moved without a -wal beside it. */
static int backup_seal(sqlite3 *copy)
{
	return sqlite3_exec(
		copy,
		"insert or replace into meta (name, num) values ('backup', 1);"
		"pragma journal_mode=delete",
		NULL, NULL, NULL);
}

static enum err backup(struct sqlite_db *db, const char *path, bool *ret_more)
{
	enum err err = db->backup ? ERR_OK : backup_start(db, path);
	int rc = SQLITE_ERROR;

	*ret_more = false;
	if (!err) {
		rc = sqlite3_backup_step(db->backup, BACKUP_PAGES);
		if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
			*ret_more = true;
			return ERR_OK;
		}
	}
	if (db->backup)
		sqlite3_backup_finish(db->backup);
	db->backup = NULL;
	if (!err && (rc != SQLITE_DONE || backup_seal(db->copy) != SQLITE_OK)) {
		log_error("store: backup failed, path=%s code=%d text=%s", path, rc,
			  sqlite3_errmsg(db->copy));
		err = ERR_STORE;
	}
	sqlite3_close(db->copy);
	db->copy = NULL;
	if (err && err != ERR_EXISTS)
		unlink(path);
	return err;
}

static enum err trim(struct sqlite_db *db, bool *ret_more)
{
	char sql[48];
	int64_t left = 0;

	snprintf(sql, sizeof(sql), "pragma incremental_vacuum(%d)", TRIM_PAGES);
	enum err err = sqlite_db_exec(db, sql);
	if (!err)
		err = sqlite_db_num(db, "pragma freelist_count", &left);
	*ret_more = left > 0;
	return err;
}

enum err sqlite_db_size(void *arg, struct driver_size *ret_size)
{
	struct sqlite_db *db = arg;
	int64_t pages = 0, free_pages = 0, bytes = 0;
	enum err err = sqlite_db_num(db, "pragma page_count", &pages);

	if (!err)
		err = sqlite_db_num(db, "pragma freelist_count", &free_pages);
	if (!err)
		err = sqlite_db_num(db, "pragma page_size", &bytes);
	if (err)
		return err;
	*ret_size = (struct driver_size){
		.pages = (uint64_t)pages,
		.free_pages = (uint64_t)free_pages,
		.page_bytes = (uint64_t)bytes,
		.log_pages = (uint64_t)db->wal_pages,
		.left_pages =
			db->backup ? (uint64_t)sqlite3_backup_remaining(db->backup) : 0,
	};
	return ERR_OK;
}

enum err sqlite_db_upkeep(void *arg, enum upkeep what, const char *path, bool *ret_more)
{
	struct sqlite_db *db = arg;

	assert(db->depth == 0);
	switch (what) {
	case UPKEEP_CHECKPOINT: return checkpoint(db, ret_more);
	case UPKEEP_LOOK: *ret_more = db->wal_pages > LONG_PAGES; return ERR_OK;
	case UPKEEP_SYNC: *ret_more = false; return sync_file(db);
	case UPKEEP_KEEP: *ret_more = false; return keep_log(db);
	case UPKEEP_TRIM: return trim(db, ret_more);
	case UPKEEP_BACKUP: return backup(db, path, ret_more);
	}
	return ERR_INTERNAL;
}
