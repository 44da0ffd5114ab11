/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Is a database sound, and are the files there that it knows? Thread: one. */
#ifndef CHAT_ADMIN_CHECK_H
#define CHAT_ADMIN_CHECK_H

#include "server/admin/command.h"
#include "server/store/store.h"

/** Open the database at @path for reading alone; a server may be writing to it. */
enum err check_open(const struct admin *admin, const char *path,
		    struct store *ret_store) MUST_CHECK;
/** A line to @said for each thing that is wrong. @files: the folder, or NULL to leave them
 *  out. Errors: ERR_CORRUPT when *ret_wrong > 0; those of reading. */
enum err check_store(struct store *store, const char *files, struct str *said,
		     uint64_t *ret_wrong) MUST_CHECK;

#endif
