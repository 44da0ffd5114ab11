/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the log of a room. A page never crosses a hole: it ends where the run of seq
 * that holds its start ends, and says so, and the caller fetches what is missing.
 */
#include "client/cache/cache_event.h"
#include "client/cache/cache_inside.h"
#include "common/base/mem.h"

void cache_page_done(struct cache_page *page)
{
	mem_free(page->events);
	mem_free(page->reactions);
	rows_done(&page->rows);
	*page = CACHE_PAGE_INIT;
}

void cache_page_read_event(struct query *query, struct cache_page *page)
{
	struct cache_event *event = list_add(&page->events, &page->count, sizeof(*event));

	event->room = query_id(query);
	event->id = query_id(query);
	event->from = query_id(query);
	event->target = query_id(query);
	event->reply = query_id(query);
	event->thread = query_id(query);
	event->user = query_id(query);
	event->seq = query_int(query);
	event->ord = query_int(query);
	event->ts_ms = query_int(query);
	event->edited_ms = query_int(query);
	event->edit_count = query_int(query);
	event->kind = (int)query_int(query);
	event->change = (int)query_int(query);
	event->role = (int)query_int(query);
	event->deleted = query_int(query);
	event->quiet = query_int(query);
	event->mentions_me = query_int(query);
	event->text = query_bytes(query, &page->rows);
	event->sealed = query_bytes(query, &page->rows);
	event->extra = query_bytes(query, &page->rows);
}

static enum err read_reactions(struct cache *cache, struct cache_page *page)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < page->count && err == ERR_OK; i++) {
		struct query query = query_of(cache->db, STMT_REACTION_LIST);
		query_put_id(&query, &page->events[i].id);
		while (query_next(&query)) {
			struct cache_reaction *reaction =
				list_add(&page->reactions, &page->reaction_count,
					 sizeof(*reaction));
			reaction->target = page->events[i].id;
			reaction->from = query_id(&query);
			reaction->text = query_bytes(&query, &page->rows);
		}
		err = query_done(&query);
	}
	return err;
}

/* The run that holds @seq (0: the newest one); first = 0 when there is none. */
static enum err find_span(struct cache *cache, uint64_t room, uint64_t seq,
			  uint64_t *ret_first, uint64_t *ret_last)
{
	struct query query = query_of(cache->db, seq ? STMT_SPAN_AT : STMT_SPAN_NEWEST);
	uint64_t first = 0, last = 0;

	query_put_int(&query, room);
	if (seq)
		query_put_int(&query, seq);
	if (query_next(&query)) {
		first = query_int(&query);
		last = query_int(&query);
	}
	if (seq > last)
		first = last = 0;
	*ret_first = first;
	*ret_last = last;
	return query_done(&query);
}

/* Events of @room with @from < seq < @to in the order of the statement. */
static enum err read_events(struct cache *cache, enum stmt id, uint64_t room, uint64_t a,
			    uint64_t b, unsigned limit, struct cache_page *page)
{
	struct query query = query_of(cache->db, id);

	query_put_int(&query, room);
	query_put_int(&query, a);
	query_put_int(&query, b);
	query_put_int(&query, limit);
	while (query_next(&query))
		cache_page_read_event(&query, page);
	return query_done(&query);
}

static void turn_around(struct cache_page *page)
{
	for (size_t i = 0, j = page->count; i + 1 < j; i++) {
		j--;
		struct cache_event event = page->events[i];
		page->events[i] = page->events[j];
		page->events[j] = event;
	}
}

/* Whether the page reaches the ends of what there is. */
static enum err read_bounds(struct cache *cache, uint64_t room, struct cache_page *page)
{
	struct query query = query_of(cache->db, STMT_ROOM_BOUNDS);
	uint64_t start = 0, head = 0;

	query_put_int(&query, room);
	if (query_next(&query)) {
		start = query_int(&query);
		head = query_int(&query);
	}
	page->complete_before = page->first == 1 ||
				(page->first > 0 && page->first <= start) ||
				(page->first == 0 && head == 0);
	page->complete_after = page->last >= head;
	return query_done(&query);
}

/* Hand @page to @ret, or drop it. */
static enum err finish(struct cache_page *page, enum err err, struct cache_page *ret)
{
	if (err == ERR_OK)
		*ret = *page;
	else
		cache_page_done(page);
	return err;
}

enum err cache_event_before(struct cache *cache, const struct id *room, uint64_t before,
			    unsigned limit, struct cache_page *ret_page)
{
	struct cache_page page = CACHE_PAGE_INIT;
	uint64_t key, first = 0, last = 0;

	enum err err = room_key(cache, room, &key);
	if (err == ERR_OK && before != 1)
		err = find_span(cache, key, before ? before - 1 : 0, &first, &last);
	if (err == ERR_OK && first > 0) {
		page.last = before ? before - 1 : last;
		page.first = first;
		err = read_events(cache, STMT_EVENT_BEFORE, key, page.last + 1, first,
				  limit, &page);
		turn_around(&page);
		if (page.count == limit && limit > 0)
			page.first = page.events[0].seq;
	}
	if (err == ERR_OK)
		err = read_bounds(cache, key, &page);
	if (before == 1)
		page.complete_before = true;
	if (err == ERR_OK)
		err = read_reactions(cache, &page);
	return finish(&page, err, ret_page);
}

static enum err read_after(struct cache *cache, enum stmt id, const struct id *room,
			   uint64_t after, unsigned limit, struct cache_page *ret_page)
{
	struct cache_page page = CACHE_PAGE_INIT;
	uint64_t key, first = 0, last = 0;

	enum err err = room_key(cache, room, &key);
	if (err == ERR_OK)
		err = find_span(cache, key, after + 1, &first, &last);
	if (err == ERR_OK && first > 0) {
		page.first = after + 1;
		page.last = last;
		err = read_events(cache, id, key, after, last, limit, &page);
		if (page.count == limit && limit > 0)
			page.last = page.events[limit - 1].seq;
	}
	if (err == ERR_OK)
		err = read_bounds(cache, key, &page);
	if (err == ERR_OK && page.first == 0) {
		/* Nothing behind @after is held: the end, if @after is the newest there is. */
		page.last = after;
		err = read_bounds(cache, key, &page);
		page.last = 0;
	}
	if (err == ERR_OK)
		err = read_reactions(cache, &page);
	return finish(&page, err, ret_page);
}

enum err cache_event_after(struct cache *cache, const struct id *room, uint64_t after,
			   unsigned limit, struct cache_page *ret_page)
{
	return read_after(cache, STMT_EVENT_AFTER, room, after, limit, ret_page);
}

enum err cache_event_replay(struct cache *cache, const struct id *room, uint64_t after,
			    unsigned limit, struct cache_page *ret_page)
{
	return read_after(cache, STMT_EVENT_REPLAY, room, after, limit, ret_page);
}

enum err cache_event_get(struct cache *cache, const struct id *id,
			 struct cache_page *ret_page)
{
	struct cache_page page = CACHE_PAGE_INIT;
	struct query query = query_of(cache->db, STMT_EVENT_BY_ID);

	query_put_id(&query, id);
	while (query_next(&query))
		cache_page_read_event(&query, &page);
	enum err err = query_done(&query);
	if (err == ERR_OK && page.count == 0)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK) {
		page.first = page.last = page.events[0].seq;
		err = read_reactions(cache, &page);
	}
	return finish(&page, err, ret_page);
}

enum err cache_event_count(struct cache *cache, const struct id *room, uint64_t after,
			   const struct id *self, uint64_t *ret_unread,
			   uint64_t *ret_mentions)
{
	uint64_t key, sender;

	enum err err = room_key(cache, room, &key);
	if (err == ERR_OK)
		err = user_key_make(cache, self, &sender);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_EVENT_COUNT);
	query_put_int(&query, key);
	query_put_int(&query, after);
	query_put_int(&query, sender);
	if (query_next(&query)) {
		*ret_unread = query_int(&query);
		*ret_mentions = query_int(&query);
	}
	return query_done(&query);
}
