/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How people want to be notified, as rows. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_PUSH_H
#define CHAT_STORE_PUSH_H

#include "server/store/row.h"
#include "server/store/store.h"

/** push.kind */
enum push_kind { PUSH_NTFY = 1, PUSH_DIGEST, PUSH_JSON };

/** A way to reach somebody who is not connected. Owns: url, ended with push_row_done(). */
struct push_row {
	int64_t key, account;
	struct id user;
	enum push_kind kind;
	struct bytes url;
	uint64_t every_ms; /**< of a digest */
	uint64_t last_ms;  /**< up to here everything was pushed, or was never to be */
	unsigned rounds;   /**< of a digest: pushed since he was here last */
	uint64_t seen_ms;  /**< when he was here last */
	char locale[LIMIT_WORD + 1];
};

struct push_list {
	struct push_row *rows;
	size_t count, cap;
};

void push_list_done(struct push_list *list);

/** Those of everybody with a key above @after, rising; appends. */
enum err store_push_list(struct store *store, int64_t after, size_t limit,
			 struct push_list *list) MUST_CHECK;
/** Those of @account; appends. */
enum err store_push_of(struct store *store, int64_t account,
		       struct push_list *list) MUST_CHECK;
/** In the place of the one of @kind, or of the other form of hook; @url {NULL, 0} and
 *  @every_ms 0: none any more. What is there already is not pushed. */
enum err store_push_put(struct store *store, int64_t account, enum push_kind kind,
			struct bytes url, uint64_t every_ms) MUST_CHECK;
enum err store_push_sent(struct store *store, int64_t key, uint64_t last_ms,
			 unsigned rounds) MUST_CHECK;
/** It does not take anything any more. */
enum err store_push_gone(struct store *store, int64_t key) MUST_CHECK;

/** A text under a name; *ret_value is cut to @size, "" where there is none. */
enum err store_setting_get(struct store *store, int64_t account, const char *name,
			   char *ret_value, size_t size) MUST_CHECK;
/** @value empty: forget it. */
enum err store_setting_put(struct store *store, int64_t account, const char *name,
			   struct bytes value) MUST_CHECK;
enum err store_account_level(struct store *store, int64_t account,
			     enum notify_level *ret_level) MUST_CHECK;
enum err store_account_set_level(struct store *store, int64_t account,
				 enum notify_level level) MUST_CHECK;

#endif
