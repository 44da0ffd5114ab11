/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Blocking somebody. What a block of B by A does, and what it does not:
 *
 *	direct messages, edits, reactions, typing between the two   refused, both ways
 *	a new direct chat, an invitation into a room, between them  refused, both ways
 *	A's presence, as B sees it                                  offline
 *	rooms that both are in, search, profiles, history           as before
 *
 *  The first two stand in the rules of rooms (seat_row.blocked, member_invite()); B is told
 *  no more than that he may not. Thread: the store's. */
#ifndef CHAT_CORE_BLOCK_H
#define CHAT_CORE_BLOCK_H

#include "server/core/actor.h"
#include "server/store/store_people.h"

/** Errors: ERR_NO_USER, ERR_BAD (oneself), ERR_FORBIDDEN (scope). Thread: the writer. */
enum err block_set(struct store *store, const struct actor *actor, const struct id *user,
		   bool on) MUST_CHECK;
/** Whom @actor blocks, by name after @after. Owns: user_list_done(). */
enum err block_list(struct store *store, const struct actor *actor, struct bytes after,
		    size_t limit, struct user_list *ret_list) MUST_CHECK;
/** What @actor may know of where @users are. */
enum err block_presence(struct store *store, const struct actor *actor,
			const struct id *users, size_t count,
			struct presence_row *ret) MUST_CHECK;

#endif
