/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Views, buffers and the reader. The reader is sticky: after the first failure nothing
 * moves any more, so that decoders need one check at their end (rd_done), which refuses
 * leftovers too.
 */
#include "common/base/bytes.h"

#include <string.h>

#include "common/base/mem.h"

struct bytes bytes_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

void buf_done(struct buf *buf)
{
	mem_free(buf->ptr);
	*buf = BUF_INIT;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
}

void *buf_room(struct buf *buf, size_t more)
{
	size_t need;

	if (__builtin_add_overflow(buf->len, more, &need))
		need = SIZE_MAX;
	/* Never NULL: NULL plus 0 is undefined. */
	if (need > buf->cap || !buf->ptr) {
		buf->cap = mem_grow(buf->cap, need);
		buf->ptr = mem_resize(buf->ptr, buf->cap, 1);
	}
	return buf->ptr + buf->len;
}

void buf_add(struct buf *buf, const void *src, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_room(buf, len), src, len);
	buf->len += len;
}

void buf_add_bytes(struct buf *buf, struct bytes bytes)
{
	buf_add(buf, bytes.ptr, bytes.len);
}

void buf_add_u8(struct buf *buf, uint8_t value)
{
	buf_add(buf, &value, 1);
}

static void add_be(struct buf *buf, uint64_t value, size_t width)
{
	uint8_t be[8];

	for (size_t i = 0; i < width; i++)
		be[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	buf_add(buf, be, width);
}

void buf_add_u16(struct buf *buf, uint16_t value)
{
	add_be(buf, value, 2);
}

void buf_add_u32(struct buf *buf, uint32_t value)
{
	add_be(buf, value, 4);
}

void buf_add_u64(struct buf *buf, uint64_t value)
{
	add_be(buf, value, 8);
}

struct bytes buf_view(const struct buf *buf)
{
	return bytes_of(buf->ptr, buf->len);
}

uint8_t *buf_take(struct buf *buf, size_t *ret_len)
{
	uint8_t *taken = buf->ptr;

	*ret_len = buf->len;
	*buf = BUF_INIT;
	return taken;
}

struct rd rd_init(struct bytes bytes)
{
	static const uint8_t none[1];
	const uint8_t *start = bytes.ptr ? bytes.ptr : none;

	return (struct rd){.ptr = start, .end = start + bytes.len, .err = ERR_OK};
}

size_t rd_left(const struct rd *rd)
{
	return (size_t)(rd->end - rd->ptr);
}

void rd_fail(struct rd *rd, enum err err)
{
	if (rd->err == ERR_OK)
		rd->err = err;
}

struct bytes rd_bytes(struct rd *rd, size_t len)
{
	if (rd->err != ERR_OK || rd_left(rd) < len) {
		rd_fail(rd, ERR_TRUNCATED);
		return bytes_of(NULL, 0);
	}
	struct bytes view = bytes_of(rd->ptr, len);
	rd->ptr += len;
	return view;
}

static uint64_t read_be(struct rd *rd, size_t width)
{
	struct bytes view = rd_bytes(rd, width);
	uint64_t value = 0;

	for (size_t i = 0; i < view.len; i++)
		value = value << 8 | view.ptr[i];
	return value;
}

uint8_t rd_u8(struct rd *rd)
{
	return (uint8_t)read_be(rd, 1);
}

uint16_t rd_u16(struct rd *rd)
{
	return (uint16_t)read_be(rd, 2);
}

uint32_t rd_u32(struct rd *rd)
{
	return (uint32_t)read_be(rd, 4);
}

uint64_t rd_u64(struct rd *rd)
{
	return read_be(rd, 8);
}

void rd_copy(struct rd *rd, void *dst, size_t len)
{
	struct bytes view = rd_bytes(rd, len);

	if (view.len == len && len)
		memcpy(dst, view.ptr, len);
	else if (len)
		memset(dst, 0, len);
}

struct bytes rd_rest(struct rd *rd)
{
	return rd_bytes(rd, rd->err == ERR_OK ? rd_left(rd) : 0);
}

enum err rd_done(const struct rd *rd)
{
	if (rd->err != ERR_OK)
		return rd->err;
	return rd_left(rd) == 0 ? ERR_OK : ERR_BAD;
}
