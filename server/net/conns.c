/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of connections: slots with a generation, so that a task which comes back can
 * tell its connection from a later one in the same place; the dirty list; deadlines. One
 * sweep per second looks at every connection: at ten thousand that is less than a
 * millisecond, and there is no timer to arm and disarm per message.
 */
#include "server/net/conns.h"

#include <assert.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"

#define PING_MS (LIMIT_PING_S * 1000)

struct conns *conns_new(const struct conns_config *config)
{
	struct conns *conns = mem_new(struct conns);

	conns->clock = config->clock;
	conns->handler = config->handler;
	conns->owner = config->owner;
	conns->most = config->most;
	conns->free = SLOT_NONE;
	return conns;
}

void conns_free(struct conns **conns)
{
	if (!*conns) {
		return;
	}
	assert((*conns)->count == 0);
	coalesced_clear(&(*conns)->joint);
	mem_free((*conns)->joint.parts);
	mem_free((*conns)->joint.memory);
	mem_free((*conns)->slots);
	mem_free(*conns);
	*conns = NULL;
}

static uint32_t slot_take(struct conns *conns)
{
	uint32_t at = conns->free;

	if (at != SLOT_NONE) {
		conns->free = conns->slots[at].next_free;
		return at;
	}
	if (conns->used == conns->cap) {
		conns->cap = conns->cap ? conns->cap * 2 : 64;
		conns->slots =
			mem_resize(conns->slots, conns->cap, sizeof(*conns->slots));
	}
	at = conns->used++;
	conns->slots[at] = (struct slot){.generation = 1};
	return at;
}

enum err conn_add(struct conns *conns, const struct conn_io *io, void *carrier,
		  const struct peer *peer, struct conn **ret_conn)
{
	if (conns->count >= conns->most) {
		return ERR_BUSY;
	}
	struct conn *conn = mem_new(struct conn);
	uint32_t at = slot_take(conns);
	uint64_t now = clock_mono_ms(conns->clock);

	*conn = (struct conn){
		.table = conns,
		.owner = conns->owner,
		.io = io,
		.carrier = carrier,
		.ref = {at, conns->slots[at].generation},
		.born_ms = now,
		.heard_ms = now,
		.moved_ms = now,
		.partial = STR_INIT,
		.peer = *peer,
	};
	conns->slots[at].conn = conn;
	conns->count++;
	conns->counts.opened++;
	*ret_conn = conn;
	return ERR_OK;
}

void conn_opened(struct conn *conn)
{
	conn->table->handler->opened(conn);
}

static void dirty_remove(struct conn *conn)
{
	for (struct conn **at = &conn->table->dirty; *at; at = &(*at)->dirty_next) {
		if (*at == conn) {
			*at = conn->dirty_next;
			return;
		}
	}
}

void conn_remove(struct conn **conn)
{
	struct conn *gone = *conn;

	*conn = NULL;
	if (!gone) {
		return;
	}
	struct conns *conns = gone->table;
	struct slot *slot = &conns->slots[gone->ref.slot];

	gone->state = CONN_CLOSED;
	conns->handler->ended(gone);
	if (gone->dirty) {
		dirty_remove(gone);
	}
	slot->conn = NULL;
	slot->generation++;
	slot->next_free = conns->free;
	conns->free = gone->ref.slot;
	conns->count--;
	sendq_done(&gone->queue);
	str_done(&gone->partial);
	mem_free(gone->lag);
	mem_free(gone);
}

struct conn *conn_find(struct conns *conns, struct conn_ref ref)
{
	if (ref.slot >= conns->used) {
		return NULL;
	}
	struct slot *slot = &conns->slots[ref.slot];

	return slot->generation == ref.generation ? slot->conn : NULL;
}

size_t conns_count(const struct conns *conns)
{
	return conns->count;
}

const struct conn_counts *conns_counts(const struct conns *conns)
{
	return &conns->counts;
}

void conns_each(struct conns *conns, void (*fn)(struct conn *conn, void *ctx), void *ctx)
{
	for (uint32_t i = 0; i < conns->used; i++) {
		if (conns->slots[i].conn) {
			fn(conns->slots[i].conn, ctx);
		}
	}
}

void conns_flush(struct conns *conns)
{
	while (conns->dirty) {
		struct conn *conn = conns->dirty;

		conns->dirty = conn->dirty_next;
		conn->dirty = false;
		conn_flush(conn);
	}
	coalesced_clear(&conns->joint);
}

/* The deadlines of one connection, each with its close code. */
static void check(struct conn *conn, uint64_t now)
{
	if (conn->state == CONN_CLOSED) {
		return;
	}
	if (conn->state == CONN_NEW && now - conn->born_ms >= LIMIT_LOGIN_MS) {
		conn_close(conn, CLOSE_PROTOCOL, "no hello");
	} else if ((conn->partial.len > 0 || conn->fragments > 0) &&
		   now - conn->partial_ms >= LIMIT_MESSAGE_MS) {
		conn_close(conn, CLOSE_PROTOCOL, "message not completed");
	} else if (conn->waiting && now - conn->moved_ms >= LIMIT_STALL_MS) {
		conn_close(conn, CLOSE_SLOW, "no progress");
	} else if (conn->pinged && now - conn->heard_ms >= PING_MS + LIMIT_PONG_MS) {
		conn_close(conn, CLOSE_SLOW, "no answer to ping");
	} else if (!conn->pinged && now - conn->heard_ms >= PING_MS) {
		conn->pinged = true;
		conn->io->ping(conn);
	}
	if (conn->queue.count == 0) {
		sendq_trim(&conn->queue);
	}
}

void conns_tick(struct conns *conns)
{
	uint64_t now = clock_mono_ms(conns->clock);

	for (uint32_t i = 0; i < conns->used; i++) {
		struct conn *conn = conns->slots[i].conn;

		if (conn) {
			check(conn, now);
			conns->handler->tick(conn, now);
		}
	}
}
