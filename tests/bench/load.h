/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The load: the connections of a scene to one server, driven by one thread through epoll.
 *  Every message that arrives is read and entered into the ledger; what the server speaks
 *  is the business of its struct peer. A fault of the server (a refusal, a closed
 *  connection, something lost) is kept as a sentence and ends the run. Thread: one. */
#ifndef CHAT_BENCH_LOAD_H
#define CHAT_BENCH_LOAD_H

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "tests/bench/ledger.h"
#include "tests/bench/mark.h"
#include "tests/bench/scene.h"

struct peer;
struct load;
struct line;

/** A frame, for who asks something while there is no load. */
typedef void load_frame_fn(struct line *line, const char *data, size_t len);

enum line_state { LINE_IDLE, LINE_CONNECTING, LINE_LOGIN, LINE_JOINED, LINE_CLOSED };

/** One connection: somebody in a room. */
struct line {
	struct load *load;
	int fd;
	enum line_state state;
	unsigned step; /**< how far the peer's login is */
	unsigned who;  /**< index of the person */
	unsigned room; /**< index of the room */
	unsigned slot; /**< place in the room; a sender when it is below scene.senders */
	uint32_t sent; /**< own messages */
	uint32_t done; /**< of them acknowledged or heard back */
	uint32_t packet; /**< numbers of the peer's own */
	bool watched;    /**< epoll tells when @out can go on */
	struct buf rest; /**< the beginning of a frame */
	struct buf out;  /**< not written yet */
	size_t out_at;
};

/** How the load behaves just now. */
enum load_mode { LOAD_QUIET, LOAD_FLOOD, LOAD_PACED };

struct load {
	const struct peer *peer;
	const struct scene *scene;
	void *party; /**< the running server's own data: tokens, addresses */
	uint16_t port;
	int epoll;
	enum load_mode mode;
	struct line *lines;
	unsigned opened, joined;
	struct ledger ledger;
	load_frame_fn *on_frame; /**< NULL: nobody asks; set by who does */
	void *ask;               /**< its own */
	struct str fault;        /**< "" while all is well */
	uint64_t deliveries, bytes, sends;
	double paced_from; /**< when message 0 of the paced phase was to be sent */
	uint64_t paced;    /**< messages sent in it */
	uint32_t paced_base[LEDGER_SLOTS];
	uint32_t *samples; /**< microseconds */
	size_t sample_count, sample_cap;
	double turn_at; /**< when the last turn began to read */
	uint8_t *buffer;
};

void load_init(struct load *load, const struct peer *peer, const struct scene *scene,
	       void *party, uint16_t port);
void load_done(struct load *load);

/** Connect and join the first @people; false after a fault. */
bool load_join(struct load *load, unsigned people);
/** Let the senders send as fast as it goes, for so long. */
bool load_flood(struct load *load, double seconds);
/** Let them send at the scene's pace and take latencies. */
bool load_pace(struct load *load, double seconds);
/** One message of the first sender of each room. */
bool load_say_once(struct load *load);
/** One turn of the loop; waits so long at most. */
bool load_turn(struct load *load, int timeout_ms);
/** Only listen. */
bool load_listen(struct load *load, double seconds);
/** Nobody sends any more: wait until everybody has heard everything, then judge. */
bool load_settle(struct load *load);

/* For peers. */

/** Say something. It leaves when the bytes that came last have been worked on. */
void line_put(struct line *line, const void *data, size_t len);
void line_print(struct line *line, const char *format, ...) PRINTF(2, 3);
/** Let it leave now. */
void line_flush(struct line *line);
/** The login is complete. */
void line_joined(struct line *line);
/** A message has arrived whose mark is at @text. */
void line_heard(struct line *line, const char *text);
/** The oldest own message that was not done is: counts as its delivery to the sender. */
void line_acked(struct line *line);
/** The server did what it must not. */
void line_fault(struct line *line, const char *format, ...) PRINTF(2, 3);

#endif
