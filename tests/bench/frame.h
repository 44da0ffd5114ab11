/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The heads of WebSocket frames (RFC 6455, section 5.2), as the programs that make load
 *  write and read them. Thread: any. */
#ifndef CHAT_BENCH_FRAME_H
#define CHAT_BENCH_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum { FRAME_HEAD = 8 };

/** The head of a client's frame that begins with @first and has @len bytes, below 65536,
 *  behind it. Returns how much of @ret_head it is. */
size_t frame_head(uint8_t first, size_t len, uint8_t ret_head[FRAME_HEAD]);
/** The length of the head at @at and of what follows it, for a server's frame of any
 *  length; 0 while the head is not all there. */
size_t frame_read(const uint8_t *at, size_t len, uint64_t *ret_payload);

#endif
