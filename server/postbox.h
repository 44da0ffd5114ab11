/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The way of a request from the queue (core/posting.h) to another server: taken from the
 *  database by a reader, sent by the poster, and only then taken off the queue by the
 *  writer. A crash in between sends it twice, under one id. Thread: loop. */
#ifndef CHAT_SERVER_POSTBOX_H
#define CHAT_SERVER_POSTBOX_H

#include <stdbool.h>
#include <stdint.h>

struct postbox;
struct server;

struct postbox_stats {
	uint64_t sent;
	uint64_t failed; /**< tries that failed */
	uint64_t lost;   /**< requests that were given up */
};

struct postbox *postbox_new(struct server *server);
/** After the poster was closed and its answers were taken. */
void postbox_free(struct postbox **postbox);
/** Send what is due. Called after something was queued and once a second. */
void postbox_look(struct postbox *postbox);
/** Whether requests are on their way, or being settled. */
bool postbox_is_busy(const struct postbox *postbox);
/** Begin nothing more: the server ends. */
void postbox_hurry(struct postbox *postbox);
struct postbox_stats postbox_stats(const struct postbox *postbox);

#endif
