/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms and seats by id, each with a stamp: forgetting is a new stamp, and what has an old
 * one is loaded again into the same place. What is noted stands on two lists.
 */
#include "server/store/seats.h"

#include <string.h>

#include "common/base/map.h"
#include "common/base/mem.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"

#define SEATS_MOST 16384 /* some 6 MiB; then it starts over */

/* A room whose log grows. */
struct known_room {
	int64_t key;
	uint64_t head, ord, last_ts;
	uint64_t stamp;
	bool noted;
	struct known_room *next; /* of those noted */
};

/* Somebody in a room; head, ord and last_ts stand in the room. */
struct known_seat {
	struct seat_row row;
	struct known_room *room;
	uint64_t stamp;
	int64_t more; /* unread-worthy messages since the last settling */
	bool noted;
	struct known_seat *next; /* of those noted */
};

struct seats {
	struct map rooms, seats;
	struct map pairs; /* the seats by their keys */
	struct known_room *noted_rooms;
	struct known_seat *noted_seats;
	uint64_t stamp, version;
};

struct seats *seats_new(uint64_t seed)
{
	struct seats *seats = mem_new(struct seats);

	map_init(&seats->rooms, seed);
	map_init(&seats->seats, seed);
	map_init(&seats->pairs, seed);
	seats->stamp = 1;
	return seats;
}

static void empty(struct map *map)
{
	uint64_t seed = map->seed;

	map_done(map);
	map_init(map, seed);
}

static void drop_all(struct seats *seats)
{
	void *value;

	for (size_t at = 0; (value = map_next(&seats->rooms, &at));)
		mem_free(value);
	for (size_t at = 0; (value = map_next(&seats->seats, &at));)
		mem_free(value);
	empty(&seats->rooms);
	empty(&seats->seats);
	empty(&seats->pairs);
}

void seats_free(struct seats **seats)
{
	if (!*seats)
		return;
	drop_all(*seats);
	mem_free(*seats);
	*seats = NULL;
}

void seats_forget(struct seats *seats)
{
	if (!seats)
		return;
	for (struct known_room *room = seats->noted_rooms; room; room = room->next)
		room->noted = false;
	for (struct known_seat *seat = seats->noted_seats; seat; seat = seat->next)
		seat->noted = false;
	seats->noted_rooms = NULL;
	seats->noted_seats = NULL;
	seats->stamp++;
}

void seats_check_version(struct seats *seats, uint64_t version)
{
	if (seats->version != version) {
		seats->version = version;
		seats_forget(seats);
	}
}

/* Past the driver's door, since these are the changes that were noted. */
static enum err write_room(struct store *store, const struct known_room *room)
{
	return store->driver->run(store->db, STMT_room_head,
				  VALUES(value_int(room->key),
					 value_int((int64_t)room->head),
					 value_int((int64_t)room->ord),
					 value_int((int64_t)room->last_ts), value_int(1)),
				  NULL, NULL);
}

static enum err write_seat(struct store *store, const struct known_seat *seat)
{
	const struct seat_row *row = &seat->row;

	return store->driver->run(store->db, STMT_member_said,
				  VALUES(value_int(row->room), value_int(row->account),
					 value_int(seat->more),
					 value_int((int64_t)row->said_ms)),
				  NULL, NULL);
}

enum err seats_settle(struct store *store)
{
	struct seats *seats = store->seats;

	while (seats && seats->noted_rooms) {
		struct known_room *room = seats->noted_rooms;
		enum err err = write_room(store, room);
		if (err)
			return err;
		room->noted = false;
		seats->noted_rooms = room->next;
	}
	while (seats && seats->noted_seats) {
		struct known_seat *seat = seats->noted_seats;
		enum err err = write_seat(store, seat);
		if (err)
			return err;
		seat->noted = false;
		seats->noted_seats = seat->next;
	}
	return ERR_OK;
}

/* What a statement does to what is remembered. One that is not named here may do anything:
 * forgotten is more than right, and costs a look-up for each seat. */
enum touch {
	ANYTHING,
	NOTHING,  /* changes no row of a seat, reads no column that is noted */
	ONE_SEAT, /* changes the member $1, $2 alone */
};

static const uint8_t touches[STMT_COUNT] = {
	[STMT_account_seen] = NOTHING,      [STMT_event_add] = NOTHING,
	[STMT_event_brief] = NOTHING,       [STMT_event_dup] = NOTHING,
	[STMT_log_add] = NOTHING,           [STMT_log_next] = NOTHING,
	[STMT_member_rooms] = NOTHING,      [STMT_member_level] = NOTHING,
	[STMT_member_named] = NOTHING,      [STMT_notification_add] = NOTHING,
	[STMT_notification_trim] = NOTHING, [STMT_mention_read] = NOTHING,
	[STMT_meta_get] = NOTHING,          [STMT_meta_put] = NOTHING,
	[STMT_position_put] = NOTHING,      [STMT_search_add_range] = NOTHING,
	[STMT_search_end] = NOTHING,        [STMT_search_merge] = NOTHING,
	[STMT_seat_blocked] = NOTHING,      [STMT_session_by_id] = NOTHING,
	[STMT_seat_get] = NOTHING, /* seats_keep() puts in what is noted */
	[STMT_user_by_id] = NOTHING,        [STMT_member_set_got] = ONE_SEAT,
	[STMT_member_set_read] = ONE_SEAT,
};

/* The keys of both as one. */
static struct id pair_of(int64_t room, int64_t account)
{
	struct id pair;

	memcpy(pair.bytes, &room, sizeof(room));
	memcpy(pair.bytes + sizeof(room), &account, sizeof(account));
	return pair;
}

enum err seats_before(struct store *store, enum stmt stmt, const struct value *args)
{
	if (!store->seats || touches[stmt] == NOTHING)
		return ERR_OK;
	enum err err = seats_settle(store);
	if (err || stmt_is_query(stmt))
		return err;
	if (touches[stmt] == ONE_SEAT) {
		struct id pair = pair_of(args[0].num, args[1].num);
		struct known_seat *seat = map_get(&store->seats->pairs, &pair);
		if (seat)
			seat->stamp = 0;
		return ERR_OK;
	}
	seats_forget(store->seats);
	return ERR_OK;
}

/* Ids of rooms come from peers, so two pairs may be made to share a key: who finds must
 * compare. */
static struct id key_of(const struct id *room, const struct id *user)
{
	struct id key;

	for (size_t i = 0; i < ID_LEN; i++)
		key.bytes[i] = room->bytes[i] ^ user->bytes[ID_LEN - 1 - i];
	return key;
}

static struct known_seat *find(const struct seats *seats, const struct id *room,
			       const struct id *user)
{
	struct id key = key_of(room, user);
	struct known_seat *seat = map_get(&seats->seats, &key);

	if (!seat || seat->stamp != seats->stamp || !id_equal(&seat->row.user, user) ||
	    !id_equal(&seat->row.room_id, room))
		return NULL;
	return seat;
}

static void put_in(const struct known_room *room, struct seat_row *seat)
{
	seat->head = room->head;
	seat->ord = room->ord;
	seat->last_ts = room->last_ts;
}

bool seats_find(const struct store *store, const struct id *room, const struct id *user,
		struct seat_row *ret_seat)
{
	const struct known_seat *seat =
		store->seats ? find(store->seats, room, user) : NULL;

	if (!seat)
		return false;
	*ret_seat = seat->row;
	put_in(seat->room, ret_seat);
	return true;
}

static struct known_room *known_room(const struct seats *seats,
				     const struct seat_row *row)
{
	struct known_room *room = map_get(&seats->rooms, &row->room_id);

	return room && room->stamp == seats->stamp ? room : NULL;
}

static struct known_room *keep_room(struct seats *seats, const struct seat_row *row)
{
	struct known_room *room = map_get(&seats->rooms, &row->room_id);

	if (room && room->stamp == seats->stamp)
		return room;
	if (!room) {
		room = mem_new(struct known_room);
		map_put(&seats->rooms, &row->room_id, room);
	}
	*room = (struct known_room){
		.key = row->room,
		.head = row->head,
		.ord = row->ord,
		.last_ts = row->last_ts,
		.stamp = seats->stamp,
	};
	return room;
}

/* The place for @row; NULL where there is none. */
static struct known_seat *keep_seat(struct seats *seats, const struct seat_row *row)
{
	struct id key = key_of(&row->room_id, &row->user);
	struct known_seat *seat = map_get(&seats->seats, &key);

	struct id pair = pair_of(row->room, row->account);

	if (seat && seat->noted)
		return NULL; /* another pair with this key has said something */
	if (seat) {
		struct id before = pair_of(seat->row.room, seat->row.account);
		map_remove(&seats->pairs, &before);
	} else {
		seat = mem_new(struct known_seat);
		map_put(&seats->seats, &key, seat);
	}
	map_put(&seats->pairs, &pair, seat);
	return seat;
}

/* When it is full, it starts over as soon as nothing is noted. */
static bool has_space(struct seats *seats)
{
	if (seats->seats.count < SEATS_MOST && seats->rooms.count < SEATS_MOST)
		return true;
	if (seats->noted_rooms || seats->noted_seats)
		return false;
	drop_all(seats);
	return true;
}

void seats_keep(struct store *store, struct seat_row *row)
{
	struct seats *seats = store->seats;

	if (!seats || store->depth != 1)
		return; /* and nothing is noted at this time */
	struct known_room *room = known_room(seats, row);
	if (room)
		put_in(room, row);
	if (!row->has_row || !has_space(seats))
		return;
	room = keep_room(seats, row);
	struct known_seat *seat = keep_seat(seats, row);
	if (seat)
		*seat = (struct known_seat){
			.row = *row,
			.room = room,
			.stamp = seats->stamp,
		};
}

/* The place where something about @row is noted; NULL where nothing may be. */
static struct known_seat *place(const struct store *store, const struct seat_row *row)
{
	if (!store->seats || store->depth != 1)
		return NULL;
	return find(store->seats, &row->room_id, &row->user);
}

bool seats_notes(const struct store *store, const struct seat_row *row)
{
	return place(store, row) != NULL;
}

bool seats_note_head(struct store *store, const struct seat_row *row)
{
	struct known_seat *seat = place(store, row);

	if (!seat)
		return false;
	struct known_room *room = seat->room;
	room->head = row->head;
	room->ord = row->ord;
	room->last_ts = row->last_ts;
	if (!room->noted) {
		room->noted = true;
		room->next = store->seats->noted_rooms;
		store->seats->noted_rooms = room;
	}
	return true;
}

bool seats_note_said(struct store *store, const struct seat_row *row, bool worthy,
		     uint64_t ts)
{
	struct known_seat *seat = place(store, row);

	if (!seat)
		return false;
	seat->row.own += worthy;
	seat->row.said_ms = ts;
	if (!seat->noted) {
		seat->noted = true;
		seat->more = 0;
		seat->next = store->seats->noted_seats;
		store->seats->noted_seats = seat;
	}
	seat->more += worthy;
	return true;
}
