/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bots and their tokens. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_BOT_H
#define CHAT_STORE_BOT_H

#include "server/store/store_account.h"
#include "server/store/store_session.h"

struct bot_token_row {
	struct id id; /**< of the token and of its session */
	char name[LIMIT_DISPLAY + 1];
	unsigned scope;
	uint64_t created_ms, expires_ms, used_ms; /**< 0: never */
};

struct bot_token_list {
	struct bot_token_row rows[LIMIT_BOT_TOKENS];
	size_t count;
};

/** What memory knows of a token that is good. */
struct bot_token_live {
	uint8_t hash[TOKEN_HASH_LEN];
	struct id id, user, device;
	unsigned scope;
	uint64_t expires_ms; /**< 0: never */
};

/** @account belongs to @owner; keys. */
enum err store_bot_adopt(struct store *store, int64_t account, int64_t owner) MUST_CHECK;
/** 0: nobody's. */
enum err store_bot_owner(struct store *store, int64_t account,
			 int64_t *ret_owner) MUST_CHECK;
enum err store_bot_count(struct store *store, int64_t owner, size_t limit,
			 size_t *ret_count) MUST_CHECK;
/** By name. */
enum err store_bot_list(struct store *store, int64_t owner, size_t limit,
			struct user_list *ret_list) MUST_CHECK;

struct bot_token_add {
	struct bot_token_live live;
	int64_t account, made_by; /**< keys */
	struct bytes name;
};
enum err store_bot_token_add(struct store *store,
			     const struct bot_token_add *in) MUST_CHECK;
/** Those whose session is live, oldest first. */
enum err store_bot_token_list(struct store *store, int64_t account,
			      struct bot_token_list *ret_list) MUST_CHECK;
enum err store_bot_token_used(struct store *store, const struct id *id,
			      uint64_t used_ms) MUST_CHECK;
/** Those of the bots of @owner (key; 0: of anybody) that are good now: while a person is
 *  suspended none is. */
enum err store_bot_token_live(struct store *store, int64_t owner,
			      void (*visit)(const struct bot_token_live *live, void *ctx),
			      void *ctx) MUST_CHECK;

#endif
