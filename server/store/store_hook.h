/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Webhooks as rows. Secrets and URLs are sealed by the caller. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_HOOK_H
#define CHAT_STORE_HOOK_H

#include "server/store/row.h"
#include "server/store/store.h"

struct hook_row {
	int64_t key;
	struct id id;
	enum hook_kind kind;
	enum hook_state state;
	int64_t room;
	struct id room_id;
	int64_t account; /**< in: as whom it posts; out: 0 */
	struct id user;  /**< the same */
	char name[LIMIT_DISPLAY + 1];
	/** Owned by rows that were read: hook_row_done(). {NULL, 0} where there is none. */
	struct bytes hash, url, secret, old_secret;
	uint64_t old_until_ms;
	unsigned kinds; /**< a mask of 1 << enum event_kind */
	struct id made_by;
	uint64_t made_ms, sent_seq, done_seq;
	unsigned failures;
	int status;
	char error[LIMIT_WORD + 1];
	uint64_t used_ms, failed_ms;
	bool halted; /**< whoever made it is suspended */
};

struct hook_list {
	struct hook_row *rows;
	size_t count, cap;
};

void hook_row_done(struct hook_row *row);
void hook_list_done(struct hook_list *list);

struct hook_add {
	struct id id;
	enum hook_kind kind;
	int64_t room, account, made_by; /**< keys; account 0: none */
	struct bytes name;
	uint64_t seq; /**< what came before is none of its business */
};

enum err store_hook_add(struct store *store, const struct hook_add *in,
			int64_t *ret_key) MUST_CHECK;
/** Not of rooms that were deleted. */
enum err store_hook_by_id(struct store *store, const struct id *id,
			  struct hook_row *ret) MUST_CHECK;
enum err store_hook_by_key(struct store *store, int64_t key,
			   struct hook_row *ret) MUST_CHECK;
/** Oldest first. */
enum err store_hook_list(struct store *store, int64_t room, size_t limit,
			 struct hook_list *ret_list) MUST_CHECK;
/** How many a room has, at most @limit. */
enum err store_hook_count(struct store *store, int64_t room, size_t limit,
			  size_t *ret_count) MUST_CHECK;
/** Write what can change of @row: all but ids, room, account and maker. */
enum err store_hook_set(struct store *store, const struct hook_row *row) MUST_CHECK;
enum err store_hook_remove(struct store *store, int64_t key) MUST_CHECK;
/** Keys of outgoing ones that are on and not halted, whose room has gone on, and in whose
 *  queue fewer than @full wait. */
enum err store_hook_behind(struct store *store, size_t full, size_t limit, int64_t *keys,
			   size_t *ret_count) MUST_CHECK;
/** Whether there is an outgoing one that is on. */
enum err store_hook_outs(struct store *store, bool *ret_any) MUST_CHECK;

#endif
