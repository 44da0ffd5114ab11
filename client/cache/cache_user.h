/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who is who: accounts seen anywhere, and the members of rooms.
 *  Errors as in cache.h. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_USER_H
#define CHAT_CLIENT_CACHE_CACHE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/cache/cache.h"
#include "client/cache/rows.h"
#include "common/base/id.h"

struct cache_user {
	struct id id;
	struct bytes name;
	struct bytes display_name, about, status;
	bool admin, bot, blocked;
	uint64_t seen_ms;   /**< last seen online */
	int role;           /**< lists of members only: enum role */
	uint64_t read, got; /**< lists of members only: receipts */
	uint64_t joined_ms; /**< lists of members only */
};

/** Owns: ended with cache_users_done(). */
struct cache_users {
	struct cache_user *users;
	size_t count;
	struct rows rows;
};

#define CACHE_USERS_INIT ((struct cache_users){0})
void cache_users_done(struct cache_users *users);

/** Add or change. Texts that are {NULL, 0} keep what is stored; role, read and got are not
 *  looked at. */
enum err cache_user_put(struct cache *cache, const struct cache_user *user) MUST_CHECK;
/** Errors: ERR_NO_USER. */
enum err cache_user_get(struct cache *cache, const struct id *id,
			struct cache_users *ret_users) MUST_CHECK;
/** Everybody, or those whose account name begins with @prefix (may be ""), by name, at
 *  most @limit. */
enum err cache_user_list(struct cache *cache, const char *prefix, unsigned limit,
			 struct cache_users *ret_users) MUST_CHECK;

/** @user is in @room with @role. Errors: ERR_NO_ROOM, ERR_NO_USER. */
enum err cache_member_put(struct cache *cache, const struct id *room,
			  const struct id *user, int role, uint64_t joined_ms) MUST_CHECK;
enum err cache_member_remove(struct cache *cache, const struct id *room,
			     const struct id *user) MUST_CHECK;
/** Highest role first, then by name. */
enum err cache_member_list(struct cache *cache, const struct id *room,
			   struct cache_users *ret_users) MUST_CHECK;

#endif
