/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The inside of the connection table, for conn.c, conns.c and input.c alone.
 *  Thread: loop. */
#ifndef CHAT_SERVER_NET_CONNS_H
#define CHAT_SERVER_NET_CONNS_H

#include "server/net/conn.h"

/** Bytes of frames that share one message: what lws takes in one write. */
#define COALESCE_MAX 65536

/** The message that was put together last, kept for the length of one flush: receivers
 *  of the same room have the same queue, so it is copied once for all of them. */
struct coalesced {
	uint8_t *memory; /**< PACKET_HEAD bytes, then the text */
	size_t len;
	struct packet **parts; /**< referenced */
	uint32_t count, cap;
};

struct slot {
	struct conn *conn; /**< NULL = free */
	uint32_t generation;
	uint32_t next_free;
};

struct conns {
	const struct clock *clock;
	const struct conn_handler *handler;
	void *owner;
	size_t most, count;
	struct slot *slots;
	uint32_t used, cap; /**< slots that were ever taken; of the array */
	uint32_t free;      /**< first free slot, or SLOT_NONE */
	struct conn *dirty;
	struct coalesced joint;
	struct conn_counts counts;
};

#define SLOT_NONE UINT32_MAX

/** Forget the message that was put together last. */
void coalesced_clear(struct coalesced *joint);

#endif
