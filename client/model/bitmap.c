/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes and means of points. A point of what is shrunk is the mean of a rectangle, weighted
 * by opacity, so that what cannot be seen leaves no fringe.
 */
#include "client/model/bitmap.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"

#define MAGIC 0x43485058u /* "CHPX" */

void bitmap_done(struct bitmap *bitmap)
{
	mem_free(bitmap->rgba);
	*bitmap = BITMAP_INIT;
}

enum err bitmap_make(unsigned cols, unsigned rows, struct bitmap *ret)
{
	*ret = BITMAP_INIT;
	if (cols == 0 || rows == 0)
		return ERR_BAD;
	if (cols > LIMIT_PICTURE_SIDE || rows > LIMIT_PICTURE_SIDE ||
	    (uint64_t)cols * rows > LIMIT_PICTURE_PIXELS)
		return ERR_TOO_BIG;
	ret->rgba = mem_alloc((size_t)cols * rows, 4);
	ret->cols = cols;
	ret->rows = rows;
	return ERR_OK;
}

void bitmap_fit(unsigned cols, unsigned rows, unsigned box_cols, unsigned box_rows,
		unsigned *ret_cols, unsigned *ret_rows)
{
	uint64_t wide = cols, high = rows;

	if (wide > box_cols) {
		high = high * box_cols / wide;
		wide = box_cols;
	}
	if (high > box_rows) {
		wide = (uint64_t)cols * box_rows / rows;
		high = box_rows;
	}
	*ret_cols = wide ? (unsigned)wide : 1;
	*ret_rows = high ? (unsigned)high : 1;
}

struct rectangle {
	unsigned left, right, top, bottom;
};

static void mean(const struct bitmap *from, struct rectangle part, uint8_t *to)
{
	uint64_t sums[4] = {0};
	uint64_t count = (uint64_t)(part.right - part.left) * (part.bottom - part.top);

	for (unsigned y = part.top; y < part.bottom; y++) {
		const uint8_t *at = from->rgba + ((size_t)y * from->cols + part.left) * 4;
		for (unsigned x = part.left; x < part.right; x++, at += 4) {
			for (int i = 0; i < 3; i++)
				sums[i] += (uint64_t)at[i] * at[3];
			sums[3] += at[3];
		}
	}
	for (int i = 0; i < 3; i++)
		to[i] = sums[3] ? (uint8_t)((sums[i] + sums[3] / 2) / sums[3]) : 0;
	to[3] = (uint8_t)((sums[3] + count / 2) / count);
}

void bitmap_point(const struct bitmap *from, unsigned cols, unsigned rows, unsigned x,
		  unsigned y, uint8_t ret_rgba[4])
{
	struct rectangle part = {
		.left = (unsigned)((uint64_t)x * from->cols / cols),
		.right = (unsigned)((x + 1ull) * from->cols / cols),
		.top = (unsigned)((uint64_t)y * from->rows / rows),
		.bottom = (unsigned)((y + 1ull) * from->rows / rows),
	};

	if (part.right == part.left)
		part.right++;
	if (part.bottom == part.top)
		part.bottom++;
	mean(from, part, ret_rgba);
}

void bitmap_shrink(const struct bitmap *from, unsigned cols, unsigned rows,
		   struct bitmap *ret)
{
	uint8_t *to = mem_alloc((size_t)cols * rows, 4);

	*ret = (struct bitmap){.rgba = to, .cols = cols, .rows = rows};
	for (unsigned y = 0; y < rows; y++)
		for (unsigned x = 0; x < cols; x++, to += 4)
			bitmap_point(from, cols, rows, x, y, to);
}

static void put(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

void bitmap_head(enum err err, const struct bitmap *bitmap, uint8_t ret_head[BITMAP_HEAD])
{
	put(ret_head, MAGIC);
	put(ret_head + 4, err == ERR_OK ? bitmap->cols : 0);
	put(ret_head + 8, err == ERR_OK ? bitmap->rows : (uint32_t)err);
}

enum err bitmap_expect(const uint8_t head[BITMAP_HEAD], size_t *ret_len)
{
	uint32_t cols = get(head + 4), rows = get(head + 8);

	*ret_len = 0;
	if (get(head) != MAGIC)
		return ERR_BAD;
	if (cols == 0) /* only these are told; whatever else it says is no reason */
		return rows == ERR_TOO_BIG || rows == ERR_UNKNOWN_TYPE ? (enum err)rows
								       : ERR_BAD;
	if (rows == 0 || cols > LIMIT_PICTURE_BOX || rows > LIMIT_PICTURE_BOX)
		return ERR_BAD;
	*ret_len = (size_t)cols * rows * 4;
	return ERR_OK;
}

enum err bitmap_take(struct bytes bytes, struct bitmap *ret)
{
	size_t len;

	*ret = BITMAP_INIT;
	if (bytes.len < BITMAP_HEAD)
		return ERR_TRUNCATED;
	enum err err = bitmap_expect(bytes.ptr, &len);
	if (err != ERR_OK)
		return err;
	if (bytes.len - BITMAP_HEAD != len)
		return ERR_TRUNCATED;
	err = bitmap_make(get(bytes.ptr + 4), get(bytes.ptr + 8), ret);
	if (err == ERR_OK)
		memcpy(ret->rgba, bytes.ptr + BITMAP_HEAD, len);
	return err;
}
