/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scrolling: the cache first, and what it does not have from the server. timeline.loading
 * is true from the question to the last answer, so that one scroll asks once.
 */
#include "client/app_inside.h"
#include "client/cache/cache_event.h"
#include "client/cache/cache_room.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "client/model/unread.h"
#include "common/base/mem.h"

#define PAGE_ROWS 100 /* two screens of a tall terminal */

struct history {
	struct store_job job; /* first */
	struct app *app;
	struct id room;
	enum ui_history way;
	uint64_t seq;
	uint64_t from;    /* what the server was asked about */
	struct id anchor; /* goto: is shown and picked; zero: none */
	struct cache_page page;
};

static void ask_store(struct app *app, const struct id *room, enum ui_history way,
		      uint64_t seq, const struct id *anchor);

static enum err history_run(struct store_job *job, struct cache *cache)
{
	struct history *history = CONTAINER_OF(job, struct history, job);

	if (history->way == UI_NEWER)
		return cache_event_after(cache, &history->room, history->seq, PAGE_ROWS,
					 &history->page);
	return cache_event_before(cache, &history->room,
				  history->way == UI_NEWEST ? 0 : history->seq, PAGE_ROWS,
				  &history->page);
}

static void show_page(struct app *app, struct room *room, const struct cache_page *page)
{
	struct message **messages = mem_alloc(page->count + 1, sizeof(struct message *));
	size_t count = 0;

	for (size_t i = 0; i < page->count; i++) {
		messages[count] = app_message_of(app, &page->events[i]);
		count += messages[count] != NULL;
	}
	timeline_add_page(&room->timeline, messages, count);
	mem_free(messages);
	for (size_t i = 0; i < page->reaction_count; i++) {
		const struct cache_reaction *reaction = &page->reactions[i];
		timeline_react(&room->timeline, &reaction->target, &reaction->from,
			       reaction->text, true);
	}
	app_touch(app);
}

/* ---- the server ---- */

/* Stored first, then read back from the cache: edits and deletions are applied there. */
static void page_came(enum err err, const struct body_page *page, void *ctx)
{
	struct history *history = ctx;
	struct app *app = history->app;
	struct room *room = rooms_find(&app->model.rooms, &history->room);

	bool more = room && err == ERR_OK &&
		    change_history(app, page, history->way == UI_NEWER, history->from);

	if (room && !more) {
		room->timeline.loading = false;
		room->timeline.at_start |=
			err == ERR_OK && page->complete_before && !page->events_count;
		app_touch(app);
	} else if (room) {
		changes_flush(app);
		ask_store(app, &history->room, history->way, history->seq,
			  &history->anchor);
	}
	mem_free(history);
}

static bool ask_server(struct history *history, const struct cache_page *page)
{
	struct app *app = history->app;
	bool newer = history->way == UI_NEWER;
	uint64_t from = newer ? page->last : page->first;

	if (link_state(app->link) != LINK_ONLINE)
		return false;
	if (!from)
		from = history->seq;
	history->from = from;
	link_fetch(app->link, &history->room, newer ? LINK_AFTER : LINK_BEFORE, from,
		   PAGE_ROWS, page_came, history);
	return true;
}

static void history_done(struct store_job *job, enum err err)
{
	struct history *history = CONTAINER_OF(job, struct history, job);
	struct app *app = history->app;
	struct room *room = rooms_find(&app->model.rooms, &history->room);
	struct cache_page page = history->page;
	bool newer = history->way == UI_NEWER, kept = false;

	history->page = CACHE_PAGE_INIT;
	if (room && err == ERR_OK) {
		bool complete = newer ? page.complete_after : page.complete_before;

		if (page.count)
			show_page(app, room, &page);
		if (newer && complete)
			room->timeline.at_end = true;
		if (!newer && complete && page.count < PAGE_ROWS)
			room->timeline.at_start = true;
		if (!id_is_zero(&history->anchor))
			timeline_show(&room->timeline, &history->anchor);
		if (!page.count && !complete)
			kept = ask_server(history, &page);
		room->timeline.loading = kept;
		/* Also when nothing came: that there is nothing is to be seen. */
		app_touch(app);
		if (history->way == UI_NEWEST)
			app_post_waiting(app);
	} else if (room) {
		room->timeline.loading = false;
	}
	cache_page_done(&page);
	if (!kept)
		mem_free(history);
}

static void ask_store(struct app *app, const struct id *id, enum ui_history way,
		      uint64_t seq, const struct id *anchor)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	if (!room)
		return;
	struct history *history = mem_new(struct history);
	*history = (struct history){.job = {.run = history_run, .done = history_done},
				    .app = app,
				    .room = *id,
				    .way = way,
				    .seq = seq,
				    .anchor = *anchor};
	room->timeline.loading = true;
	store_submit(app->store, &history->job);
}

void app_history(struct app *app, const struct id *id, enum ui_history way, uint64_t seq)
{
	static const struct id none = {{0}};

	ask_store(app, id, way, seq, &none);
}

/* ---- one message as it is ---- */

struct reload {
	struct store_job job; /* first */
	struct app *app;
	struct id room, cid;
	struct cache_page page;
};

static enum err reload_run(struct store_job *job, struct cache *cache)
{
	struct reload *reload = CONTAINER_OF(job, struct reload, job);

	return cache_event_get(cache, &reload->cid, &reload->page);
}

static void reload_done(struct store_job *job, enum err err)
{
	struct reload *reload = CONTAINER_OF(job, struct reload, job);
	struct room *room = rooms_find(&reload->app->model.rooms, &reload->room);
	struct message *message =
		room ? timeline_find(&room->timeline, &reload->cid) : NULL;

	if (message && err == ERR_OK) {
		/* They are read back as well; else the old ones would stay. */
		reactions_done(&message->reactions);
		message->reactions = (struct reactions){0};
		show_page(reload->app, room, &reload->page);
	}
	cache_page_done(&reload->page);
	mem_free(reload);
}

void app_reload(struct app *app, const struct id *room, const struct id *cid)
{
	struct reload *reload = mem_new(struct reload);

	*reload = (struct reload){.job = {.run = reload_run, .done = reload_done},
				  .app = app,
				  .room = *room,
				  .cid = *cid,
				  .page = CACHE_PAGE_INIT};
	changes_flush(app);
	store_submit(app->store, &reload->job);
}

/* ---- one message among others ---- */

void app_goto(struct app *app, const struct id *id, const struct id *cid, uint64_t seq)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	if (!room)
		return;
	app_open_room(app, id);
	if (timeline_find(&room->timeline, cid)) {
		timeline_show(&room->timeline, cid);
		app_touch(app);
		return;
	}
	/* Some of what follows comes along, so that one can read on. */
	uint64_t end = room->head_seq - seq > PAGE_ROWS / 2 ? seq + PAGE_ROWS / 2
							    : room->head_seq + 1;
	timeline_clear(&room->timeline);
	room->timeline.at_end = end > room->head_seq;
	ask_store(app, id, UI_OLDER, end, cid);
}

void app_open_room(struct app *app, const struct id *id)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	if (!room)
		return;
	link_focus(app->link, id);
	model_enter(&app->model, room);
	app_tell_opened(app, room);
	app_load_members(app, id);
	app_touch(app);
}

/* ---- the read marker ---- */

struct count {
	struct store_job job; /* first */
	struct app *app;
	struct id room, self;
	uint64_t seq, unread, mentions;
};

static enum err count_run(struct store_job *job, struct cache *cache)
{
	struct count *count = CONTAINER_OF(job, struct count, job);
	enum err err = cache_event_count(cache, &count->room, count->seq, &count->self,
					 &count->unread, &count->mentions);

	if (err == ERR_OK)
		err = cache_room_read(cache, &count->room, count->seq, count->unread,
				      count->mentions);
	return err == ERR_NO_ROOM ? ERR_OK : err;
}

static void count_done(struct store_job *job, enum err err)
{
	struct count *count = CONTAINER_OF(job, struct count, job);
	struct app *app = count->app;
	struct room *room = rooms_find(&app->model.rooms, &count->room);

	if (err != ERR_OK)
		app_store_failed(app, err);
	else if (room && room->read_seq == count->seq)
		unread_read(room, count->seq, count->unread, count->mentions);
	app_touch(app);
	mem_free(count);
}

/* The marker stands in the middle: only the store knows what lies behind it. What this
 * turn has brought has to be there first. */
static void count_unread(struct app *app, const struct room *room)
{
	struct count *count = mem_new(struct count);

	*count = (struct count){.job = {.run = count_run, .done = count_done},
				.app = app,
				.room = room->id,
				.self = app->model.self,
				.seq = room->read_seq};
	changes_flush(app);
	store_submit(app->store, &count->job);
}

void app_seen(struct app *app, const struct id *id, uint64_t seq)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	if (!room || seq <= room->read_seq)
		return;
	/* Notices behind the last message shown are seen with it. */
	if (rooms_current(&app->model.rooms) == room &&
	    seq >= timeline_last_seq(&room->timeline))
		seq = room->head_seq;
	if (seq >= room->head_seq) {
		unread_read(room, seq, 0, 0);
		change_read(app, id, seq, 0, 0);
	} else {
		unread_read(room, seq, room->unread, room->mentions);
		count_unread(app, room);
	}
	link_read(app->link, id, seq);
	app_touch(app);
}

void app_keep_draft(struct app *app, const struct id *id)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	if (!room || !room->draft.unsaved)
		return;
	change_draft(app, id, room->draft.text.ptr, room->draft.text.len,
		     room->draft.point);
	room->draft.unsaved = false;
}
