/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A picture as plain points, and how the process that decodes hands one over: a head of
 *  BITMAP_HEAD bytes (an error or none, columns, rows), then the points. Whoever takes it
 *  relies on nothing in it but its length. Thread: any. */
#ifndef CHAT_MODEL_BITMAP_H
#define CHAT_MODEL_BITMAP_H

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/err.h"

#define BITMAP_HEAD 12

/** Red, green, blue, opacity; row by row from the top. All zero is none. */
struct bitmap {
	uint8_t *rgba;       /**< cols * rows * 4 bytes; owned */
	unsigned cols, rows; /**< in points */
};

#define BITMAP_INIT ((struct bitmap){0})

void bitmap_done(struct bitmap *bitmap);
/** Blank points. Both sides are at most LIMIT_PICTURE_SIDE and their product at most
 *  LIMIT_PICTURE_PIXELS. Errors: ERR_BAD (no side), ERR_TOO_BIG. Owns: the caller. */
enum err bitmap_make(unsigned cols, unsigned rows, struct bitmap *ret) MUST_CHECK;
/** The largest size of the same shape as @cols x @rows that fits into a box; nothing is
 *  made larger, and no side becomes nothing. */
void bitmap_fit(unsigned cols, unsigned rows, unsigned box_cols, unsigned box_rows,
		unsigned *ret_cols, unsigned *ret_rows);
/** Point (@x, @y) of @from as if it had @cols x @rows points: the mean of those that it
 *  stands for, or the one that it is a part of. */
void bitmap_point(const struct bitmap *from, unsigned cols, unsigned rows, unsigned x,
		  unsigned y, uint8_t ret_rgba[4]);
/** @from in @cols x @rows points, each the mean of those that it stands for; neither is
 *  more than @from has. Owns: the caller. */
void bitmap_shrink(const struct bitmap *from, unsigned cols, unsigned rows,
		   struct bitmap *ret);

/** The head of a picture (ERR_OK), or of why there is none. */
void bitmap_head(enum err err, const struct bitmap *bitmap,
		 uint8_t ret_head[BITMAP_HEAD]);
/** How many bytes follow this head; neither side is more than LIMIT_PICTURE_BOX.
 *  Errors: the one in it, ERR_BAD (no head of ours). */
enum err bitmap_expect(const uint8_t head[BITMAP_HEAD], size_t *ret_len) MUST_CHECK;
/** Head and points become a picture. Errors: those of bitmap_expect(), ERR_TRUNCATED.
 *  Owns: the caller. */
enum err bitmap_take(struct bytes bytes, struct bitmap *ret) MUST_CHECK;

#endif
