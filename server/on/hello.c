/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hello → welcome, in two steps. The first runs in the writer, whose order is the order in
 * which everything is published: the list of rooms that it brings back is exact at the
 * moment when the connection begins to listen. The second reads (digest, own log); what is
 * heard meanwhile waits behind the welcome, so nothing falls between.
 */
#include "server/on/hello.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/core/local.h"
#include "server/core/member.h"
#include "server/core/show.h"
#include "server/core/sync.h"
#include "server/net/listen.h"
#include "server/on/replay.h"
#include "server/store/store_member.h"

struct hello_task {
	struct on_task base;
	bool single;
	bool by_socket;
	struct local_ask local; /* texts point into the arrays below */
	char client[LIMIT_CLIENT + 1];
	struct id room;   /* of the per-room endpoint */
	struct id *rooms; /* what there is to listen to */
	size_t room_count;
	uint64_t uepoch, useq; /* resume */
	struct body_position positions[LIMIT_RESUME_ROOMS];
	size_t position_count;
	struct user_row user; /* second step */
	struct room_list digest;
	struct sync_log log;
};

static void hello_free(struct hello_task *task)
{
	mem_free(task->rooms);
	room_list_done(&task->digest);
	sync_log_done(&task->log);
	news_done(&task->base.news);
	mem_free(task);
}

/* ---- first step: who, and which rooms ---- */

static enum err join_run(struct task *base, struct store *store)
{
	struct hello_task *task = CONTAINER_OF(base, struct hello_task, base.task);
	struct actor *actor = &task->base.actor;
	enum err err = task->by_socket
			       ? local_login(store, &task->local, actor, &task->base.news)
			       : local_resume(store, actor);

	if (err == ERR_OK) {
		err = member_rooms(store, &actor->user, &task->rooms, &task->room_count);
	}
	return err;
}

static unsigned close_of(enum err err)
{
	switch (err) {
	case ERR_BUSY:
	case ERR_STORE:
	case ERR_INTERNAL: return CLOSE_GOAWAY; /* not its fault: come again */
	case ERR_UPGRADE: return CLOSE_UPGRADE;
	case ERR_EXPIRED: return CLOSE_EXPIRED; /* come again with a fresh token */
	default: return CLOSE_LOGIN;
	}
}

static void turn_away(struct session *session, enum err err)
{
	session_error(session, err, NULL, NULL, NULL, 0);
	conn_close(session->conn, close_of(err), err_word(err));
}

static enum err look_run(struct task *base, struct store *store);
static void look_done(struct task *base, enum err err);

static bool listen_all(struct session *session, const struct hello_task *task)
{
	bool member = false;

	for (size_t i = 0; i < task->room_count; i++) {
		if (task->single && !id_equal(&task->rooms[i], &task->room)) {
			continue;
		}
		member = true;
		session_listen(session, &task->rooms[i]);
	}
	session_listen(session, &session->actor.user);
	return member || !task->single;
}

/* Events of a room that will be replayed wait for the replay, which reads them too: told
 * already behind the welcome they would come twice. */
static void hold(struct session *session, const struct hello_task *task, bool on)
{
	for (size_t i = 0; i < task->position_count; i++) {
		struct bus_seat *seat = session_seat(session, &task->positions[i].room);

		if (seat) {
			seat->held = on;
		}
	}
}

static void join_done(struct task *base, enum err err)
{
	struct hello_task *task = CONTAINER_OF(base, struct hello_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (err == ERR_OK) {
		server_publish(task->base.server, &task->base.news, NULL);
	}
	if (session && err == ERR_OK) {
		session->actor = task->base.actor;
		/* Who came by the socket had no token to tell these. */
		session->conn->who.user = session->actor.user;
		session->conn->who.device = session->actor.device;
		session->conn->who.session = session->actor.session;
		session->conn->who.scope = session->actor.scope;
		err = listen_all(session, task) ? ERR_OK : ERR_NOT_MEMBER;
	}
	if (session && err == ERR_OK && task->single) {
		session_ready(session);
		presence_came(session);
	} else if (session && err == ERR_OK) {
		hold(session, task, true);
		on_task_init(&task->base, session, look_run, look_done);
		err = on_task_read(&task->base);
		if (err == ERR_OK) {
			return;
		}
	}
	if (session && err != ERR_OK) {
		turn_away(session, err);
	}
	hello_free(task);
}

/* ---- second step: what to show ---- */

static enum err look_run(struct task *base, struct store *store)
{
	struct hello_task *task = CONTAINER_OF(base, struct hello_task, base.task);
	const struct actor *actor = &task->base.actor;
	enum err err = store_user_by_id(store, &actor->user, &task->user);

	if (err == ERR_OK) {
		err = sync_digest(store, actor, NULL, LIMIT_DIGEST_ROOMS, &task->digest);
	}
	if (err == ERR_OK) {
		err = sync_log(store, actor, task->uepoch, task->useq, &task->log);
	}
	return err;
}

static void say_welcome(struct session *session, struct hello_task *task)
{
	struct body_welcome body = {
		.v = LIMIT_PROTOCOL,
		.session = session->actor.session,
		.device = session->actor.device,
		.has_user = true,
		.uepoch = task->log.uepoch,
		.useq = task->log.useq,
		.now = clock_now_ms(&session->server->clock),
		.ping_s = LIMIT_PING_S,
		.server = bytes_text(PACKAGE_NAME "-server/" PACKAGE_VERSION),
	};

	show_user(&task->user, &body.user);
	session_say(session, FRAME_WELCOME, &body);
}

static void say_digest(struct session *session, const struct room_list *list)
{
	struct body_room *rooms = mem_alloc(list->count + 1, sizeof(*rooms));
	struct str cursor = STR_INIT;

	for (size_t i = 0; i < list->count; i++) {
		show_room(&list->rows[i], &rooms[i]);
	}
	if (list->more) {
		show_cursor(&session->server->keys, list, &cursor);
	}
	struct body_digest body = {.rooms = rooms,
				   .rooms_count = list->count,
				   .cursor = list->more ? str_view(&cursor)
							: bytes_of(NULL, 0),
				   .more = list->more};

	session_say(session, FRAME_DIGEST, &body);
	str_done(&cursor);
	mem_free(rooms);
}

static void say_log(struct session *session, const struct sync_log *log)
{
	if (log->reset) {
		struct body_user_reset body = {.uepoch = log->uepoch, .useq = log->useq};

		session_say(session, FRAME_USER_RESET, &body);
	}
	for (size_t i = 0; i < log->events.count; i++) {
		struct body_user_event body;

		show_user_event(&log->events.rows[i], &body);
		session_say(session, FRAME_USER_EVENT, &body);
	}
}

static void look_done(struct task *base, enum err err)
{
	struct hello_task *task = CONTAINER_OF(base, struct hello_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (session && err == ERR_OK) {
		say_welcome(session, task);
		say_digest(session, &task->digest);
		say_log(session, &task->log);
		session_ready(session);
		presence_came(session);
		hold(session, task, false);
		for (size_t i = 0; i < task->position_count; i++) {
			const struct body_position *at = &task->positions[i];

			replay_start(session, &at->room, at->epoch, at->seq);
		}
	} else if (session) {
		turn_away(session, err);
	}
	hello_free(task);
}

/* ---- the frame ---- */

/* Who it is: the token in hello, else the one of the handshake, else the socket's peer. */
static enum err identify(struct session *session, struct bytes token, bool *ret_by_socket)
{
	struct conn *conn = session->conn;

	*ret_by_socket = false;
	if (token.ptr) {
		enum err err = server_verify(session->server, token, &conn->who);

		if (err != ERR_OK) {
			return err;
		}
	}
	if (who_is_known(&conn->who)) {
		if (!(conn->who.scope & SCOPE_READ)) {
			return ERR_FORBIDDEN; /* a connection hears before it says anything */
		}
		session->actor = (struct actor){.user = conn->who.user,
						.device = conn->who.device,
						.session = conn->who.session,
						.scope = conn->who.scope};
		return ERR_OK;
	}
	*ret_by_socket = conn->peer.local;
	return conn->peer.local ? ERR_OK : ERR_UNAUTHORIZED;
}

static struct hello_task *join_new(struct session *session, bool by_socket,
				   const struct id *device, struct bytes client)
{
	struct hello_task *task = mem_new(struct hello_task);
	const struct server *server = session->server;

	on_task_init(&task->base, session, join_run, join_done);
	memcpy(task->client, client.ptr ? client.ptr : (const void *)"", client.len);
	task->by_socket = by_socket;
	task->local = (struct local_ask){
		.uid = session->conn->peer.uid,
		.own_uid = server->own_uid,
		.name_of = listen_user_name,
		.signup = server->config.signup,
		.device = *device,
		.client = bytes_of(task->client, client.len),
		.random = &server->random,
	};
	task->single = session->conn->single;
	task->room = session->conn->room;
	task->base.task.size = sizeof(*task);
	return task;
}

static void join_start(struct session *session, struct hello_task *task)
{
	session->conn->state = CONN_JOINING;
	session->conn->io->pause(session->conn, true);
	enum err err = on_task_write(&task->base);

	if (err != ERR_OK) {
		turn_away(session, err);
		hello_free(task);
	}
}

enum err on_hello(struct session *session, struct frame *frame)
{
	struct body_hello body;
	bool by_socket;
	enum err err = frame_read_hello(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	/* A newer client hears in welcome what this server speaks, and knows it. */
	if (body.v < LIMIT_PROTOCOL) {
		return ERR_UPGRADE;
	}
	err = identify(session, body.token, &by_socket);
	if (err != ERR_OK) {
		turn_away(session, err);
		return ERR_OK;
	}
	struct hello_task *task = join_new(session, by_socket, &body.device, body.client);

	session->conn->batch = body.batch;
	task->uepoch = body.resume.uepoch;
	task->useq = body.resume.useq;
	task->position_count = body.resume.rooms_count;
	if (task->position_count > 0) {
		memcpy(task->positions, body.resume.rooms,
		       task->position_count * sizeof(task->positions[0]));
	}
	join_start(session, task);
	return ERR_OK;
}

void hello_single(struct session *session)
{
	struct id none = {{0}};
	bool by_socket;
	enum err err = identify(session, bytes_of(NULL, 0), &by_socket);

	if (err != ERR_OK) {
		turn_away(session, err);
		return;
	}
	join_start(session, join_new(session, by_socket, &none, bytes_of(NULL, 0)));
}
