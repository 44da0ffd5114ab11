/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Search: what was typed becomes a page of messages, newest first. */
#include "server/core/search.h"

#include "common/base/mem.h"
#include "server/core/cursor.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

#define PAGE_USUAL 50 /* messages when nobody says how many */

static void answer_page(struct call *call, const struct search_page *page)
{
	struct body_event *events = mem_alloc(page->events.count + 1, sizeof(*events));
	AUTO(str_done) struct str cursor = STR_INIT;

	for (size_t i = 0; i < page->events.count; i++)
		show_event(&page->events.rows[i], &events[i]);
	if (!page->complete)
		cursor_seal(&call->server->keys, page->next, &cursor);
	call_answer(call, &(struct body_events){
				  .events = events,
				  .events_count = page->events.count,
				  .cursor = page->complete ? bytes_of(NULL, 0)
							   : str_view(&cursor),
				  .complete = page->complete,
			  });
	mem_free(events);
}

static enum err search_work(struct call *call, struct store *store)
{
	const struct body_search *args = call->args;
	AUTO(search_done) struct search search = SEARCH_INIT;
	AUTO(search_page_done) struct search_page page = {.complete = true};
	struct id sender = {0}, room = {0};
	struct bytes part;
	int64_t before = 0;
	enum err err = search_parse(args->q, 0, &search, &part);

	if (err != ERR_OK)
		return call_blame(call, err, "q", NULL);
	if (args->cursor.len &&
	    cursor_open(&call->server->keys, args->cursor, &before) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	if (search.from.len)
		err = find_user(call, store, str_view(&search.from), &sender);
	if (err == ERR_OK && search.in.len)
		err = find_room(call, store, str_view(&search.in), &room);
	if (err != ERR_OK)
		return call_blame(call, err, "q", NULL);
	err = search_messages(store, &call->actor, &search, &sender, &room, before,
			      call_limit(args->limit, PAGE_USUAL, LIMIT_PAGE), &page);
	if (err == ERR_OK)
		answer_page(call, &page);
	return err == ERR_BAD ? call_blame(call, err, "q", NULL) : err;
}

enum err rest_search(struct call *call)
{
	return call_read(call, search_work, NULL);
}
