/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The files of the writing connection: the system's, but what SQLite writes to its log
 *  goes to the system in one piece per commit. For driver_sqlite alone.
 *  Thread: that of the connection. */
#ifndef CHAT_STORE_VFS_SQLITE_H
#define CHAT_STORE_VFS_SQLITE_H

#include <sqlite3.h>

#include "common/base/err.h"

struct vfs_joined {
	sqlite3_vfs vfs;
	sqlite3_vfs *base;
	char name[40];
};

/** Make it known to SQLite over the default VFS; open with its name. A connection with it
 *  must have synchronous=FULL: what is written is the system's only with the sync.
 *  Owns: the caller; in place until vfs_joined_done(), after the connection is closed. */
enum err vfs_joined_init(struct vfs_joined *joined) MUST_CHECK;
void vfs_joined_done(struct vfs_joined *joined);

#endif
