/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Requests on their way to other servers (webhooks, push), in the database: a request is
 *  queued in the transaction that gives the reason for it, survives a crash, and is sent at
 *  least once, under one id, in the order of its queue. What it says is sealed while it
 *  waits. All is bounded: a queue, all queues together, the number of tries.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_POSTING_H
#define CHAT_CORE_POSTING_H

#include "common/base/str.h"
#include "server/core/keys.h"
#include "server/store/store_posting.h"

#define POSTING_MOST  20000 /**< that wait on the whole server */
#define POSTING_QUEUE 100   /**< that wait in one queue */
#define POSTING_BATCH 32    /**< that are under way at once */
#define POSTING_BODY \
	65536 /**< bytes of a body: the largest event and what is around it */
#define POSTING_URL     2048 /**< bytes of a URL: what other servers take */
#define POSTING_HEADERS 2048
#define POSTING_SECRET  64 /**< bytes of a secret that signs */
#define POSTING_TRIES   30 /**< about six hours, then it is given up */

/** What a queue belongs to; stored. */
enum posting_kind {
	POSTING_HOOK = 1, /**< of a room: owner is the key of hook_out */
	POSTING_PUSH,     /**< of a user: owner is the key of push */
};

struct posting {
	enum posting_kind kind;
	int64_t owner;
	uint64_t mark;        /**< the owner's own number, told back */
	struct bytes url;     /**< one that target_check() has passed */
	struct bytes headers; /**< lines "Name: value\n"; Content-Type among them */
	struct bytes body;
	/** Signs, as Standard Webhooks says: webhook-id, webhook-timestamp and
	 *  webhook-signature are added; {NULL, 0}: not signed. Of a secret that was just
	 *  replaced the old one signs too. */
	struct bytes secret, old_secret;
	uint64_t expires_ms; /**< of no use afterwards; 0: goes on until POSTING_TRIES */
};

/** Queue a request; it goes out after the commit. Errors: ERR_BUSY: the queue or all of
 *  them are full; ERR_TOO_BIG. */
enum err posting_add(struct store *store, const struct keys *keys,
		     const struct posting *posting) MUST_CHECK;

/** How many more the queue takes now. Thread: reader. */
enum err posting_room(struct store *store, enum posting_kind kind, int64_t owner,
		      size_t *ret_count) MUST_CHECK;

/** Forget what waits in a queue: its owner is gone or off. */
enum err posting_clear(struct store *store, enum posting_kind kind,
		       int64_t owner) MUST_CHECK;

/** A request that is due, opened. Owns: its texts, ended with due_posting_done(). */
struct due_posting {
	struct posting_row row; /**< without the payload */
	struct str url, headers;
	struct buf body, secret, old_secret;
	bool unreadable; /**< sealed by another key */
};

void due_posting_done(struct due_posting *due);

/** At most @limit (≤ POSTING_BATCH * 2) requests that are due; what is returned in @dues is
 *  the caller's. Thread: reader. */
enum err posting_due(struct store *store, const struct keys *keys,
		     struct due_posting *dues, size_t limit,
		     size_t *ret_count) MUST_CHECK;

/** Append the signature of Standard Webhooks 1.0: "v1," and base64 of the HMAC-SHA-256 of
 *  "@id.@now_s.@body". Thread: any. */
void posting_sign(struct bytes secret, const char *id, uint64_t now_s, struct bytes body,
		  struct str *out);

/** Append the headers of @due as it is sent at @now_ms, signature included; lines end in
 *  \n. Thread: any. */
void posting_headers(const struct due_posting *due, uint64_t now_ms, struct str *out);

/** What came of one try. */
struct posting_try {
	enum err err;            /**< ERR_OK: an answer of 2xx */
	int status;              /**< of HTTP; 0: no answer */
	uint64_t retry_after_ms; /**< what the other side asks for; 0: nothing */
};

enum posting_fate {
	POSTING_SENT,
	POSTING_LATER, /**< it stays the first of its queue */
	POSTING_LOST,  /**< given up: too many tries, too late, or 410 Gone */
};

/** Told to the owner in the transaction that settles a try. @fate LOST: the request is off
 *  the queue, and the owner says what becomes of the others. */
typedef enum err posting_told_fn(struct store *store, const struct posting_row *row,
				 enum posting_fate fate, const struct posting_try *tried);

/** Settle one try: off the queue, or later. Nothing where the queue was cleared meanwhile
 *  (*ret_fate: SENT). */
enum err posting_settle(struct store *store, const struct random *random,
			const struct due_posting *due, const struct posting_try *tried,
			enum posting_fate *ret_fate) MUST_CHECK;

#endif
