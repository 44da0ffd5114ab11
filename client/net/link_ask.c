/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions and their answers: calls of the REST table and pages of history. Each has a
 * number and a time; a server that does not answer in time is taken for dead, because an
 * answer that comes later could not be told from one to an older question.
 */
#include "client/net/link_private.h"

#include "client/net/rest.h"
#include "common/base/mem.h"

static struct link_ask *ask_new(struct link *link, enum ask_kind kind, void *ctx)
{
	struct link_ask *ask = mem_new(struct link_ask), **at = &link->asks;

	ask->id = ++link->ask_id;
	ask->kind = kind;
	ask->ctx = ctx;
	if (link->state == LINK_ONLINE)
		ask->until = clock_mono_ms(link->clock) + LINK_ASK_MS;
	while (*at)
		at = &(*at)->next;
	*at = ask;
	return ask;
}

static struct link_ask *take_out(struct link *link, uint64_t id, unsigned kinds)
{
	struct link_ask **at = &link->asks, *ask;

	while (*at && ((*at)->id != id || !(kinds & 1u << (*at)->kind)))
		at = &(*at)->next;
	ask = *at;
	if (ask)
		*at = ask->next;
	return ask;
}

void link_asks_done(struct link *link)
{
	for (struct link_ask *ask = link->asks, *next; ask; ask = next) {
		next = ask->next;
		mem_free(ask);
	}
}

/* Takes @ask, which is in no list any more. */
static void fail(struct link *link, struct link_ask *ask, enum err err)
{
	if (ask->kind == ASK_SYNC)
		link_on_sync(link, &ask->room, err, NULL);
	else if (ask->kind == ASK_FETCH)
		ask->page(err, NULL, ask->ctx);
	else
		ask->result(err, 0, bytes_of(NULL, 0), ask->ctx);
	mem_free(ask);
}

/* Those that are there now; what the answers ask anew stays. */
void link_asks_fail(struct link *link, enum err err)
{
	uint64_t newest = link->ask_id;

	for (struct link_ask *ask; (ask = link->asks) && ask->id <= newest;) {
		link->asks = ask->next;
		fail(link, ask, err);
	}
}

bool link_ask_error(struct link *link, uint64_t id, enum err err)
{
	struct link_ask *ask = take_out(link, id, ~0u);

	if (!ask)
		return false;
	fail(link, ask, err);
	return true;
}

void link_call(struct link *link, const char *op, struct bytes args, link_result_fn *done,
	       void *ctx)
{
	link_call_once(link, op, bytes_of(NULL, 0), args, done, ctx);
}

void link_call_once(struct link *link, const char *op, struct bytes key,
		    struct bytes args, link_result_fn *done, void *ctx)
{
	struct link_ask *ask = ask_new(link, ASK_CALL, ctx);
	struct body_call call = {
		.id = ask->id, .op = bytes_text(op), .key = key, .args = args};

	ask->result = done;
	link_say(link, FRAME_CALL, &call);
}

void link_fetch(struct link *link, const struct id *room, enum link_side side,
		uint64_t seq, unsigned limit, link_page_fn *done, void *ctx)
{
	struct link_ask *ask = ask_new(link, ASK_FETCH, ctx);
	struct body_fetch fetch = {.id = ask->id, .room = *room, .limit = limit};

	switch (side) {
	case LINK_BEFORE: fetch.has_before = true, fetch.before = seq; break;
	case LINK_AFTER: fetch.has_after = true, fetch.after = seq; break;
	case LINK_AROUND: fetch.has_around = true, fetch.around = seq; break;
	}
	ask->page = done;
	ask->room = *room;
	link_say(link, FRAME_FETCH, &fetch);
}

bool link_is_asking(const struct link *link)
{
	return link->asks != NULL;
}

void link_ask_sync(struct link *link, const struct id *room, uint64_t after)
{
	struct link_ask *ask = ask_new(link, ASK_SYNC, NULL);
	struct body_fetch fetch = {.id = ask->id,
				   .room = *room,
				   .has_after = true,
				   .after = after,
				   .limit = LIMIT_PAGE};

	ask->room = *room;
	link_say(link, FRAME_FETCH, &fetch);
}

void link_unask(struct link *link, const void *ctx)
{
	struct link_ask **at = &link->asks;

	while (*at) {
		struct link_ask *ask = *at;
		if (ask->kind == ASK_SYNC || ask->ctx != ctx) {
			at = &ask->next;
			continue;
		}
		*at = ask->next;
		mem_free(ask);
	}
}

void link_on_result(struct link *link, const struct body_result *body)
{
	struct link_ask *ask = take_out(link, body->id, 1u << ASK_CALL);

	if (!ask)
		return;
	ask->result(rest_problem((unsigned)body->status, body->body),
		    (unsigned)body->status, body->body, ask->ctx);
	mem_free(ask);
}

static bool is_of(const struct body_page *page, const struct id *room)
{
	size_t i = 0;

	while (i < page->events_count && id_equal(&page->events[i].room, room))
		i++;
	return id_equal(&page->room, room) && i == page->events_count;
}

/* A page of a log that was begun anew goes to nobody: who asked knows the old one. */
static void take_fetched(struct link *link, struct link_ask *ask,
			 const struct body_page *page)
{
	uint32_t number = link->number;

	if (link_page_fits(link, page)) {
		ask->page(ERR_OK, page, ask->ctx);
		return;
	}
	ask->page(ERR_STATE, NULL, ask->ctx);
	if (link_is(link, number))
		link_page_anew(link, page);
}

void link_on_page(struct link *link, const struct body_page *body)
{
	struct link_ask *ask = take_out(link, body->id, 1u << ASK_FETCH | 1u << ASK_SYNC);

	if (!ask)
		return;
	if (!is_of(body, &ask->room)) {
		if (ask->kind == ASK_FETCH)
			ask->page(ERR_BAD, NULL, ask->ctx);
		link_drop(link, ERR_BAD);
	} else if (ask->kind == ASK_FETCH) {
		take_fetched(link, ask, body);
	} else {
		link_on_sync(link, &ask->room, ERR_OK, body);
	}
	mem_free(ask);
}

/* ---- time ---- */

void link_asks_tick(struct link *link, uint64_t now)
{
	struct link_ask **at = &link->asks;
	uint64_t newest = link->ask_id;
	bool late = false;

	while (*at && (*at)->id <= newest) {
		struct link_ask *ask = *at;
		if (ask->until) {
			late |= now >= ask->until;
			at = &ask->next;
			continue;
		}
		*at = ask->next;
		fail(link, ask, ERR_UNREACHABLE);
		at = &link->asks;
	}
	if (late) {
		link_asks_fail(link, ERR_TIMEOUT);
		link_drop(link, ERR_TIMEOUT);
	}
}

void link_asks_next(const struct link *link, uint64_t *next)
{
	for (const struct link_ask *ask = link->asks; ask; ask = ask->next)
		link_sooner(next, ask->until ? ask->until : 1);
}
