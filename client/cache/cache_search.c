/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys of events are their times, so newest first is the order of the index itself, and a
 * time is a bound of it. Candidates are taken in slices; what else is asked narrows each
 * slice, and after MOST candidates the page ends short, so that nothing waits long behind
 * a search.
 */
#include "client/cache/cache_search.h"

#include "client/cache/cache_inside.h"

#define SLICE 1000
#define MOST  20000 /* some tens of milliseconds */

struct range {
	uint64_t from, below;  /* keys */
	uint64_t sender, room; /* 0: any */
	const struct cache_search *search;
};

static struct query slice_of(struct cache *cache, enum stmt id, const struct range *range)
{
	struct query query = query_of(cache->db, id);

	query_put_int(&query, range->below);
	query_put_int(&query, range->from);
	query_put_int(&query, SLICE);
	return query;
}

/* Where the slice ends: 0 when nothing lies below it. */
static enum err end_of(struct cache *cache, const struct range *range, uint64_t *ret)
{
	bool words = *range->search->match;
	struct query query = slice_of(
		cache, words ? STMT_EVENT_SEARCH_END : STMT_EVENT_SCAN_END, range);
	uint64_t count = 0, lowest = 0;

	if (words)
		query_put_text(&query, bytes_text(range->search->match));
	if (query_next(&query)) {
		count = query_int(&query);
		lowest = query_int(&query);
	}
	*ret = count == SLICE ? lowest : 0;
	return query_done(&query);
}

/* What fits of one slice. *ret_last: the key of the last one taken. */
static enum err read_slice(struct cache *cache, const struct range *range, unsigned limit,
			   struct cache_page *page, uint64_t *ret_last)
{
	bool words = *range->search->match;
	struct query query =
		slice_of(cache, words ? STMT_EVENT_SEARCH : STMT_EVENT_SCAN, range);

	query_put_int(&query, range->sender);
	query_put_int(&query, range->room);
	query_put_int(&query, range->search->has_file);
	if (words)
		query_put_text(&query, bytes_text(range->search->match));
	query_put_int(&query, limit);
	while (query_next(&query)) {
		cache_page_read_event(&query, page);
		*ret_last = query_int(&query);
	}
	return query_done(&query);
}

static enum err start(struct cache *cache, const struct cache_search *search,
		      struct range *range)
{
	enum err err = ERR_OK;

	*range = (struct range){
		.search = search,
		.from = cache_key_of_ms(search->after_ms),
		.below = search->before_ms ? cache_key_of_ms(search->before_ms)
					   : (uint64_t)INT64_MAX,
	};
	if (search->below && search->below < range->below)
		range->below = search->below;
	if (search->from) {
		struct query query = query_of(cache->db, STMT_USER_KEY_NAMED);
		query_put_text(&query, bytes_text(search->from));
		err = query_one_int(&query, ERR_NO_USER, &range->sender);
	}
	if (err == ERR_OK && !id_is_zero(&search->room))
		err = room_key(cache, &search->room, &range->room);
	return err;
}

enum err cache_search(struct cache *cache, const struct cache_search *search,
		      unsigned limit, struct cache_page *ret_page, uint64_t *ret_below)
{
	struct cache_page page = CACHE_PAGE_INIT;
	struct range range;
	enum err err = start(cache, search, &range);

	for (unsigned seen = 0; err == ERR_OK && range.below && seen < MOST;
	     seen += SLICE) {
		uint64_t last = 0, end = 0;
		err = read_slice(cache, &range, limit - (unsigned)page.count, &page,
				 &last);
		if (err == ERR_OK && page.count == limit) {
			range.below = last;
			break;
		}
		if (err == ERR_OK)
			err = end_of(cache, &range, &end);
		range.below = end;
	}
	if (err != ERR_OK) {
		cache_page_done(&page);
		return err;
	}
	*ret_page = page;
	*ret_below = range.below;
	return ERR_OK;
}
