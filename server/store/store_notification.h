/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Notifications as rows. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_NOTIFICATION_H
#define CHAT_STORE_NOTIFICATION_H

#include "server/store/row.h"
#include "server/store/store.h"

/** One of them. Owns: text, ended with notification_done(). */
struct notification_row {
	int64_t key, tie; /**< of a fresh one; of a listed one: what orders equal times */
	struct id user;   /**< of a fresh one: whose it is */
	uint64_t ts;
	struct id id;
	enum notify_why why;
	struct id room; /**< zero: none */
	enum room_kind kind;
	char room_name[LIMIT_DISPLAY + 1]; /**< slug or name */
	uint64_t seq;
	struct id cid; /**< of the message */
	struct id from;
	char from_name[LIMIT_NAME + 1];
	char what[LIMIT_WORD + 1];
	uint64_t count; /**< unread messages */
	bool seen;
	struct bytes text; /**< of the message; {NULL, 0} where it is sealed */
};

struct notification_list {
	struct notification_row *rows;
	size_t count, cap;
	bool more;
};

void notification_list_done(struct notification_list *list);

/** A new one, as it is put in. */
struct notification_new {
	int64_t account;
	enum notify_why why;
	int64_t room; /**< 0: none */
	uint64_t seq; /**< 0: none */
	int64_t sender;
	const char *what; /**< or NULL */
	uint64_t read_ms; /**< 0: it is not read */
};

/** Put it in; of an account that has too many the oldest go. */
enum err store_notification_add(struct store *store,
				const struct notification_new *new) MUST_CHECK;

struct notification_ask {
	int64_t account;
	bool unread;   /**< only what was not read */
	bool security; /**< also what concerns the account itself */
	uint64_t ts;   /**< where it goes on; UINT64_MAX: from the newest */
	int64_t tie;
};

/** Newest first; appends. */
enum err store_notification_list(struct store *store, const struct notification_ask *ask,
				 size_t limit, struct notification_list *list) MUST_CHECK;
/** Rows with a greater key than @after, rising; appends. */
enum err store_notification_fresh(struct store *store, int64_t after, size_t limit,
				  struct notification_list *list) MUST_CHECK;
/** The greatest key. */
enum err store_notification_last(struct store *store, int64_t *ret_key) MUST_CHECK;

/** Mark one as read, by its own id, the id of a message to @room, or a room's id.
 *  Errors: ERR_NOT_FOUND. */
enum err store_notification_read(struct store *store, int64_t account,
				 const struct id *id) MUST_CHECK;
/** Mark all up to @upto_ms as read. */
enum err store_notification_read_all(struct store *store, int64_t account,
				     uint64_t upto_ms) MUST_CHECK;
/** Forget those from before @before_ms, at most @limit, for slices. */
enum err store_notification_prune(struct store *store, uint64_t before_ms,
				  size_t limit) MUST_CHECK;

#endif
