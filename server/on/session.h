/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the server knows of one connection beyond its bytes: who it is, what it hears, in
 *  which room it types. Made at the handshake, ended with the connection. Thread: loop. */
#ifndef CHAT_ON_SESSION_H
#define CHAT_ON_SESSION_H

#include "common/proto/frame.h"
#include "server/bus/bus.h"
#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/net/conn.h"
#include "server/server.h"
#include "server/store/task.h"

#define TYPING_ROOMS 4 /* more rooms at once than one pair of hands types in */

struct typing {
	struct id room; /* zero = free */
	uint64_t until_ms;
};

struct session {
	struct server *server;
	struct conn *conn;
	struct actor actor;
	struct bus_ear ear;
	struct id focus;       /* zero = none */
	struct sendq early;    /* heard before welcome could be said */
	struct typing *typing; /* TYPING_ROOMS of them, from the first time on */
	struct id *watched;
	size_t watched_count;
	uint32_t watch_number; /* of the newest watch */
	const char *bad_field; /* what a handler found wrong in the frame at hand */
	uint32_t pending;      /* tasks under way */
	bool paused;           /* too many of them: not read from for now */
};

/** A task of a connection, which may be gone when it comes back. */
struct on_task {
	struct task task;
	struct server *server;
	struct conn_ref from;
	struct actor actor;
	struct news news;
};

/** Fill the base of a task of @session. */
void on_task_init(struct on_task *task, struct session *session, task_run_fn *run,
		  task_done_fn *done);
/** Give it to the writer or to a reader. Errors: ERR_BUSY, and the task stays the
 *  caller's. */
enum err on_task_write(struct on_task *task) MUST_CHECK;
enum err on_task_read(struct on_task *task) MUST_CHECK;
/** First thing in done(): the session it came from, NULL when that has ended. */
struct session *on_task_back(struct on_task *task);

/** The four doors of net: the table of connections calls these. */
extern const struct conn_handler session_handler;

/** Queue a frame as an answer. */
void session_say(struct session *session, enum frame_type type, const void *body);
/** When to come again to a server that is busy: a full queue is worked off by then. */
#define SESSION_BUSY_MS 1000
/** Answer a frame with `error`. @re: the id of the frame, or NULL. @detail may be NULL.
 *  @retry_ms 0: none, or with ERR_BUSY SESSION_BUSY_MS. */
void session_error(struct session *session, enum err err, const uint64_t *re,
		   const char *field, const char *detail, uint64_t retry_ms);
/** Listen to a room (or the user's own topic) and stop doing so. */
struct bus_seat *session_listen(struct session *session, const struct id *topic);
struct bus_seat *session_seat(const struct session *session, const struct id *topic);
void session_unlisten(struct session *session, const struct id *topic);
/** Queue what is heard: behind the welcome, if that is still to come. */
void session_hear(struct session *session, struct packet *packet);
/** From here on the connection is welcome: what was heard early follows. */
void session_ready(struct session *session);

/** dispatch.c: one message of a connection, frame by frame. */
void dispatch_message(struct session *session, struct bytes text);

/** hear.c: the ear of every session. */
void hear_news(struct bus_ear *ear, struct bus_seat *seat, const struct bus_news *news);

/** watch.c: the user may be gone from this server now. */
void presence_came(struct session *session);
void presence_left(struct session *session);
/** Nobody is at this connection's device, or somebody is again. */
void presence_away(struct session *session, bool away);

/** typing.c: forget and announce what has expired, or all of it. */
void typing_expire(struct session *session, uint64_t mono_ms, bool all);

/* One function per frame that a client may send; dispatch.c's table is made of
 * frame.def, so a row without its function does not link. Errors: answered as `error`. */
#define ON_C(name) \
	enum err on_##name(struct session *session, struct frame *frame) MUST_CHECK;
#define ON_B(name) ON_C(name)
#define ON_S(name)
#define FRAME(id, name, dir, state, most) ON_##dir(name)
#include "common/proto/frame.def"
#undef FRAME
#undef ON_C
#undef ON_B
#undef ON_S

#endif
