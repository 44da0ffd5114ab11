/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring of packet references. Most connections are idle most of the time, so the ring is
 * given back as soon as it is empty and too large to be worth keeping.
 */
#include "server/net/sendq.h"

#include <assert.h>

#include "common/base/mem.h"

#define RING_LEAST 4  /* the answer to one frame and an event or two */
#define RING_KEEP  16 /* slots that an empty queue may keep while its owner is busy */

static struct packet **slot(const struct sendq *queue, uint32_t index)
{
	return &queue->ring[(queue->head + index) & (queue->cap - 1)];
}

static void grow(struct sendq *queue)
{
	uint32_t cap = queue->cap ? queue->cap * 2 : RING_LEAST;
	struct packet **ring = mem_alloc(cap, sizeof(*ring));

	for (uint32_t i = 0; i < queue->count; i++) {
		ring[i] = *slot(queue, i);
	}
	mem_free(queue->ring);
	queue->ring = ring;
	queue->cap = cap;
	queue->head = 0;
}

void sendq_done(struct sendq *queue)
{
	sendq_drop(queue, queue->count);
	mem_free(queue->ring);
	*queue = (struct sendq){0};
}

void sendq_trim(struct sendq *queue)
{
	if (queue->count == 0) {
		sendq_done(queue);
	}
}

void sendq_push(struct sendq *queue, struct packet *packet)
{
	if (queue->count == queue->cap) {
		grow(queue);
	}
	*slot(queue, queue->count) = packet_ref(packet);
	queue->count++;
	queue->bytes += packet->len;
}

struct packet *sendq_at(const struct sendq *queue, uint32_t index)
{
	assert(index < queue->count);
	return *slot(queue, index);
}

void sendq_drop(struct sendq *queue, uint32_t count)
{
	assert(count <= queue->count);
	for (uint32_t i = 0; i < count; i++) {
		struct packet **packet = slot(queue, i);

		queue->bytes -= (*packet)->len;
		packet_unref(packet);
	}
	if (queue->cap > 0) {
		queue->head = (queue->head + count) & (queue->cap - 1);
	}
	queue->count -= count;
	if (queue->count == 0 && queue->cap > RING_KEEP) {
		mem_free(queue->ring);
		*queue = (struct sendq){0};
	}
}

void sendq_drop_kind(struct sendq *queue, enum packet_kind kind, sendq_drop_fn *fn,
		     void *ctx)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < queue->count; i++) {
		struct packet *packet = *slot(queue, i);

		*slot(queue, i) = NULL;
		if (packet->kind != kind) {
			*slot(queue, kept++) = packet;
			continue;
		}
		if (fn) {
			fn(packet, ctx);
		}
		queue->bytes -= packet->len;
		packet_unref(&packet);
	}
	queue->count = kept;
}
