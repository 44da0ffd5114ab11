/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A crowd: thousands of clients of one chat-server that behave as clients should. Each sits
 *  in one room, knows how far it has heard, comes back when its connection ends (when the
 *  server's goaway said, else after a while of its own), resumes, fetches holes, and sends
 *  again what was not acknowledged. Everything that is heard is compared: every room has one
 *  log, dense and the same for all. Some may be told to stall, which is to read nothing.
 *  Where the bench's load stops at the first fault of a server, the crowd lives through it.
 *  Thread: one. */
#ifndef CHAT_BENCH_CROWD_H
#define CHAT_BENCH_CROWD_H

#include "tests/bench/daemon.h"
#include "tests/bench/guest.h"
#include "tests/bench/stock.h"

/** What has happened, in numbers. */
struct crowd_tally {
	uint64_t events, acks, pages, resets, lags, goaways, joins, refused, closes;
	uint64_t slow;  /**< closes with code 4008 */
	uint64_t holes; /**< events that came without the ones before, unannounced */
	uint64_t doubled, disagreed, nacks;
};

#define CROWD_READ (128 * 1024) /**< bytes of crowd->buffer */

struct crowd_room {
	uint64_t *log; /**< what stands at seq - first: a hash of the message's id */
	uint64_t first, count, cap;
};

struct crowd {
	struct daemon daemon;
	struct stock *stock;
	struct scene scene;
	struct guest *guests;
	struct crowd_room *rooms;
	struct crowd_tally tally;
	unsigned in;       /**< guests that are */
	unsigned text;     /**< bytes of a message */
	unsigned shown;    /**< odd frames that were printed */
	double spread_s;   /**< how long one waits at most whom no goaway told */
	double latest_s;   /**< of any delivery since it was set to 0 */
	uint32_t *samples; /**< latencies in microseconds, NULL: not taken */
	size_t sample_count, sample_cap;
	int epoll;
	uint8_t *buffer;
	struct str socket, port, server;
	struct str why; /**< the last close or refusal, for people */
};

/** People and rooms of @scene, and chat-server @server started for them. */
void crowd_open(struct crowd *crowd, const char *server, const struct scene *scene);
void crowd_close(struct crowd *crowd);
/** End the server: SIGTERM and its goaway, or SIGKILL. It stays down. */
void crowd_stop_server(struct crowd *crowd, bool gently);
void crowd_start_server(struct crowd *crowd);

/** Everybody may come from now on, over @seconds. */
void crowd_invite(struct crowd *crowd, double seconds);
/** Serve what comes for at most @seconds; false when nothing had to be done. */
void crowd_turn(struct crowd *crowd, double seconds);
/** Until all that do not stall are in; false after @seconds. */
bool crowd_gather(struct crowd *crowd, double seconds);
/** Until all that do not stall have heard everything and all is acknowledged; false after
 *  @seconds. */
bool crowd_settle(struct crowd *crowd, double seconds);

/** @guest has heard @seq. What another heard there must have been the same. */
void crowd_enter(struct guest *guest, uint64_t seq, uint64_t hash);

/** Everybody shows its token again, which is new. */
void crowd_reauth(struct crowd *crowd);

/** One line on what happened; and whether all is well. */
void crowd_print(const struct crowd *crowd);
bool crowd_is_right(const struct crowd *crowd);
/** Say what is wrong; returns false. */
bool crowd_complain(const char *what);

#endif
