/* SPDX-License-Identifier: GPL-3.0-or-later */
/** From the logs of rooms to the queues of their outgoing webhooks. Nothing is remembered
 *  here but that it is time to look: what was told stands in the store, so a crash costs
 *  nothing. Where no webhook is on it costs nothing either. Thread: loop. */
#ifndef CHAT_SERVER_FEEDER_H
#define CHAT_SERVER_FEEDER_H

struct feeder;
struct server;

struct feeder *feeder_new(struct server *server);
void feeder_free(struct feeder **feeder);
/** Something happened in a room, or a queue has room again. NULL: nothing. */
void feeder_look(struct feeder *feeder);
/** A webhook was made, or turned on: there is one from now on. */
void feeder_wake(struct feeder *feeder);
/** Once a second: what could not be done before. */
void feeder_tick(struct feeder *feeder);

#endif
