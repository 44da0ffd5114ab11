/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cluster is as wide as the code points that stand beside each other in it, but never
 * more than two columns; what UTS #51 presents as one emoji is two. A cluster whose parts
 * libc would count otherwise is a matter of screen_curses.c.
 */
#include "common/base/width.h"

#include <stdbool.h>
#include <stdint.h>

#include "common/base/grapheme.h"
#include "common/base/unicode.h"
#include "common/base/utf8.h"

#define VS16 0xfe0f

/* Whether @code behind @first makes one picture of the cluster: VS16, the second half of a
 * flag, a skin tone, the next member of a ZWJ sequence. */
static bool makes_emoji(uint32_t first, uint32_t code)
{
	switch (unicode_break(first)) {
	case BREAK_PICT:
		return code == VS16 ? unicode_has_emoji_style(first)
				    : unicode_width(code) == 2;
	case BREAK_REGIONAL: return unicode_break(code) == BREAK_REGIONAL;
	default: return code == VS16 && unicode_has_emoji_style(first);
	}
}

int width_cluster(const char *text, size_t len)
{
	uint32_t first = 0;
	uint32_t code;
	int width = 0;
	bool emoji = false;

	if (len == 1) {
		unsigned char c = (unsigned char)text[0];
		return c >= 0x80 ? 1 : c >= 0x20 && c != 0x7f;
	}
	for (size_t at = 0; at < len;) {
		size_t used = utf8_decode(text + at, len - at, &code);
		if (used == 0) {
			width++;
			at++;
			continue;
		}
		if (at == 0)
			first = code;
		if (at == 0 &&
		    (unicode_break(code) == BREAK_V || unicode_break(code) == BREAK_T))
			width++; /* a vowel that has lost its consonant is still seen */
		emoji |= at > 0 && makes_emoji(first, code);
		if (unicode_break(first) != BREAK_PICT || at == 0)
			width += unicode_width(code);
		at += used;
	}
	if (emoji || width > 2)
		return 2;
	return width;
}

size_t width_text(const char *text, size_t len)
{
	size_t columns;

	width_fit(text, len, SIZE_MAX, &columns);
	return columns;
}

size_t width_fit(const char *text, size_t len, size_t columns, size_t *ret_columns)
{
	size_t at = 0;
	size_t used = 0;

	while (at < len) {
		size_t step = grapheme_next(text + at, len - at);
		size_t width = (size_t)width_cluster(text + at, step);
		if (width > columns - used)
			break;
		used += width;
		at += step;
	}
	if (ret_columns)
		*ret_columns = used;
	return at;
}
