/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sub, focus, fetch: what a client asks for to catch up and to look around.
 */
#include "server/core/sync.h"

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/core/show.h"
#include "server/on/replay.h"
#include "server/on/session.h"

enum err on_sub(struct session *session, struct frame *frame)
{
	struct body_sub body;
	enum err err = frame_read_sub(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	if (body.focus) {
		session->focus = body.room;
	}
	replay_start(session, &body.room, body.epoch, body.seq);
	return ERR_OK;
}

enum err on_focus(struct session *session, struct frame *frame)
{
	struct body_focus body;
	enum err err = frame_read_focus(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	if (!id_is_zero(&body.room) && !session_seat(session, &body.room)) {
		return ERR_NOT_MEMBER;
	}
	session->focus = body.room;
	presence_away(session, body.away);
	return ERR_OK;
}

struct fetch_task {
	struct on_task base;
	struct body_fetch ask; /* holds no texts */
	enum fetch_where where;
	uint64_t at;
	struct sync_page page;
};

static enum err fetch_run(struct task *base, struct store *store)
{
	struct fetch_task *task = CONTAINER_OF(base, struct fetch_task, base.task);

	return sync_fetch(store, &task->base.actor, &task->ask.room, task->where,
			  task->at, task->ask.limit, &task->page);
}

static void say_page(struct session *session, const struct fetch_task *task)
{
	const struct sync_page *page = &task->page;
	struct body_event *events = mem_alloc(page->events.count + 1, sizeof(*events));

	for (size_t i = 0; i < page->events.count; i++) {
		show_event(&page->events.rows[i], &events[i]);
	}
	struct body_page body = {.id = task->ask.id,
				 .room = task->ask.room,
				 .epoch = page->epoch,
				 .events = events,
				 .events_count = page->events.count,
				 .first = page->first,
				 .last = page->last,
				 .head = page->head,
				 .complete_before = page->complete_before,
				 .complete_after = page->complete_after};

	session_say(session, FRAME_PAGE, &body);
	mem_free(events);
}

static void fetch_done(struct task *base, enum err err)
{
	struct fetch_task *task = CONTAINER_OF(base, struct fetch_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (session && err == ERR_OK) {
		say_page(session, task);
	} else if (session) {
		session_error(session, err, &task->ask.id, NULL, NULL, 0);
	}
	sync_page_done(&task->page);
	mem_free(task);
}

enum err on_fetch(struct session *session, struct frame *frame)
{
	struct body_fetch body;
	enum err err = frame_read_fetch(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	if (body.has_before + body.has_after + body.has_around > 1 ||
	    body.limit > LIMIT_PAGE) {
		session->bad_field = body.limit > LIMIT_PAGE ? "limit" : "before";
		return ERR_BAD;
	}
	struct fetch_task *task = mem_new(struct fetch_task);

	on_task_init(&task->base, session, fetch_run, fetch_done);
	task->base.task.size = sizeof(*task);
	task->ask = body;
	task->ask.limit = body.limit ? body.limit : LIMIT_PAGE;
	task->where = body.has_after    ? FETCH_AFTER
		      : body.has_around ? FETCH_AROUND
					: FETCH_BEFORE;
	task->at = body.has_after    ? body.after
		   : body.has_around ? body.around
				     : body.before;
	err = on_task_read(&task->base);
	if (err != ERR_OK) {
		mem_free(task);
	}
	return err;
}
