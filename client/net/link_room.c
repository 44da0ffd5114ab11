/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logs of rooms. The one rule: an event is handed up only if its seq is the last one + 1.
 * What lies further ahead is a hint that something is missing; it is not kept but fetched
 * together with the hole, so there is no buffer that could grow or be wrong. While a room
 * catches up (sub and replay, or pages) hints only move its head; when the catching-up is
 * over and the head is still ahead, it pages on.
 */
#include "client/net/link_private.h"

#include "common/base/mem.h"

struct link_room *link_room_find(const struct link *link, const struct id *id)
{
	return map_get(&link->rooms, id);
}

/* NULL, and the connection is over, when the server names more rooms than anybody is in. */
static struct link_room *room_get(struct link *link, const struct id *id)
{
	struct link_room *room = link_room_find(link, id);

	if (room)
		return room;
	if (link->rooms.count >= LINK_ROOMS_MOST) {
		link_drop(link, ERR_TOO_BIG);
		return NULL;
	}
	room = mem_new(struct link_room);
	room->id = *id;
	map_put(&link->rooms, id, room);
	return room;
}

void link_rooms_done(struct link *link)
{
	struct link_room *room;

	for (size_t at = 0; (room = map_next(&link->rooms, &at));)
		mem_free(room);
	map_done(&link->rooms);
}

/* ---- states, and how many rooms are in which ---- */

static bool is_syncing(enum sync_state sync)
{
	return sync >= SYNC_SUB;
}

static void set_sync(struct link *link, struct link_room *room, enum sync_state sync)
{
	link->syncing -= is_syncing(room->sync);
	link->wanting -= room->sync == SYNC_WANT;
	room->sync = sync;
	link->syncing += is_syncing(sync);
	link->wanting += sync == SYNC_WANT;
}

void link_rooms_idle(struct link *link)
{
	struct link_room *room;

	link->sub_pause = 0;
	for (size_t at = 0; (room = map_next(&link->rooms, &at));) {
		set_sync(link, room, SYNC_DONE);
		/* What was told in the session that ended may not have been heard. */
		if (room->got_sent) {
			room->got_sent = 0;
			link->got_dirty = true;
		}
	}
}

static void page(struct link *link, struct link_room *room)
{
	set_sync(link, room, SYNC_PAGE);
	link_ask_sync(link, &room->id, room->last);
}

static void start(struct link *link, struct link_room *room)
{
	struct body_sub sub = {.room = room->id, .epoch = room->epoch, .seq = room->last};

	set_sync(link, room, SYNC_SUB);
	room->until = clock_mono_ms(link->clock) + LINK_ASK_MS;
	link_say(link, FRAME_SUB, &sub);
}

void link_rooms_pump(struct link *link)
{
	struct link_room *room;

	if (link->state != LINK_ONLINE || link->sub_pause)
		return;
	for (size_t at = 0; link->wanting && link->syncing < LINK_SYNCS &&
			    (room = map_next(&link->rooms, &at));) {
		if (room->sync == SYNC_WANT)
			start(link, room);
	}
}

void link_rooms_refused(struct link *link, uint64_t wait)
{
	struct link_room *room;

	if (link->state != LINK_ONLINE)
		return;
	for (size_t at = 0; (room = map_next(&link->rooms, &at));)
		if (room->sync == SYNC_SUB)
			set_sync(link, room, SYNC_WANT);
	link->sub_pause = clock_mono_ms(link->clock) +
			  (wait < LINK_RETRY_MOST ? wait : LINK_RETRY_MOST);
}

/* Something is, or may be, ahead of what was handed up. */
static void look(struct link *link, struct link_room *room)
{
	if (is_syncing(room->sync))
		return;
	if (room->head <= room->last) {
		set_sync(link, room, SYNC_DONE);
		return;
	}
	set_sync(link, room, SYNC_WANT);
	/* A hole in a live session: pages, since a sub would only lead to them. */
	if (link->digested && room->epoch && link->syncing < LINK_SYNCS)
		page(link, room);
}

static void caught_up(struct link *link, struct link_room *room)
{
	set_sync(link, room, SYNC_DONE);
	look(link, room);
	link_rooms_pump(link);
}

static void hint(struct link *link, struct link_room *room, uint64_t head)
{
	if (head > room->head)
		room->head = head;
	look(link, room);
}

/* Begin anew behind @base. */
static void restart(struct link *link, struct link_room *room, uint64_t epoch,
		    uint64_t base, uint64_t head)
{
	room->epoch = epoch;
	room->last = base;
	room->head = head;
	room->got_want = room->got_sent = 0;
	link->ops.reset(&room->id, epoch, base, link->ops.ctx);
}

static uint64_t recent(uint64_t head)
{
	return head > LINK_RECENT ? head - LINK_RECENT : 0;
}

/* ---- what the server says ---- */

void link_room_row(struct link *link, const struct body_room *row)
{
	struct link_room *room = room_get(link, &row->room);

	if (!room)
		return;
	if (room->epoch != row->epoch) {
		/* Of rooms beyond the first page of a first login only the place is kept:
		 * signing in must not cost more with every room that one is in. */
		bool far = !link->first_page && !link->digested && room->epoch == 0;
		restart(link, room, row->epoch, far ? row->head : recent(row->head),
			row->head);
	}
	/* The server's word: what was told in the session before may not have been heard. */
	room->read_sent = row->read;
	link->read_dirty |= room->read_want > room->read_sent;
	if (row->head < room->last)
		room->head = room->last + 1; /* it lost events: the sub will say so */
	else if (row->head > room->head)
		room->head = row->head;
	if (room->head > room->last && !is_syncing(room->sync))
		set_sync(link, room, SYNC_WANT);
}

void link_on_subbed(struct link *link, const struct body_subbed *body)
{
	struct link_room *room = link_room_find(link, &body->room);

	if (!room || room->sync != SYNC_SUB)
		return;
	if (body->epoch != room->epoch) {
		link_drop(link, ERR_STATE);
		return;
	}
	if (body->head > room->head)
		room->head = body->head;
	room->replay = body->head;
	set_sync(link, room, SYNC_REPLAY);
	if (room->last >= room->replay)
		caught_up(link, room);
}

void link_on_reset(struct link *link, const struct body_reset *body)
{
	struct link_room *room = link_room_find(link, &body->room);
	uint32_t number = link->number;

	if (!room || (room->sync != SYNC_SUB && room->sync != SYNC_REPLAY))
		return;
	if (body->epoch != room->epoch || body->head < room->last)
		restart(link, room, body->epoch, recent(body->head), body->head);
	if (!link_is(link, number))
		return;
	if (body->head > room->head)
		room->head = body->head;
	if (room->head > room->last)
		page(link, room);
	else
		caught_up(link, room);
}

void link_on_lag(struct link *link, const struct body_lag *body)
{
	struct link_room *room = link_room_find(link, &body->room);

	if (room)
		hint(link, room, body->head);
}

/* The event is the next one. False: the connection ended meanwhile. */
static bool accept(struct link *link, struct link_room *room,
		   const struct body_event *event)
{
	uint32_t number = link->number;

	room->last = event->seq;
	if (room->head < room->last)
		room->head = room->last;
	link->ops.frame(FRAME_EVENT, event, link->ops.ctx);
	if (!link_is(link, number))
		return false;
	if (!id_is_zero(&event->cid))
		link_post_over(link, &event->cid);
	return link_is(link, number);
}

void link_on_event(struct link *link, const struct body_event *event)
{
	struct link_room *room = room_get(link, &event->room);

	if (!room || (room->epoch && event->seq <= room->last))
		return;
	if (!room->epoch || event->seq != room->last + 1) {
		/* Lost within a replay: pages bring the rest of it. */
		if (room->sync == SYNC_REPLAY && event->seq <= room->replay)
			set_sync(link, room, SYNC_DONE);
		hint(link, room, event->seq);
		link_rooms_pump(link);
		return;
	}
	if (!accept(link, room, event))
		return;
	/* The callback may have forgotten the room. */
	room = link_room_find(link, &event->room);
	if (room && room->sync == SYNC_REPLAY && room->last >= room->replay)
		caught_up(link, room);
}

/* Handed up only when the position is at or behind it: the owner puts the message into the
 * log then, and a log has no holes (decisions/0042). Ahead of that, the page that fills it
 * brings the message as an event. */
void link_on_ack(struct link *link, const struct body_ack *ack)
{
	struct link_room *room = room_get(link, &ack->room);
	uint32_t number = link->number;

	if (!room)
		return;
	if (!room->epoch || ack->seq > room->last + 1) {
		link_post_answered(link, &ack->cid);
		hint(link, room, ack->seq);
		link_rooms_pump(link);
		return;
	}
	if (ack->seq == room->last + 1)
		room->last = ack->seq;
	if (room->head < room->last)
		room->head = room->last;
	link->ops.frame(FRAME_ACK, ack, link->ops.ctx);
	if (!link_is(link, number))
		return;
	room = link_room_find(link, &ack->room);
	if (room && room->sync == SYNC_REPLAY && room->last >= room->replay)
		caught_up(link, room);
	link_post_over(link, &ack->cid);
}

/* Events of a page that goes on behind `last`: seqs between them that are not there are
 * not for this user. False: the connection ended meanwhile. */
static bool take_page(struct link *link, struct link_room *room,
		      const struct body_page *page)
{
	struct id id = room->id;
	uint64_t before = room->last;

	for (size_t i = 0; i < page->events_count; i++) {
		if (page->events[i].seq <= room->last)
			continue;
		if (!accept(link, room, &page->events[i]))
			return false;
		room = link_room_find(link, &id);
		if (!room)
			return false;
	}
	if (page->last > room->last)
		room->last = page->last;
	if (page->complete_after && page->head > room->last)
		room->last = page->head;
	if (room->head < room->last)
		room->head = room->last;
	if (room->last > before)
		link->ops.covered(&id, before + 1, room->last, link->ops.ctx);
	return true;
}

bool link_page_fits(const struct link *link, const struct body_page *page)
{
	const struct link_room *room = link_room_find(link, &page->room);

	return !room || !room->epoch || page->epoch == room->epoch;
}

void link_page_anew(struct link *link, const struct body_page *page)
{
	struct link_room *room = link_room_find(link, &page->room);
	uint32_t number = link->number;

	if (!room || is_syncing(room->sync))
		return;
	restart(link, room, page->epoch, recent(page->head), page->head);
	room = link_room_find(link, &page->room);
	if (room && link_is(link, number))
		hint(link, room, page->head);
}

void link_on_sync(struct link *link, const struct id *id, enum err err,
		  const struct body_page *answer)
{
	struct link_room *room = link_room_find(link, id);
	uint32_t number = link->number;

	if (!room || room->sync != SYNC_PAGE)
		return;
	if (err != ERR_OK) {
		/* Refused (left, banned): what is there stays, until the next session. */
		room->head = room->last;
		caught_up(link, room);
		return;
	}
	if (answer->epoch != room->epoch) {
		set_sync(link, room, SYNC_DONE);
		link_page_anew(link, answer);
		return;
	}
	uint64_t before = room->last;
	if (!take_page(link, room, answer) || !link_is(link, number))
		return;
	room = link_room_find(link, id);
	if (!room)
		return;
	if (!answer->complete_after && room->last == before) {
		link_drop(link, ERR_BAD); /* it would ask for the same page for ever */
		return;
	}
	set_sync(link, room, SYNC_DONE);
	if (answer->complete_after) {
		if (room->head > room->last && before == room->last)
			room->head = room->last; /* a hint that led nowhere */
		caught_up(link, room);
	} else {
		page(link, room);
	}
}

/* ---- time ---- */

void link_rooms_tick(struct link *link, uint64_t now)
{
	struct link_room *room;

	if (link->state != LINK_ONLINE)
		return;
	if (link->sub_pause && now >= link->sub_pause) {
		link->sub_pause = 0;
		link_rooms_pump(link);
	}
	if (!link->syncing)
		return;
	for (size_t at = 0; (room = map_next(&link->rooms, &at));) {
		if ((room->sync == SYNC_SUB || room->sync == SYNC_REPLAY) &&
		    now >= room->until) {
			link_drop(link, ERR_TIMEOUT);
			return;
		}
	}
}

void link_rooms_next(const struct link *link, uint64_t *next)
{
	const struct link_room *room;

	link_sooner(next, link->sub_pause);
	for (size_t at = 0; link->syncing && (room = map_next(&link->rooms, &at));) {
		if (room->sync == SYNC_SUB || room->sync == SYNC_REPLAY)
			link_sooner(next, room->until);
	}
}

/* ---- the owner ---- */

void link_track(struct link *link, const struct id *id, uint64_t epoch, uint64_t seq)
{
	struct link_room *room = room_get(link, id);

	if (!room)
		return;
	room->epoch = epoch;
	room->last = seq;
	room->head = seq;
}

void link_forget(struct link *link, const struct id *id)
{
	struct link_room *room = map_remove(&link->rooms, id);

	if (!room)
		return;
	set_sync(link, room, SYNC_DONE);
	mem_free(room);
	link_rooms_pump(link);
}

bool link_position(const struct link *link, const struct id *id, uint64_t *ret_epoch,
		   uint64_t *ret_seq)
{
	const struct link_room *room = link_room_find(link, id);

	if (!room || !room->epoch)
		return false;
	*ret_epoch = room->epoch;
	*ret_seq = room->last;
	return true;
}
