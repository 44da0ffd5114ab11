/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Throttles for what is guessed at: after a few failures each further try of the same
 *  subject waits, twice as long each time. A subject is a keyed hash of a login name or of
 *  an address, so unknown accounts are counted like known ones. Kept in memory and
 *  bounded: a flood of subjects evicts the least guilty. Where a secret is guarded, failures
 *  are also stored (store_limiter.h) and recalled after a restart. Fails closed.
 *  Thread: loop. */
#ifndef CHAT_CORE_THROTTLE_H
#define CHAT_CORE_THROTTLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/id.h"

struct throttle_rule {
	unsigned free;      /**< failures before the first wait */
	uint64_t first_ms;  /**< the first wait; doubles with every further failure */
	uint64_t most_ms;   /**< and stays at this */
	uint64_t forget_ms; /**< a subject that failed last so long ago starts over */
};

/** Per account: after 5 failures 1 s, doubling to 15 minutes. */
extern const struct throttle_rule throttle_login;
/** @count failures in @span_ms, then one more in each such part of it; 0: no wait ever. */
struct throttle_rule throttle_pace(unsigned count, uint64_t span_ms);

struct throttle;

/** At most @most subjects. @seed: random bits. */
struct throttle *throttle_new(const struct throttle_rule *rule, size_t most,
			      uint64_t seed) MUST_CHECK;
void throttle_free(struct throttle **throttle);
/** From now on another rule; who has failed before stays counted. */
void throttle_set(struct throttle *throttle, const struct throttle_rule *rule);

/** May @subject try now? A try counts as a failure from here on, so that parallel ones do
 *  not all pass.
 *  Errors: ERR_RATE, with the time to wait in *ret_retry_ms; then nothing was counted. */
enum err throttle_try(struct throttle *throttle, const struct id *subject,
		      uint64_t now_ms, uint64_t *ret_retry_ms) MUST_CHECK;
/** What is known of @subject from before a restart: @failures, the last one @age_ms ago.
 *  Nothing when it was counted since. */
void throttle_recall(struct throttle *throttle, const struct id *subject,
		     unsigned failures, uint64_t age_ms, uint64_t now_ms);
/** The failures of @subject, with the one under way. */
unsigned throttle_failures(struct throttle *throttle, const struct id *subject);
/** That try was no failure: one less. */
void throttle_undo(struct throttle *throttle, const struct id *subject);
/** The subject has shown who it is: it starts over. */
void throttle_clear(struct throttle *throttle, const struct id *subject);

#endif
