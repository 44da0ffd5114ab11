/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Files that people send, as rows: how far an upload is, which messages name a file, what
 *  nobody names any more. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_UPLOAD_H
#define CHAT_STORE_UPLOAD_H

#include "server/store/store_file.h"

struct upload_row {
	int64_t key, account;
	int64_t blob; /**< 0: not whole yet */
	struct file_note note;
	uint64_t received;
	uint64_t created_ms, expires_ms; /**< expires_ms 0: a message names it */
	uint8_t hash[BLOB_HASH_LEN];     /**< of a whole one */
};

/** A file of @account with @note's id, name and size, of which nothing is there yet;
 *  counted on the account. */
enum err store_upload_add(struct store *store, int64_t account,
			  const struct file_note *note, uint64_t expires_ms) MUST_CHECK;
enum err store_upload_get(struct store *store, const struct id *id,
			  struct upload_row *ret) MUST_CHECK;

typedef enum err store_upload_fn(const struct upload_row *row, void *ctx);
/** Those of @account with key < @before, newest first. */
enum err store_upload_list(struct store *store, int64_t account, int64_t before,
			   size_t limit, store_upload_fn *visit, void *ctx) MUST_CHECK;

/** So much has come, where so much had. ERR_NOT_FOUND: it had not. */
enum err store_upload_move(struct store *store, int64_t key, uint64_t from, uint64_t to,
			   uint64_t expires_ms) MUST_CHECK;
/** All has come: these are its bytes. */
enum err store_upload_end(struct store *store, int64_t key, int64_t blob,
			  const char *type) MUST_CHECK;

/** Bytes that count on @account, and how many may; *ret_quota -1: the server's setting. */
enum err store_file_usage(struct store *store, int64_t account, uint64_t *ret_used,
			  int64_t *ret_quota) MUST_CHECK;

/** Add @file of @account to the message @cid in @room. ERR_NOT_FOUND: no such file of that
 *  account, or not whole yet. */
enum err store_event_file(struct store *store, const struct id *cid, int64_t room,
			  const struct upload_row *file) MUST_CHECK;
typedef enum err store_link_fn(const struct id *cid, void *ctx);
/** The newest @limit messages that name @file in rooms that @account is in. */
enum err store_file_links(struct store *store, int64_t file, int64_t account,
			  size_t limit, store_link_fn *visit, void *ctx) MUST_CHECK;
/** The message @event is going: what no other names is collected from now on. */
enum err store_file_let_go(struct store *store, int64_t event) MUST_CHECK;
/** The account is going: what it has not sent is collected from now on. */
enum err store_file_expire_own(struct store *store, int64_t account) MUST_CHECK;

/** Up to @limit files that nobody may ask for any more: over time, or of deleted rooms. */
enum err store_file_waste(struct store *store, int64_t *ret_keys, size_t limit,
			  size_t *ret_count) MUST_CHECK;
/** Forget a file; *ret_id says whose unfinished bytes may still lie there. */
enum err store_file_forget(struct store *store, int64_t key,
			   struct id *ret_id) MUST_CHECK;

struct blob_waste {
	int64_t key;
	uint8_t hash[BLOB_HASH_LEN];
};

/** Up to @limit contents that no file has any more. */
enum err store_blob_waste(struct store *store, struct blob_waste *ret, size_t limit,
			  size_t *ret_count) MUST_CHECK;
enum err store_blob_forget(struct store *store, int64_t key) MUST_CHECK;

/** Notes as one column, and back as one block of memory; what cannot be read is none. */
void file_notes_write(const struct body_file_note *notes, size_t count, struct buf *out);
size_t file_notes_read(struct bytes column, struct body_file_note **ret_notes);
struct body_file_note *file_notes_copy(const struct body_file_note *notes,
				       size_t count) MUST_CHECK;
/** @note as it is told; borrows from it. */
struct body_file_note file_note_body(const struct file_note *note);

#endif
