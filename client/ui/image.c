/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kitty takes the points as they are, in base64. A sixel terminal has registers of colour:
 * ours are a cube of 6 x 6 x 6, and what lies between two of them is a pattern of both
 * (ordered by a matrix of 4 x 4), which needs no look at the picture before and no memory.
 * Nothing of a picture but numbers and base64 gets into a sequence.
 */
#include "client/ui/image.h"

#include <string.h>

#include "common/base/base64.h"

#define IMAGE   1    /* its number: there is never more than one */
#define PIECE   3072 /* bytes of a piece: 4096 in base64, as the protocol asks for */
#define LEVELS  6
#define COLOURS (LEVELS * LEVELS * LEVELS)
#define NONE    0xff
#define SEEN    128

enum ui_images image_guess(const char *term, const char *program, bool inside)
{
	static const struct {
		const char *name;
		enum ui_images images;
	} rows[] = {
		{"kitty", UI_IMAGES_KITTY},   {"ghostty", UI_IMAGES_KITTY},
		{"WezTerm", UI_IMAGES_KITTY}, {"foot", UI_IMAGES_SIXEL},
		{"mlterm", UI_IMAGES_SIXEL},  {"contour", UI_IMAGES_SIXEL},
		{"sixel", UI_IMAGES_SIXEL},
	};

	for (size_t i = 0; !inside && i < ARRAY_LEN(rows); i++)
		if ((term && strstr(term, rows[i].name)) ||
		    (program && strstr(program, rows[i].name)))
			return rows[i].images;
	return UI_IMAGES_BLOCKS;
}

/* ---- kitty ---- */

/* RFC 4648 section 4: the protocol has "+" and "/", and fills up with "=". */
static void add_base64(struct str *out, struct bytes bytes)
{
	AUTO(buf_done) struct buf text = BUF_INIT;

	base64_encode(&text, bytes);
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		str_add_char(out, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	for (size_t i = text.len; i % 4; i++)
		str_add_char(out, '=');
}

void image_kitty(struct str *out, const struct bitmap *bitmap, int cols, int rows)
{
	size_t len = (size_t)bitmap->cols * bitmap->rows * 4;

	for (size_t at = 0; at < len; at += PIECE) {
		size_t piece = len - at < PIECE ? len - at : PIECE;
		int more = at + piece < len;
		str_add(out, "\x1b_G");
		/* Points with opacity; the cursor stays; no answers. */
		if (at == 0)
			str_addf(out, "a=T,f=32,s=%u,v=%u,c=%d,r=%d,C=1,i=%d,q=2,",
				 bitmap->cols, bitmap->rows, cols, rows, IMAGE);
		str_addf(out, "m=%d;", more);
		add_base64(out, bytes_of(bitmap->rgba + at, piece));
		str_add(out, "\x1b\\");
	}
}

void image_kitty_gone(struct str *out)
{
	str_addf(out, "\x1b_Ga=d,d=I,i=%d,q=2;\x1b\\", IMAGE);
}

/* ---- sixel ---- */

static unsigned level_of(unsigned value, unsigned x, unsigned y)
{
	static const unsigned char matrix[4][4] = {
		{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};

	/* In sixteenths of a step; the matrix says from which on the next one is taken. */
	return (value * (LEVELS - 1) * 16 / 255 + matrix[y % 4][x % 4]) / 16;
}

/* The register of a point. */
static uint8_t colour_at(const struct bitmap *bitmap, unsigned cols, unsigned rows,
			 unsigned x, unsigned y)
{
	uint8_t rgba[4];

	bitmap_point(bitmap, cols, rows, x, y, rgba);
	if (rgba[3] < SEEN)
		return NONE;
	unsigned red = level_of(rgba[0], x, y), green = level_of(rgba[1], x, y);
	return (uint8_t)((red * LEVELS + green) * LEVELS + level_of(rgba[2], x, y));
}

static void add_palette(struct str *out)
{
	for (unsigned i = 0; i < COLOURS; i++)
		str_addf(out, "#%u;2;%u;%u;%u", i, i / (LEVELS * LEVELS) * 20,
			 i / LEVELS % LEVELS * 20, i % LEVELS * 20);
}

static void add_run(struct str *out, char c, unsigned count)
{
	if (count > 3) {
		str_addf(out, "!%u%c", count, c);
		return;
	}
	while (count-- > 0)
		str_add_char(out, c);
}

/* Where a band of six rows has the register @colour. */
static void add_colour(struct str *out, const uint8_t *band, unsigned cols,
		       uint8_t colour)
{
	unsigned count = 0;
	char last = '?';

	str_addf(out, "#%u", colour);
	for (unsigned x = 0; x < cols; x++) {
		unsigned bits = 0;
		for (unsigned y = 0; y < 6; y++)
			bits |= (unsigned)(band[y * cols + x] == colour) << y;
		char c = (char)('?' + bits);
		if (c != last) {
			add_run(out, last, count);
			count = 0;
		}
		last = c;
		count++;
	}
	if (last != '?') /* blanks at the end need not be said */
		add_run(out, last, count);
	str_add_char(out, '$');
}

void image_sixel(struct str *out, const struct bitmap *bitmap, unsigned cols,
		 unsigned rows)
{
	AUTO(buf_done) struct buf space = BUF_INIT;
	uint8_t *band = buf_room(&space, 6 * (size_t)cols);

	str_addf(out, "\x1bP0;1;0q\"1;1;%u;%u", cols, rows);
	add_palette(out);
	for (unsigned top = 0; top < rows; top += 6) {
		bool used[NONE + 1] = {false};
		for (unsigned y = 0; y < 6; y++) {
			for (unsigned x = 0; x < cols; x++) {
				uint8_t colour = top + y < rows
							 ? colour_at(bitmap, cols, rows,
								     x, top + y)
							 : NONE;
				band[y * cols + x] = colour;
				used[colour] = true;
			}
		}
		for (unsigned i = 0; i < COLOURS; i++)
			if (used[i])
				add_colour(out, band, cols, (uint8_t)i);
		str_add_char(out, '-');
	}
	str_add(out, "\x1b\\");
}
