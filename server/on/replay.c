/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sub: the read runs on a reading thread, so events may be committed and published while
 * it is under way. Those are withheld from this connection (the seat is held), and when the
 * read has not seen the last of them it is repeated from where it ended. Every event that
 * was withheld was committed before the repeated read began, so the second one has it.
 */
#include "server/on/replay.h"

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/core/show.h"
#include "server/core/sync.h"

struct replay {
	struct on_task base;
	struct id room;
	uint64_t epoch, seq;
	bool going_on; /* subbed was said, this is the rest */
	struct sync_resume resume;
};

static enum err replay_run(struct task *base, struct store *store)
{
	struct replay *replay = CONTAINER_OF(base, struct replay, base.task);

	return sync_resume(store, &replay->base.actor, &replay->room, replay->epoch,
			   replay->seq, &replay->resume);
}

static void say_events(struct session *session, const struct event_list *events)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < events->count; i++) {
		const struct event_row *row = &events->rows[i];
		struct body_event body;

		buf_clear(&text);
		show_event(row, &body);
		frame_write_event(&text, &body);
		struct packet *packet =
			packet_event(&row->room, row->seq, buf_view(&text));

		conn_push(session->conn, packet);
		packet_unref(&packet);
	}
	buf_done(&text);
}

static void say_reset(struct session *session, const struct replay *replay)
{
	const struct sync_resume *resume = &replay->resume;
	struct body_reset body = {.room = replay->room,
				  .epoch = resume->epoch,
				  .head = resume->head,
				  .why = resume->why ? bytes_text(resume->why)
						     : bytes_of(NULL, 0)};

	session_say(session, FRAME_RESET, &body);
}

/* What was withheld and is not replayed: the client fetches it. */
static void say_lag(struct session *session, const struct id *room, uint64_t head)
{
	struct body_lag body = {.room = *room, .head = head};

	session_say(session, FRAME_LAG, &body);
}

/* Live events are heard again: those above @told, and above what was withheld. */
static void release(struct bus_seat *seat, uint64_t told)
{
	seat->held = false;
	if (told > seat->upto) {
		seat->upto = told;
	}
}

static void replay_free(struct replay *replay)
{
	sync_resume_done(&replay->resume);
	mem_free(replay);
}

static void replay_done(struct task *base, enum err err)
{
	struct replay *replay = CONTAINER_OF(base, struct replay, base.task);
	struct session *session = on_task_back(&replay->base);
	const struct sync_resume *resume = &replay->resume;
	struct bus_seat *seat = session ? session_seat(session, &replay->room) : NULL;

	if (!seat) {
		if (session) { /* left meanwhile, or never in it */
			session_error(session, err != ERR_OK ? err : ERR_NOT_MEMBER, NULL,
				      "room", NULL, 0);
		}
		replay_free(replay);
		return;
	}
	if (err != ERR_OK) {
		session_error(session, err, NULL, "room", NULL, 0);
		if (replay->going_on) { /* subbed was said: no hole behind it unannounced */
			say_lag(session, &replay->room, seat->upto);
		}
		release(seat, 0);
		replay_free(replay);
		return;
	}
	if (!resume->recovered) {
		say_reset(session, replay);
		if (seat->upto > resume->head) {
			say_lag(session, &replay->room, seat->upto);
		}
	} else {
		if (!replay->going_on) {
			struct body_subbed body = {.room = replay->room,
						   .epoch = resume->epoch,
						   .head = resume->head,
						   .recovered = true};

			session_say(session, FRAME_SUBBED, &body);
		}
		say_events(session, &resume->events);
		if (seat->upto > resume->head) {
			replay->seq = resume->head;
			replay->epoch = resume->epoch;
			replay->going_on = true;
			sync_resume_done(&replay->resume);
			replay->resume = (struct sync_resume){0};
			if (on_task_read(&replay->base) == ERR_OK) {
				return;
			}
			say_lag(session, &replay->room, seat->upto);
		}
	}
	release(seat, resume->head);
	replay_free(replay);
}

void replay_start(struct session *session, const struct id *room, uint64_t epoch,
		  uint64_t seq)
{
	struct bus_seat *seat = session_seat(session, room);
	struct replay *replay;

	if (!seat) {
		session_error(session, ERR_NOT_MEMBER, NULL, "room", NULL, 0);
		return;
	}
	if (seat->held) {
		return;
	}
	replay = mem_new(struct replay);
	on_task_init(&replay->base, session, replay_run, replay_done);
	replay->base.task.size = sizeof(*replay);
	replay->room = *room;
	replay->epoch = epoch;
	replay->seq = seq;
	seat->held = true;
	seat->upto = 0;
	enum err err = on_task_read(&replay->base);

	if (err != ERR_OK) {
		release(seat, 0);
		session_error(session, err, NULL, "room", NULL, 1000);
		replay_free(replay);
	}
}
