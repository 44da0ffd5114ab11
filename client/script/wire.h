/* SPDX-License-Identifier: GPL-3.0-or-later */
/** JSON objects over a stream socket, each with its length (32 bits, big-endian) in front:
 *  what an owner process and those who hand work to it speak. Non-blocking.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_WIRE_H
#define CHAT_CLIENT_SCRIPT_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/bytes.h"
#include "common/base/err.h"

#define WIRE_MOST 131072 /**< bytes of one object: a text of 16 KiB, each byte escaped */

struct wire {
	int fd;
	struct buf in, out;
	size_t in_at, out_at; /**< taken, sent */
};

/** Takes @fd. */
void wire_init(struct wire *wire, int fd);
void wire_done(struct wire *wire);
/** Queue @json; wire_flush() sends it. */
void wire_put(struct wire *wire, struct bytes json);
/** Bytes that are queued. */
size_t wire_waiting(const struct wire *wire);
/** Send what the socket takes now. Errors: ERR_CLOSED. */
enum err wire_flush(struct wire *wire) MUST_CHECK;
/** Read what has come. Errors: ERR_CLOSED at the end of the stream: what came before it
 *  can still be taken. */
enum err wire_fill(struct wire *wire) MUST_CHECK;
/** The next whole object, borrowed until the next call of a wire function; ptr NULL when
 *  there is none. Errors: ERR_TOO_BIG. */
enum err wire_next(struct wire *wire, struct bytes *ret_json) MUST_CHECK;

#endif
