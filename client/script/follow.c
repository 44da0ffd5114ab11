/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --follow. A cursor per room walks the room's log as it lies in the store, so whatever
 * reached the store reaches the consumer, also what came while nobody followed. It takes
 * a page, writes its lines, and when these have left it keeps its place: at least once,
 * in order. A hole is asked of the server first; what that does not have is a gap.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/cache/cache_follow.h"
#include "client/cache/cache_room.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "client/script/line.h"
#include "client/script/task.h"
#include "common/base/mem.h"

#define PAGE_EVENTS 100 /* what is repeated at most when a consumer is killed */

struct cursor {
	struct id room;
	uint64_t epoch;
	uint64_t shown; /* lines of everything up to here were given out */
	uint64_t mark;  /* out.put behind them */
	uint64_t
		hole_end; /* the server has nothing from shown + 1 to here; 0 = not asked */
	bool begins_now; /* a new consumer that waits for the log to be caught up */
	bool ready;      /* shown is known */
	bool busy;       /* an answer of the store or the server is on its way */
	bool again;      /* something came while it was */
	bool unsaved;    /* shown is not kept yet */
};

struct follow {
	struct task task; /* first */
	struct cursor *cursors;
	size_t count;
	size_t finding; /* rooms that are being looked for */
	bool fresh;     /* the server has told of its rooms */
	bool asking;    /* the server, for one room at a time */
	struct id asked;
};

static struct follow *follow_of(struct task *task)
{
	return CONTAINER_OF(task, struct follow, task);
}

static struct cursor *find_cursor(struct follow *follow, const struct id *room)
{
	for (size_t i = 0; i < follow->count; i++)
		if (id_equal(&follow->cursors[i].room, room))
			return &follow->cursors[i];
	return NULL;
}

static bool is_named(const struct follow *follow)
{
	return follow->task.request.name.len > 0;
}

/* ---- jobs of the store ---- */

struct look {
	struct store_job job; /* first */
	struct follow *follow;
	struct id room;
	uint64_t epoch, seq; /* the place to keep, or the one that was kept */
	uint64_t room_epoch, room_seq;
	bool found;
	struct cache_page page;
};

static void submit(struct follow *follow, const struct cursor *cursor,
		   enum err (*run)(struct store_job *, struct cache *),
		   void (*done)(struct store_job *, enum err))
{
	struct look *look = mem_new(struct look);

	*look = (struct look){.job = {.run = run, .done = done},
			      .follow = follow,
			      .room = cursor->room,
			      .epoch = cursor->epoch,
			      .seq = cursor->shown};
	task_ref(&follow->task);
	store_submit(follow->task.app->store, &look->job);
}

static void look_free(struct look *look)
{
	struct task *task = &look->follow->task;

	cache_page_done(&look->page);
	mem_free(look);
	task_unref(&task);
}

/* The cursor an answer is for; NULL when nobody waits for it any more. */
static struct cursor *cursor_of(const struct look *look)
{
	return look->follow->task.ended ? NULL : find_cursor(look->follow, &look->room);
}

static void pump(struct follow *follow, struct cursor *cursor);
static void look_around(struct follow *follow);

/* ---- keeping the place ---- */

static enum err save_run(struct store_job *job, struct cache *cache)
{
	struct look *look = CONTAINER_OF(job, struct look, job);
	enum err err = cache_follow_put(cache, look->follow->task.request.name.ptr,
					&look->room, look->epoch, look->seq);

	return err == ERR_NO_ROOM ? ERR_OK : err;
}

static void save_done(struct store_job *job, enum err err)
{
	struct look *look = CONTAINER_OF(job, struct look, job);

	if (err != ERR_OK && !look->follow->task.ended)
		task_end(&look->follow->task, err);
	look_free(look);
}

static void moved(struct follow *follow, struct cursor *cursor)
{
	out_place(&follow->task.out, &cursor->room, cursor->shown);
	request_put_place(&follow->task.request, &cursor->room, cursor->shown);
	cursor->unsaved = true;
	cursor->mark = follow->task.out.put;
}

/* Lines have left: keep the places behind them, and go on. */
static void follow_written(struct task *task)
{
	struct follow *follow = follow_of(task);

	for (size_t i = 0; i < follow->count && !task->ended; i++) {
		struct cursor *cursor = &follow->cursors[i];
		if (!cursor->unsaved || task->out.written < cursor->mark)
			continue;
		cursor->unsaved = false;
		if (is_named(follow))
			submit(follow, cursor, save_run, save_done);
		if (cursor->again)
			pump(follow, cursor);
	}
}

/* A place may have moved without a line: then nothing else says that it is to be kept. */
static void push(struct follow *follow)
{
	task_push(&follow->task);
	if (!follow->task.ended)
		follow_written(&follow->task);
}

/* ---- holes ---- */

static void put_gap(struct follow *follow, struct cursor *cursor, uint64_t last)
{
	AUTO(str_done) struct str line = STR_INIT;

	if (last <= cursor->shown)
		return;
	line_gap(&follow->task.app->model, &cursor->room, cursor->shown + 1, last,
		 follow->task.request.json, &line);
	task_line(&follow->task, str_view(&line));
	cursor->shown = last;
	moved(follow, cursor);
}

static void page_came(enum err err, const struct body_page *page, void *ctx)
{
	struct follow *follow = ctx;
	struct cursor *cursor = find_cursor(follow, &follow->asked);

	follow->asking = false;
	if (follow->task.ended || !cursor)
		return;
	cursor->busy = false;
	if (err != ERR_OK)
		return; /* asked again with the next sign of life */
	if (page->events_count > 0)
		cursor->hole_end = page->events[0].seq - 1;
	else
		cursor->hole_end = page->last ? page->last : page->head;
	change_page(follow->task.app, page, false);
	changes_flush(follow->task.app);
	look_around(follow);
}

static void ask_server(struct follow *follow, struct cursor *cursor)
{
	struct app *app = follow->task.app;

	/* While it catches up by itself the link brings what is missing. */
	if (follow->asking || !link_caught_up(app->link))
		return;
	follow->asking = cursor->busy = true;
	follow->asked = cursor->room;
	link_fetch(app->link, &cursor->room, LINK_AFTER, cursor->shown, PAGE_EVENTS,
		   page_came, follow);
}

/* ---- walking ---- */

/* The room's place in its log, as the store has it now. */
static enum err read_room(struct look *look, struct cache *cache)
{
	AUTO(cache_rooms_done) struct cache_rooms rooms = CACHE_ROOMS_INIT;

	enum err err = cache_room_get(cache, &look->room, &rooms);
	if (err == ERR_OK) {
		look->room_epoch = rooms.rooms[0].epoch;
		look->room_seq = rooms.rooms[0].seq;
	}
	return err;
}

/* A place is worth something only together with the epoch of the log that was walked. One
 * who came before the room had a log learns it here. */
static enum err walk_run(struct store_job *job, struct cache *cache)
{
	struct look *look = CONTAINER_OF(job, struct look, job);
	enum err err = look->epoch ? ERR_OK : read_room(look, cache);

	return err != ERR_OK ? err
			     : cache_event_replay(cache, &look->room, look->seq,
						  PAGE_EVENTS, &look->page);
}

static void put_page(struct follow *follow, struct cursor *cursor,
		     const struct cache_page *page)
{
	AUTO(str_done) struct str line = STR_INIT;

	for (size_t i = 0; i < page->count; i++) {
		str_clear(&line);
		if (line_event(&follow->task.app->model, &page->events[i],
			       follow->task.request.json, &line))
			task_line(&follow->task, str_view(&line));
	}
	/* Also past seqs that hold nothing for this user. */
	cursor->shown = page->last;
	cursor->hole_end = 0;
	cursor->again |= !page->complete_after;
	moved(follow, cursor);
}

static void walk_done(struct store_job *job, enum err err)
{
	struct look *look = CONTAINER_OF(job, struct look, job);
	struct follow *follow = look->follow;
	struct cursor *cursor = cursor_of(look);

	if (!cursor) {
		look_free(look);
		return;
	}
	cursor->busy = false;
	if (!cursor->epoch)
		cursor->epoch = look->room_epoch;
	if (err != ERR_OK && err != ERR_NO_ROOM) {
		task_end(&follow->task, err);
	} else if (err == ERR_OK && look->seq == cursor->shown) {
		if (look->page.first > 0 && look->page.last > cursor->shown)
			put_page(follow, cursor, &look->page);
		else if (!look->page.complete_after && cursor->hole_end > cursor->shown)
			put_gap(follow, cursor, cursor->hole_end);
		else if (!look->page.complete_after)
			ask_server(follow, cursor);
	}
	if (!follow->task.ended && cursor->again && !cursor->unsaved)
		pump(follow, cursor);
	if (!follow->task.ended)
		push(follow);
	look_free(look);
}

/* One page at a time, and none before the lines of the last one have left. */
static void pump(struct follow *follow, struct cursor *cursor)
{
	cursor->again = cursor->busy || cursor->unsaved || !cursor->ready;
	if (cursor->again)
		return;
	cursor->busy = true;
	submit(follow, cursor, walk_run, walk_done);
}

/* ---- where a cursor begins ---- */

static enum err place_run(struct store_job *job, struct cache *cache)
{
	struct look *look = CONTAINER_OF(job, struct look, job);
	struct follow *follow = look->follow;

	enum err err = read_room(look, cache);
	if (err != ERR_OK)
		return err == ERR_NO_ROOM ? ERR_OK : err;
	if (!is_named(follow))
		return ERR_OK;
	err = cache_follow_get(cache, follow->task.request.name.ptr, &look->room,
			       &look->epoch, &look->seq);
	look->found = err == ERR_OK;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* "Now" is the newest event there is when the server has told of its rooms, or when it is
 * clear that it cannot. */
static void settle(struct follow *follow, struct cursor *cursor)
{
	const struct app *app = follow->task.app;
	const struct room *room = rooms_find(&app->model.rooms, &cursor->room);
	uint64_t epoch, seq;

	if (!follow->fresh && !link_caught_up(app->link) &&
	    link_state(app->link) != LINK_WAITING)
		return;
	if (room)
		cursor->shown = room->head_seq;
	if (link_position(app->link, &cursor->room, &epoch, &seq))
		cursor->epoch = epoch;
	cursor->begins_now = false;
	cursor->ready = true;
	moved(follow, cursor);
}

/* Where it stood under an owner that has ended; 0 = nowhere. */
static uint64_t brought_along(const struct follow *follow, const struct id *room)
{
	const struct request *request = &follow->task.request;

	for (size_t i = 0; i < request->place_count; i++)
		if (id_equal(&request->places[i].room, room))
			return request->places[i].seq;
	return 0;
}

static void place(struct follow *follow, struct cursor *cursor, const struct look *look)
{
	uint64_t brought = brought_along(follow, &cursor->room);

	cursor->epoch = look->room_epoch;
	if (brought > 0 && (!look->found || look->epoch == look->room_epoch)) {
		cursor->shown = brought;
		moved(follow, cursor);
	} else if (look->found && look->epoch == look->room_epoch) {
		cursor->shown = look->seq;
	} else if (look->found) {
		/* The log began anew meanwhile; seqs of the old one mean nothing in it. */
		cursor->shown = look->seq < look->room_seq ? look->seq : 0;
		put_gap(follow, cursor, look->room_seq);
	} else if (follow->task.request.since == SINCE_NOW) {
		cursor->shown = look->room_seq;
		cursor->begins_now = true;
		settle(follow, cursor);
	}
	cursor->ready = !cursor->begins_now;
}

static void place_done(struct store_job *job, enum err err)
{
	struct look *look = CONTAINER_OF(job, struct look, job);
	struct follow *follow = look->follow;
	struct cursor *cursor = cursor_of(look);

	if (cursor && err != ERR_OK) {
		task_end(&follow->task, err);
	} else if (cursor) {
		cursor->busy = false;
		place(follow, cursor, look);
		pump(follow, cursor);
		push(follow);
	}
	look_free(look);
}

static void begin(struct follow *follow, struct cursor *cursor)
{
	cursor->busy = true;
	submit(follow, cursor, place_run, place_done);
}

static struct cursor *add_cursor(struct follow *follow, const struct id *room)
{
	if (find_cursor(follow, room))
		return NULL;
	follow->cursors =
		mem_resize(follow->cursors, follow->count + 1, sizeof(*follow->cursors));
	struct cursor *cursor = &follow->cursors[follow->count++];
	*cursor = (struct cursor){.room = *room};
	return cursor;
}

static void add_room(struct follow *follow, const struct id *room)
{
	struct cursor *cursor = add_cursor(follow, room);

	if (cursor)
		begin(follow, cursor);
}

/* The connection went away: the next one is asked again. */
static bool is_out_of_reach(enum err err)
{
	return err == ERR_CLOSED || err == ERR_UNREACHABLE || err == ERR_TIMEOUT ||
	       err == ERR_BUSY;
}

static void room_found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	struct task *task = ctx;
	struct follow *follow = follow_of(task);

	follow->finding--;
	if (!task->ended && err == ERR_OK)
		add_room(follow, room);
	else if (!task->ended && !is_out_of_reach(err))
		task_end(task, err);
	task_unref(&task);
}

static void add_all(struct follow *follow)
{
	const struct rooms *rooms = &follow->task.app->model.rooms;

	for (size_t i = 0; i < rooms->count; i++)
		if (!rooms->rows[i]->left)
			add_room(follow, &rooms->rows[i]->id);
}

/* ---- what the app tells ---- */

static void look_around(struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++) {
		struct cursor *cursor = &follow->cursors[i];
		if (cursor->begins_now && !cursor->busy)
			settle(follow, cursor);
		pump(follow, cursor);
	}
	push(follow);
}

static void find_rooms(struct follow *follow)
{
	struct task *task = &follow->task;

	for (size_t i = 0; i < task->request.room_count && !task->ended; i++) {
		follow->finding++;
		app_find_room(task->app, task->request.rooms[i].ptr, room_found,
			      task_ref(task));
	}
}

/* A name that is not known here needs the server; who follows can wait for it. */
static bool can_find(const struct follow *follow)
{
	const struct request *request = &follow->task.request;
	const struct model *model = &follow->task.app->model;
	struct room *room;

	for (size_t i = 0; i < request->room_count; i++)
		if (rooms_named(&model->rooms, &model->people, request->rooms[i].ptr,
				&room) != ERR_OK)
			return false;
	return true;
}

static void find_or_wait(struct follow *follow)
{
	struct task *task = &follow->task;

	if (task->request.room_count == 0)
		add_all(follow);
	else if (follow->count < task->request.room_count && follow->finding == 0 &&
		 (can_find(follow) || link_state(task->app->link) == LINK_ONLINE))
		find_rooms(follow);
}

static void follow_state(struct task *task, bool fresh)
{
	struct follow *follow = follow_of(task);

	enum err err = task_session(task);
	if (err != ERR_OK) {
		task_end(task, err);
		return;
	}
	follow->fresh |= fresh;
	if (fresh || link_state(task->app->link) == LINK_ONLINE)
		find_or_wait(follow);
	if (!task->ended)
		look_around(follow);
}

static void follow_start(struct task *task)
{
	find_or_wait(follow_of(task));
	if (!task->ended)
		follow_state(task, false);
}

static void follow_stored(struct task *task, const struct id *room, uint64_t seq)
{
	struct follow *follow = follow_of(task);

	if (task->request.room_count == 0)
		add_room(follow, room);
	look_around(follow);
}

/* The room's log was dropped here. In the same epoch the server still has what we lack, and
 * is asked for it when the walk finds the hole, as it is in the first epoch that one hears
 * of; in another one it is gone. A walk under way looks behind a place that is no more:
 * its answer is dropped, and the next one begins at the new place. */
static void follow_reset(struct task *task, const struct id *room, uint64_t seq)
{
	struct follow *follow = follow_of(task);
	struct cursor *cursor = find_cursor(follow, room);
	uint64_t epoch, position, known;

	if (!cursor || !cursor->ready ||
	    !link_position(task->app->link, room, &epoch, &position) ||
	    epoch == cursor->epoch)
		return;
	known = cursor->epoch;
	cursor->epoch = epoch;
	if (!known)
		return;
	cursor->again |= cursor->busy;
	if (cursor->shown > seq)
		cursor->shown = 0;
	put_gap(follow, cursor, seq);
	push(follow_of(task));
}

static void follow_done(struct task *task)
{
	struct follow *follow = follow_of(task);

	if (follow->asking && task->app->link)
		link_unask(task->app->link, follow);
	mem_free(follow->cursors);
}

const struct task_ops task_follow = {.size = sizeof(struct follow),
				     .start = follow_start,
				     .state = follow_state,
				     .stored = follow_stored,
				     .reset = follow_reset,
				     .written = follow_written,
				     .done = follow_done};
