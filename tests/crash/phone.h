/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One WebSocket to a server that may die at any moment: never blocks, and an end of the
 *  connection is a state and not a failure. Thread: one. */
#ifndef CHAT_TESTS_CRASH_PHONE_H
#define CHAT_TESTS_CRASH_PHONE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"

struct phone {
	int fd;  /**< -1: none */
	bool up; /**< upgraded: frames go both ways */
	uint16_t port;
	uint8_t from; /**< the last byte of our own address, 127.0.0.x */
	struct buf in, out;
	struct buf later; /**< said before the upgrade was answered */
	size_t taken;     /**< of `in` */
	uint64_t heard;   /**< bytes, ever */
};

/** All zero but port and from, to begin with; phone_done() at the end. */
void phone_init(struct phone *phone, uint16_t port, uint8_t from);
void phone_done(struct phone *phone);
/** Connect and ask for the upgrade. False: nobody listens. */
bool phone_dial(struct phone *phone);
void phone_hang_up(struct phone *phone);
/** Queue one message. */
void phone_say(struct phone *phone, struct bytes text);
/** What poll() is to look for. */
short phone_wants(const struct phone *phone);
/** Write and read what can be now. A connection that ends has fd -1 afterwards, with what
 *  came before its end still to be heard. */
void phone_pump(struct phone *phone);
/** The next message, valid until the next call; false: none yet. Pings are answered. */
bool phone_hear(struct phone *phone, struct bytes *ret_text);

#endif
