/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who wants to be found and by whom not, and what is done when somebody goes.
 *  Errors, Thread: see store.h. */
#ifndef CHAT_STORE_PEOPLE_H
#define CHAT_STORE_PEOPLE_H

#include "server/store/store_account.h"

/** What a profile has beside struct account_row. */
struct profile_row {
	bool findable;
	enum shown_to presence;
	bool receipts, typing; /**< others are told */
	struct id avatar;      /**< the file's id; zero: none */
	int64_t avatar_file;   /**< its key */
};

enum err store_profile_get(struct store *store, int64_t account,
			   struct profile_row *ret) MUST_CHECK;
enum err store_account_set_findable(struct store *store, int64_t account,
				    bool findable) MUST_CHECK;
/** @file 0: none. */
enum err store_account_set_avatar(struct store *store, int64_t account,
				  int64_t file) MUST_CHECK;
/** @why: English, or {NULL, 0}. */
enum err store_account_suspend(struct store *store, int64_t account,
			       enum account_state state, struct bytes why) MUST_CHECK;
/** What waits to be sent by webhooks that @account made is taken from the log again, once
 *  they go on. */
enum err store_account_halt(struct store *store, int64_t account) MUST_CHECK;

/** Nothing when it is so already; @ret_changed says whether it was not. */
enum err store_block_put(struct store *store, int64_t account, int64_t other,
			 bool *ret_changed) MUST_CHECK;
enum err store_block_drop(struct store *store, int64_t account, int64_t other,
			  bool *ret_changed) MUST_CHECK;
/** Whom @account blocks, by name, after @after ({"", 0}: all). */
enum err store_block_list(struct store *store, int64_t account, struct bytes after,
			  size_t limit, struct user_list *ret_list) MUST_CHECK;
/** What @other may know of where @user is. */
struct presence_row {
	uint64_t seen_ms; /**< when the last connection ended */
	bool hidden;      /**< by a setting or a block: shown as offline, seen never */
};

enum err store_presence_for(struct store *store, const struct id *user,
			    const struct id *other, struct presence_row *ret) MUST_CHECK;

/** 0 leaves one as it is. */
struct shown_change {
	enum shown_to presence;
	enum yes_no receipts, typing;
};

enum err store_account_set_shown(struct store *store, int64_t account,
				 const struct shown_change *in) MUST_CHECK;

/** A room that somebody is in, beside direct chats. */
struct account_room {
	struct id room;
	enum room_kind kind;
	enum role role;
};

/** Owns: *ret_rooms, mem_free(). */
enum err store_account_rooms(struct store *store, int64_t account,
			     struct account_room **ret_rooms,
			     size_t *ret_count) MUST_CHECK;
/** Who shall own @room when @account goes: the highest of the other people (of bots, only
 *  where there are no people), of those the longest in it. Errors: ERR_NOT_FOUND: nobody
 *  else is there. */
enum err store_account_heir(struct store *store, const struct id *room, int64_t account,
			    struct id *ret_heir) MUST_CHECK;
/** Empty everything that belongs to @account alone; store_account_erase() follows. */
enum err store_account_empty(struct store *store, int64_t account) MUST_CHECK;

#endif
