/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bytes: a borrowed view, an owned growing buffer, and the one narrow reader through
 *  which bytes from outside are taken apart. Integers are big-endian on the wire.
 *  Thread: any. */
#ifndef CHAT_BASE_BYTES_H
#define CHAT_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/err.h"

/** A borrowed run of bytes; not terminated; {NULL, 0} is empty. */
struct bytes {
	const uint8_t *ptr;
	size_t len;
};

/** A view of @len bytes at @ptr. */
static inline struct bytes bytes_of(const void *ptr, size_t len)
{
	return (struct bytes){.ptr = ptr, .len = len};
}

/** A view of the terminated @text, without its terminator. */
struct bytes bytes_text(const char *text);

/** Same length and content. Not for secrets: see secret_equal(). */
bool bytes_equal(struct bytes a, struct bytes b);

/** A buffer that owns its bytes and grows. All zero is an empty one. */
struct buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
};

#define BUF_INIT ((struct buf){0})

void buf_done(struct buf *buf);
/** Empty, memory kept. */
void buf_clear(struct buf *buf);
/** Room for @more bytes behind the end; returns where they start. The length is not changed. */
void *buf_room(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *src, size_t len);
void buf_add_bytes(struct buf *buf, struct bytes bytes);
void buf_add_u8(struct buf *buf, uint8_t value);
void buf_add_u16(struct buf *buf, uint16_t value);
void buf_add_u32(struct buf *buf, uint32_t value);
void buf_add_u64(struct buf *buf, uint64_t value);
/** A view of the content; valid until the next change of @buf. */
struct bytes buf_view(const struct buf *buf);
/** Hand the memory to the caller and leave @buf empty. */
uint8_t *buf_take(struct buf *buf, size_t *ret_len) MUST_CHECK;

/** Reader over borrowed bytes. The first short read sets `err`; later reads return zeroes
 *  and change nothing, so a decoder reads straight through and checks once. */
struct rd {
	const uint8_t *ptr;
	const uint8_t *end;
	enum err err;
};

struct rd rd_init(struct bytes bytes);
uint8_t rd_u8(struct rd *rd);
uint16_t rd_u16(struct rd *rd);
uint32_t rd_u32(struct rd *rd);
uint64_t rd_u64(struct rd *rd);
/** The next @len bytes, borrowed from what the reader reads. */
struct bytes rd_bytes(struct rd *rd, size_t len);
/** Copy the next @len bytes to @dst, zeroes when they are not there. */
void rd_copy(struct rd *rd, void *dst, size_t len);
/** Everything that is left. */
struct bytes rd_rest(struct rd *rd);
size_t rd_left(const struct rd *rd);
/** Mark the input as wrong by the caller's own rule; the first error stays. */
void rd_fail(struct rd *rd, enum err err);
/** ERR_OK only if every read succeeded and nothing is left over; ERR_BAD on leftovers. */
enum err rd_done(const struct rd *rd) MUST_CHECK;

#endif
