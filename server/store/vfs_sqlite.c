/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite writes each page of a commit to its log with two calls, 24 bytes and 4096, all of
 * them one behind the other, and then syncs. Here they are gathered and written at once
 * before the sync: a commit of forty pages is one call instead of eighty.
 *
 * Nobody misses what is still here. SQLite tells other connections of a commit (in the
 * index of the log) only after the sync, with synchronous=FULL; whatever else asks for the
 * file first writes what was gathered. A process that is killed loses with it only what was
 * not committed. Where files do not promise to leave the bytes beside a write alone, SQLite
 * fills the sector behind the sync and tells of that, too: nothing is gathered there. All
 * other files are the base's own.
 */
#include "server/store/vfs_sqlite.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#define ROOM (127 * 1024) /* SQLite's own VFS takes less than 128 KiB at once */

/* The base's own struct follows behind this one. */
struct log_file {
	sqlite3_file head;
	uint8_t *room; /* NULL until something is written */
	int len;       /* gathered */
	sqlite3_int64 at;
	bool gathers;
	bool synced; /* nothing was written or cut since */
};

static struct log_file *file_of(sqlite3_file *head)
{
	return CONTAINER_OF(head, struct log_file, head);
}

static sqlite3_file *real_of(struct log_file *file)
{
	return (sqlite3_file *)(void *)(file + 1);
}

static const sqlite3_io_methods *real_methods(sqlite3_file *head)
{
	return real_of(file_of(head))->pMethods;
}

/* What could not be written stays, and is tried again before anything else: SQLite need not
 * undo a transaction because one of its statements could not read, and its commit must not
 * stand behind a hole. Of a transaction that was undone it is written over later. */
static int flush(struct log_file *file)
{
	int rc = SQLITE_OK;

	if (file->len > 0)
		rc = real_of(file)->pMethods->xWrite(real_of(file), file->room, file->len,
						     file->at);
	if (rc == SQLITE_OK)
		file->len = 0;
	return rc;
}

static int log_close(sqlite3_file *head)
{
	struct log_file *file = file_of(head);
	int rc = flush(file), closed = real_methods(head)->xClose(real_of(file));

	mem_free(file->room);
	file->room = NULL;
	return rc ? rc : closed;
}

static int log_read(sqlite3_file *head, void *ret, int len, sqlite3_int64 at)
{
	int rc = flush(file_of(head));

	return rc ? rc : real_methods(head)->xRead(real_of(file_of(head)), ret, len, at);
}

static int log_write(sqlite3_file *head, const void *src, int len, sqlite3_int64 at)
{
	struct log_file *file = file_of(head);
	bool adjoins = at == file->at + file->len && len <= ROOM - file->len;
	int rc = file->len > 0 && !adjoins ? flush(file) : SQLITE_OK;

	file->synced = false;
	if (rc)
		return rc;
	if (!file->gathers || len > ROOM)
		return real_methods(head)->xWrite(real_of(file), src, len, at);
	if (!file->room)
		file->room = mem_alloc(ROOM, 1);
	if (file->len == 0)
		file->at = at;
	memcpy(file->room + file->len, src, (size_t)len);
	file->len += len;
	return SQLITE_OK;
}

static int log_truncate(sqlite3_file *head, sqlite3_int64 size)
{
	int rc = flush(file_of(head));

	file_of(head)->synced = false;
	return rc ? rc : real_methods(head)->xTruncate(real_of(file_of(head)), size);
}

/* A checkpoint begins with a sync of the log, which after a commit has nothing to do. */
static int log_sync(sqlite3_file *head, int flags)
{
	struct log_file *file = file_of(head);
	int rc = flush(file);

	if (rc || file->synced)
		return rc;
	rc = real_methods(head)->xSync(real_of(file), flags);
	file->synced = rc == SQLITE_OK;
	return rc;
}

static int log_size(sqlite3_file *head, sqlite3_int64 *ret)
{
	int rc = flush(file_of(head));

	return rc ? rc : real_methods(head)->xFileSize(real_of(file_of(head)), ret);
}

static int log_lock(sqlite3_file *head, int level)
{
	return real_methods(head)->xLock(real_of(file_of(head)), level);
}

static int log_unlock(sqlite3_file *head, int level)
{
	return real_methods(head)->xUnlock(real_of(file_of(head)), level);
}

static int log_reserved(sqlite3_file *head, int *ret)
{
	return real_methods(head)->xCheckReservedLock(real_of(file_of(head)), ret);
}

static int log_control(sqlite3_file *head, int op, void *arg)
{
	return real_methods(head)->xFileControl(real_of(file_of(head)), op, arg);
}

static int log_sector(sqlite3_file *head)
{
	return real_methods(head)->xSectorSize(real_of(file_of(head)));
}

static int log_traits(sqlite3_file *head)
{
	return real_methods(head)->xDeviceCharacteristics(real_of(file_of(head)));
}

/* The index of the log is the main file's: version 1 is all that a log needs. */
static const sqlite3_io_methods log_methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector,
	.xDeviceCharacteristics = log_traits,
};

static int joined_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *head, int flags,
		       int *ret_flags)
{
	sqlite3_vfs *base = CONTAINER_OF(vfs, struct vfs_joined, vfs)->base;
	struct log_file *file = file_of(head);

	if (!(flags & SQLITE_OPEN_WAL))
		return base->xOpen(base, name, head, flags, ret_flags);
	*file = (struct log_file){0};
	int rc = base->xOpen(base, name, real_of(file), flags, ret_flags);
	if (!real_of(file)->pMethods)
		return rc;
	head->pMethods = &log_methods;
	file->gathers = log_traits(head) & SQLITE_IOCAP_POWERSAFE_OVERWRITE;
	return rc;
}

enum err vfs_joined_init(struct vfs_joined *joined)
{
	sqlite3_vfs *base = sqlite3_vfs_find(NULL);

	if (!base)
		return ERR_INTERNAL;
	/* What is not opened here is asked of the base's functions, with its own data. */
	*joined = (struct vfs_joined){.vfs = *base, .base = base};
	snprintf(joined->name, sizeof(joined->name), "joined-%p", (void *)joined);
	joined->vfs.szOsFile = (int)sizeof(struct log_file) + base->szOsFile;
	joined->vfs.zName = joined->name;
	joined->vfs.pNext = NULL;
	joined->vfs.xOpen = joined_open;
	return sqlite3_vfs_register(&joined->vfs, 0) == SQLITE_OK ? ERR_OK : ERR_INTERNAL;
}

void vfs_joined_done(struct vfs_joined *joined)
{
	if (joined->base)
		sqlite3_vfs_unregister(&joined->vfs);
	*joined = (struct vfs_joined){0};
}
