/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Looks, every few seconds, for people who are not connected and have something new, and
 *  has it pushed in the way that they want. Off everybody's way: readers look, the writer is
 *  asked only where there is something. Thread: loop. */
#ifndef CHAT_SERVER_PUSHER_H
#define CHAT_SERVER_PUSHER_H

#include "common/base/attr.h"

struct pusher;
struct server;

struct pusher *pusher_new(struct server *server) MUST_CHECK;
/** After the store's threads have ended. */
void pusher_free(struct pusher **pusher);
/** About once a second. */
void pusher_tick(struct pusher *pusher);

#endif
