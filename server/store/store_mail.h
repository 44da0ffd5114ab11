/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Letters that wait to be sent, as rows. What may hold a code is sealed by the caller.
 *  Errors, Thread: see store.h. */
#ifndef CHAT_STORE_MAIL_H
#define CHAT_STORE_MAIL_H

#include "common/proto/limits.h"
#include "server/store/store.h"

struct mail_row {
	int64_t key;
	char recipient[LIMIT_EMAIL + 1];
	char letter[LIMIT_WORD + 1]; /**< letter_word() */
	char locale[LIMIT_WORD + 1];
	struct bytes payload; /**< of rows that were read: owned, mail_row_done() */
	uint64_t created_ms, expires_ms;
	unsigned tries; /**< that failed */
};

void mail_row_done(struct mail_row *row);

/** Add a letter that is due at once; the store remembers that there is one. */
enum err store_mail_add(struct store *store, const struct mail_row *row) MUST_CHECK;
/** How many wait, at most @limit. */
enum err store_mail_count(struct store *store, size_t limit,
			  size_t *ret_count) MUST_CHECK;
/** At most @limit rows that are due, the longest due first; what is returned in
 *  @rows is the caller's. */
enum err store_mail_due(struct store *store, struct mail_row *rows, size_t limit,
			size_t *ret_count) MUST_CHECK;
/** Try again at @due_ms; @why is the word of an error. */
enum err store_mail_defer(struct store *store, int64_t key, uint64_t due_ms,
			  const char *why) MUST_CHECK;
enum err store_mail_drop(struct store *store, int64_t key) MUST_CHECK;

#endif
