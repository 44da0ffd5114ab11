/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Somebody is online while a connection listens to the user's own topic. Coming and going
 * is published under a topic beside it, two seconds later, so that a storm of reconnects
 * costs its watchers nothing. Whom more than LIMIT_PRESENCE_ROOM watch is not told live:
 * they see it when they look (watch).
 */
#include "server/on/presence.h"

#include "common/base/map.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/on/hear.h"
#include "server/on/session.h"

struct changed {
	struct id user;
	enum presence_state told; /* what watchers believe; 0: not all the same */
	uint64_t due_ms;
};

struct presences {
	struct map map; /* user → number of his row, from 1 on */
	struct changed *rows;
	size_t count, cap;
	uintptr_t gone; /* rows that were before these */
};

struct presences *presences_new(uint64_t seed)
{
	struct presences *presences = mem_new(struct presences);

	map_init(&presences->map, seed);
	return presences;
}

void presences_free(struct presences **presences)
{
	if (*presences) {
		map_done(&(*presences)->map);
		mem_free((*presences)->rows);
		mem_free(*presences);
		*presences = NULL;
	}
}

/* User ids are random, so it meets no other. */
static struct id topic_beside(const struct id *user, uint8_t bits)
{
	struct id topic = *user;

	for (size_t i = 0; i < ID_LEN; i++) {
		topic.bytes[i] ^= bits;
	}
	return topic;
}

struct id presence_topic(const struct id *user)
{
	return topic_beside(user, 0xff);
}

struct id presence_away_topic(const struct id *user)
{
	return topic_beside(user, 0x55);
}

enum presence_state presence_state(const struct server *server, const struct id *user)
{
	struct id away = presence_away_topic(user);
	size_t count = server->bus->count(server->bus, user);

	if (count == 0) {
		return PRESENCE_OFFLINE;
	}
	return server->bus->count(server->bus, &away) < count ? PRESENCE_ONLINE
							      : PRESENCE_AWAY;
}

struct packet *presence_packet(const struct id *user, enum presence_state state,
			       uint64_t at_ms)
{
	struct body_presence body = {.user = *user, .state = state, .at = at_ms};
	struct buf text = BUF_INIT;

	frame_write_presence(&text, &body);
	struct packet *packet = packet_new(PACKET_SOFT, buf_view(&text));

	buf_done(&text);
	return packet;
}

void presence_changed(struct server *server, const struct id *user,
		      enum presence_state before)
{
	struct presences *presences = server->presences;
	struct id topic = presence_topic(user);
	size_t watchers = server->bus->count(server->bus, &topic);

	if (watchers == 0 || watchers > LIMIT_PRESENCE_ROOM ||
	    map_get(&presences->map, user)) {
		return; /* nobody looks, too many do, or it is told anyway */
	}
	if (presences->count == presences->cap) {
		presences->cap = mem_grow(presences->cap, presences->count + 1);
		presences->rows = mem_resize(presences->rows, presences->cap,
					     sizeof(*presences->rows));
	}
	presences->rows[presences->count++] = (struct changed){
		*user, before, clock_mono_ms(&server->clock) + LIMIT_PRESENCE_MS};
	map_put(&presences->map, user, (void *)(presences->gone + presences->count));
}

void presence_told(struct server *server, const struct id *user,
		   enum presence_state state)
{
	struct presences *presences = server->presences;
	uintptr_t number = (uintptr_t)map_get(&presences->map, user);

	if (number) {
		struct changed *row = &presences->rows[number - presences->gone - 1];
		if (row->told != state)
			row->told = 0;
	}
}

static void tell(struct server *server, const struct changed *row)
{
	enum presence_state state = presence_state(server, &row->user);
	struct id topic = presence_topic(&row->user);
	struct heard heard = {.kind = HEARD_PRESENCE};

	if (state == row->told || !heard_wanted(server, &topic)) {
		return;
	}
	heard.packet = presence_packet(&row->user, state, clock_now_ms(&server->clock));
	heard_publish(server, &topic, &heard);
	packet_unref(&heard.packet);
}

/* Rows are in the order in which they are due. */
void presences_tell(struct server *server)
{
	struct presences *presences = server->presences;
	uint64_t now = clock_mono_ms(&server->clock);
	size_t due = 0;

	while (due < presences->count && presences->rows[due].due_ms <= now) {
		tell(server, &presences->rows[due]);
		map_remove(&presences->map, &presences->rows[due++].user);
	}
	if (due == 0) {
		return;
	}
	presences->count -= due;
	presences->gone += due;
	for (size_t i = 0; i < presences->count; i++) {
		presences->rows[i] = presences->rows[i + due];
	}
}
