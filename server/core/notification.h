/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What somebody should look at: mentions, invitations, what concerns the account, unread
 *  direct chats and rooms at level `all`. What a room says is read when the room is read,
 *  or when it is marked here. Thread: the store's. */
#ifndef CHAT_CORE_NOTIFICATION_H
#define CHAT_CORE_NOTIFICATION_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store_notification.h"

/** Where a list goes on. */
struct notification_place {
	uint64_t ts; /**< UINT64_MAX: from the newest */
	int64_t tie;
};

/** The actor's, newest first. What concerns the account takes the scope for that.
 *  Errors: ERR_FORBIDDEN (scope). Owns: notification_list_done(). */
enum err notification_list(struct store *store, const struct actor *actor, bool unread,
			   const struct notification_place *place, size_t limit,
			   struct notification_list *ret_list) MUST_CHECK;

/** Mark one as read, or all up to @upto_ms (0: all there are). The other devices hear that
 *  something was. Errors: ERR_FORBIDDEN (scope), ERR_NOT_FOUND. */
enum err notification_read(struct store *store, const struct actor *actor,
			   const struct id *id, struct news *news) MUST_CHECK;
enum err notification_read_all(struct store *store, const struct actor *actor,
			       uint64_t upto_ms, struct news *news) MUST_CHECK;

#endif
