/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bot accounts. A bot belongs to the person who made it, has no password and no address,
 *  and comes in by tokens of its owner's making: each a session with its own device, a scope
 *  and maybe an end. It sees the rooms into which it was brought, by the same gate as all.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_BOT_H
#define CHAT_CORE_BOT_H

#include "server/core/bots.h"
#include "server/core/keys.h"
#include "server/core/login.h"
#include "server/core/news.h"

#define BOT_SCOPES (SCOPE_READ | SCOPE_WRITE | SCOPE_ROOMS) /**< never its own account */

/** Errors: ERR_FORBIDDEN (a bot or a guest), ERR_EXISTS (the name), ERR_STATE (LIMIT_BOTS).
 *  @name and @display were checked. */
enum err bot_create(struct store *store, const struct actor *actor, struct bytes name,
		    struct bytes display, struct user_row *ret_user,
		    struct news *news) MUST_CHECK;
/** The actor's own. Thread: reader. */
enum err bot_list(struct store *store, const struct actor *actor,
		  struct user_list *ret_list) MUST_CHECK;
/** A bot that the actor may manage: its owner's, or whoever administers the server.
 *  Errors: ERR_NO_USER. Thread: reader. */
enum err bot_take(struct store *store, const struct actor *actor, const struct id *user,
		  struct account_row *ret_account) MUST_CHECK;

struct bot_token_new {
	struct id bot;
	struct bytes name;
	unsigned scope;  /**< of BOT_SCOPES; 0: all of them */
	uint64_t for_ms; /**< 0: for ever */
};

/** The text of a token; shown once. Wipe it. */
struct bot_secret {
	char text[BOT_TOKEN_TEXT];
};

/** Errors: those of bot_take(), ERR_BAD, ERR_STATE (LIMIT_BOT_TOKENS). */
enum err bot_token_create(struct store *store, const struct keys *keys,
			  const struct actor *actor, const struct bot_token_new *in,
			  struct bot_secret *ret_secret,
			  struct bot_token_live *ret_live) MUST_CHECK;
/** Errors: ERR_NOT_FOUND. The server is to be told with server_revoke(). */
enum err bot_token_revoke(struct store *store, const struct actor *actor,
			  const struct id *bot, const struct id *token) MUST_CHECK;
/** The bot, its tokens, its places in rooms: gone. */
enum err bot_remove(struct store *store, const struct actor *actor, const struct id *bot,
		    login_ended_fn *ended, void *ctx, struct news *news) MUST_CHECK;

#endif
