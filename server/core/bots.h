/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The tokens of bots that are good now, so that a token is checked without the store, like
 *  those of people. Filled at the start; whoever makes or ends one says so. A token is
 *  known by its hash alone. Thread: loop. */
#ifndef CHAT_CORE_BOTS_H
#define CHAT_CORE_BOTS_H

#include "server/store/store_bot.h"

#define BOT_TOKEN_PREFIX "chatbot_" /**< scanners of leaked secrets look for such */
#define BOT_SECRET_LEN   32
#define BOT_TOKEN_TEXT   64

struct bots;

/** @seed: random bits. */
struct bots *bots_new(uint64_t seed) MUST_CHECK;
void bots_free(struct bots **bots);
void bots_add(struct bots *bots, const struct bot_token_live *live);
/** The session was ended. */
void bots_drop(struct bots *bots, const struct id *session);
/** Whether @token is one of a bot by its form. */
bool bots_is_token(struct bytes token);
/** Whose token it is; it counts as used. Errors: ERR_BAD_TOKEN, ERR_EXPIRED. */
enum err bots_check(struct bots *bots, struct bytes token, uint64_t now_ms,
		    struct bot_token_live *ret_live) MUST_CHECK;
/** When a token was used last, as far as memory knows; 0: not since the start. */
uint64_t bots_used(const struct bots *bots, const struct id *token);
/** Ids and times of at most @limit tokens that were used since this was asked last. */
size_t bots_take_used(struct bots *bots, struct id *ids, uint64_t *used_ms, size_t limit);

#endif
