/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One room as one connection hears it: every seq once and in order. What others do comes
 *  as events, what oneself does as an acknowledgement, which may overtake a replay: those
 *  wait here until their turn. Thread: one. */
#ifndef CHAT_TESTS_CRASH_EAR_H
#define CHAT_TESTS_CRASH_EAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/id.h"

struct ear_ack {
	uint64_t seq;
	struct id cid;
};

struct ear {
	uint64_t start;  /**< the head when this person came first */
	struct id *cids; /**< of start + 1 and so on */
	size_t count, cap;
	struct ear_ack *early; /**< acknowledged, and what is before has not come */
	size_t early_count;
	uint64_t epoch;
	bool known;    /**< start and epoch are */
	bool catching; /**< sub was said; what is ahead is not for us yet */
	uint64_t head; /**< the greatest seq that was heard of */
};

void ear_done(struct ear *ear);
/** The seq that was heard last. */
uint64_t ear_last(const struct ear *ear);
/** An event. NULL, or what is wrong with it. */
const char *ear_hear(struct ear *ear, uint64_t seq, const struct id *cid);
/** One's own is stored as @seq. NULL, or what is wrong with it. */
const char *ear_acked(struct ear *ear, uint64_t seq, const struct id *cid);

#endif
