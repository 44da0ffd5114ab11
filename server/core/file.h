/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Files of accounts: bytes that were given whole, kept under a name of our own, never
 *  looked into beyond their first bytes. @folder is files/ of the data folder.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_FILE_H
#define CHAT_CORE_FILE_H

#include "server/store/store_file.h"

/** Keep @bytes for @account. Errors: ERR_STORE (no space), ERR_IO. */
enum err file_keep(struct store *store, const char *folder, int64_t account,
		   struct bytes bytes, const char *type, int64_t *ret_file) MUST_CHECK;
/** Let a file go. Bytes that nobody else has are collected within the hour: before the
 *  commit they must not go. */
enum err file_drop(struct store *store, int64_t file) MUST_CHECK;

#endif
