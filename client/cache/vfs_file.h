/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Inside the sealing VFS: what its two kinds of file share. Not for others.
 *  Thread: that of the connection. */
#ifndef CHAT_CLIENT_CACHE_VFS_FILE_H
#define CHAT_CLIENT_CACHE_VFS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "client/cache/seal.h"
#include "client/cache/vfs_seal.h"

struct vfs_seal {
	sqlite3_vfs vfs;
	sqlite3_vfs *base;
	struct seal *seal;
	bool wrong_key;
	char name[32];
	uint8_t plain[VFS_PAGE];                 /**< one piece, open */
	uint8_t piece[VFS_PAGE + SEAL_OVERHEAD]; /**< one piece, sealed */
};

/** What the log's file knows beside its bytes; see vfs_log.c. */
struct vfs_log {
	bool known;    /**< salt is that of the log's present generation */
	bool scanning; /**< SQLite reads to find the end: what is torn ends the log */
	bool marked;   /**< durable was written for this generation */
	unsigned slot; /**< where the head of this generation lies, 0 or 1 */
	unsigned turn; /**< which of its two marks is written next */
	uint8_t salt[8];
	uint64_t committed; /**< frames up to the last whole transaction written */
	uint64_t durable;   /**< of them, how many a sync has covered */
};

/** The base's own struct follows behind this one. */
struct vfs_file {
	sqlite3_file head;
	struct vfs_seal *vfs;
	struct vfs_log log;
};

static inline sqlite3_file *vfs_file_real(struct vfs_file *file)
{
	return (sqlite3_file *)(void *)(file + 1);
}

/** Read exactly @len bytes at @at. SQLITE_IOERR_SHORT_READ when the file ends before. */
int vfs_file_get(struct vfs_file *file, void *ret, int len, sqlite3_int64 at);

/** Methods of the two kinds. */
extern const sqlite3_io_methods vfs_page_methods, vfs_log_methods;

/** Those that both share. */
int vfs_file_close(sqlite3_file *head);
int vfs_file_lock(sqlite3_file *head, int level);
int vfs_file_unlock(sqlite3_file *head, int level);
int vfs_file_reserved(sqlite3_file *head, int *ret);
int vfs_file_control(sqlite3_file *head, int op, void *arg);
int vfs_file_sector(sqlite3_file *head);
int vfs_file_traits(sqlite3_file *head);

#endif
