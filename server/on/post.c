/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * send, edit, delete, react, unreact: a frame becomes a task of the writer; after the commit
 * its sender gets ack, everybody else the event. The task keeps the frame's document, so no
 * text is copied on its way to the database.
 */
#include "server/core/post.h"

#include "common/base/mem.h"
#include "server/core/show.h"
#include "server/on/session.h"

typedef enum err post_fn(struct store *store, const struct actor *actor,
			 const struct post *in, struct post_ack *ret_ack,
			 struct news *news);

struct post_task {
	struct on_task base;
	struct frame frame;
	struct post in;
	struct post_ack ack;
	post_fn *act;
};

static enum err post_run(struct task *base, struct store *store)
{
	struct post_task *task = CONTAINER_OF(base, struct post_task, base.task);

	return task->act(store, &task->base.actor, &task->in, &task->ack,
			 &task->base.news);
}

static void post_free(struct post_task *task)
{
	frame_done(&task->frame);
	news_done(&task->base.news);
	mem_free(task);
}

/* A disk that is full or sick gets well again, and nothing was stored: to a sender that is
 * "busy", on which clients ask again. */
static void say_nack(struct session *session, const struct id *cid, enum err err,
		     uint64_t retry_ms)
{
	bool later = err == ERR_BUSY || err == ERR_STORE;
	struct body_nack body = {.cid = *cid,
				 .code = bytes_text(err_word(later ? ERR_BUSY : err)),
				 .retry_ms = later ? SESSION_BUSY_MS : retry_ms};

	session_say(session, FRAME_NACK, &body);
}

static void post_done(struct task *base, enum err err)
{
	struct post_task *task = CONTAINER_OF(base, struct post_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (session && err == ERR_OK) {
		struct body_ack body;
		struct bus_seat *seat = session_seat(session, &task->ack.room);

		if (seat) {
			seat->spoke = true;
		}
		show_ack(&task->in.cid, &task->ack, &body);
		session_say(session, FRAME_ACK, &body);
	} else if (session) {
		say_nack(session, &task->in.cid, err,
			 err == ERR_RATE ? task->ack.retry_ms : 0);
	}
	if (err == ERR_OK) {
		server_publish(task->base.server, &task->base.news, &task->base.from);
	}
	post_free(task);
}

/* Takes the frame's document. */
static enum err start(struct session *session, struct frame *frame, const struct post *in,
		      post_fn *act)
{
	struct post_task *task = mem_new(struct post_task);

	on_task_init(&task->base, session, post_run, post_done);
	task->in = *in;
	task->act = act;
	task->frame = *frame;
	frame->json = NULL;
	task->base.task.atomic = act == post_send;
	task->base.task.size = sizeof(*task) + in->text.len + in->sealed.len;
	enum err err = on_task_write(&task->base);

	if (err != ERR_OK) {
		say_nack(session, &in->cid, err, 0);
		post_free(task);
	}
	return ERR_OK;
}

enum err on_send(struct session *session, struct frame *frame)
{
	struct body_send body;
	enum err err = frame_read_send(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	struct post in = {.cid = body.cid,
			  .room = body.room,
			  .text = body.text,
			  .sealed = body.sealed,
			  .quiet = body.quiet,
			  .reply = body.reply,
			  .thread = body.thread,
			  .mentions = body.mentions,
			  .mention_count = body.mentions_count,
			  .files = body.files,
			  .file_count = body.files_count};

	return start(session, frame, &in, post_send);
}

enum err on_edit(struct session *session, struct frame *frame)
{
	struct body_edit body;
	enum err err = frame_read_edit(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	struct post in = {.cid = body.cid,
			  .room = body.room,
			  .target = body.target,
			  .text = body.text,
			  .sealed = body.sealed};

	return start(session, frame, &in, post_edit);
}

enum err on_delete(struct session *session, struct frame *frame)
{
	struct body_delete body;
	enum err err = frame_read_delete(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	struct post in = {.cid = body.cid, .room = body.room, .target = body.target};

	return start(session, frame, &in, post_delete);
}

enum err on_react(struct session *session, struct frame *frame)
{
	struct body_react body;
	enum err err = frame_read_react(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	struct post in = {.cid = body.cid,
			  .room = body.room,
			  .target = body.target,
			  .text = body.text};

	return start(session, frame, &in, post_react);
}

enum err on_unreact(struct session *session, struct frame *frame)
{
	struct body_unreact body;
	enum err err = frame_read_unreact(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	struct post in = {.cid = body.cid,
			  .room = body.room,
			  .target = body.target,
			  .text = body.text};

	return start(session, frame, &in, post_unreact);
}
