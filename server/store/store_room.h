/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Rooms, as rows. Rules stand in server/core. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_ROOM_H
#define CHAT_STORE_ROOM_H

#include "server/store/row.h"
#include "server/store/store.h"

/** The room, the user, and the user's place in it. ERR_NO_ROOM: either is not there. */
enum err store_seat_get(struct store *store, const struct id *room, const struct id *user,
			struct seat_row *ret) MUST_CHECK;
/** Write that the log of @seat's room ends where @seat says; @message: by a message. And
 *  that @seat has said something. Inside of a group these are noted and written once,
 *  before its end; noting cannot fail. */
enum err store_seat_head(struct store *store, const struct seat_row *seat,
			 bool message) MUST_CHECK;
enum err store_seat_said(struct store *store, const struct seat_row *seat, bool worthy,
			 uint64_t ts) MUST_CHECK;
/** Whether both are noted for this one. */
bool store_seat_notes(const struct store *store, const struct seat_row *seat);
/** Whether the user is banned from the room now. */
enum err store_seat_banned(struct store *store, int64_t room, int64_t account,
			   bool *ret_banned) MUST_CHECK;

/** Whether one of the two blocks the other. */
enum err store_blocked(struct store *store, int64_t one, int64_t other,
		       bool *ret_blocked) MUST_CHECK;

struct room_add {
	struct id id;
	enum room_kind kind;
	enum room_security security;
	enum room_history history;
	struct bytes slug, name, topic; /**< {NULL, 0}: none */
	int64_t low, high; /**< of a direct room: the two accounts, in order */
	int64_t by;        /**< 0: the server */
	bool everyone;     /**< new accounts join by themselves */
	uint64_t now_ms;
};

/** ERR_EXISTS: the slug is or was another room's. */
enum err store_room_add(struct store *store, const struct room_add *in,
			int64_t *ret_key) MUST_CHECK;
/** The direct room of two accounts, in any order. */
enum err store_room_pair(struct store *store, int64_t one, int64_t other,
			 struct id *ret_id) MUST_CHECK;
enum err store_room_by_slug(struct store *store, struct bytes slug,
			    struct id *ret_id) MUST_CHECK;
/** Rooms of @user with that name; ERR_AMBIGUOUS when there are several. */
enum err store_room_by_name(struct store *store, const struct id *user, struct bytes name,
			    struct id *ret_id) MUST_CHECK;
/** Any room of that name, whoever is in it; ERR_AMBIGUOUS when there are several. */
enum err store_room_named(struct store *store, struct bytes name,
			  struct id *ret_id) MUST_CHECK;
/** Give a room another slug; the old one stays its alias. ERR_EXISTS: another room's. */
enum err store_room_set_slug(struct store *store, int64_t room,
			     struct bytes slug) MUST_CHECK;
enum err store_room_set_name(struct store *store, int64_t room,
			     struct bytes name) MUST_CHECK;
enum err store_room_set_topic(struct store *store, int64_t room,
			      struct bytes topic) MUST_CHECK;
enum err store_room_set_slow(struct store *store, int64_t room,
			     uint64_t slow_ms) MUST_CHECK;
enum err store_room_set_post_role(struct store *store, int64_t room,
				  enum role role) MUST_CHECK;
enum err store_room_set_deleted(struct store *store, int64_t room,
				uint64_t now_ms) MUST_CHECK;
/** Set the end of the log; @worthy: the event is one that counts as unread. */
enum err store_room_set_head(struct store *store, int64_t room, uint64_t seq,
			     uint64_t ord, uint64_t ts, bool worthy) MUST_CHECK;
/** So many members more, or less. */
enum err store_room_count(struct store *store, int64_t room, int more) MUST_CHECK;

typedef enum err store_id_fn(const struct id *id, int num, void *ctx);

/** Visit the rooms that new accounts join; num is the kind. */
enum err store_room_of_all(struct store *store, store_id_fn *visit, void *ctx) MUST_CHECK;
/** The broadcast room, the oldest when there are several. */
enum err store_room_broadcast(struct store *store, struct id *ret_id) MUST_CHECK;

/** One room as @user sees it. ERR_NO_ROOM. */
enum err store_view_get(struct store *store, const struct id *room, const struct id *user,
			struct room_view *ret) MUST_CHECK;
/** The rooms of @user, most recently active first, hidden ones left out. Appends. */
enum err store_view_digest(struct store *store, const struct id *user,
			   const struct room_cursor *cursor, size_t limit,
			   struct room_list *list) MUST_CHECK;
/** The public rooms as @user sees them. Appends. */
enum err store_view_public(struct store *store, const struct id *user,
			   const struct room_cursor *cursor, size_t limit,
			   struct room_list *list) MUST_CHECK;

/** Read USER_COLS of stmt.def from @col. */
void user_take(const struct value *col, struct user_row *ret);

#endif
