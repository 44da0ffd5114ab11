/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Accounts and rooms as whoever administers the server sees them: all of them, whatever
 *  their state, with what is counted of them. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_ADMIN_H
#define CHAT_STORE_ADMIN_H

#include "server/store/store_account.h"
#include "server/store/store_room.h"

#define ADMIN_OWNERS 20 /**< of one room that are named */

/** What a list of accounts is about. */
struct account_filter {
	struct bytes text;        /**< in name, display name or address; {NULL, 0}: any */
	enum account_state state; /**< 0: all but deleted ones */
	bool admins;              /**< only those with a right on the server */
	bool bots;                /**< only accounts of programs */
	struct bytes after;       /**< behind this name */
};

struct account_list {
	struct account_row *rows;
	size_t count, cap;
	bool more; /**< go on behind the name of the last row */
};

void account_list_done(struct account_list *list);
/** By name. Owns: account_list_done(). */
enum err store_account_list(struct store *store, const struct account_filter *filter,
			    size_t limit, struct account_list *ret_list) MUST_CHECK;

struct account_facts {
	char why[LIMIT_DETAIL + 1]; /**< it is suspended; "" where nothing was said */
	uint64_t files, sessions, rooms;
};

enum err store_account_facts(struct store *store, int64_t account,
			     struct account_facts *ret) MUST_CHECK;

/** A room without the view of a member. */
struct room_info {
	struct room_row room;
	uint64_t created_ms;
	int64_t keep_ms; /**< retention; -1: as the server */
	bool archived;
	enum role post_role;
	char pair[2][LIMIT_NAME + 1]; /**< of a direct chat: who talks there */
};

struct room_info_list {
	struct room_info *rows;
	size_t count, cap;
	bool more; /**< go on behind the key of the last row */
};

void room_info_list_done(struct room_info_list *list);
/** Rooms that are not deleted, in the order in which they were made. Owns:
 *  room_info_list_done(). */
enum err store_room_list(struct store *store, struct bytes text, enum room_kind kind,
			 int64_t after, size_t limit,
			 struct room_info_list *ret_list) MUST_CHECK;
/** ERR_NO_ROOM. */
enum err store_room_info(struct store *store, const struct id *room,
			 struct room_info *ret) MUST_CHECK;

struct owner_names {
	char names[ADMIN_OWNERS][LIMIT_NAME + 1];
	size_t count;
};

enum err store_room_owners(struct store *store, int64_t room,
			   struct owner_names *ret) MUST_CHECK;
/** Archived, nobody posts there; what the least role to post was comes back with it. */
enum err store_room_archive(struct store *store, int64_t room, bool on) MUST_CHECK;

/** The account in whose name the server itself acts; id of zeroes: there is none yet. */
enum err store_system_get(struct store *store, struct id *ret_user) MUST_CHECK;
enum err store_system_put(struct store *store, int64_t account,
			  const struct id *user) MUST_CHECK;

#endif
