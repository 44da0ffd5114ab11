/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes out of one connection. Packets are queued by reference; a flush puts as many
 * as fit into one message (for who said batch) and writes it, until the transport is
 * choked. A slow receiver loses in steps, and never slows another: first what is stale in
 * a second (typing), then the events' bodies (`lag`: the log has them), then the
 * connection, resumable.
 */
#include "server/net/conn.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/frame.h"
#include "common/proto/limits.h"
#include "server/net/conns.h"

static void mark_dirty(struct conn *conn)
{
	if (!conn->dirty && !conn->waiting) {
		conn->dirty = true;
		conn->dirty_next = conn->table->dirty;
		conn->table->dirty = conn;
	}
}

static void lag_note(struct packet *packet, void *ctx)
{
	struct conn *conn = ctx;

	for (size_t i = 0; i < conn->lag_count; i++) {
		if (id_equal(&conn->lag[i].room, &packet->room)) {
			conn->lag[i].head = packet->seq;
			return;
		}
	}
	if (conn->lag_count == conn->lag_cap) {
		conn->lag_cap = mem_grow(conn->lag_cap, conn->lag_count + 1);
		conn->lag = mem_resize(conn->lag, conn->lag_cap, sizeof(*conn->lag));
	}
	conn->lag[conn->lag_count++] = (struct conn_lag){packet->room, packet->seq};
}

/* Whether @packet was taken care of by dropping, withholding or closing. */
static bool degrade(struct conn *conn, struct packet *packet)
{
	size_t bytes = conn->queue.bytes + packet->len;

	if (packet->kind == PACKET_SOFT && bytes >= LIMIT_QUEUE_SOFT) {
		conn->table->counts.dropped++;
		return true;
	}
	if (packet->kind == PACKET_EVENT && conn->lag_count > 0) {
		lag_note(packet, conn); /* in order behind what is withheld already */
		return true;
	}
	if (packet->kind == PACKET_EVENT && bytes >= LIMIT_QUEUE_LAG) {
		conn->table->counts.lagged++;
		sendq_drop_kind(&conn->queue, PACKET_EVENT, lag_note, conn);
		lag_note(packet, conn);
		return true;
	}
	if (bytes >= LIMIT_QUEUE_HARD) {
		conn_close(conn, CLOSE_SLOW, "too slow");
		return true;
	}
	return false;
}

void conn_push(struct conn *conn, struct packet *packet)
{
	if (conn->state == CONN_CLOSED) {
		return;
	}
	/* What queues up within one turn is no sign of slowness: the first flush will show. */
	if (conn->waiting || conn->queue.bytes + packet->len >= LIMIT_QUEUE_LAG) {
		if (!conn->waiting) {
			conn_flush(conn);
		}
		if (conn->state == CONN_CLOSED ||
		    (conn->waiting && degrade(conn, packet))) {
			return;
		}
	}
	sendq_push(&conn->queue, packet);
	mark_dirty(conn);
}

void conn_say(struct conn *conn, struct bytes text)
{
	struct packet *packet = packet_new(PACKET_SURE, text);

	conn_push(conn, packet);
	packet_unref(&packet);
}

/* The rooms that were withheld, once the queue is empty again. */
static void lag_tell(struct conn *conn)
{
	for (size_t i = 0; i < conn->lag_count; i++) {
		struct body_lag body = {.room = conn->lag[i].room,
					.head = conn->lag[i].head};
		struct buf text = BUF_INIT;

		frame_write_lag(&text, &body);
		struct packet *packet = packet_new(PACKET_SURE, buf_view(&text));
		sendq_push(&conn->queue, packet);
		packet_unref(&packet);
		buf_done(&text);
	}
	mem_free(conn->lag);
	conn->lag = NULL;
	conn->lag_count = conn->lag_cap = 0;
}

void coalesced_clear(struct coalesced *joint)
{
	for (uint32_t i = 0; i < joint->count; i++) {
		packet_unref(&joint->parts[i]);
	}
	joint->count = 0;
	joint->len = 0;
}

/* How many packets from the front fit into one message, newlines counted. */
static uint32_t fitting(const struct conn *conn)
{
	size_t len = 0;
	uint32_t count = 0;

	while (count < conn->queue.count) {
		len += sendq_at(&conn->queue, count)->len + 1;
		if (len > COALESCE_MAX && count > 0) {
			break;
		}
		count++;
	}
	return count;
}

static bool same_parts(const struct coalesced *joint, const struct sendq *queue,
		       uint32_t count)
{
	if (joint->count != count) {
		return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (joint->parts[i] != sendq_at(queue, i)) {
			return false;
		}
	}
	return true;
}

static void join(struct coalesced *joint, const struct sendq *queue, uint32_t count)
{
	coalesced_clear(joint);
	if (!joint->memory) {
		joint->memory = mem_alloc(1, PACKET_HEAD + COALESCE_MAX);
	}
	if (joint->cap < count) {
		joint->cap = (uint32_t)mem_grow(joint->cap, count);
		joint->parts =
			mem_resize(joint->parts, joint->cap, sizeof(struct packet *));
	}
	for (uint32_t i = 0; i < count; i++) {
		struct packet *packet = sendq_at(queue, i);

		if (i > 0) {
			joint->memory[PACKET_HEAD + joint->len++] = '\n';
		}
		memcpy(joint->memory + PACKET_HEAD + joint->len, packet->text,
		       packet->len);
		joint->len += packet->len;
		joint->parts[i] = packet_ref(packet);
	}
	joint->count = count;
}

/* One message: the oldest packet alone, or with those behind it. */
static bool write_some(struct conn *conn)
{
	uint32_t count = conn->batch ? fitting(conn) : 1;
	struct packet *first = sendq_at(&conn->queue, 0);
	bool written;

	if (count == 1) {
		written = conn->io->write(conn, first->text, first->len);
	} else {
		struct coalesced *joint = &conn->table->joint;

		if (!same_parts(joint, &conn->queue, count)) {
			join(joint, &conn->queue, count);
		}
		written = conn->io->write(conn, joint->memory + PACKET_HEAD, joint->len);
	}
	conn->table->counts.messages++;
	conn->table->counts.frames += count;
	conn->table->counts.bytes += count == 1 ? first->len : conn->table->joint.len;
	sendq_drop(&conn->queue, count);
	return written;
}

void conn_flush(struct conn *conn)
{
	if (conn->state == CONN_CLOSED) {
		return;
	}
	conn->waiting = false;
	while (conn->queue.count > 0 || conn->lag_count > 0) {
		if (conn->io->choked(conn)) {
			conn->waiting = true;
			conn->io->want_write(conn);
			return;
		}
		conn->moved_ms = clock_mono_ms(conn->table->clock);
		if (conn->queue.count == 0) {
			lag_tell(conn);
		}
		if (!write_some(conn)) {
			conn_close(conn, CLOSE_SLOW, "write failed");
			return;
		}
	}
}

void conn_close(struct conn *conn, unsigned code, const char *why)
{
	if (conn->state == CONN_CLOSED) {
		return;
	}
	conn->table->counts.slow += code == CLOSE_SLOW;
	if (!conn->waiting) {
		while (conn->queue.count > 0 && !conn->io->choked(conn)) {
			if (!write_some(conn)) {
				break;
			}
		}
	}
	conn->state = CONN_CLOSED;
	conn->io->close(conn, code, why);
}
