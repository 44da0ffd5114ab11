/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shared packet: one allocation, counted references. The count is plain, not atomic:
 * packets are made, queued, sent and freed on the loop thread alone.
 */
#include "server/net/packet.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"

struct packet *packet_new(enum packet_kind kind, struct bytes text)
{
	struct packet *packet = mem_alloc(1, sizeof(*packet) + text.len);

	packet->refs = 1;
	packet->kind = kind;
	packet->len = text.len;
	if (text.len > 0) {
		memcpy(packet->text, text.ptr, text.len);
	}
	return packet;
}

struct packet *packet_event(const struct id *room, uint64_t seq, struct bytes text)
{
	struct packet *packet = packet_new(PACKET_EVENT, text);

	packet->room = *room;
	packet->seq = seq;
	return packet;
}

struct packet *packet_ref(struct packet *packet)
{
	assert(packet->refs > 0);
	packet->refs++;
	return packet;
}

void packet_unref(struct packet **packet)
{
	struct packet *gone = *packet;

	*packet = NULL;
	if (gone && --gone->refs == 0) {
		mem_free(gone);
	}
}
