/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Invitations by a code, as rows. Only the hash of a code is stored. Errors: see store.h.
 *  Thread: the store's. */
#ifndef CHAT_STORE_INVITE_H
#define CHAT_STORE_INVITE_H

#include "common/crypto/hash.h"
#include "server/store/row.h"
#include "server/store/store.h"

struct invite_row {
	int64_t key;
	struct id id;
	struct id room;
	struct id inviter;
	enum role role;
	bool counted;       /**< uses_left says how often it may still be used */
	uint64_t uses_left; /**< meaningless unless counted */
	uint64_t made_ms;
	uint64_t expires_ms; /**< 0: never */
	bool revoked;
};

struct invite_add {
	struct id id;
	uint8_t hash[SHA256_LEN];
	int64_t room, inviter;
	enum role role;
	uint64_t uses; /**< 0: as often as one likes */
	uint64_t expires_ms;
};

enum err store_invite_add(struct store *store, const struct invite_add *in) MUST_CHECK;
enum err store_invite_by_hash(struct store *store, const uint8_t hash[SHA256_LEN],
			      struct invite_row *ret) MUST_CHECK;
enum err store_invite_by_id(struct store *store, const struct id *id,
			    struct invite_row *ret) MUST_CHECK;
/** One use less, where uses are counted. ERR_NOT_FOUND: none was left. */
enum err store_invite_take(struct store *store, int64_t key) MUST_CHECK;
enum err store_invite_revoke(struct store *store, int64_t key) MUST_CHECK;
/** How many of @room can be used now. */
enum err store_invite_count(struct store *store, int64_t room,
			    int64_t *ret_count) MUST_CHECK;

struct invite_list {
	struct invite_row *rows;
	size_t count, cap;
};

void invite_list_done(struct invite_list *list);
/** Those of @room that can be used now, by @inviter (0: by anybody), newest first, keys
 *  below @before (0: from the newest). Appends. */
enum err store_invite_list(struct store *store, int64_t room, int64_t inviter,
			   int64_t before, size_t limit,
			   struct invite_list *list) MUST_CHECK;
/** Forget what has been over since @before_ms, at most @limit. */
enum err store_invite_expire(struct store *store, uint64_t before_ms,
			     size_t limit) MUST_CHECK;

#endif
