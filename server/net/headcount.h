/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How many sockets each address has open: the bound that one household, or one attacker,
 *  meets first. An address counts as rate_peer() says. Thread: loop. */
#ifndef CHAT_SERVER_NET_HEADCOUNT_H
#define CHAT_SERVER_NET_HEADCOUNT_H

#include "common/base/attr.h"
#include "common/base/err.h"
#include "common/base/map.h"
#include "server/net/who.h"

struct headcount {
	struct map map; /**< folded address → sockets */
	unsigned most;  /**< of one address */
};

void headcount_init(struct headcount *heads, unsigned most, uint64_t seed);
void headcount_done(struct headcount *heads);
/** One more of @peer. Errors: ERR_RATE, and it is not counted. */
enum err headcount_enter(struct headcount *heads, const struct peer *peer) MUST_CHECK;
/** One less; exactly once for each that entered. */
void headcount_leave(struct headcount *heads, const struct peer *peer);

#endif
