/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Files as both programs need them: read whole with a bound, replaced whole or not at
 *  all, private folders, and the lock that says who owns a folder.
 *  Errors, where not said otherwise: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_IO, ERR_STORE
 *  (no space); errno is kept for the message. Thread: any; these block. */
#ifndef CHAT_OS_FILE_H
#define CHAT_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/err.h"

/** What an errno means; ERR_EXISTS and the errors above, ERR_IO for all the rest. */
enum err file_err(int number);

/** Append the content of @path to @buf.
 *  Errors: also ERR_TOO_BIG beyond @most bytes, ERR_BAD for anything but a regular file. */
enum err file_read(const char *path, size_t most, struct buf *buf) MUST_CHECK;
/** The same for a file with a secret: refuses, with ERR_FORBIDDEN and errno EPERM, one
 *  that others than its owner may read or write, or that is neither ours nor
 *  root's; root may use anybody's. */
enum err file_read_secret(const char *path, size_t most, struct buf *buf) MUST_CHECK;

/** Put @bytes at @path with @mode, all or nothing, even over a loss of power: a new file
 *  beside it, fsync, rename, fsync of the folder. */
enum err file_replace(const char *path, struct bytes bytes, mode_t mode) MUST_CHECK;

/** Wait until the content of the file at @path is on disk. */
enum err file_sync(const char *path) MUST_CHECK;
/** Give the file at @from, whose content is on disk then, the name @to in the place of
 *  what had it, even over a loss of power. Both are on one file system. */
enum err file_move(const char *from, const char *to) MUST_CHECK;

/** Give the file at @from, whose content is on disk then, the second name @to in the place
 *  of what had it. Both are on one file system. */
enum err file_link(const char *from, const char *to) MUST_CHECK;

/** Make @path and what is missing above it, all 0700. An existing folder keeps its mode.
 *  Errors: also ERR_EXISTS when something in the way is not a folder. */
enum err file_make_private(const char *path) MUST_CHECK;

/** Take the lock file @path (made 0600) for this process, without waiting. The lock is
 *  left by file_unlock() and by the end of the process, however it ends; children do not
 *  inherit it.
 *  Errors: also ERR_LOCKED when another process has it. */
enum err file_lock(const char *path, int *ret_fd) MUST_CHECK;
/** Leave the lock and set *@fd to -1; the file stays, since removing it races. */
void file_unlock(int *fd);

#endif
