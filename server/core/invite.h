/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Invitations into a room by a code, to be passed on outside of the chat. A code is 128
 *  random bits, of which the store keeps a hash: it is shown once. It is worth what its
 *  maker may do when it is used: who left the room or lost the right invites nobody.
 *  Thread: the store's. */
#ifndef CHAT_CORE_INVITE_H
#define CHAT_CORE_INVITE_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store_invite.h"

#define INVITE_USUAL_MS (7 * (uint64_t)86400000) /**< how long one lasts when not said */

struct invite_new {
	struct id room;
	enum role
		role; /**< 0: member; above that its maker must be allowed to give roles */
	uint64_t uses;   /**< 0: as often as one likes */
	uint64_t for_ms; /**< 0: INVITE_USUAL_MS; at most LIMIT_INVITE_MS */
};

/** *ret_code is the code, in the form of an id.
 *  Errors: ERR_BAD, ERR_STATE (LIMIT_INVITES are open), and those of authorize(). */
enum err invite_create(struct store *store, const struct actor *actor,
		       const struct invite_new *in, struct id *ret_code,
		       struct invite_row *ret_row) MUST_CHECK;

/** What a code leads to. Errors: ERR_NOT_FOUND, ERR_GONE (over, used up, taken back, the
 *  room deleted, or its maker may not invite any more). */
enum err invite_look(struct store *store, const struct id *code,
		     struct invite_row *ret_row) MUST_CHECK;

/** Come in by a code. Who is in already stays what he is and uses nothing up.
 *  Errors: those of invite_look(), ERR_BANNED. */
enum err invite_accept(struct store *store, const struct actor *actor,
		       const struct id *code, struct id *ret_room,
		       struct news *news) MUST_CHECK;

/** The actor's own that are open; for who may kick those of everybody.
 *  Owns: invite_list_done(). */
enum err invite_list(struct store *store, const struct actor *actor,
		     const struct id *room, int64_t before, size_t limit,
		     struct invite_list *ret_list) MUST_CHECK;

/** Take one back: one's own, or any where one may kick. ERR_NOT_FOUND. */
enum err invite_revoke(struct store *store, const struct actor *actor,
		       const struct id *room, const struct id *invite) MUST_CHECK;

#endif
