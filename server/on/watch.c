/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch: who is there, for those who are looked at: once now, and from then on as it changes.
 */
#include "common/base/mem.h"
#include "server/core/block.h"
#include "server/on/presence.h"
#include "server/on/session.h"

static bool is_last(const struct session *session)
{
	struct bus *bus = session->server->bus;

	return !id_is_zero(&session->actor.user) &&
	       session_seat(session, &session->actor.user) &&
	       bus->count(bus, &session->actor.user) == 1;
}

void presence_came(struct session *session)
{
	if (is_last(session)) {
		presence_changed(session->server, &session->actor.user, true);
	}
}

void presence_left(struct session *session)
{
	if (is_last(session)) {
		presence_changed(session->server, &session->actor.user, false);
	}
	mem_free(session->watched);
	session->watched = NULL;
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
	bool *hides; /* of each, whether he hides from who asks */
	size_t count;
	uint32_t number;
};

static enum err watch_run(struct task *base, struct store *store)
{
	struct watch_task *task = CONTAINER_OF(base, struct watch_task, base.task);

	return block_hides(store, &task->base.actor, task->users, task->count,
			   task->hides);
}

static void watch_one(struct session *session, const struct id *user, bool hides)
{
	struct bus *bus = session->server->bus;
	struct id topic = presence_topic(user);
	struct packet *packet = presence_packet(session->server, user,
						!hides && bus->count(bus, user) > 0);

	if (!hides) {
		session_listen(session, &topic);
	}
	session_hear(session, packet);
	packet_unref(&packet);
}

static void watch_free(struct watch_task *task)
{
	mem_free(task->users);
	mem_free(task->hides);
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
			watch_one(session, &task->users[i], task->hides[i]);
		}
	}
	watch_free(task);
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
	struct watch_task *task = mem_new(struct watch_task);

	on_task_init(&task->base, session, watch_run, watch_done);
	task->users = mem_dup(body.users, body.users_count * sizeof(*body.users));
	task->hides = mem_alloc(body.users_count + 1, sizeof(bool));
	task->count = body.users_count;
	task->number = ++session->watch_number;
	task->base.task.size = sizeof(*task) + task->count * sizeof(*task->users);
	err = on_task_read(&task->base);
	if (err != ERR_OK) {
		watch_free(task);
	}
	return err;
}

struct hiding {
	const struct id *user, *other;
};

static void hide_from(struct conn *conn, void *ctx)
{
	const struct hiding *hiding = ctx;
	struct session *session = conn->session;
	struct id topic = presence_topic(hiding->user);

	if (!session || !id_equal(&session->actor.user, hiding->other) ||
	    !session_seat(session, &topic)) {
		return;
	}
	session_unlisten(session, &topic);
	watch_one(session, hiding->user, true);
}

void server_hide(struct server *server, const struct id *user, const struct id *other)
{
	struct hiding hiding = {user, other};

	conns_each(server->conns, hide_from, &hiding);
}
