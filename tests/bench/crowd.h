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
#include "tests/bench/stock.h"

enum guest_state {
	GUEST_AWAY, /**< comes at back_at */
	GUEST_CONNECTING,
	GUEST_UPGRADING,
	GUEST_GREETING, /**< hello was said */
	GUEST_IN,
};

#define GUEST_FLIGHT 4 /**< messages of one sender without an answer */

struct guest {
	struct crowd *crowd;
	unsigned who;
	int fd;
	enum guest_state state;
	bool stalled, fetching, watched;
	double back_at;
	unsigned tries;       /**< to connect, in a row */
	uint64_t epoch;       /**< 0: has never been in its room */
	uint64_t seq, head;   /**< heard without a hole; known to exist */
	uint32_t said, acked; /**< numbers of its messages */
	uint32_t said_here;   /**< first one that this connection has not said */
	uint32_t joins;       /**< how often it was let in */
	struct buf in, out;
};

/** What has happened, in numbers. */
struct crowd_tally {
	uint64_t events, acks, pages, resets, lags, goaways, joins, refused, closes;
	uint64_t slow;  /**< closes with code 4008 */
	uint64_t holes; /**< events that came without the ones before, unannounced */
	uint64_t doubled, disagreed, nacks;
};

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

/** Everybody shows its token again, which is new. */
void crowd_reauth(struct crowd *crowd);

/** Send one message, unless too many are under way. */
void guest_say(struct guest *guest);
/** Any frame, when it is in. */
void guest_frame(struct guest *guest, const char *format, ...) PRINTF(2, 3);
/** Read nothing from now on, or again; the window of one that is to stall is small. */
void guest_stall(struct guest *guest, bool on);
/** Hang up and come back at once. */
void guest_drop(struct guest *guest);

/** One line on what happened; and whether all is well. */
void crowd_print(const struct crowd *crowd);
bool crowd_is_right(const struct crowd *crowd);

#endif
