/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small talk: got, read, typing, focus, watch. None of it may be lost for good and none of
 * it may be loud, so each is a wish that is kept here and told when the time has come:
 * what is wanted and what was told last are two numbers, and their difference is the work.
 */
#include "client/net/link_private.h"

#include "common/base/mem.h"

static void say_focus(struct link *link)
{
	struct body_focus focus = {.room = link->focus, .away = link->away};

	link_say(link, FRAME_FOCUS, &focus);
}

static void say_watch(struct link *link)
{
	struct body_watch watch = {.users = link->watch,
				   .users_count = link->watch_count};

	link_say(link, FRAME_WATCH, &watch);
}

void link_talk_begin(struct link *link)
{
	link->typing = false;
	link->post_pause = 0;
	if (!id_is_zero(&link->focus) || link->away)
		say_focus(link);
	if (link->watch_count)
		say_watch(link);
}

void link_focus(struct link *link, const struct id *room)
{
	struct id focus = {{0}};

	if (room)
		focus = *room;
	if (id_equal(&focus, &link->focus))
		return;
	link->focus = focus;
	say_focus(link);
}

void link_away(struct link *link, bool away)
{
	if (away == link->away)
		return;
	link->away = away;
	say_focus(link);
}

void link_watch(struct link *link, const struct id *users, size_t count)
{
	if (count > LIMIT_WATCH)
		count = LIMIT_WATCH;
	mem_free(link->watch);
	link->watch = mem_dup(users, count * sizeof(*users));
	link->watch_count = count;
	say_watch(link);
}

/* ---- got and read ---- */

void link_stored(struct link *link, const struct id *id, uint64_t seq)
{
	struct link_room *room = link_room_find(link, id);

	if (!room || seq <= room->got_want)
		return;
	room->got_want = seq;
	link->got_dirty = true;
}

void link_read(struct link *link, const struct id *id, uint64_t seq)
{
	struct link_room *room = link_room_find(link, id);

	if (!room || seq <= room->read_want)
		return;
	room->read_want = seq;
	link->read_dirty |= seq > room->read_sent;
}

static void say_got(struct link *link)
{
	struct body_room_seq rows[LIMIT_GOT_ROOMS];
	struct body_got got = {.rooms = rows};
	struct link_room *room;

	link->got_dirty = false;
	for (size_t at = 0; (room = map_next(&link->rooms, &at));) {
		if (room->got_want <= room->got_sent)
			continue;
		if (got.rooms_count == ARRAY_LEN(rows)) {
			link->got_dirty = true;
			break;
		}
		room->got_sent = room->got_want;
		rows[got.rooms_count++] =
			(struct body_room_seq){room->id, room->got_want};
	}
	if (got.rooms_count)
		link_say(link, FRAME_GOT, &got);
}

static void say_read(struct link *link)
{
	struct link_room *room;

	link->read_dirty = false;
	for (size_t at = 0; (room = map_next(&link->rooms, &at));) {
		struct body_read read = {.room = room->id, .seq = room->read_want};

		/* Beyond what the server has shown it would be refused. */
		if (room->read_want <= room->read_sent || room->read_want > room->head)
			continue;
		room->read_sent = room->read_want;
		link_say(link, FRAME_READ, &read);
	}
}

/* ---- typing ---- */

static void say_typing(struct link *link, bool on)
{
	struct body_typing typing = {.room = link->typing_room, .on = on};

	link->typing = on;
	link->typing_sent = clock_mono_ms(link->clock);
	link_say(link, FRAME_TYPING, &typing);
}

void link_typing(struct link *link, const struct id *room, bool on)
{
	uint64_t now = clock_mono_ms(link->clock);
	bool same = link->typing && id_equal(room, &link->typing_room);

	if (link->typing && (!same || !on))
		say_typing(link, false);
	if (!on || link->state != LINK_ONLINE)
		return;
	link->typing_room = *room;
	link->typing_last = now;
	if (!same || now - link->typing_sent >= LINK_TYPING_MS)
		say_typing(link, true);
}

/* ---- time ---- */

void link_talk_tick(struct link *link, uint64_t now)
{
	if (link->state != LINK_ONLINE)
		return;
	if (link->got_dirty && now >= link->got_ms) {
		link->got_ms = now + LIMIT_GOT_MS;
		say_got(link);
	}
	if (link->read_dirty && now >= link->read_ms) {
		link->read_ms = now + LIMIT_RECEIPT_MS;
		say_read(link);
	}
	if (link->typing && now - link->typing_last >= LINK_TYPED_MS)
		say_typing(link, false);
}

void link_talk_next(const struct link *link, uint64_t *next)
{
	if (link->got_dirty)
		link_sooner(next, link->got_ms ? link->got_ms : 1);
	if (link->read_dirty)
		link_sooner(next, link->read_ms ? link->read_ms : 1);
	if (link->typing)
		link_sooner(next, link->typing_last + LINK_TYPED_MS);
}
