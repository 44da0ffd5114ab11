/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Full-text search over messages. New messages are put into the index later, a slice at a
 *  time and in the order of their keys, so that nobody waits for it; what changes a message
 *  that is in there changes the index at once. Errors: see store.h. Thread: the store's. */
#ifndef CHAT_STORE_SEARCH_H
#define CHAT_STORE_SEARCH_H

#include "server/store/row.h"
#include "server/store/store.h"

/** Put the next messages into the index, of at most @limit events. *ret_more: there
 *  were enough for it, so there may be others. */
enum err store_search_index(struct store *store, size_t limit, bool *ret_more) MUST_CHECK;
/** The text of message @key is now @now instead of @before ({NULL, 0}: gone). */
enum err store_search_change(struct store *store, int64_t key, struct bytes before,
			     struct bytes now) MUST_CHECK;
/** The events of @room up to @seq are about to be cut off. */
enum err store_search_cut(struct store *store, int64_t room, int64_t seq) MUST_CHECK;
/** They were: their keys may be given again. */
enum err store_search_back(struct store *store) MUST_CHECK;
/** Words that were taken out stay in the index until it is merged. Merge a slice when that
 *  was long enough ago (@after_ms). *ret_more: there is more to do. */
enum err store_search_tidy(struct store *store, uint64_t after_ms,
			   bool *ret_more) MUST_CHECK;

/** What is looked for. Keys of 0: any. */
struct search_filter {
	const char *match; /**< an expression of FTS5; "": none */
	int64_t sender, room;
	uint64_t before_ms, after_ms; /**< after_ms <= ts < before_ms; 0: open */
	bool has_file;
	int64_t below; /**< only keys below this one; 0: from the newest */
};

/** Messages that @account may see, newest first, at most @limit: appended to @list. Looks
 *  at a bounded number of candidates. *ret_below: where to go on; 0: there are no more.
 *  Errors: ERR_BAD (an expression that FTS5 does not take). */
enum err store_search(struct store *store, int64_t account,
		      const struct search_filter *filter, size_t limit,
		      struct event_list *list, int64_t *ret_below) MUST_CHECK;

#endif
