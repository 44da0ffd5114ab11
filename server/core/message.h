/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is known of a message beside its text: who reacted, what stood there before, who
 *  has read it, which replies hang on it, what is pinned. All of it reads.
 *  Errors of all: ERR_NOT_FOUND (no such message, or not to be seen by the actor) and
 *  those of authorize() and of the store. Thread: the store's. */
#ifndef CHAT_CORE_MESSAGE_H
#define CHAT_CORE_MESSAGE_H

#include "server/core/actor.h"
#include "server/store/store_event.h"
#include "server/store/store_member.h"

/** Reactions, oldest first, the first @skip left out. */
enum err message_reactions(struct store *store, const struct actor *actor,
			   const struct id *cid, size_t skip, size_t limit,
			   store_reaction_fn *visit, void *ctx) MUST_CHECK;

/** The texts before each edit, oldest first, the first @skip left out: for the author and
 *  for moderators. */
enum err message_versions(struct store *store, const struct actor *actor,
			  const struct id *cid, size_t skip, size_t limit,
			  store_version_fn *visit, void *ctx) MUST_CHECK;

/** Members who have read it and let others know, by name. Owns: member_list_done(). */
enum err message_readers(struct store *store, const struct actor *actor,
			 const struct id *cid, struct bytes after, size_t limit,
			 struct member_list *ret_list) MUST_CHECK;

/** The replies in the thread that begins with it, seq < @before (0: from the newest),
 *  newest first. *ret_next: the @before of the next page, 0 after the last one.
 *  Owns: event_list_done(). */
enum err message_thread(struct store *store, const struct actor *actor,
			const struct id *cid, uint64_t before, size_t limit,
			struct event_list *ret_list, uint64_t *ret_next) MUST_CHECK;

/** The pinned messages of @room, newest pin first, the first @skip left out. *ret_next:
 *  the @skip of the next page, 0 after the last one. Owns: event_list_done(). */
enum err message_pins(struct store *store, const struct actor *actor,
		      const struct id *room, uint64_t skip, size_t limit,
		      struct event_list *ret_list, uint64_t *ret_next) MUST_CHECK;

#endif
