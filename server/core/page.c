/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of history. A log is dense, so a page is a range of seq: that of the events on it,
 * and whether anything visible lies beyond is asked, never guessed from a short page.
 */
#include "server/core/page.h"

#include "server/core/seat.h"
#include "server/core/stay.h"
#include "server/core/sync.h"
#include "server/store/store_event.h"
#include "server/store/store_room.h"

#define ENVELOPE     512   /* names, ids and numbers of an event without lists */
#define WIRE_ID      29    /* "…26…", */
#define VISIBLE_STEP 20000 /* events looked at for one page of everything */

/* Characters that JSON writes as two: quotes, backslashes, \n and \t. */
static size_t json_size(struct bytes text)
{
	size_t size = text.len;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		size += c == '"' || c == '\\' || c < 0x20;
	}
	return size;
}

size_t page_event_size(const struct event_row *event)
{
	size_t size = ENVELOPE + json_size(event->text) + event->sealed.len / 3 * 4 + 4 +
		      json_size(event->name) +
		      WIRE_ID * (event->mention_count + event->file_count);

	for (size_t i = 0; i < event->attached_count; i++)
		size += ENVELOPE + json_size(event->attached[i].name);
	size += json_size(event->author);
	if (event->user) {
		size += ENVELOPE + 2 * (LIMIT_DISPLAY + LIMIT_ABOUT + LIMIT_DISPLAY);
	}
	return size;
}

bool page_cut(struct event_list *list)
{
	size_t bytes = 0, keep = 0;

	while (keep < list->count) {
		bytes += page_event_size(&list->rows[keep]);
		if (bytes > PAGE_BYTES && keep > 0) {
			break;
		}
		keep++;
	}
	bool cut = keep < list->count;
	while (list->count > keep) {
		event_done(&list->rows[--list->count]);
	}
	return cut;
}

void sync_page_done(struct sync_page *page)
{
	event_list_done(&page->events);
	*page = (struct sync_page){0};
}

/* What a page is cut from. */
struct source {
	struct store *store;
	int64_t room;
	struct stay_list stays;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Up to @limit visible events with seq <= @to, newest first, over all intervals. */
static enum err down(const struct source *source, uint64_t to, size_t limit,
		     struct event_list *list)
{
	enum err err = ERR_OK;

	for (size_t i = source->stays.count; i-- > 0 && list->count < limit && !err;) {
		const struct stay_row *stay = &source->stays.rows[i];
		if (stay->from_seq <= to) {
			err = store_event_down(source->store, source->room,
					       stay->from_seq, least(stay->to_seq, to),
					       limit - list->count, list);
		}
	}
	return err;
}

/* The same with seq >= @from, oldest first. */
static enum err up(const struct source *source, uint64_t from, size_t limit,
		   struct event_list *list)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < source->stays.count && list->count < limit && !err; i++) {
		const struct stay_row *stay = &source->stays.rows[i];
		if (stay->to_seq >= from) {
			uint64_t start = stay->from_seq > from ? stay->from_seq : from;
			err = store_event_up(source->store, source->room, start,
					     stay->to_seq, limit - list->count, list);
		}
	}
	return err;
}

/* down() or up(). */
typedef enum err walk_fn(const struct source *source, uint64_t seq, size_t limit,
			 struct event_list *list);

/* Load one more than wanted: that one says whether there is more. */
static enum err load(walk_fn *walk, const struct source *source, uint64_t seq,
		     size_t limit, struct event_list *list, bool *ret_complete)
{
	enum err err = walk(source, seq, limit + 1, list);

	if (err) {
		return err;
	}
	*ret_complete = list->count <= limit;
	if (!*ret_complete) {
		event_done(&list->rows[--list->count]);
	}
	if (page_cut(list)) {
		*ret_complete = false;
	}
	return ERR_OK;
}

/* Whether anything visible lies below, or from there up. */
static enum err none_down(const struct source *source, uint64_t to, bool *ret_none)
{
	struct event_list list = {0};
	enum err err = down(source, to, 1, &list);

	*ret_none = list.count == 0;
	event_list_done(&list);
	return err;
}

static enum err none_up(const struct source *source, uint64_t from, bool *ret_none)
{
	struct event_list list = {0};
	enum err err = up(source, from, 1, &list);

	*ret_none = list.count == 0;
	event_list_done(&list);
	return err;
}

static enum err page_before(const struct source *source, uint64_t at, size_t limit,
			    struct sync_page *page)
{
	uint64_t to = at ? at - 1 : page->head;
	enum err err =
		load(down, source, to, limit, &page->events, &page->complete_before);

	event_list_reverse(&page->events);
	return err ? err : none_up(source, to + 1, &page->complete_after);
}

static enum err page_after(const struct source *source, uint64_t at, size_t limit,
			   struct sync_page *page)
{
	enum err err =
		load(up, source, at + 1, limit, &page->events, &page->complete_after);

	return err ? err : none_down(source, at, &page->complete_before);
}

/* The newer half first, @at with it; then as many older ones as fit. When both halves are
 * too large together the older ones give way: the reader came for @at. */
static enum err page_around(const struct source *source, uint64_t at, size_t limit,
			    struct sync_page *page)
{
	struct event_list newer = {0}, *list = &page->events;
	size_t half = (limit + 1) / 2;
	enum err err = load(up, source, at, half, &newer, &page->complete_after);

	if (!err && at > 0) {
		err = load(down, source, at - 1, limit - half, list,
			   &page->complete_before);
	} else if (!err) {
		page->complete_before = true;
	}
	size_t bytes = 0, keep = 0;
	for (size_t i = 0; i < newer.count; i++) {
		bytes += page_event_size(&newer.rows[i]);
	}
	for (; keep < list->count; keep++) {
		bytes += page_event_size(&list->rows[keep]);
		if (bytes > PAGE_BYTES) {
			break;
		}
	}
	if (keep < list->count) {
		page->complete_before = false;
	}
	while (list->count > keep) {
		event_done(&list->rows[--list->count]);
	}
	event_list_reverse(list);
	for (size_t i = 0; i < newer.count; i++) {
		*event_list_add(list) = newer.rows[i];
	}
	newer.count = 0; /* moved */
	event_list_done(&newer);
	return err;
}

enum err sync_fetch(struct store *store, const struct actor *actor, const struct id *room,
		    enum fetch_where where, uint64_t at, size_t limit,
		    struct sync_page *ret_page)
{
	struct source source = {.store = store};
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_READ, &seat);

	if (!err) {
		err = stay_visible(store, &seat, &source.stays);
	}
	if (err) {
		return err;
	}
	struct sync_page page = {.epoch = seat.epoch, .head = seat.head};
	source.room = seat.room;
	at = least(at, seat.head + 1);
	limit = limit == 0 || limit > LIMIT_PAGE ? LIMIT_PAGE : limit;
	switch (where) {
	case FETCH_BEFORE: err = page_before(&source, at, limit, &page); break;
	case FETCH_AFTER: err = page_after(&source, at, limit, &page); break;
	case FETCH_AROUND: err = page_around(&source, at, limit, &page); break;
	}
	if (err) {
		sync_page_done(&page);
		return err;
	}
	if (page.events.count) {
		page.first = page.events.rows[0].seq;
		page.last = page.events.rows[page.events.count - 1].seq;
	}
	*ret_page = page;
	return ERR_OK;
}

void sync_history_done(struct sync_history *history)
{
	event_list_done(&history->events);
	*history = (struct sync_history){0};
}

/* The stream of one room. */
static enum err history_of_room(struct store *store, const struct actor *actor,
				const struct id *room, int64_t before, size_t limit,
				struct sync_history *history)
{
	struct seat_row seat;
	struct stay_list stays;
	enum err err = seat_take(store, actor, room, VERB_READ, &seat);

	if (!err) {
		err = stay_visible(store, &seat, &stays);
	}
	for (size_t i = err ? 0 : stays.count; i-- > 0 && !err;) {
		if (history->events.count <= limit) {
			err = store_event_messages(
				store, seat.room, stays.rows[i].from_seq,
				stays.rows[i].to_seq, before,
				limit + 1 - history->events.count, &history->events);
		}
	}
	history->complete = history->events.count <= limit;
	return err;
}

/* The stream of all rooms: the log of everything is walked back, a bounded step at a
 * time. A page may be short, even empty, and not be the end. */
static enum err history_of_all(struct store *store, const struct actor *actor,
			       enum room_kind kind, int64_t before, size_t limit,
			       struct sync_history *history)
{
	int64_t oldest, newest;
	struct user_row user;
	enum err err = store_user_by_id(store, &actor->user, &user);

	if (!err) {
		err = store_event_bounds(store, &oldest, &newest);
	}
	if (err) {
		return err;
	}
	if (!before || before > newest) {
		before = newest + 1;
	}
	int64_t from = before > VISIBLE_STEP ? before - VISIBLE_STEP : 0;
	err = store_event_visible(store, user.key, from, before, kind, limit + 1,
				  &history->events);
	history->complete = history->events.count <= limit && from <= oldest;
	history->next = from;
	return err;
}

static enum err history_of_pair(struct store *store, const struct actor *actor,
				const struct sync_filter *filter, int64_t before,
				size_t limit, struct sync_history *history)
{
	struct user_row self, peer;
	struct id room;
	enum err err = store_user_by_id(store, &actor->user, &self);

	if (!err) {
		err = store_user_by_id(store, &filter->peer, &peer);
	}
	if (!err) {
		err = store_room_pair(store, self.key, peer.key, &room);
	}
	if (err == ERR_NOT_FOUND) { /* they have never talked */
		history->complete = true;
		return ERR_OK;
	}
	return err ? err : history_of_room(store, actor, &room, before, limit, history);
}

enum err sync_history(struct store *store, const struct actor *actor,
		      const struct sync_filter *filter, size_t limit,
		      struct sync_history *ret_history)
{
	struct sync_history history = {0};
	struct event_list *events = &history.events;
	enum err err;

	if (!(actor->scope & SCOPE_READ)) {
		return ERR_FORBIDDEN;
	}
	limit = limit == 0 || limit > LIMIT_PAGE ? LIMIT_PAGE : limit;
	if (id_is_zero(&filter->peer)) {
		err = history_of_all(store, actor, filter->kind, filter->before, limit,
				     &history);
	} else {
		err = history_of_pair(store, actor, filter,
				      filter->before ? filter->before : INT64_MAX, limit,
				      &history);
	}
	if (err) {
		sync_history_done(&history);
		return err;
	}
	bool full = events->count > limit;
	if (full) {
		event_done(&events->rows[--events->count]);
	}
	if (page_cut(events) || full) {
		history.complete = false;
		history.next = 0;
	}
	if (events->count && !history.next) {
		history.next = events->rows[events->count - 1].key;
	}
	*ret_history = history;
	return ERR_OK;
}
