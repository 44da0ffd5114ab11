/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An SQLite VFS over the system's own that keeps every byte of the store sealed: the
 *  database page by page, the write-ahead log frame by frame. SQLite sees a plain
 *  database with reserved bytes at the end of each page. Files of other kinds (rollback
 *  journals, temporary files) are refused: nothing may reach the disk past the seal.
 *  doc/decisions has the whole picture (0040-sealed-pages).
 *
 *  The database must be opened with locking_mode=EXCLUSIVE and journal_mode=WAL: there is
 *  no shared memory. Thread: one at a time, the one of the connection. */
#ifndef CHAT_CLIENT_CACHE_VFS_SEAL_H
#define CHAT_CLIENT_CACHE_VFS_SEAL_H

#include <stdbool.h>

#include "common/base/err.h"
#include "common/crypto/secret.h"

#define VFS_PAGE    4096 /**< the one page size: that of the file systems below */
#define VFS_RESERVE 48   /**< bytes at the end of a page that SQLite leaves to us */

struct vfs_seal;

/** Register a VFS of its own for one store, over the VFS named @base (NULL: the system's
 *  default). @key (KEY_LEN bytes) is used during the call only.
 *  Errors: ERR_INTERNAL. Owns: the caller; free it after the connection is closed. */
enum err vfs_seal_new(const struct secret *key, const char *base,
		      struct vfs_seal **ret_vfs) MUST_CHECK;
void vfs_seal_free(struct vfs_seal **vfs);
/** What to pass to sqlite3_open_v2(). */
const char *vfs_seal_name(const struct vfs_seal *vfs);
/** Whether a piece did not open because it was sealed with another key. */
bool vfs_seal_wrong_key(const struct vfs_seal *vfs);

#endif
