/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Turning a client away at the door, before anything is spent on it: a whole HTTP answer
 *  into its socket's buffer, and a socket that lingers for a moment so that the answer is
 *  read. Bounded: sixty-four linger, the oldest makes room. Thread: loop. */
#ifndef CHAT_SERVER_NET_REFUSAL_H
#define CHAT_SERVER_NET_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define REFUSALS_MOST 64

/** All zero is empty. */
struct refusals {
	struct refusal {
		int fd;
		uint64_t since_ms;
	} rows[REFUSALS_MOST];
	size_t head, count;
};

/** Answer with the problem of @err and close soon. Takes @fd. */
void refusal_say(struct refusals *refusals, int fd, enum err err, const char *detail,
		 uint64_t retry_ms, uint64_t now_ms);
/** Close those that had a second to read. */
void refusals_tick(struct refusals *refusals, uint64_t now_ms);
/** Close all. */
void refusals_done(struct refusals *refusals);

#endif
