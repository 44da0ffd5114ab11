/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How a server ends without losing anything. Thread: loop. */
#ifndef CHAT_SERVER_DRAIN_H
#define CHAT_SERVER_DRAIN_H

#include "server/server.h"

/** Stop listening and tell everybody. Once. */
void drain_begin(struct server *server);
/** One step, called often from then on; ends the loop when there is nothing left to do, or
 *  when it has taken too long. */
void drain_step(struct server *server);
/** SIGTERM and SIGINT begin it, a second one ends at once; SIGHUP
 *  reads the settings anew. */
void drain_on_signal(int signum, void *server);

#endif
