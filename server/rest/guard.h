/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What stands between a password and whoever guesses at it: the throttles, the cost of a
 *  hash, and a hash of nobody's password, so that an unknown account takes as long as a
 *  known one. Thread: loop. */
#ifndef CHAT_REST_GUARD_H
#define CHAT_REST_GUARD_H

#include "common/crypto/password.h"
#include "server/core/throttle.h"
#include "server/rest/call.h"

struct guard {
	struct throttle *logins;    /**< by account: passwords */
	struct throttle *addresses; /**< by address: passwords, codes */
	struct throttle *signups;   /**< by address: accounts made */
	struct password_cost cost;
	struct password_hash nobody;
};

/** Takes one hash of @cost. Errors: ERR_BUSY when there is no memory for that. */
enum err guard_new(const struct keys *keys, struct password_cost cost,
		   struct guard **ret_guard) MUST_CHECK;
void guard_free(struct guard **guard);

/** A try from the address of @call; guard_good() takes it back. Nobody is counted on a Unix
 *  socket. Errors: ERR_RATE, call->retry_ms is set. */
enum err guard_try(struct call *call) MUST_CHECK;
void guard_good(struct call *call);
/** An account is made from there. Errors: ERR_RATE. */
enum err guard_signup(struct call *call) MUST_CHECK;

#endif
