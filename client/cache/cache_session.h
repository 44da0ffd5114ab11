/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who is signed in, with what tokens, and how far the account's own log was followed.
 *  Errors as in cache.h. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_SESSION_H
#define CHAT_CLIENT_CACHE_CACHE_SESSION_H

#include <stdint.h>

#include "client/cache/cache.h"
#include "client/cache/rows.h"
#include "common/base/id.h"

/** Owns: what came out is ended with cache_session_done(), which wipes the tokens. */
struct cache_session {
	struct bytes server; /**< canonical address; a store never mixes two */
	struct id user, device, session;
	struct bytes name, display_name;
	struct bytes refresh; /**< refresh token; {NULL, 0}: log in anew */
	struct bytes access;  /**< access token */
	uint64_t access_until_ms;
	uint64_t uepoch, useq; /**< position in the log of the user */
	struct rows rows;
};

#define CACHE_SESSION_INIT ((struct cache_session){0})
void cache_session_done(struct cache_session *session);

/** Errors: ERR_UNAUTHORIZED when nobody ever signed in. */
enum err cache_session_get(struct cache *cache, struct cache_session *ret) MUST_CHECK;
/** Signed in. Errors: ERR_CONFLICT when the store belongs to another server or account. */
enum err cache_session_put(struct cache *cache,
			   const struct cache_session *session) MUST_CHECK;
/** New tokens; {NULL, 0} forgets one. Errors: ERR_UNAUTHORIZED. */
enum err cache_session_tokens(struct cache *cache, struct bytes refresh,
			      struct bytes access, uint64_t access_until_ms) MUST_CHECK;
/** How far the user log was applied; useq only forward within an epoch. Errors:
 *  ERR_UNAUTHORIZED. */
enum err cache_session_position(struct cache *cache, uint64_t uepoch,
				uint64_t useq) MUST_CHECK;

#endif
