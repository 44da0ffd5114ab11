/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Members, their intervals and markers, as rows. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_MEMBER_H
#define CHAT_STORE_MEMBER_H

#include "server/store/row.h"
#include "server/store/store.h"

/** A member of a room, for lists of them. */
struct member_row {
	struct user_row user;
	enum role role;
	uint64_t joined_ms, read_seq, got_seq, muted_until_ms;
};

struct member_list {
	struct member_row *rows;
	size_t count, cap;
	bool more; /**< go on with @after = the last row's user.name */
};

void member_list_done(struct member_list *list);

/** Put somebody into a room from @seq on, everything up to @seq counting as read. */
enum err store_member_add(struct store *store, int64_t room, int64_t account,
			  enum role role, uint64_t seq, uint64_t ord) MUST_CHECK;
/** Make a row for someone who is a member without one (broadcast). */
enum err store_member_ensure(struct store *store, int64_t room, int64_t account,
			     enum role role) MUST_CHECK;
/** Out of the room; @seq is the last event that the member sees. */
enum err store_member_remove(struct store *store, int64_t room, int64_t account,
			     uint64_t seq) MUST_CHECK;
enum err store_member_set_role(struct store *store, int64_t room, int64_t account,
			       enum role role) MUST_CHECK;
/** The member has said something; @worthy: it counts as unread for others. */
enum err store_member_said(struct store *store, int64_t room, int64_t account,
			   bool worthy, uint64_t ts) MUST_CHECK;
enum err store_member_set_read(struct store *store, int64_t room, int64_t account,
			       uint64_t seq, uint64_t ord, uint64_t own) MUST_CHECK;
/** *ret_moved: it was less before. */
enum err store_member_set_got(struct store *store, int64_t room, int64_t account,
			      uint64_t seq, bool *ret_moved) MUST_CHECK;
enum err store_member_set_hidden(struct store *store, int64_t room, int64_t account,
				 uint64_t seq) MUST_CHECK;
enum err store_member_set_level(struct store *store, int64_t room, int64_t account,
				enum notify_level level) MUST_CHECK;
enum err store_member_set_muted(struct store *store, int64_t room, int64_t account,
				uint64_t until_ms) MUST_CHECK;
/** The level that holds for what @sender says: the account's where the room says nothing,
 *  LEVEL_NONE while the member wants silence and of somebody whom he blocks. */
enum err store_member_level(struct store *store, int64_t room, int64_t account,
			    int64_t sender, enum notify_level *ret_level) MUST_CHECK;
/** The member of @room whose account is called @name. ERR_NOT_FOUND. */
enum err store_member_named(struct store *store, int64_t room, struct bytes name,
			    struct id *ret_user) MUST_CHECK;
/** No notifications from @room until @until_ms. */
enum err store_member_set_silent(struct store *store, int64_t room, int64_t account,
				 uint64_t until_ms) MUST_CHECK;
enum err store_member_owners(struct store *store, int64_t room,
			     int64_t *ret_count) MUST_CHECK;
enum err store_member_count(struct store *store, int64_t room,
			    int64_t *ret_count) MUST_CHECK;
/** By name, after @after ({NULL, 0}: from the start). */
enum err store_member_list(struct store *store, int64_t room, struct bytes after,
			   size_t limit, struct member_list *ret_list) MUST_CHECK;
/** Those who have read up to @seq and let others know, without @sender; by name. */
enum err store_member_readers(struct store *store, int64_t room, struct bytes after,
			      uint64_t seq, int64_t sender, size_t limit,
			      struct member_list *ret_list) MUST_CHECK;
/** The account keys of all members. Owns: mem_free(*ret_keys). */
enum err store_member_keys(struct store *store, int64_t room, int64_t **ret_keys,
			   size_t *ret_count) MUST_CHECK;
/** The rooms that @user hears. Owns: mem_free(*ret_rooms). */
enum err store_member_rooms(struct store *store, const struct id *user,
			    struct id **ret_rooms, size_t *ret_count) MUST_CHECK;

/** How many others there are, and the least of their positions (0 without any). */
enum err store_member_least(struct store *store, int64_t room, int64_t account,
			    uint64_t *ret_others, uint64_t *ret_got,
			    uint64_t *ret_read) MUST_CHECK;
/** What one device has; an unknown device is ignored. Never goes back. */
enum err store_position_put(struct store *store, const struct id *device, int64_t room,
			    uint64_t seq) MUST_CHECK;

/** Part of a log that somebody was in for; to_seq UINT64_MAX: still. */
struct stay_row {
	uint64_t from_seq, to_seq;
};

#define STAYS_MAX \
	256 /**< intervals that are looked at; who comes and goes more often
			   sees the newest ones */

struct stay_list {
	struct stay_row rows[STAYS_MAX];
	size_t count;
};

/** Rising. */
enum err store_stay_list(struct store *store, int64_t room, int64_t account,
			 struct stay_list *ret_list) MUST_CHECK;

enum err store_ban_put(struct store *store, int64_t room, int64_t account, int64_t by,
		       struct bytes why, uint64_t until_ms) MUST_CHECK;
/** ERR_NOT_FOUND: there was none. */
enum err store_ban_remove(struct store *store, int64_t room, int64_t account) MUST_CHECK;

struct ban_row {
	struct user_row user;
	struct id by; /**< zero: the server */
	char why[LIMIT_DETAIL + 1];
	uint64_t since_ms, until_ms; /**< until_ms 0: for good */
};

struct ban_list {
	struct ban_row *rows;
	size_t count, cap;
	bool more; /**< go on with @after = the last row's user.name */
};

void ban_list_done(struct ban_list *list);
/** Bans that hold now, by name, after @after ({NULL, 0}: from the start). */
enum err store_ban_list(struct store *store, int64_t room, struct bytes after,
			size_t limit, struct ban_list *ret_list) MUST_CHECK;

enum err store_user_by_id(struct store *store, const struct id *id,
			  struct user_row *ret) MUST_CHECK;
enum err store_user_by_key(struct store *store, int64_t key,
			   struct user_row *ret) MUST_CHECK;

#endif
