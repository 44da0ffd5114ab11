/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * typing: told to who looks at the room, never stored. It ends when it is switched off, when
 * it is not repeated for six seconds, and with the connection. Of who does not want it told
 * nothing is told, and nothing else is different.
 */
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/core/member.h"
#include "server/on/hear.h"
#include "server/on/session.h"
#include "server/on/single.h"

static void tell(struct session *session, const struct id *room, bool on)
{
	struct server *server = session->server;
	struct heard heard = {.kind = HEARD_TYPING, .user = session->actor.user};
	struct body_typing body = {.room = *room, .user = session->actor.user, .on = on};
	struct buf text = BUF_INIT;

	if (!heard_wanted(server, room)) {
		return;
	}
	frame_write_typing(&text, &body);
	heard.packet = packet_new(PACKET_SOFT, buf_view(&text));
	heard.single = single_typing(server, &session->actor.user, on);
	heard_publish(server, room, &heard);
	packet_unref(&heard.packet);
	packet_unref(&heard.single);
	buf_done(&text);
}

static struct typing *find(struct session *session, const struct id *room)
{
	for (size_t i = 0; i < TYPING_ROOMS && session->typing; i++) {
		if (id_equal(&session->typing[i].room, room)) {
			return &session->typing[i];
		}
	}
	return NULL;
}

/* The place for one more: a free one, else the one that ends first. */
static struct typing *take(struct session *session)
{
	if (!session->typing) {
		session->typing = mem_alloc(TYPING_ROOMS, sizeof(struct typing));
	}
	struct typing *best = &session->typing[0];

	for (size_t i = 0; i < TYPING_ROOMS; i++) {
		if (id_is_zero(&session->typing[i].room)) {
			return &session->typing[i];
		}
		if (session->typing[i].until_ms < best->until_ms) {
			best = &session->typing[i];
		}
	}
	tell(session, &best->room, false);
	return best;
}

static void end(struct session *session, struct typing *typing)
{
	tell(session, &typing->room, false);
	*typing = (struct typing){0};
}

void typing_expire(struct session *session, uint64_t mono_ms, bool all)
{
	for (size_t i = 0; i < TYPING_ROOMS && session->typing; i++) {
		struct typing *typing = &session->typing[i];

		if (!id_is_zero(&typing->room) && (all || typing->until_ms <= mono_ms))
			end(session, typing);
	}
}

struct typing_task {
	struct on_task base;
	struct id room;
	bool renews; /* others see it already */
	bool told;
};

static enum err typing_run(struct task *base, struct store *store)
{
	struct typing_task *task = CONTAINER_OF(base, struct typing_task, base.task);

	return member_may_type(store, &task->base.actor, &task->room, &task->told);
}

/* What was ended meanwhile is not renewed. */
static void typing_done(struct task *base, enum err err)
{
	struct typing_task *task = CONTAINER_OF(base, struct typing_task, base.task);
	struct session *session = on_task_back(&task->base);
	struct typing *typing = session ? find(session, &task->room) : NULL;
	bool on = err == ERR_OK && task->told;

	if (session && on && (typing || !task->renews)) {
		typing = typing ? typing : take(session);
		typing->room = task->room;
		typing->until_ms =
			clock_mono_ms(&session->server->clock) + LIMIT_TYPING_MS;
		tell(session, &task->room, true);
	} else if (typing && !on) {
		end(session, typing);
	}
	if (session && err != ERR_OK) {
		session_error(session, err, NULL, "room", NULL, 0);
	}
	mem_free(task);
}

/* The gate is asked each time: who goes on typing may have switched it off, or be muted. */
enum err typing_set(struct session *session, const struct id *room, bool on)
{
	struct typing *typing = find(session, room);

	if (!session_seat(session, room)) {
		return ERR_NOT_MEMBER;
	}
	if (!on) {
		if (typing)
			end(session, typing);
		return ERR_OK;
	}
	struct typing_task *task = mem_new(struct typing_task);

	on_task_init(&task->base, session, typing_run, typing_done);
	task->base.task.size = sizeof(*task);
	task->room = *room;
	task->renews = typing != NULL;
	enum err err = on_task_read(&task->base);

	if (err != ERR_OK) {
		mem_free(task);
	}
	return err;
}

enum err on_typing(struct session *session, struct frame *frame)
{
	struct body_typing body;
	enum err err = frame_read_typing(frame, &body, &session->bad_field);

	return err == ERR_OK ? typing_set(session, &body.room, body.on) : err;
}
