/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms. What the server says of a room arrives whole and replaces the row, but for what
 * must never go back: head, read marker, and end-to-end encryption once it was seen.
 */
#include "client/cache/cache_room.h"

#include <string.h>

#include "client/cache/cache_event.h"
#include "client/cache/cache_inside.h"
#include "common/base/mem.h"
#include "common/proto/kind.h"

#define FIND_MOST 16 /* more of one name are refused as ambiguous anyway */

void cache_rooms_done(struct cache_rooms *rooms)
{
	mem_free(rooms->rooms);
	rows_done(&rooms->rows);
	*rooms = CACHE_ROOMS_INIT;
}

enum err room_key(struct cache *cache, const struct id *id, uint64_t *ret)
{
	struct query query = query_of(cache->db, STMT_ROOM_KEY);

	query_put_id(&query, id);
	return query_one_int(&query, ERR_NO_ROOM, ret);
}

static enum err put_row(struct cache *cache, const struct cache_room *room, uint64_t peer)
{
	struct query query = query_of(cache->db, STMT_ROOM_PUT);

	query_put_id(&query, &room->id);
	query_put_key(&query, peer);
	query_put_int(&query, (uint64_t)room->kind);
	query_put_int(&query, (uint64_t)room->security);
	query_put_int(&query, (uint64_t)room->history);
	query_put_int(&query, (uint64_t)room->role);
	query_put_int(&query, (uint64_t)room->level);
	query_put_text(&query, room->slug);
	query_put_text(&query, room->name);
	query_put_text(&query, room->topic);
	query_put_int(&query, room->members);
	query_put_int(&query, room->epoch);
	query_put_int(&query, room->head);
	query_put_int(&query, room->ord);
	query_put_int(&query, room->read);
	query_put_int(&query, room->unread);
	query_put_int(&query, room->mentions);
	query_put_int(&query, room->hidden);
	query_put_int(&query, room->muted_until_ms);
	query_put_int(&query, room->joined);
	query_put_int(&query, room->slow_ms);
	query_put_int(&query, (uint64_t)room->post_role);
	return query_run(&query);
}

static enum err put_last(struct cache *cache, const struct cache_room *room)
{
	uint64_t key, from;

	enum err err = room_key(cache, &room->id, &key);
	if (err == ERR_OK)
		err = user_key_make(cache, &room->last_from, &from);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_LAST);
	query_put_int(&query, key);
	query_put_int(&query, room->last_seq);
	query_put_int(&query, room->last_ts_ms);
	query_put_key(&query, from);
	query_put_text(&query, room->last_text);
	return query_run(&query);
}

/* Another epoch than the stored one: the events that are held are of another log. */
static enum err forget_other_epoch(struct cache *cache, const struct cache_room *room)
{
	struct query query = query_of(cache->db, STMT_ROOM_STATE);
	uint64_t epoch = room->epoch;

	query_put_id(&query, &room->id);
	if (query_next(&query)) {
		query_int(&query);
		epoch = query_int(&query);
	}
	enum err err = query_done(&query);
	if (err != ERR_OK || epoch == room->epoch)
		return err;
	return cache_event_reset(cache, &room->id, room->epoch);
}

enum err cache_room_put(struct cache *cache, const struct cache_room *room)
{
	struct scope scope;
	uint64_t peer = 0;

	enum err err = scope_begin(cache, &scope);
	if (err != ERR_OK)
		return err;
	err = forget_other_epoch(cache, room);
	if (err == ERR_OK)
		err = user_key_make(cache, &room->peer, &peer);
	if (err == ERR_OK)
		err = put_row(cache, room, peer);
	if (err == ERR_OK && room->last_seq > 0)
		err = put_last(cache, room);
	return scope_end(&scope, err);
}

static void read_room(struct query *query, struct cache_rooms *rooms)
{
	struct cache_room *room = list_add(&rooms->rooms, &rooms->count, sizeof(*room));

	room->id = query_id(query);
	room->peer = query_id(query);
	room->kind = (int)query_int(query);
	room->security = (int)query_int(query);
	room->history = (int)query_int(query);
	room->role = (int)query_int(query);
	room->level = (int)query_int(query);
	room->slug = query_bytes(query, &rooms->rows);
	room->name = query_bytes(query, &rooms->rows);
	room->topic = query_bytes(query, &rooms->rows);
	room->members = query_int(query);
	room->epoch = query_int(query);
	room->head = query_int(query);
	room->ord = query_int(query);
	room->read = query_int(query);
	room->unread = query_int(query);
	room->mentions = query_int(query);
	room->hidden = query_int(query);
	room->muted_until_ms = query_int(query);
	room->joined = query_int(query);
	room->seq = query_int(query);
	room->slow_ms = query_int(query);
	room->post_role = (int)query_int(query);
	room->last_seq = query_int(query);
	room->last_ts_ms = query_int(query);
	room->last_from = query_id(query);
	room->last_text = query_bytes(query, &rooms->rows);
	room->draft = query_int(query);
}

static enum err read_rooms(struct query *query, enum err none,
			   struct cache_rooms *ret_rooms)
{
	struct cache_rooms rooms = CACHE_ROOMS_INIT;

	while (query_next(query))
		read_room(query, &rooms);
	enum err err = query_done(query);
	if (err == ERR_OK && rooms.count == 0)
		err = none;
	if (err != ERR_OK) {
		cache_rooms_done(&rooms);
		return err;
	}
	*ret_rooms = rooms;
	return ERR_OK;
}

enum err cache_room_list(struct cache *cache, struct cache_rooms *ret_rooms)
{
	struct query query = query_of(cache->db, STMT_ROOM_LIST);

	return read_rooms(&query, ERR_OK, ret_rooms);
}

enum err cache_room_get(struct cache *cache, const struct id *id,
			struct cache_rooms *ret_rooms)
{
	struct query query = query_of(cache->db, STMT_ROOM_GET);

	query_put_id(&query, id);
	return read_rooms(&query, ERR_NO_ROOM, ret_rooms);
}

static enum err find_by_name(struct cache *cache, const char *name,
			     struct cache_rooms *ret_rooms)
{
	struct query query = query_of(cache->db, STMT_ROOM_FIND);

	query_put_text(&query, bytes_text(name));
	query_put_int(&query, FIND_MOST);
	return read_rooms(&query, ERR_OK, ret_rooms);
}

enum err cache_room_find(struct cache *cache, const char *text,
			 struct cache_rooms *ret_rooms)
{
	struct id id;

	if (text[0] == '@') {
		struct query query = query_of(cache->db, STMT_ROOM_FIND_DIRECT);
		query_put_text(&query, bytes_text(text + 1));
		return read_rooms(&query, ERR_OK, ret_rooms);
	}
	if (id_parse(text, strlen(text), &id) == ERR_OK) {
		enum err err = cache_room_get(cache, &id, ret_rooms);
		if (err != ERR_NO_ROOM)
			return err;
	}
	return find_by_name(cache, text[0] == '#' ? text + 1 : text, ret_rooms);
}

enum err cache_room_left(struct cache *cache, const struct id *id)
{
	uint64_t key;

	enum err err = room_key(cache, id, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_LEFT);
	query_put_int(&query, key);
	return query_run(&query);
}

enum err cache_room_read(struct cache *cache, const struct id *id, uint64_t read,
			 uint64_t unread, uint64_t mentions)
{
	uint64_t key;

	enum err err = room_key(cache, id, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_READ);
	query_put_int(&query, key);
	query_put_int(&query, read);
	query_put_int(&query, unread);
	query_put_int(&query, mentions);
	return query_run(&query);
}

enum err cache_room_level(struct cache *cache, const struct id *id, int level,
			  uint64_t muted_until_ms)
{
	uint64_t key;

	enum err err = room_key(cache, id, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_LEVEL);
	query_put_int(&query, key);
	query_put_int(&query, (uint64_t)level);
	query_put_int(&query, muted_until_ms);
	return query_run(&query);
}

enum err cache_room_texts(struct cache *cache, const struct id *id, struct bytes topic,
			  struct bytes slug, struct bytes name)
{
	uint64_t key;

	enum err err = room_key(cache, id, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_TEXTS);
	query_put_int(&query, key);
	query_put_text(&query, topic);
	query_put_text(&query, slug);
	query_put_text(&query, name);
	return query_run(&query);
}

enum err cache_room_rules(struct cache *cache, const struct id *id, uint64_t slow_ms,
			  int post_role)
{
	uint64_t key;

	enum err err = room_key(cache, id, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_RULES);
	query_put_int(&query, key);
	query_put_int(&query, slow_ms);
	query_put_int(&query, (uint64_t)post_role);
	return query_run(&query);
}

enum err cache_room_sealed(struct cache *cache, const struct id *id)
{
	uint64_t key;

	enum err err = room_key(cache, id, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_SEALED);
	query_put_int(&query, key);
	query_put_int(&query, SECURITY_MLS);
	return query_run(&query);
}

enum err cache_room_receipt(struct cache *cache, const struct id *room,
			    const struct id *user, uint64_t seq, bool got)
{
	uint64_t room_no, user_no;

	enum err err = room_key(cache, room, &room_no);
	if (err == ERR_OK)
		err = user_key_make(cache, user, &user_no);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_RECEIPT_PUT);
	query_put_int(&query, room_no);
	query_put_key(&query, user_no);
	/* What was read was received. */
	query_put_int(&query, got ? 0 : seq);
	query_put_int(&query, seq);
	return query_run(&query);
}

enum err cache_room_positions(struct cache *cache, struct cache_position *ret,
			      size_t limit, size_t *ret_count)
{
	struct query query = query_of(cache->db, STMT_ROOM_POSITIONS);
	size_t count = 0;

	query_put_int(&query, limit);
	while (query_next(&query)) {
		ret[count].room = query_id(&query);
		ret[count].epoch = query_int(&query);
		ret[count].seq = query_int(&query);
		count++;
	}
	enum err err = query_done(&query);
	if (err == ERR_OK)
		*ret_count = count;
	return err;
}
