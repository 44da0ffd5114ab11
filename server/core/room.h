/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Rooms: make, find, change, delete. Every function runs inside of a task's run(); those
 *  that take news change the store and need the writing connection.
 *  Errors of all: those of authorize() and of the store. Thread: the store's. */
#ifndef CHAT_CORE_ROOM_H
#define CHAT_CORE_ROOM_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store.h"

struct room_new {
	enum room_kind kind;
	enum room_security security; /**< 0: plain */
	enum room_history
		history;   /**< 0: all for public and broadcast, joined for private */
	struct bytes slug; /**< public rooms must have one, others must not */
	struct bytes name, topic;
	const struct id *members; /**< invited at once; direct: the one other user */
	size_t member_count;
};

/** Make a room; the actor becomes its owner (direct: both are members, and an existing
 *  one is returned). *ret_view may be NULL.
 *  Errors: ERR_EXISTS (slug), ERR_BAD, ERR_NO_USER, ERR_FORBIDDEN. */
enum err room_create(struct store *store, const struct actor *actor,
		     const struct room_new *in, struct room_view *ret_view,
		     struct news *news) MUST_CHECK;

/** The direct room of the actor and @user, made when there is none.
 *  Errors: ERR_NO_USER, ERR_FORBIDDEN (blocked). */
enum err room_direct(struct store *store, const struct actor *actor,
		     const struct id *user, struct id *ret_room,
		     struct news *news) MUST_CHECK;

/** One room as the actor sees it; public rooms also from outside. */
enum err room_get(struct store *store, const struct actor *actor, const struct id *room,
		  struct room_view *ret_view) MUST_CHECK;

/** The public room called @slug now or formerly; where none is, the actor's own room of
 *  that name. Errors: ERR_NO_ROOM, ERR_AMBIGUOUS. */
enum err room_find(struct store *store, const struct actor *actor, struct bytes slug,
		   struct id *ret_room) MUST_CHECK;

/** {NULL, 0} and 0 leave a thing as it is. */
struct room_change {
	struct id room;
	struct bytes slug, name, topic;
	bool has_slow;
	uint64_t slow_ms;    /**< least time between two messages of a member */
	enum role post_role; /**< the least that may write */
};

/** Errors: ERR_EXISTS (slug), ERR_BAD, ERR_MUST_SEAL (name and topic of a sealed room). */
enum err room_change(struct store *store, const struct actor *actor,
		     const struct room_change *in, struct news *news) MUST_CHECK;

/** Leaves a tombstone: its id and slug are never used again. */
enum err room_delete(struct store *store, const struct actor *actor,
		     const struct id *room, struct news *news) MUST_CHECK;

/** The public rooms, most recently active first; @cursor NULL: from the start.
 *  Owns: room_list_done(). */
enum err room_directory(struct store *store, const struct actor *actor,
			const struct room_cursor *cursor, size_t limit,
			struct room_list *ret_list) MUST_CHECK;

/** The room that everybody is in from the start (#lobby) and the broadcast room, made at
 *  the birth of the store when they are missing. */
enum err room_found(struct store *store, struct bytes lobby_slug) MUST_CHECK;

#endif
