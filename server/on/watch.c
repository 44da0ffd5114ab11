/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch: who is there, for those who are looked at: once now, and from then on as it changes.
 */
#include "common/base/mem.h"
#include "server/core/account.h"
#include "server/core/block.h"
#include "server/on/presence.h"
#include "server/on/session.h"
#include "server/store/writer.h"

static bool is_last(const struct session *session)
{
	struct bus *bus = session->server->bus;

	return !id_is_zero(&session->actor.user) &&
	       session_seat(session, &session->actor.user) &&
	       bus->count(bus, &session->actor.user) == 1;
}

void presence_came(struct session *session)
{
	struct server *server = session->server;
	const struct id *user = &session->actor.user;
	struct id away = presence_away_topic(user);

	if (is_last(session)) {
		presence_changed(server, user, PRESENCE_OFFLINE);
	} else if (server->bus->count(server->bus, &away) + 1 ==
		   server->bus->count(server->bus, user)) {
		presence_changed(server, user, PRESENCE_AWAY);
	}
}

struct seen_task {
	struct task task;
	struct id user;
};

static enum err seen_run(struct task *task, struct store *store)
{
	return account_seen(store, &CONTAINER_OF(task, struct seen_task, task)->user);
}

static void seen_done(struct task *task, enum err err)
{
	mem_free(CONTAINER_OF(task, struct seen_task, task));
}

/* When somebody was last seen: worth a row, not worth a queue. */
static void note_seen(struct server *server, const struct id *user)
{
	struct seen_task *seen = mem_new(struct seen_task);

	seen->user = *user;
	seen->task =
		(struct task){.run = seen_run, .done = seen_done, .size = sizeof(*seen)};
	if (server->drain_ms != 0 ||
	    writer_submit(server->writer, &seen->task) != ERR_OK) {
		mem_free(seen);
	}
}

void presence_left(struct session *session)
{
	if (session_seat(session, &session->actor.user)) {
		presence_changed(session->server, &session->actor.user,
				 presence_state(session->server, &session->actor.user));
	}
	if (is_last(session)) {
		note_seen(session->server, &session->actor.user);
	}
	mem_free(session->watched);
	session->watched = NULL;
}

void presence_away(struct session *session, bool away)
{
	const struct id *user = &session->actor.user;
	struct id topic = presence_away_topic(user);
	enum presence_state before = presence_state(session->server, user);

	if (away == (session_seat(session, &topic) != NULL)) {
		return;
	}
	if (away) {
		session_listen(session, &topic);
	} else {
		session_unlisten(session, &topic);
	}
	presence_changed(session->server, user, before);
}

static void stop_watching(struct session *session)
{
	for (size_t i = 0; i < session->watched_count; i++) {
		struct id topic = presence_topic(&session->watched[i]);

		session_unlisten(session, &topic);
	}
	mem_free(session->watched);
	session->watched = NULL;
	session->watched_count = 0;
}

struct watch_task {
	struct on_task base;
	struct id *users;
	struct presence_row *rows; /* of each, what who asks may know */
	size_t count;
	uint32_t number;
};

static enum err watch_run(struct task *base, struct store *store)
{
	struct watch_task *task = CONTAINER_OF(base, struct watch_task, base.task);

	return block_presence(store, &task->base.actor, task->users, task->count,
			      task->rows);
}

static void watch_one(struct session *session, const struct id *user,
		      const struct presence_row *row)
{
	struct server *server = session->server;
	struct id topic = presence_topic(user);
	enum presence_state state =
		row->hidden ? PRESENCE_OFFLINE : presence_state(server, user);
	uint64_t now_ms = clock_now_ms(&server->clock);
	struct packet *packet = presence_packet(user, state,
						row->hidden                 ? 0
						: state == PRESENCE_OFFLINE ? row->seen_ms
									    : now_ms);

	if (row->hidden) {
		session_unlisten(session, &topic);
	} else {
		session_listen(session, &topic);
		presence_told(server, user, state);
	}
	session_hear(session, packet);
	packet_unref(&packet);
}

static void watch_free(struct watch_task *task)
{
	mem_free(task->users);
	mem_free(task->rows);
	mem_free(task);
}

static void watch_done(struct task *base, enum err err)
{
	struct watch_task *task = CONTAINER_OF(base, struct watch_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (session && err != ERR_OK) {
		session_error(session, err, NULL, NULL, NULL, 0);
	} else if (session && session->watch_number == task->number) {
		for (size_t i = 0; i < task->count; i++) {
			watch_one(session, &task->users[i], &task->rows[i]);
		}
	}
	watch_free(task);
}

/* Takes a copy of @users. */
static enum err look(struct session *session, const struct id *users, size_t count)
{
	struct watch_task *task = mem_new(struct watch_task);

	on_task_init(&task->base, session, watch_run, watch_done);
	task->users = mem_dup(users, count * sizeof(*users));
	task->rows = mem_alloc(count + 1, sizeof(*task->rows));
	task->count = count;
	task->number = session->watch_number;
	task->base.task.size = sizeof(*task) + count * sizeof(*users);
	enum err err = on_task_read(&task->base);

	if (err != ERR_OK) {
		watch_free(task);
	}
	return err;
}

enum err on_watch(struct session *session, struct frame *frame)
{
	struct body_watch body;
	enum err err = frame_read_watch(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	stop_watching(session);
	session->watched = mem_dup(body.users, body.users_count * sizeof(*body.users));
	session->watched_count = body.users_count;
	session->watch_number++;
	return look(session, body.users, body.users_count);
}

struct hiding {
	const struct id *user, *other;
};

static void hide_from(struct conn *conn, void *ctx)
{
	static const struct presence_row hidden = {.hidden = true};
	const struct hiding *hiding = ctx;
	struct session *session = conn->session;
	struct id topic = presence_topic(hiding->user);

	if (session && id_equal(&session->actor.user, hiding->other) &&
	    session_seat(session, &topic)) {
		watch_one(session, hiding->user, &hidden);
	}
}

void server_hide(struct server *server, const struct id *user, const struct id *other)
{
	struct hiding hiding = {user, other};

	conns_each(server->conns, hide_from, &hiding);
}

/* Busy: it will be told when it is watched anew. */
static void look_again(struct conn *conn, void *ctx)
{
	struct session *session = conn->session;
	const struct id *user = ctx;

	for (size_t i = 0; session && i < session->watched_count; i++) {
		if (id_equal(&session->watched[i], user)) {
			(void)!look(session, user, 1);
			return;
		}
	}
}

void server_look_again(struct server *server, const struct id *user)
{
	struct id id = *user;

	conns_each(server->conns, look_again, &id);
}
