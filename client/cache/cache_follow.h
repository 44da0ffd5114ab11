/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Named consumers of --follow and where each of them stopped, per room. A position moves
 *  after the line was written: at least once, in order. Errors as in cache.h.
 *  Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_FOLLOW_H
#define CHAT_CLIENT_CACHE_CACHE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "client/cache/cache.h"
#include "common/base/id.h"

/** Where @consumer stopped in @room. Errors: ERR_NOT_FOUND (it never read there). */
enum err cache_follow_get(struct cache *cache, const char *consumer,
			  const struct id *room, uint64_t *ret_epoch,
			  uint64_t *ret_seq) MUST_CHECK;
/** It is through with everything up to @seq. Within one epoch it never goes back. Errors:
 *  ERR_NO_ROOM. */
enum err cache_follow_put(struct cache *cache, const char *consumer,
			  const struct id *room, uint64_t epoch, uint64_t seq) MUST_CHECK;
/** Forget the consumer. */
enum err cache_follow_remove(struct cache *cache, const char *consumer) MUST_CHECK;

#endif
