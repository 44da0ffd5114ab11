/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --send and --flush. The message is on disk before anything else happens; what follows
 * is only how long one waits for what the server says. A message whose cid was seen
 * before is not sent twice, whoever asks again.
 */
#include <string.h>

#include "client/cache/cache_event.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/store_thread.h"
#include "client/script/task.h"
#include "client/transfer.h"
#include "common/base/mem.h"
#include "common/proto/frame.h"
#include "common/proto/json_out.h"

#define KEPT_MS 100 /* the disk is slow: nothing can be said before it has answered */

struct send {
	struct task task; /* first */
	struct id cid, room;
	bool posted; /* given to the app */
	bool kept;   /* on disk */
	bool again;  /* it was there already */
	uint64_t seq;
	size_t others, got; /* members that have to get or read it, and those that did */
	struct id *got_by;
};

static struct send *send_of(struct task *task)
{
	return CONTAINER_OF(task, struct send, task);
}

/* ---- what is answered ---- */

static void receipt(struct send *send, const char *state)
{
	AUTO(buf_done) struct buf line = BUF_INIT;
	struct json_out out = json_out_init(&line);

	if (!send->task.request.json)
		return;
	json_out_open(&out, '{');
	json_out_put_word(&out, "type", "sent");
	json_out_put_word(&out, "id", id_text(&send->cid).text);
	if (!id_is_zero(&send->room)) {
		json_out_put_word(&out, "room", id_text(&send->room).text);
	}
	if (send->seq) {
		json_out_put_uint(&out, "seq", send->seq);
	}
	json_out_put_word(&out, "state", state);
	if (send->again) {
		json_out_put_bool(&out, "dup", true);
	}
	json_out_close(&out, '}');
	task_line(&send->task, buf_view(&line));
}

static void end_well(struct send *send, const char *state)
{
	receipt(send, state);
	task_end(&send->task, ERR_OK);
}

/* ---- delivery ---- */

static void count_others(struct send *send)
{
	const struct model *model = &send->task.app->model;
	const struct room *room = rooms_find(&model->rooms, &send->room);
	size_t members = 0;

	if (room && room->kind == ROOM_DIRECT)
		members = id_equal(&room->peer, &model->self) ? 1 : 2;
	else if (room)
		members = room->roster.total > room->roster.count ? room->roster.total
								  : room->roster.count;
	send->others = members > 0 ? members - 1 : 0;
}

static const char *waited_for(const struct send *send)
{
	return send->task.request.wait == WAIT_READ ? "read" : "delivered";
}

/* @user has the message, in the way that is waited for. */
static void got(struct send *send, const struct id *room, const struct id *user,
		uint64_t seq)
{
	if (!send->seq || seq < send->seq || !id_equal(room, &send->room) ||
	    id_equal(user, app_user(send->task.app)))
		return;
	for (size_t i = 0; i < send->got; i++)
		if (id_equal(&send->got_by[i], user))
			return;
	send->got_by = mem_resize(send->got_by, send->got + 1, sizeof(*user));
	send->got_by[send->got++] = *user;
	if (send->got >= send->others)
		end_well(send, waited_for(send));
}

static void on_delivered(struct task *task, const struct id *room, const struct id *user,
			 uint64_t seq)
{
	if (task->request.wait == WAIT_DELIVERED)
		got(send_of(task), room, user, seq);
}

static void on_receipt(struct task *task, const struct id *room, const struct id *user,
		       uint64_t seq)
{
	if (task->request.wait == WAIT_READ)
		got(send_of(task), room, user, seq);
}

static void room_found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	struct task *task = ctx;
	struct send *send = send_of(task);

	if (!task->ended && err == ERR_OK) {
		send->room = *room;
		if (task->request.wait == WAIT_STORED) {
			end_well(send, "stored");
		} else {
			count_others(send);
			if (send->others == 0)
				end_well(send, waited_for(send));
		}
	} else if (!task->ended) {
		end_well(send, "stored");
	}
	task_unref(&task);
}

static void on_sent(struct task *task, const struct id *cid, enum err err, uint64_t seq)
{
	struct send *send = send_of(task);

	if (!send->posted || send->seq || !id_equal(cid, &send->cid))
		return;
	if (err != ERR_OK) {
		/* Whoever asked knows: nothing is left for a person to look after. */
		app_discard(task->app, cid);
		task_end(task, err);
		return;
	}
	send->seq = seq;
	/* The room is known by now: it answers at once. */
	app_find_room(task->app, task->request.room.ptr, room_found, task_ref(task));
}

/* ---- posting ---- */

/* It was stored before: where, so that one can wait for the others all the same. */
struct stored {
	struct store_job job; /* first */
	struct task *task;
	struct cache_page page;
};

static enum err stored_run(struct store_job *job, struct cache *cache)
{
	struct stored *stored = CONTAINER_OF(job, struct stored, job);

	return cache_event_get(cache, &send_of(stored->task)->cid, &stored->page);
}

/* Those of whom it is known already: who has read it has got it. */
static void count_readers(struct task *task)
{
	struct send *send = send_of(task);
	const struct room *room = rooms_find(&task->app->model.rooms, &send->room);

	for (size_t i = 0; room && i < room->roster.count && !task->ended; i++) {
		const struct member *member = &room->roster.rows[i];
		got(send, &send->room, &member->user, member->read_seq);
	}
}

static void stored_done(struct store_job *job, enum err err)
{
	struct stored *stored = CONTAINER_OF(job, struct stored, job);
	struct task *task = stored->task;
	struct send *send = send_of(task);

	if (!task->ended && err == ERR_OK && stored->page.count == 1) {
		send->room = stored->page.events[0].room;
		send->seq = stored->page.events[0].seq;
		count_others(send);
		if (send->others == 0)
			end_well(send, waited_for(send));
		else
			count_readers(task);
	} else if (!task->ended) {
		receipt(send, "stored");
		task_end(task, ERR_TIMEOUT);
	}
	cache_page_done(&stored->page);
	task_unref(&task);
	mem_free(stored);
}

static void wait_for_others(struct task *task)
{
	struct stored *stored = mem_new(struct stored);

	*stored = (struct stored){.job = {.run = stored_run, .done = stored_done},
				  .task = task_ref(task)};
	store_submit(task->app->store, &stored->job);
}

static void on_kept(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	struct task *task = ctx;
	struct send *send = send_of(task);

	send->kept = err == ERR_OK;
	if (!task->ended && err == ERR_EXISTS) {
		send->again = true;
		if (task->request.wait == WAIT_READ ||
		    task->request.wait == WAIT_DELIVERED)
			wait_for_others(task);
		else
			end_well(send, "stored");
	} else if (!task->ended && err != ERR_OK) {
		task_end(task, err);
	} else if (!task->ended && task->request.wait == WAIT_NONE) {
		end_well(send, "queued");
	}
	task_unref(&task);
}

/* It goes on: the time to wait begins anew. */
static void on_moved(struct task *task, const struct id *cid,
		     const struct transferred *what)
{
	const struct send *send = send_of(task);

	if (!send->posted || !id_equal(cid, &send->cid))
		return;
	task_progress(task, what->name, what->at, what->size);
	task_wait(task, task->request.timeout_ms);
}

/* Nothing is kept for nobody: it waits until one is signed in. */
static void try_post(struct send *send)
{
	struct task *task = &send->task;
	struct app *app = task->app;

	if (send->posted || id_is_zero(&send->cid))
		return;
	if (id_is_zero(app_user(app)))
		return;
	const struct app_message message = {
		.frame = FRAME_SEND,
		.cid = send->cid,
		.dest = task->request.room.ptr,
		.text = task->request.text.ptr,
		.len = task->request.text.len,
		.path = task->request.file.len ? task->request.file.ptr : NULL};
	send->posted = true;
	enum err err = app_post(app, &message, on_kept, task_ref(task));
	if (err == ERR_OK)
		return;
	struct task *ref = task;
	task_end(task, err);
	task_unref(&ref);
}

/* --id TEXT: which cid that is. */
struct named {
	struct store_job job; /* first */
	struct task *task;
	struct id cid;
};

static enum err named_run(struct store_job *job, struct cache *cache)
{
	struct named *named = CONTAINER_OF(job, struct named, job);
	struct send *send = send_of(named->task);
	const struct request *request = &send->task.request;

	return cache_outbox_cid(cache, str_view(&request->name), &request->cid,
				&named->cid);
}

static void named_done(struct store_job *job, enum err err)
{
	struct named *named = CONTAINER_OF(job, struct named, job);
	struct task *task = named->task;

	if (!task->ended && err == ERR_OK) {
		send_of(task)->cid = named->cid;
		task->ops->state(task, false);
	} else if (!task->ended) {
		task_end(task, err);
	}
	task_unref(&task);
	mem_free(named);
}

static void ask_cid(struct task *task)
{
	struct named *named = mem_new(struct named);

	*named = (struct named){.job = {.run = named_run, .done = named_done},
				.task = task_ref(task)};
	store_submit(task->app->store, &named->job);
}

/* There will be no session: what is on disk waits for a log-in, or must not wait. */
static void no_session(struct send *send, enum err err)
{
	struct task *task = &send->task;

	if (send->kept && task->request.no_queue)
		app_discard(task->app, &send->cid);
	else if (send->kept)
		receipt(send, "queued");
	task_end(task, err);
}

static void send_state(struct task *task, bool fresh)
{
	struct send *send = send_of(task);
	enum err err = task_session(task);

	/* Out of reach for now, as with /disconnect: that is what the queue is for. */
	if (err != ERR_OK && err != ERR_UNREACHABLE && (send->kept || !send->posted))
		no_session(send, err);
	else
		try_post(send);
}

static void send_start(struct task *task)
{
	struct send *send = send_of(task);
	const struct str *name = &task->request.name;

	task_wait(task, task->request.timeout_ms);
	if (name->len == 0)
		send->cid = task->request.cid;
	else if (id_parse(name->ptr, name->len, &send->cid) != ERR_OK ||
		 !id_is_v7(&send->cid))
		send->cid = (struct id){{0}};
	if (id_is_zero(&send->cid))
		ask_cid(task);
	else
		send_state(task, false);
}

static void send_late(struct task *task)
{
	struct send *send = send_of(task);

	if (send->seq) {
		receipt(send, "stored");
		task_end(task, send->got ? ERR_PARTLY : ERR_TIMEOUT);
	} else if (send->posted && !send->kept) {
		task_wait(task, KEPT_MS);
	} else if (!send->kept) {
		task_end(task, task_away(task));
	} else if (task->request.no_queue) {
		app_discard(task->app, &send->cid);
		task_end(task, link_state(task->app->link) == LINK_ONLINE
				       ? ERR_TIMEOUT
				       : task_away(task));
	} else {
		if (task_away(task) != ERR_UNREACHABLE)
			task_warn(task, task_away(task));
		receipt(send, "queued");
		task_end(task, ERR_QUEUED);
	}
}

static void send_done(struct task *task)
{
	mem_free(send_of(task)->got_by);
}

const struct task_ops task_send = {.size = sizeof(struct send),
				   .start = send_start,
				   .state = send_state,
				   .sent = on_sent,
				   .moved = on_moved,
				   .delivered = on_delivered,
				   .receipt = on_receipt,
				   .late = send_late,
				   .done = send_done};

/* ---- --flush ---- */

struct flush {
	struct task task; /* first */
	bool known;       /* what waits has been read from the store */
	enum err failed;  /* the last that was refused, not said yet */
};

static struct flush *flush_of(struct task *task)
{
	return CONTAINER_OF(task, struct flush, task);
}

static void flush_look(struct task *task)
{
	struct app *app = task->app;

	if (!flush_of(task)->known)
		return;
	enum err err = task_session(task);
	if (app->model.waiting == 0)
		task_end(task, flush_of(task)->failed);
	else if (err != ERR_OK)
		task_end(task, err);
}

/* Jobs of the store are done in order: before this one stood what the app itself asked
 * for when it began, the list of what waits. */
struct fence {
	struct store_job job; /* first */
	struct task *task;
};

static enum err fence_run(struct store_job *job, struct cache *cache)
{
	return ERR_OK;
}

static void fence_done(struct store_job *job, enum err err)
{
	struct fence *fence = CONTAINER_OF(job, struct fence, job);
	struct task *task = fence->task;

	flush_of(task)->known = true;
	if (!task->ended)
		flush_look(task);
	task_unref(&task);
	mem_free(fence);
}

static void flush_start(struct task *task)
{
	struct fence *fence = mem_new(struct fence);

	*fence = (struct fence){.job = {.run = fence_run, .done = fence_done},
				.task = task_ref(task)};
	task_wait(task, task->request.timeout_ms);
	store_submit(task->app->store, &fence->job);
}

static void flush_state(struct task *task, bool fresh)
{
	flush_look(task);
}

static void flush_sent(struct task *task, const struct id *cid, enum err err,
		       uint64_t seq)
{
	struct flush *flush = flush_of(task);

	if (err != ERR_OK && flush->failed != ERR_OK)
		task_warn(task, flush->failed); /* the last one is said with the end */
	if (err != ERR_OK)
		flush->failed = err;
	flush_look(task);
}

static void flush_moved(struct task *task, const struct id *cid,
			const struct transferred *what)
{
	task_progress(task, what->name, what->at, what->size);
	task_wait(task, task->request.timeout_ms);
}

static void flush_late(struct task *task)
{
	task_end(task, ERR_QUEUED);
}

const struct task_ops task_flush = {.size = sizeof(struct flush),
				    .start = flush_start,
				    .state = flush_state,
				    .sent = flush_sent,
				    .moved = flush_moved,
				    .late = flush_late};
