/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One serialised server frame, shared by reference among all who get it. Head-room lies
 *  before the text, so that a transport can write its header in place.
 *  Thread: loop. */
#ifndef CHAT_SERVER_NET_PACKET_H
#define CHAT_SERVER_NET_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/id.h"

/** Bytes in front of the text that the transport may overwrite. */
#define PACKET_HEAD 16

/** What may be done to a packet when its receiver is slow. */
enum packet_kind {
	PACKET_SURE,  /**< answers: queued or the connection is closed, never dropped */
	PACKET_EVENT, /**< has a seq in a room: may collapse to `lag`, the log has it */
	PACKET_SOFT,  /**< typing, presence: dropped first */
};

struct packet {
	unsigned refs;
	enum packet_kind kind;
	struct id room; /**< of a PACKET_EVENT */
	uint64_t seq;   /**< of a PACKET_EVENT */
	size_t len;
	uint8_t head[PACKET_HEAD];
	uint8_t text[];
};

/** A packet with a copy of @text and one reference.
 *  Owns: the caller, ended with packet_unref(). */
struct packet *packet_new(enum packet_kind kind, struct bytes text) MUST_CHECK;
/** The same for an event of @room. */
struct packet *packet_event(const struct id *room, uint64_t seq,
			    struct bytes text) MUST_CHECK;
struct packet *packet_ref(struct packet *packet);
/** Drop one reference and set the pointer to NULL; NULL is fine. */
void packet_unref(struct packet **packet);

#endif
