/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a session. It hangs off its connection; tasks find it again by the
 * connection's slot and generation, or learn that it is gone.
 */
#include "server/on/session.h"

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/on/hello.h"
#include "server/store/writer.h"

/* A client may have so many frames under way before it is not read from any more, and is
 * again below the other number. */
#define PENDING_MOST 256
#define PENDING_LOW  128

void on_task_init(struct on_task *task, struct session *session, task_run_fn *run,
		  task_done_fn *done)
{
	task->task.run = run;
	task->task.done = done;
	task->server = session->server;
	task->from = session->conn->ref;
	task->actor = session->actor;
}

/* Counted before it is given away: inline it is done when submit returns. */
static enum err submit(struct on_task *task,
		       enum err (*give)(struct writer *, struct task *))
{
	struct conn *conn = conn_find(task->server->conns, task->from);
	struct session *session = conn ? conn->session : NULL;

	if (session && ++session->pending >= PENDING_MOST && !session->paused) {
		session->paused = true;
		conn->io->pause(conn, true);
	}
	enum err err = give(task->server->writer, &task->task);

	if (err != ERR_OK && session) {
		session->pending--;
	}
	return err;
}

enum err on_task_write(struct on_task *task)
{
	return submit(task, writer_submit);
}

enum err on_task_read(struct on_task *task)
{
	return submit(task, reader_submit);
}

struct session *on_task_back(struct on_task *task)
{
	struct conn *conn = conn_find(task->server->conns, task->from);
	struct session *session = conn ? conn->session : NULL;

	if (!session) {
		return NULL;
	}
	session->pending--;
	if (session->paused && session->pending <= PENDING_LOW &&
	    session->server->drain_ms == 0) {
		session->paused = false;
		conn->io->pause(conn, false);
	}
	return conn->state == CONN_CLOSED ? NULL : session;
}

void session_say(struct session *session, enum frame_type type, const void *body)
{
	struct buf text = BUF_INIT;

	frame_write(&text, type, body);
	conn_say(session->conn, buf_view(&text));
	buf_done(&text);
}

void session_error(struct session *session, enum err err, const uint64_t *re,
		   const char *field, const char *detail, uint64_t retry_ms)
{
	struct body_error body = {
		.has_re = re != NULL,
		.re = re ? *re : 0,
		.code = bytes_text(err_word(err)),
		.detail = detail ? bytes_text(detail) : bytes_of(NULL, 0),
		.field = field ? bytes_text(field) : bytes_of(NULL, 0),
		.retry_ms = err == ERR_BUSY && !retry_ms ? SESSION_BUSY_MS : retry_ms,
	};

	session_say(session, FRAME_ERROR, &body);
}

struct bus_seat *session_listen(struct session *session, const struct id *topic)
{
	return session->server->bus->listen(session->server->bus, topic, &session->ear);
}

struct bus_seat *session_seat(const struct session *session, const struct id *topic)
{
	return session->server->bus->find(session->server->bus, topic, &session->ear);
}

void session_unlisten(struct session *session, const struct id *topic)
{
	session->server->bus->unlisten(session->server->bus, topic, &session->ear);
}

void session_hear(struct session *session, struct packet *packet)
{
	if (session->conn->state == CONN_READY) {
		conn_push(session->conn, packet);
	} else if (session->early.bytes + packet->len < LIMIT_QUEUE_LAG) {
		sendq_push(&session->early, packet);
	} else {
		conn_close(session->conn, CLOSE_SLOW, "too much before welcome");
	}
}

void session_ready(struct session *session)
{
	session->conn->state = CONN_READY;
	for (uint32_t i = 0; i < session->early.count; i++) {
		conn_push(session->conn, sendq_at(&session->early, i));
	}
	sendq_done(&session->early);
	session->conn->io->pause(session->conn, false);
}

static void on_opened(struct conn *conn)
{
	struct session *session = mem_new(struct session);

	session->server = conn->owner;
	session->conn = conn;
	session->ear.hear = hear_news;
	conn->session = session;
	if (conn->single) {
		session->server->singles++;
		hello_single(session);
	}
}

static void on_message(struct conn *conn, struct bytes text)
{
	dispatch_message(conn->session, text);
}

static void on_tick(struct conn *conn, uint64_t mono_ms)
{
	struct session *session = conn->session;

	if (!session || conn->state != CONN_READY) {
		return;
	}
	typing_expire(session, mono_ms, false);
	if (conn->who.expires_ms != 0 &&
	    clock_now_ms(&session->server->clock) >=
		    conn->who.expires_ms + LIMIT_AUTH_GRACE_MS) {
		conn_close(conn, CLOSE_EXPIRED, "the token is over");
	}
}

static void on_ended(struct conn *conn)
{
	struct session *session = conn->session;

	if (!session) {
		return;
	}
	conn->session = NULL;
	session->server->singles -= conn->single;
	typing_expire(session, 0, true);
	presence_left(session);
	session->server->bus->forget(session->server->bus, &session->ear);
	sendq_done(&session->early);
	mem_free(session->typing);
	mem_free(session);
}

const struct conn_handler session_handler = {
	.opened = on_opened,
	.message = on_message,
	.tick = on_tick,
	.ended = on_ended,
};
