/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Catching up: the room list, the tail of a room's log, the user's own log. Pages of
 * history stand in page.c. Everything reads within one snapshot, so the head that is given
 * is the head up to which was read.
 */
#include "server/core/sync.h"

#include "common/base/mem.h"
#include "server/core/page.h"
#include "server/core/seat.h"
#include "server/core/stay.h"
#include "server/store/store_event.h"
#include "server/store/store_log.h"
#include "server/store/store_room.h"

enum err sync_digest(struct store *store, const struct actor *actor,
		     const struct room_cursor *cursor, size_t limit,
		     struct room_list *ret_list)
{
	struct room_list list = {0};

	if (!(actor->scope & SCOPE_READ)) {
		return ERR_FORBIDDEN;
	}
	enum err err = store_view_digest(store, &actor->user, cursor,
					 limit < LIMIT_LIST ? limit : LIMIT_LIST, &list);
	if (err) {
		room_list_done(&list);
		return err;
	}
	*ret_list = list;
	return ERR_OK;
}

void sync_resume_done(struct sync_resume *resume)
{
	event_list_done(&resume->events);
	*resume = (struct sync_resume){0};
}

/* Why a replay from (@epoch, @seq) cannot be had; NULL: it can. */
static const char *why_reset(const struct seat_row *seat, const struct stay_list *stays,
			     uint64_t epoch, uint64_t seq)
{
	if (epoch != seat->epoch) {
		return "epoch";
	}
	if (seq > seat->head) {
		return "ahead";
	}
	if (seat->head - seq > LIMIT_REPLAY) {
		return "gap";
	}
	if (seq < seat->head && !stay_covers_range(stays, seq + 1, seat->head)) {
		return "gap";
	}
	return NULL;
}

/* The events after @seq, all of them or none: retention may have cut the log. */
static enum err replay(struct store *store, const struct seat_row *seat, uint64_t seq,
		       struct sync_resume *resume)
{
	struct event_list *events = &resume->events;
	size_t bytes = 0;
	enum err err = store_event_up(store, seat->room, seq + 1, seat->head,
				      LIMIT_REPLAY, events);

	if (err) {
		return err;
	}
	for (size_t i = 0; i < events->count; i++) {
		bytes += page_event_size(&events->rows[i]);
	}
	resume->recovered = events->count == seat->head - seq && bytes <= PAGE_BYTES;
	if (!resume->recovered) {
		resume->why = "gap";
		event_list_done(events);
	}
	return ERR_OK;
}

enum err sync_resume(struct store *store, const struct actor *actor,
		     const struct id *room, uint64_t epoch, uint64_t seq,
		     struct sync_resume *ret_resume)
{
	struct seat_row seat;
	struct stay_list stays;
	enum err err = seat_take(store, actor, room, VERB_READ, &seat);

	if (!err) {
		err = stay_visible(store, &seat, &stays);
	}
	if (err) {
		return err;
	}
	struct sync_resume resume = {
		.epoch = seat.epoch,
		.head = seat.head,
		.why = why_reset(&seat, &stays, epoch, seq),
	};
	if (!resume.why) {
		err = replay(store, &seat, seq, &resume);
	}
	if (err) {
		sync_resume_done(&resume);
		return err;
	}
	*ret_resume = resume;
	return ERR_OK;
}

void sync_log_done(struct sync_log *log)
{
	user_event_list_done(&log->events);
	*log = (struct sync_log){0};
}

/* An entry that says "this room" shows the room as it is now. */
static enum err add_info(struct store *store, const struct id *user,
			 struct user_event_row *event)
{
	struct room_view view;

	if (event->kind != USER_EVENT_ROOM) {
		return ERR_OK;
	}
	enum err err = store_view_get(store, &event->room, user, &view);
	if (err) {
		return err == ERR_NO_ROOM ? ERR_OK : err;
	}
	if (view.role == 0 || view.room.deleted) { /* left since: a later entry says so */
		room_view_done(&view);
		return ERR_OK;
	}
	event->info = mem_dup(&view, sizeof(view));
	return ERR_OK;
}

static enum err load_log(struct store *store, const struct actor *actor, int64_t account,
			 uint64_t useq, struct sync_log *log)
{
	enum err err = store_log_list(store, account, useq, LIMIT_REPLAY, &log->events);

	if (err) {
		return err;
	}
	/* Entries are forgotten after 90 days. */
	if (log->events.count != log->useq - useq) {
		user_event_list_done(&log->events);
		log->reset = true;
		return ERR_OK;
	}
	for (size_t i = 0; i < log->events.count && !err; i++) {
		struct user_event_row *event = &log->events.rows[i];
		event->user = actor->user;
		event->uepoch = log->uepoch;
		err = add_info(store, &actor->user, event);
	}
	return err;
}

enum err sync_log(struct store *store, const struct actor *actor, uint64_t uepoch,
		  uint64_t useq, struct sync_log *ret_log)
{
	struct sync_log log = {0};
	int64_t account;
	enum err err =
		store_log_where(store, &actor->user, &account, &log.uepoch, &log.useq);

	if (err) {
		return err;
	}
	if (uepoch == 0) {
		*ret_log = log;
		return ERR_OK;
	}
	log.reset =
		uepoch != log.uepoch || useq > log.useq || log.useq - useq > LIMIT_REPLAY;
	if (!log.reset) {
		err = load_log(store, actor, account, useq, &log);
	}
	if (err) {
		sync_log_done(&log);
		return err;
	}
	*ret_log = log;
	return ERR_OK;
}
