/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The way of a letter from the queue to the mailer: taken from the database by a reader,
 *  written and sent by the mail thread, and only then taken off the queue by the writer.
 *  A crash in between sends it twice, under one Message-ID. Thread: loop. */
#ifndef CHAT_SERVER_OUTBOX_H
#define CHAT_SERVER_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

struct outbox;
struct server;

struct outbox_stats {
	uint64_t sent;
	uint64_t deferred; /**< tries that failed for now */
	uint64_t refused;  /**< letters that were refused for good */
	uint64_t late;     /**< given up: what they said was over */
	uint64_t
		failures; /**< in a row, of the mailer as a whole: 0 means that it works */
};

struct outbox *outbox_new(struct server *server);
/** After the threads have ended. */
void outbox_free(struct outbox **outbox);
/** Send what is due. Called after a letter was queued and once a second. */
void outbox_look(struct outbox *outbox);
/** Whether letters are on their way. */
bool outbox_is_busy(const struct outbox *outbox);
/** Let a letter that is being sent fail soon: the server ends. */
void outbox_hurry(struct outbox *outbox);
struct outbox_stats outbox_stats(const struct outbox *outbox);

#endif
