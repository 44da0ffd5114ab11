/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Length headers of one, two or four bytes. Two spellings of one value would give one
 * object two hashes, so that only the shortest is read.
 */
#include "common/mls/codec.h"

#include <assert.h>
#include <string.h>

#define ONE_BYTE_MAX  63
#define TWO_BYTES_MAX 16383

uint32_t rd_varint(struct rd *rd)
{
	uint32_t value = rd_u8(rd);

	switch (value >> 6) {
	case 0: return value;
	case 1:
		value = (value & 0x3f) << 8 | rd_u8(rd);
		if (value <= ONE_BYTE_MAX)
			rd_fail(rd, ERR_BAD);
		break;
	case 2:
		value = (value & 0x3f) << 8 | rd_u8(rd);
		value = value << 16 | rd_u16(rd);
		if (value <= TWO_BYTES_MAX)
			rd_fail(rd, ERR_BAD);
		break;
	default: rd_fail(rd, ERR_BAD);
	}
	return rd->err == ERR_OK ? value : 0;
}

struct bytes rd_vec(struct rd *rd)
{
	return rd_bytes(rd, rd_varint(rd));
}

struct bytes rd_vec_max(struct rd *rd, size_t max)
{
	struct bytes content = rd_vec(rd);

	if (content.len <= max)
		return content;
	rd_fail(rd, ERR_TOO_BIG);
	return bytes_of(NULL, 0);
}

bool rd_present(struct rd *rd)
{
	uint8_t tag = rd_u8(rd);

	if (tag > 1)
		rd_fail(rd, ERR_BAD);
	return tag == 1;
}

struct bytes rd_since(const struct rd *rd, const uint8_t *start)
{
	return bytes_of(start, (size_t)(rd->ptr - start));
}

static size_t header(uint32_t value, uint8_t ret[4])
{
	assert(value <= VARINT_MAX);
	if (value <= ONE_BYTE_MAX) {
		ret[0] = (uint8_t)value;
		return 1;
	}
	if (value <= TWO_BYTES_MAX) {
		ret[0] = (uint8_t)(0x40 | value >> 8);
		ret[1] = (uint8_t)value;
		return 2;
	}
	ret[0] = (uint8_t)(0x80 | value >> 24);
	ret[1] = (uint8_t)(value >> 16);
	ret[2] = (uint8_t)(value >> 8);
	ret[3] = (uint8_t)value;
	return 4;
}

void buf_add_varint(struct buf *buf, uint32_t value)
{
	uint8_t bytes[4];

	buf_add(buf, bytes, header(value, bytes));
}

void buf_add_vec(struct buf *buf, struct bytes content)
{
	assert(content.len <= VARINT_MAX);
	buf_add_varint(buf, (uint32_t)content.len);
	buf_add_bytes(buf, content);
}

size_t buf_open_vec(struct buf *buf)
{
	return buf->len;
}

void buf_close_vec(struct buf *buf, size_t mark)
{
	size_t len = buf->len - mark;
	uint8_t bytes[4];

	assert(len <= VARINT_MAX);
	size_t width = header((uint32_t)len, bytes);
	buf_room(buf, width);
	memmove(buf->ptr + mark + width, buf->ptr + mark, len);
	memcpy(buf->ptr + mark, bytes, width);
	buf->len += width;
}
