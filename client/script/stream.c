/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --everything and --broadcasts: the newest messages of many rooms in one stream, which
 * only the server can put in order. It tells the newest first; what is printed ends with
 * that, as a history does.
 */
#include "client/app_inside.h"
#include "client/event_row.h"
#include "client/script/line.h"
#include "client/script/task.h"
#include "client/stranger.h"
#include "common/base/mem.h"

struct stream {
	struct task task; /* first */
	bool asked;
	struct str *lines; /* the newest first */
	size_t count;
};

static void ask(struct task *task, struct bytes cursor);

static struct stream *stream_of(struct task *task)
{
	return CONTAINER_OF(task, struct stream, task);
}

static void keep(struct task *task, const struct body_event *event)
{
	struct stream *stream = stream_of(task);
	struct body_event shown = stranger_event(task->app, event);
	struct str line = STR_INIT;
	struct rows rows = {0};
	struct cache_event row;

	event_row(&shown, app_mentions_me(task->app, &shown), &rows, &row);
	if (line_event(&task->app->model, &row, task->request.json, &line))
		stream->lines[stream->count++] = line;
	else
		str_done(&line);
	rows_done(&rows);
}

static void finish(struct task *task)
{
	struct stream *stream = stream_of(task);

	for (size_t i = stream->count; i-- > 0;)
		task_line(task, str_view(&stream->lines[i]));
	task_end(task, ERR_OK);
}

static void take(struct task *task, const struct body_events *events)
{
	const uint64_t most = task->request.limit;

	for (size_t i = 0; i < events->events_count && stream_of(task)->count < most; i++)
		keep(task, &events->events[i]);
	if (stream_of(task)->count < most && !events->complete && events->cursor.len)
		ask(task, events->cursor);
	else
		finish(task);
}

static void came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct task *task = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_events events;

	if (err == ERR_OK)
		err = body_parse(body_events_def(), body, &json, &events);
	if (!task->ended && err != ERR_OK)
		task_end(task, err);
	else if (!task->ended)
		take(task, &events);
	task_unref(&task);
}

static void ask(struct task *task, struct bytes cursor)
{
	const struct stream *stream = stream_of(task);
	uint64_t left = task->request.limit - stream->count;
	struct str *name = &task->request.name;
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct body_history body = {
		.kind = kind_value(&room_kind_words, name->ptr, name->len),
		.limit = left < LIMIT_PAGE ? left : LIMIT_PAGE,
		.cursor = cursor,
	};

	task_wait(task, task->request.timeout_ms);
	body_encode(body_history_def(), &out, &body);
	app_call(task->app, "history", buf_view(&args), came, task_ref(task));
}

static void stream_state(struct task *task, bool fresh)
{
	struct stream *stream = stream_of(task);
	const enum link_state state = link_state(task->app->link);

	if (stream->asked)
		return;
	if (state == LINK_ONLINE) {
		stream->asked = true;
		stream->lines = mem_alloc(task->request.limit, sizeof(*stream->lines));
		ask(task, bytes_of(NULL, 0));
	} else if (state == LINK_WAITING || state == LINK_OFF) {
		task_end(task, state == LINK_OFF ? task_session(task) : task_away(task));
	}
}

static void stream_start(struct task *task)
{
	task_wait(task, task->request.timeout_ms);
	stream_state(task, false);
}

static void stream_late(struct task *task)
{
	task_end(task, stream_of(task)->asked ? ERR_TIMEOUT : task_away(task));
}

static void stream_done(struct task *task)
{
	struct stream *stream = stream_of(task);

	for (size_t i = 0; i < stream->count; i++)
		str_done(&stream->lines[i]);
	mem_free(stream->lines);
}

const struct task_ops task_stream = {.size = sizeof(struct stream),
				     .start = stream_start,
				     .state = stream_state,
				     .late = stream_late,
				     .done = stream_done};
