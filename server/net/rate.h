/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Named buckets: who does something too often is told when to come again. The rows are
 *  in rate.def. Keys are ids or addresses; a key costs memory only while its bucket is
 *  not full again. Thread: loop. */
#ifndef CHAT_SERVER_NET_RATE_H
#define CHAT_SERVER_NET_RATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/err.h"

enum rate {
#define RATE(id, burst, minute, full, reason) RATE_##id,
#include "server/net/rate.def"
#undef RATE
	RATE_COUNT
};

struct rates;

/** @most keys are remembered at once; @seed: random bits, since peers choose keys. */
struct rates *rates_new(const struct clock *clock, size_t most, uint64_t seed) MUST_CHECK;
void rates_free(struct rates **rates);
/** Set the pace of one row otherwise; @per_minute 0: not limited at all. */
void rates_set(struct rates *rates, enum rate rate, uint32_t burst, uint32_t per_minute);
/** Spend one. Errors: ERR_RATE, *ret_retry_ms (may be NULL) says when one is there. */
enum err rate_take(struct rates *rates, enum rate rate, struct bytes key,
		   uint64_t *ret_retry_ms) MUST_CHECK;
/** The same without spending: for what counts failures only. */
enum err rate_look(struct rates *rates, enum rate rate, struct bytes key,
		   uint64_t *ret_retry_ms) MUST_CHECK;
/** How often ERR_RATE was the answer. */
uint64_t rates_refused(const struct rates *rates);
/** The bytes of an address that share one bucket: all of IPv4, the /64 of IPv6. Writes to
 *  @key (16 bytes) and returns the view. A Unix socket's key is its uid. */
struct peer;
struct bytes rate_peer(const struct peer *peer, uint8_t key[16]);

#endif
