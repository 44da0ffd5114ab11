/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --history: a part of the log of a room, from the store as far as that has it without a
 * hole, else from the server through the store, so that edits and deletions are applied.
 * "Around" is two walks: down to the message with it, then up from it.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/change.h"
#include "client/script/line.h"
#include "client/script/list.h"
#include "common/os/lang.h"

struct history {
	struct list list; /* first */
	struct id room;
	bool up;       /* the walk goes to newer ones … */
	bool again;    /* … after one that went down */
	uint64_t seq;  /* it begins behind this one; 0: at the newest */
	uint64_t left; /* messages that are still wanted of it */
	uint64_t edge; /* how far the store went last time */
	bool fetching;
	bool fetched; /* the server has nothing more, or does not say … */
	enum err err; /* … for this reason: what is shown is a part */
};

static void walk(struct task *task);

static struct history *history_of(struct task *task)
{
	return CONTAINER_OF(list_of(task), struct history, list);
}

static void page_came(enum err err, const struct body_page *page, void *ctx)
{
	struct task *task = ctx;
	struct history *history = history_of(task);

	history->fetching = false;
	history->err = err;
	if (task->ended)
		return;
	history->fetched = err != ERR_OK ||
			   !change_history(task->app, page, history->up, history->edge);
	changes_flush(task->app);
	walk(task);
}

static enum err walk_run(struct store_job *job, struct cache *cache)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);
	struct history *history = history_of(read->task);

	return (history->up ? cache_event_after
			    : cache_event_before)(cache, &history->room, history->seq,
						  (unsigned)history->left, &read->page);
}

static void show(struct task *task, const struct cache_page *page)
{
	struct history *history = history_of(task);
	AUTO(str_done) struct str line = STR_INIT;

	for (size_t i = 0; i < page->count; i++) {
		str_clear(&line);
		if (line_event(&task->app->model, &page->events[i], task->request.json,
			       &line))
			task_line(task, str_view(&line));
	}
	history->left = task->request.limit / 2;
	if (!history->again || history->left == 0 || history->err != ERR_OK) {
		task_end(task, history->err);
		return;
	}
	history->up = true;
	history->again = history->fetched = false;
	history->seq--;
	history->edge = 0;
	walk(task);
}

static void walk_done(struct store_job *job, enum err err)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);
	struct task *task = read->task;
	struct history *history = history_of(task);
	const struct cache_page *page = &read->page;
	bool whole = (history->up ? page->complete_after : page->complete_before) ||
		     page->count >= history->left;
	uint64_t edge = history->up ? page->last : page->first;
	/* What came did not join what is here. */
	bool stuck = history->edge > 0 &&
		     (history->up ? edge <= history->edge : edge >= history->edge);

	if (edge == 0)
		edge = history->seq;
	if (task->ended) {
		list_read_free(read);
		return;
	}
	if (err != ERR_OK) {
		task_end(task, err);
	} else if (whole || stuck || history->fetched ||
		   link_state(task->app->link) != LINK_ONLINE) {
		/* That it is offline was said where it was so from the beginning. */
		if (!whole && !stuck && !history->fetched && history->edge > 0)
			history->err = task_away(task);
		show(task, page);
	} else {
		history->edge = edge;
		history->fetching = true;
		link_fetch(task->app->link, &history->room,
			   history->up ? LINK_AFTER : LINK_BEFORE, edge, LIMIT_PAGE,
			   page_came, task);
	}
	list_read_free(read);
}

static void walk(struct task *task)
{
	list_submit(task, walk_run, walk_done);
}

/* ---- where it begins ---- */

static void begin(struct task *task, uint64_t seq)
{
	struct history *history = history_of(task);

	history->left = task->request.limit;
	history->up = task->request.side == SIDE_AFTER;
	history->again = task->request.side == SIDE_AROUND;
	history->seq = seq;
	if (history->again) {
		history->left = (task->request.limit + 1) / 2;
		history->seq++;
	}
	walk(task);
}

/* A message of this room. */
static void begin_at(struct task *task, const struct id *room, uint64_t seq)
{
	if (id_equal(room, &history_of(task)->room))
		begin(task, seq);
	else
		task_end(task, ERR_NOT_FOUND);
}

static void message_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct task *task = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_event event;

	if (err == ERR_OK)
		err = body_parse(body_event_def(), body, &json, &event);
	if (!task->ended && err != ERR_OK)
		task_end(task, err);
	else if (!task->ended)
		begin_at(task, &event.room, event.seq);
	task_unref(&task);
}

/* The store has not got it. */
static void ask_server(struct task *task, const struct id *id)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	if (link_state(task->app->link) != LINK_ONLINE) {
		task_end(task, ERR_UNREACHABLE);
		return;
	}
	body_encode(body_message_ref_def(), &out, &(struct body_message_ref){.id = *id});
	app_call(task->app, "message_get", buf_view(&args), message_came, task_ref(task));
}

static enum err message_run(struct store_job *job, struct cache *cache)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);
	const struct str *text = &read->task->request.text;
	struct id id;
	enum err err = id_parse(text->ptr, text->len, &id);

	return err == ERR_OK ? cache_event_get(cache, &id, &read->page) : err;
}

static void message_read(struct store_job *job, enum err err)
{
	struct list_read *read = CONTAINER_OF(job, struct list_read, job);
	struct task *task = read->task;
	const struct str *text = &task->request.text;
	struct id id;

	if (!task->ended && err == ERR_OK && read->page.count)
		begin_at(task, &read->page.events[0].room, read->page.events[0].seq);
	else if (!task->ended && id_parse(text->ptr, text->len, &id) == ERR_OK)
		ask_server(task, &id);
	else if (!task->ended)
		task_end(task, ERR_NOT_FOUND);
	list_read_free(read);
}

static void room_found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	struct task *task = ctx;
	uint64_t seq;

	if (!task->ended && err != ERR_OK) {
		task_end(task, err);
	} else if (!task->ended) {
		history_of(task)->room = *room;
		if (task->request.side == SIDE_NEWEST)
			begin(task, 0);
		else if (request_seq(&task->request, &seq))
			begin(task, seq);
		else
			list_submit(task, message_run, message_read);
	}
	task_unref(&task);
}

static void ask(struct task *task)
{
	app_find_room(task->app, task->request.room.ptr, room_found, task_ref(task));
}

static void history_start(struct task *task)
{
	list_start(task, ask);
}

static void history_end(struct task *task)
{
	if (history_of(task)->fetching && task->app->link)
		link_unask(task->app->link, task);
}

const struct task_ops task_history = {.size = sizeof(struct history),
				      .start = history_start,
				      .state = list_state,
				      .late = list_late,
				      .done = history_end};
