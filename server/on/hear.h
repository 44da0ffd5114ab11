/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What goes over the bus: one thing that happened, serialised once, with what each ear
 *  needs to decide whether it is for it. Thread: loop. */
#ifndef CHAT_ON_HEAR_H
#define CHAT_ON_HEAR_H

#include "server/bus/bus.h"
#include "server/net/conn.h"
#include "server/net/packet.h"
#include "server/server.h"

enum heard_kind {
	HEARD_EVENT,     /* of a room's log */
	HEARD_USER,      /* of the user's own log */
	HEARD_TYPING,    /* for who looks at the room */
	HEARD_RECEIPT,   /* for who looks, and for who has sent there */
	HEARD_DELIVERED, /* likewise */
	HEARD_PRESENCE,
	HEARD_NOTIFY, /* a notification, for every device */
};

struct heard {
	struct bus_news news;
	enum heard_kind kind;
	struct packet *packet; /* as chat.v1 says it */
	struct packet *single; /* as the per-room endpoint says it; may be NULL */
	struct id room;        /* of HEARD_USER: the room that is meant */
	uint64_t seq;
	enum user_event_kind change; /* of HEARD_USER: joined, left */
	struct id user;         /* of HEARD_TYPING, _RECEIPT: who, not told himself */
	struct conn_ref except; /* not this connection; generation 0 = none */
};

/** Set off. */
void heard_publish(struct server *server, const struct id *topic, struct heard *heard);
/** Whether anybody listens to @topic, so that serialising is worth it. */
bool heard_wanted(const struct server *server, const struct id *topic);

#endif
