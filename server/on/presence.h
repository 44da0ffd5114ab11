/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who is there, on its way to who watches: collected, told every two seconds, and only what
 *  is still another thing than was told last. A client that reconnects is no news.
 *  Thread: loop. */
#ifndef CHAT_ON_PRESENCE_H
#define CHAT_ON_PRESENCE_H

#include "server/server.h"

struct presences *presences_new(uint64_t seed) MUST_CHECK;
void presences_free(struct presences **presences);
/** @user has come, or is about to leave. */
void presence_changed(struct server *server, const struct id *user, bool on);
/** Publish what is due. */
void presences_tell(struct server *server);
/** The topic that watchers of @user listen to. */
struct id presence_topic(const struct id *user);
/** The frame that says how it is. */
struct packet *presence_packet(const struct server *server, const struct id *user,
			       bool on);

#endif
