/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who is in a room, since when, as what. Thread: the store's. */
#ifndef CHAT_CORE_MEMBER_H
#define CHAT_CORE_MEMBER_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store_member.h"

/** What is done to a member; one struct for all verbs of member.h. */
struct member_act {
	struct id room;
	struct id user;    /**< whom; zero: the actor */
	enum role role;    /**< of member_set_role(), member_invite(); 0: member */
	uint64_t until_ms; /**< of ban and mute; 0: for good */
	struct bytes why;
};

/** A new account joins the rooms that everybody is in. Nothing where it is in already. */
enum err member_arrive(struct store *store, const struct actor *actor,
		       struct news *news) MUST_CHECK;
/** Join a public room. Nothing when one is in already. Errors: ERR_BANNED, ERR_NO_ROOM. */
enum err member_join(struct store *store, const struct actor *actor,
		     const struct member_act *in, struct news *news) MUST_CHECK;
/** Come in as in->role, by a right that was checked before (an invitation). *ret_entered:
 *  one was not in already. Errors: ERR_BANNED, ERR_GONE. */
enum err member_enter(struct store *store, const struct actor *actor,
		      const struct member_act *in, bool *ret_entered,
		      struct news *news) MUST_CHECK;
/** Bring someone into a room. Errors: ERR_NO_USER, ERR_BANNED, ERR_FORBIDDEN. */
enum err member_invite(struct store *store, const struct actor *actor,
		       const struct member_act *in, struct news *news) MUST_CHECK;
/** Errors: ERR_STATE for the last owner of a room with other members, who must hand it
 *  over first. */
enum err member_leave(struct store *store, const struct actor *actor,
		      const struct member_act *in, struct news *news) MUST_CHECK;
enum err member_kick(struct store *store, const struct actor *actor,
		     const struct member_act *in, struct news *news) MUST_CHECK;
/** Also someone who is not in the room. */
enum err member_ban(struct store *store, const struct actor *actor,
		    const struct member_act *in, struct news *news) MUST_CHECK;
enum err member_unban(struct store *store, const struct actor *actor,
		      const struct member_act *in, struct news *news) MUST_CHECK;
enum err member_mute(struct store *store, const struct actor *actor,
		     const struct member_act *in, struct news *news) MUST_CHECK;
enum err member_unmute(struct store *store, const struct actor *actor,
		       const struct member_act *in, struct news *news) MUST_CHECK;
enum err member_set_role(struct store *store, const struct actor *actor,
			 const struct member_act *in, struct news *news) MUST_CHECK;
/** Hide a direct chat for the actor up to its head; the next message brings it back. */
enum err member_hide(struct store *store, const struct actor *actor,
		     const struct id *room, struct news *news) MUST_CHECK;
/** What of a room is worth a notification. */
struct member_notify {
	enum notify_level level; /**< 0: as it is */
	bool silence;            /**< set the next one, too */
	uint64_t until_ms;       /**< until then nothing is; 0: no longer */
};

/** How the actor wants to hear of the room. Errors: ERR_BAD (nothing is asked for). */
enum err member_set_notify(struct store *store, const struct actor *actor,
			   const struct id *room, const struct member_notify *in,
			   struct news *news) MUST_CHECK;

/** By name. @after {NULL, 0}: from the start. */
enum err member_list(struct store *store, const struct actor *actor,
		     const struct id *room, struct bytes after, size_t limit,
		     struct member_list *ret_list) MUST_CHECK;

/** Bans of the room that hold now, by name; for who may ban. @after as above.
 *  Owns: ban_list_done(). */
enum err member_bans(struct store *store, const struct actor *actor,
		     const struct id *room, struct bytes after, size_t limit,
		     struct ban_list *ret_list) MUST_CHECK;

/** The ids of every room whose log @user hears, for the bus. Owns: the caller, mem_free().
 *  The server's own: no gate. */
enum err member_rooms(struct store *store, const struct id *user, struct id **ret_rooms,
		      size_t *ret_count) MUST_CHECK;

/** May the actor tell the room that it types? Errors: as authorize(). */
enum err member_may_type(struct store *store, const struct actor *actor,
			 const struct id *room, bool *ret_told) MUST_CHECK;

#endif
