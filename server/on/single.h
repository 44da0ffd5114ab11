/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The per-room endpoint: the same frames with the room filled in, and a second, smaller
 *  dialect for clients that know nothing else. Thread: loop. */
#ifndef CHAT_ON_SINGLE_H
#define CHAT_ON_SINGLE_H

#include "server/on/session.h"
#include "server/store/row.h"

/** One message of such a connection. */
void single_message(struct session *session, struct bytes text,
		    void (*frame)(struct session *, struct bytes));
/** An event as that dialect says it, NULL for what it has no word for, or when nobody is
 *  connected that way. Owns: the caller. */
struct packet *single_event(const struct server *server,
			    const struct event_row *row) MUST_CHECK;
struct packet *single_typing(const struct server *server, const struct id *user,
			     bool on) MUST_CHECK;

/** typing.c: switch typing on or off in @room. */
enum err typing_set(struct session *session, const struct id *room, bool on) MUST_CHECK;

#endif
