/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the administration of the server does to accounts and rooms. Each leaves a row in
 *  the audit log; what members of a room have to know stands in its log as well, from the
 *  administrator, or from the server's own account when it is whoever runs the server.
 *  `by` is an actor whose `steward` is set. Thread: the writer, where not said otherwise. */
#ifndef CHAT_CORE_STEWARD_H
#define CHAT_CORE_STEWARD_H

#include "server/core/account.h"
#include "server/core/room.h"
#include "server/store/store_admin.h"

/** @by with the account that he acts as: his own, or the server's, made at the first time. */
enum err steward_act(struct store *store, const struct actor *by,
		     struct actor *ret_actor) MUST_CHECK;

/** What may be changed of an account; {NULL, 0} and 0 leave a thing as it is. */
struct steward_user {
	struct id user;
	enum yes_no admin, broadcast;
	struct bytes display;
};

/** Errors: ERR_NO_USER, ERR_STATE (it is no account of a person or bot). */
enum err steward_user_change(struct store *store, const struct actor *by,
			     const struct steward_user *in) MUST_CHECK;
/** Take the password of @user away and end his sessions; a letter tells him, who can choose
 *  a new one as if he had forgotten it. Errors: ERR_NO_USER, ERR_STATE: no address is known
 *  to work. */
enum err steward_user_reset(struct store *store, const struct keys *keys,
			    const struct actor *by, const struct id *user,
			    const struct login_place *place, login_ended_fn *ended,
			    void *ctx) MUST_CHECK;
/** End all sessions of @user. Errors: ERR_NO_USER. */
enum err steward_user_end(struct store *store, const struct actor *by,
			  const struct id *user, login_ended_fn *ended,
			  void *ctx) MUST_CHECK;
/** End one. Errors: ERR_NOT_FOUND. */
enum err steward_session_end(struct store *store, const struct actor *by,
			     const struct id *session) MUST_CHECK;

/** Make a room that belongs to @owner (broadcast: to nobody). Errors: those of
 *  room_create(), ERR_NO_USER. */
enum err steward_room_make(struct store *store, const struct actor *by,
			   const struct room_new *in, const struct id *owner,
			   struct id *ret_room, struct news *news) MUST_CHECK;
/** Name, slug, topic, slow mode. Errors: those of room_change(). */
enum err steward_room_change(struct store *store, const struct actor *by,
			     const struct room_change *in, struct news *news) MUST_CHECK;
/** Nobody writes in an archived room; everything else stays. Errors: ERR_NO_ROOM, ERR_STATE
 *  (it is so already). */
enum err steward_room_archive(struct store *store, const struct actor *by,
			      const struct id *room, bool on,
			      struct news *news) MUST_CHECK;
enum err steward_room_delete(struct store *store, const struct actor *by,
			     const struct id *room, struct news *news) MUST_CHECK;
/** Cut at most @limit of the events that @room has: *ret_count, 0 when nothing is left. */
enum err steward_room_clear(struct store *store, const struct actor *by,
			    const struct id *room, size_t limit,
			    size_t *ret_count) MUST_CHECK;

/** Bring @user into @room as @role, or give him that role there. Errors: those of
 *  member_invite() and member_set_role(). */
enum err steward_member_put(struct store *store, const struct actor *by,
			    const struct id *room, const struct id *user, enum role role,
			    struct news *news) MUST_CHECK;
/** Errors: ERR_NOT_FOUND: he is not in it. */
enum err steward_member_remove(struct store *store, const struct actor *by,
			       const struct id *room, const struct id *user,
			       struct news *news) MUST_CHECK;

#endif
