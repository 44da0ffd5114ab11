/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Requests that wait to be sent to other servers, as rows. (kind, owner) is a queue: one
 *  goes after the other. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_POSTING_H
#define CHAT_STORE_POSTING_H

#include "server/store/store.h"

struct posting_row {
	int64_t key;
	struct id id;
	int kind;
	int64_t owner;
	uint64_t mark;
	struct bytes payload; /**< of rows that were read: owned, posting_row_done() */
	uint64_t created_ms;
	uint64_t expires_ms; /**< 0: never */
	unsigned tries;      /**< that failed */
};

void posting_row_done(struct posting_row *row);

/** Add a row at the end of its queue; key and tries are ignored. The store remembers that
 *  there is one. */
enum err store_posting_add(struct store *store, const struct posting_row *row) MUST_CHECK;
/** How many wait in all, at most @limit. */
enum err store_posting_count(struct store *store, size_t limit,
			     size_t *ret_count) MUST_CHECK;
/** How many wait in one queue, at most @limit. */
enum err store_posting_queue(struct store *store, int kind, int64_t owner, size_t limit,
			     size_t *ret_count) MUST_CHECK;
/** At most @limit rows that are due, each the first of its queue, the longest due first;
 *  what is returned in @rows is the caller's. */
enum err store_posting_due(struct store *store, struct posting_row *rows, size_t limit,
			   size_t *ret_count) MUST_CHECK;
/** Try again at @due_ms; @why is the word of an error. ERR_NOT_FOUND: it was removed. */
enum err store_posting_defer(struct store *store, const struct posting_row *row,
			     uint64_t due_ms, const char *why) MUST_CHECK;
/** Remove the first one of its queue; the next is due at once. ERR_NOT_FOUND as above. */
enum err store_posting_drop(struct store *store,
			    const struct posting_row *row) MUST_CHECK;
/** Remove a whole queue. */
enum err store_posting_clear(struct store *store, int kind, int64_t owner) MUST_CHECK;

#endif
