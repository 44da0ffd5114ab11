/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who is there, on its way to who watches: collected, told every two seconds, and only what
 *  is still another thing than was told last. A client that reconnects is no news.
 *  Thread: loop. */
#ifndef CHAT_ON_PRESENCE_H
#define CHAT_ON_PRESENCE_H

#include "server/server.h"

struct presences *presences_new(uint64_t seed) MUST_CHECK;
void presences_free(struct presences **presences);
/** How @user is: online, away while all his connections say so, offline. */
enum presence_state presence_state(const struct server *server, const struct id *user);
/** @user may be something else than @before now, or soon. */
void presence_changed(struct server *server, const struct id *user,
		      enum presence_state before);
/** One watcher was told that @user is @state, outside of turn: whatever comes of what is
 *  collected, he must hear it. */
void presence_told(struct server *server, const struct id *user,
		   enum presence_state state);
/** Publish what is due. */
void presences_tell(struct server *server);
/** The topic that watchers of @user listen to. */
struct id presence_topic(const struct id *user);
/** The topic that connections of @user listen to while they are away. */
struct id presence_away_topic(const struct id *user);
/** The frame that says how it is, and since when or when last; @at_ms 0: not told. */
struct packet *presence_packet(const struct id *user, enum presence_state state,
			       uint64_t at_ms);

#endif
