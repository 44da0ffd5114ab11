/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The log of one user: what all devices of that user have to know. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_LOG_H
#define CHAT_STORE_LOG_H

#include "server/store/row.h"
#include "server/store/store.h"

/** Where the log of @user stands. ERR_NO_USER. */
enum err store_log_where(struct store *store, const struct id *user, int64_t *ret_account,
			 uint64_t *ret_uepoch, uint64_t *ret_useq) MUST_CHECK;
/** Append to the log of @account; user, uepoch, useq and ts of @event are filled in.
 *  @room, @sender: keys, 0: none. */
enum err store_log_add(struct store *store, int64_t account, int64_t room, int64_t sender,
		       struct user_event_row *event) MUST_CHECK;
/** Entries after @useq, rising; info is left NULL. Appends. */
enum err store_log_list(struct store *store, int64_t account, uint64_t useq, size_t limit,
			struct user_event_list *list) MUST_CHECK;
/** Forget entries from before @before_ms, at most @limit, for slices. */
enum err store_log_prune(struct store *store, uint64_t before_ms,
			 size_t limit) MUST_CHECK;

#endif
