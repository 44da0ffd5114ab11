/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Failures of whoever guesses at a secret, kept over a restart: core/throttle.h counts in
 *  memory and begins with what is here. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_LIMITER_H
#define CHAT_STORE_LIMITER_H

#include "server/store/store.h"

/** What was guessed at. The numbers are stored. */
enum limiter_scope {
	LIMITER_LOGIN = 1, /**< the password of a log-in, by the name that was typed */
	LIMITER_REAUTH,    /**< the password once more, in a session, by account */
};

struct limiter_row {
	unsigned failures; /**< 0: none are known */
	uint64_t last_ms;  /**< UTC, of the last one */
};

/** All zero when there is no row. */
enum err store_limiter_get(struct store *store, enum limiter_scope scope,
			   const struct id *subject, struct limiter_row *ret) MUST_CHECK;
/** The last failure is of now. */
enum err store_limiter_put(struct store *store, enum limiter_scope scope,
			   const struct id *subject, unsigned failures) MUST_CHECK;
enum err store_limiter_clear(struct store *store, enum limiter_scope scope,
			     const struct id *subject) MUST_CHECK;
/** Forget failures from before @before_ms; at most @limit, for slices. */
enum err store_limiter_expire(struct store *store, uint64_t before_ms,
			      size_t limit) MUST_CHECK;

#endif
