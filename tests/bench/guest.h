/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One of a crowd: its connection, and how far it has heard. Thread: one. */
#ifndef CHAT_BENCH_GUEST_H
#define CHAT_BENCH_GUEST_H

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/id.h"

struct crowd;

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
	uint64_t paged;       /**< the greatest that came by a page or an ack */
	uint32_t said, acked; /**< numbers of its messages */
	uint32_t said_here;   /**< first one that this connection has not said */
	uint32_t joins;       /**< how often it was let in */
	struct buf in, out;
};

/** Send one message, unless too many are under way. */
void guest_say(struct guest *guest);
/** Any frame, when it is in. */
void guest_frame(struct guest *guest, const char *format, ...) PRINTF(2, 3);
/** Read nothing from now on, or again; the window of one that is to stall is small. */
void guest_stall(struct guest *guest, bool on);
/** Hang up and come back at once. */
void guest_drop(struct guest *guest);

/** Connect now. */
void guest_come(struct guest *guest);
/** What epoll has to say about its socket. */
void guest_happened(struct guest *guest, uint32_t events);

/* ---- between the connection and what is made of its frames ---- */

/** Any frame, in any state. */
void guest_put(struct guest *guest, const char *format, ...) PRINTF(2, 3);
/** Who it is. Borrowed. */
const struct stock_person *guest_person(const struct guest *guest);
/** The id of its message @number. */
struct id_text guest_cid(const struct guest *guest, uint32_t number);
/** Say what this connection has not said yet. */
void guest_say_due(struct guest *guest);
/** A text message has come: frames separated by newlines. */
void guest_hear(struct guest *guest, const char *text, size_t len);

#endif
