/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Rooms and users as people write them: ids, slugs, names.
 *  Thread: the store's. */
#ifndef CHAT_REST_FIND_H
#define CHAT_REST_FIND_H

#include "server/rest/call.h"
#include "server/store/store_admin.h"

/** The room whose id, slug or (own) name is @text; a '#' in front is forgiven.
 *  Errors: ERR_NO_ROOM, ERR_AMBIGUOUS, blamed on "room". */
enum err find_room(struct call *call, struct store *store, struct bytes text,
		   struct id *ret_room) MUST_CHECK;
/** Any room whose id, slug or name is @text, for the administration. Errors: the same. */
enum err find_any_room(struct call *call, struct store *store, struct bytes text,
		       struct id *ret_room) MUST_CHECK;
/** The same, with what the administration knows of it: *ret_info owns nothing. */
enum err find_any_room_info(struct call *call, struct store *store, struct bytes text,
			    struct room_info *ret_info) MUST_CHECK;
/** The user whose id or name is @text; an '@' in front is forgiven.
 *  Errors: ERR_NO_USER, blamed on "user". */
enum err find_user(struct call *call, struct store *store, struct bytes text,
		   struct id *ret_user) MUST_CHECK;

#endif
