/* SPDX-License-Identifier: GPL-3.0-or-later */
/** People who talk, change and take back as fast as they are answered, over WebSocket with
 *  many requests under way and over REST one by one; who notice when the server is gone,
 *  come back, resume, and ask again for what was not answered. Thread: one. */
#ifndef CHAT_TESTS_CRASH_CROWD_H
#define CHAT_TESTS_CRASH_CROWD_H

#include "tests/crash/book.h"
#include "tests/crash/ear.h"
#include "tests/crash/phone.h"

enum { CROWD_TALKERS = 6, CROWD_POSTERS = 2, CROWD_WINDOW = 12, CROWD_RECENT = 64 };

struct talker {
	struct phone phone;
	unsigned who;
	bool welcome;
	uint64_t dial_ms;  /**< not before */
	uint64_t again_ms; /**< ask again for all that is open, 0: no need */
	uint32_t open[CROWD_WINDOW * 2]; /**< numbers of requests, oldest first */
	size_t open_count;
	uint32_t recent[CROWD_RECENT]; /**< own messages that may be changed */
	size_t recent_count;
	uint32_t reacted[CROWD_RECENT]; /**< own reactions that may be taken back */
	size_t reacted_count;
	struct ear ears[SITE_ROOMS];
	uint64_t resumes;
};

/** Over REST: one request at a time. */
struct poster {
	int fd;
	unsigned who;
	uint32_t open; /**< 0: none */
	bool written;  /**< on this connection */
	uint64_t dial_ms;
	struct buf in, out;
	uint32_t last; /**< own message that stands */
};

struct crowd {
	struct site *site;
	struct book *book;
	struct talker talkers[CROWD_TALKERS];
	struct poster posters[CROWD_POSTERS];
	bool talking;   /**< false: nothing new, only what is open */
	uint64_t busy;  /**< refusals for now */
	uint64_t stale; /**< of those, nothing was open any more */
	uint64_t random;
};

void crowd_init(struct crowd *crowd, struct site *site, struct book *book, uint64_t seed);
void crowd_done(struct crowd *crowd);
/** One round of everybody; waits for at most @timeout_ms when nothing happens. */
void crowd_turn(struct crowd *crowd, int timeout_ms);
/** After a kill: read what was still said, until every connection has ended. How many
 *  requests had been sent on them and were not acknowledged. */
unsigned crowd_bury(struct crowd *crowd);
/** Requests without an answer. */
unsigned crowd_open(const struct crowd *crowd);
/** Whether nothing is open and everybody has heard all that was acknowledged. */
bool crowd_settled(const struct crowd *crowd);
/** Say what keeps it from being so. */
void crowd_tell(const struct crowd *crowd);
/** Hold what each person heard against the last reading of the book. */
void crowd_compare(const struct crowd *crowd);
/** A random number below @bound. */
uint32_t crowd_random(struct crowd *crowd, uint32_t bound);

/** poster.c */
void poster_init(struct poster *poster, unsigned who);
void poster_done(struct poster *poster);
void poster_turn(struct crowd *crowd, struct poster *poster);
short poster_wants(const struct poster *poster);
/** A new request for @who: a message, or a change of one of its own; its number. */
uint32_t crowd_invent(struct crowd *crowd, unsigned who, uint32_t own, uint32_t reacted);

#endif
