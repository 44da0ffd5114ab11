/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Files as rows: who has which, and how often the same bytes are in use.
 *  Errors, Thread: see store.h. */
#ifndef CHAT_STORE_FILE_H
#define CHAT_STORE_FILE_H

#include "server/store/blob.h"
#include "server/store/row.h"
#include "server/store/store.h"

struct file_row {
	int64_t key;
	struct id id;
	int64_t account;
	int64_t blob; /**< 0: deleted */
	char type[FILE_TYPE_MOST + 1];
	uint64_t size;
	uint8_t hash[BLOB_HASH_LEN]; /**< of store_avatar_get() only */
};

/** One use more of the bytes with @hash. *ret_new: they were not in use before, so they have
 *  to be written. */
enum err store_blob_use(struct store *store, const uint8_t hash[BLOB_HASH_LEN],
			uint64_t size, int64_t *ret_blob, bool *ret_new) MUST_CHECK;
/** One use less; after the last one store_blob_waste() finds it. */
enum err store_blob_release(struct store *store, int64_t blob) MUST_CHECK;

/** @row's id, account, blob, type and size; counted on the account. */
enum err store_file_add(struct store *store, const struct file_row *row,
			int64_t *ret_key) MUST_CHECK;
enum err store_file_get(struct store *store, int64_t key,
			struct file_row *ret) MUST_CHECK;
/** The row stays, without its bytes; no longer counted. */
enum err store_file_delete(struct store *store, const struct file_row *row) MUST_CHECK;
/** The picture of the active account @user. */
enum err store_avatar_get(struct store *store, const struct id *user,
			  struct file_row *ret) MUST_CHECK;

#endif
