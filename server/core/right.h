/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The one gate. Whatever a user does in a room, over WebSocket, REST, resume or a
 *  webhook, is a verb of right.def and passes authorize(). Pure: the facts come in with
 *  the object. Thread: any. */
#ifndef CHAT_CORE_RIGHT_H
#define CHAT_CORE_RIGHT_H

#include <stdbool.h>

#include "common/base/err.h"
#include "common/proto/kind.h"
#include "server/core/actor.h"
#include "server/store/row.h"

enum verb {
#define VERB(id, scope, direct, private, public, broadcast, flags) VERB_##id,
#include "server/core/right.def"
#undef VERB
	VERB_COUNT
};

/** What something is done to, and how the actor stands to it. */
struct object {
	const struct seat_row *seat; /**< the room and the actor's place in it */
	bool own;                    /**< the message is the actor's */
	enum role target_role;       /**< of the member it is done to, 0: none */
	uint64_t now_ms;             /**< for mutes that end */
};

/** May @actor do @verb to @object?
 *  Errors: ERR_NO_ROOM (also for private rooms one is not in, so that their existence is
 *  not told), ERR_GONE, ERR_BANNED, ERR_NOT_MEMBER, ERR_FORBIDDEN. */
enum err authorize(const struct actor *actor, enum verb verb,
		   const struct object *object) MUST_CHECK;

/** The word of @verb, for audit and tests. */
const char *verb_word(enum verb verb);

#endif
