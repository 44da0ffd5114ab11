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
	struct throttle *passwords; /**< by name or account, and by what for */
	struct throttle *addresses; /**< by address: passwords, codes */
	struct throttle *signups;   /**< by address: accounts made */
	struct password_cost cost;
	struct password_hash nobody;
};

/** Takes one hash of @cost. Errors: ERR_BUSY when there is no memory for that. */
enum err guard_new(const struct keys *keys, struct password_cost cost,
		   struct guard **ret_guard) MUST_CHECK;
void guard_free(struct guard **guard);
/** So many failures a minute and accounts an hour of one address, from now on; 0: any, as in
 *  a new guard. Those of names are not set: they protect the account, not the machine. */
void guard_pace(struct guard *guard, unsigned login_failures, unsigned signup_rate);

/** A try from the address of @call; guard_good() takes it back. Nobody is counted on a Unix
 *  socket. Errors: ERR_RATE, call->retry_ms is set. */
enum err guard_try(struct call *call) MUST_CHECK;
void guard_good(struct call *call);
/** A password is going to be looked at: under which name that is counted. @what is the name
 *  that was typed, canonical, or the account's id. Names are counted as typed: were those of
 *  one account counted together, failures under one would show under the other, and say that
 *  an address is known. Thread: any. */
void guard_name(struct call *call, enum limiter_scope scope, struct bytes what,
		const struct id *user);
/** Learn what is known from before a restart. Fails closed: without an answer of the store
 *  nobody may try. Thread: reader. */
enum err guard_recall(struct call *call, struct store *store) MUST_CHECK;
/** May it be tried? Errors: ERR_RATE, call->retry_ms is set; nothing was counted. */
enum err guard_password(struct call *call) MUST_CHECK;
/** It was not looked at after all. */
void guard_unlooked(struct call *call);
/** It was right; guard_forget() belongs into the next transaction. */
void guard_right(struct call *call);
enum err guard_forget(struct call *call, struct store *store) MUST_CHECK;
/** It was wrong: store that, put it into the audit log, answer ERR_BAD_LOGIN. Takes the
 *  call. */
void guard_wrong(struct call *call);

/** An account is made from there. Errors: ERR_RATE. */
enum err guard_signup(struct call *call) MUST_CHECK;

#endif
