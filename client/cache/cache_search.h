/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Messages by their words, over everything that this device has. Errors as in cache.h.
 *  Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_SEARCH_H
#define CHAT_CLIENT_CACHE_CACHE_SEARCH_H

#include "client/cache/cache_event.h"

struct cache_search {
	const char *match;            /**< an expression of FTS5 (search.h); "": none */
	const char *from;             /**< account name; NULL: anybody */
	struct id room;               /**< zero: any */
	uint64_t before_ms, after_ms; /**< after_ms <= ts < before_ms; 0: open */
	bool has_file;
	uint64_t below; /**< where to go on, of the page before; 0: from the newest */
};

/** The newest @limit that fit, newest first. Looks at a bounded number of messages.
 *  *ret_below: where to go on, 0 when there are no more.
 *  Errors: ERR_NO_USER, ERR_NO_ROOM: nothing of them is here. */
enum err cache_search(struct cache *cache, const struct cache_search *search,
		      unsigned limit, struct cache_page *ret_page,
		      uint64_t *ret_below) MUST_CHECK;

#endif
