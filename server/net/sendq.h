/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The packets that one connection still has to send: a ring of references that takes no
 *  memory while it is empty. What a slow receiver loses is decided in conn.c; here are
 *  only the queue and its byte count. Thread: loop. */
#ifndef CHAT_SERVER_NET_SENDQ_H
#define CHAT_SERVER_NET_SENDQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/net/packet.h"

struct sendq {
	struct packet **ring;
	uint32_t cap; /**< power of two, or 0 */
	uint32_t head;
	uint32_t count;
	size_t bytes; /**< of the texts */
};

void sendq_done(struct sendq *queue);
/** Queue @packet with a reference of its own. */
void sendq_push(struct sendq *queue, struct packet *packet);
/** The packet at @index, 0 = oldest, borrowed. */
struct packet *sendq_at(const struct sendq *queue, uint32_t index);
/** Drop the @count oldest ones. */
void sendq_drop(struct sendq *queue, uint32_t count);
/** Give back the ring of an empty queue: its owner is idle. */
void sendq_trim(struct sendq *queue);
typedef void sendq_drop_fn(struct packet *packet, void *ctx);
/** Drop every packet of @kind; @fn (or NULL) sees each before it goes. */
void sendq_drop_kind(struct sendq *queue, enum packet_kind kind, sendq_drop_fn *fn,
		     void *ctx);

#endif
