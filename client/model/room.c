/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of rooms. It is sorted when something about it changed, by the group that a
 * room belongs to and then by what a person looks for in that group.
 */
#include "client/model/room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/mem.h"

void rooms_init(struct rooms *rooms, uint64_t seed)
{
	*rooms = (struct rooms){.seed = seed};
	map_init(&rooms->by_id, seed);
}

static void room_free(struct room *room)
{
	timeline_done(&room->timeline);
	roster_done(&room->roster);
	draft_done(&room->draft);
	str_done(&room->name);
	str_done(&room->topic);
	str_done(&room->last_text);
	mem_free(room);
}

void rooms_done(struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->count; i++)
		room_free(rooms->rows[i]);
	mem_free(rooms->rows);
	map_done(&rooms->by_id);
	*rooms = (struct rooms){0};
}

struct room *rooms_find(const struct rooms *rooms, const struct id *id)
{
	return map_get(&rooms->by_id, id);
}

struct room *rooms_get(struct rooms *rooms, const struct id *id, enum room_kind kind)
{
	struct room *room = rooms_find(rooms, id);

	if (room)
		return room;
	if (rooms->count == rooms->cap) {
		rooms->cap = mem_grow(rooms->cap, rooms->count + 1);
		rooms->rows = mem_resize(rooms->rows, rooms->cap, sizeof(struct room *));
	}
	room = mem_new(struct room);
	room->id = *id;
	room->kind = kind;
	room->level = LEVEL_ALL;
	room->name = STR_INIT;
	room->topic = STR_INIT;
	room->last_text = STR_INIT;
	room->draft.text = STR_INIT;
	timeline_init(&room->timeline, rooms->seed);
	rooms->rows[rooms->count++] = room;
	map_put(&rooms->by_id, id, room);
	return room;
}

bool rooms_remove(struct rooms *rooms, const struct id *id)
{
	struct room *room = map_remove(&rooms->by_id, id);
	size_t at = 0;

	if (!room)
		return false;
	while (rooms->rows[at] != room)
		at++;
	memmove(rooms->rows + at, rooms->rows + at + 1,
		(rooms->count - at - 1) * sizeof(struct room *));
	rooms->count--;
	if (id_equal(&rooms->current, id))
		rooms->current = (struct id){0};
	room_free(room);
	return true;
}

struct room *rooms_current(const struct rooms *rooms)
{
	return id_is_zero(&rooms->current) ? NULL : rooms_find(rooms, &rooms->current);
}

enum room_group room_group(const struct rooms *rooms, const struct room *room)
{
	bool waits = room->mentions > 0 || (room->unread > 0 && room->level == LEVEL_ALL);

	if (room->left)
		return GROUP_LEFT;
	if (waits && !id_equal(&rooms->current, &room->id))
		return GROUP_UNREAD;
	return room->kind == ROOM_DIRECT ? GROUP_DIRECT : GROUP_ROOMS;
}

struct order {
	const struct rooms *rooms;
	const struct people *people;
};

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_peer(const struct people *people, const struct room *a,
		   const struct room *b)
{
	struct id_text at, bt;

	return strcasecmp(people_name(people, &a->peer, &at),
			  people_name(people, &b->peer, &bt));
}

static int compare(const void *left, const void *right, void *ctx)
{
	const struct room *a = *(struct room *const *)left;
	const struct room *b = *(struct room *const *)right;
	const struct order *order = ctx;
	enum room_group group = room_group(order->rooms, a);
	int by = (int)group - (int)room_group(order->rooms, b);

	if (by == 0 && group == GROUP_UNREAD)
		by = (b->mentions > 0) - (a->mentions > 0);
	if (by == 0 && group == GROUP_ROOMS)
		by = strcasecmp(a->name.ptr, b->name.ptr);
	else if (by == 0)
		by = by_number(b->last_ms, a->last_ms);
	if (by == 0 && group == GROUP_DIRECT)
		by = by_peer(order->people, a, b);
	return by ? by : id_compare(&a->id, &b->id);
}

void rooms_sort(struct rooms *rooms, const struct people *people)
{
	struct order order = {.rooms = rooms, .people = people};

	if (rooms->count > 1)
		qsort_r(rooms->rows, rooms->count, sizeof(struct room *), compare,
			&order);
}

struct room *rooms_direct(const struct rooms *rooms, const struct id *user)
{
	for (size_t i = 0; i < rooms->count; i++) {
		struct room *room = rooms->rows[i];
		if (room->kind == ROOM_DIRECT && id_equal(&room->peer, user))
			return room;
	}
	return NULL;
}

enum err rooms_named(const struct rooms *rooms, const struct people *people,
		     const char *name, struct room **ret_room)
{
	struct room *found = NULL;
	struct id id;

	if (name[0] == '@') {
		const struct person *person =
			people_named(people, name + 1, strlen(name + 1));
		found = person ? rooms_direct(rooms, &person->id) : NULL;
		if (found)
			*ret_room = found;
		return found ? ERR_OK : ERR_NO_ROOM;
	}
	if (id_parse(name, strlen(name), &id) == ERR_OK)
		found = rooms_find(rooms, &id);
	name += name[0] == '#';
	for (size_t i = 0; !found && i < rooms->count; i++)
		if (rooms->rows[i]->kind == ROOM_PUBLIC &&
		    str_equal(&rooms->rows[i]->name, name))
			found = rooms->rows[i];
	/* A slug is unique; private names need not be. */
	for (size_t i = 0; (!found || found->kind == ROOM_PRIVATE) && i < rooms->count;
	     i++) {
		struct room *room = rooms->rows[i];
		if (room == found || room->kind == ROOM_DIRECT || !room->name.len ||
		    !str_equal(&room->name, name))
			continue;
		if (found && !found->left && !room->left)
			return ERR_AMBIGUOUS;
		if (!found || found->left)
			found = room;
	}
	if (!found)
		return ERR_NO_ROOM;
	*ret_room = found;
	return ERR_OK;
}

struct room *rooms_next_unread(const struct rooms *rooms, bool mentions_only)
{
	size_t at = 0;
	struct room *unread = NULL;

	while (at < rooms->count && !id_equal(&rooms->rows[at]->id, &rooms->current))
		at++;
	for (size_t i = 1; i <= rooms->count; i++) {
		struct room *room = rooms->rows[(at + i) % rooms->count];
		if (id_equal(&room->id, &rooms->current))
			continue;
		if (room->mentions)
			return room;
		if (!unread && room->unread && room->level == LEVEL_ALL)
			unread = room;
	}
	return mentions_only ? NULL : unread;
}

void room_title(const struct room *room, const struct people *people, struct str *out)
{
	struct id_text text;

	if (room->kind == ROOM_DIRECT) {
		str_add(out, people_name(people, &room->peer, &text));
		return;
	}
	str_add(out, "#");
	if (room->name.len) {
		str_add_len(out, room->name.ptr, room->name.len);
		return;
	}
	text = id_text(&room->id);
	str_add_len(out, text.text, 8);
}
