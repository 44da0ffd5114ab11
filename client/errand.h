/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What /webhook and /bot, --webhooks and --bots ask the server for: from words to an
 *  operation with its arguments. Pure. Thread: any. */
#ifndef CHAT_CLIENT_ERRAND_H
#define CHAT_CLIENT_ERRAND_H

#include "common/proto/body.h"

struct errand {
	const char *op;                  /**< of rest.def */
	const struct body_def *in, *out; /**< out NULL: nothing is answered */
	union {
		struct body_bot_new bot_new;
		struct body_bot_ref bot_ref;
		struct body_bot_token_new token_new;
		struct body_bot_token_ref token_ref;
		struct body_hook_change hook_change;
		struct body_hook_new hook_new;
		struct body_hook_ref hook_ref;
		struct body_room_list room;
		struct body_none none;
	} body;
	struct bytes words[LIMIT_HOOK_EVENTS]; /**< kinds or scopes, in @body */
	/** The webhook or token that is meant: an id or its beginning, or a name; {NULL, 0}:
	 *  none. errand_aim() says which one that is. */
	struct bytes which;
};

/** Read what is behind /webhook; @room: the room's id or slug. Both texts are borrowed, and
 *  so is what *ret points at: it is neither copied nor moved. Errors: ERR_USAGE. */
enum err errand_hook(const char *text, struct bytes room, struct errand *ret) MUST_CHECK;
/** The same for /bot. */
enum err errand_bot(const char *text, struct errand *ret) MUST_CHECK;
/** The one that @errand->which means is @id. */
void errand_aim(struct errand *errand, const struct id *id);
/** The same where @errand->which is a whole id. False: it is not. */
bool errand_aim_self(struct errand *errand);

#endif
