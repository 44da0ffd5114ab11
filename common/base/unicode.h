/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the Unicode Character Database (15.0) says of a code point, as far as a screen
 *  needs it. For grapheme.c, width.c and neutral.c; everybody else asks those.
 *  Thread: any. */
#ifndef CHAT_BASE_UNICODE_H
#define CHAT_BASE_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/** Grapheme_Cluster_Break (UAX #29), and Extended_Pictographic, which is disjoint. The
 *  order is that of unicode_table.pl. */
enum unicode_break {
	BREAK_OTHER,
	BREAK_CR,
	BREAK_LF,
	BREAK_CONTROL,
	BREAK_EXTEND,
	BREAK_ZWJ,
	BREAK_REGIONAL,
	BREAK_PREPEND,
	BREAK_SPACING,
	BREAK_L,
	BREAK_V,
	BREAK_T,
	BREAK_LV,
	BREAK_LVT,
	BREAK_PICT,
};

/** Joining_Type, with the viramas (combining class 9) set apart: RFC 5892 appendix A. */
enum unicode_join {
	JOIN_NONE,
	JOIN_LEFT,
	JOIN_RIGHT,
	JOIN_DUAL,
	JOIN_CLEAR,
	JOIN_VIRAMA
};

/** The packed row; see below for its parts. */
uint16_t unicode_value(uint32_t code);

static inline enum unicode_break unicode_break(uint32_t code)
{
	return (enum unicode_break)(unicode_value(code) & 15);
}

/** Columns on its own: 0 for marks and whatever cannot be seen, 1 or 2. */
static inline int unicode_width(uint32_t code)
{
	return unicode_value(code) >> 4 & 3;
}

static inline enum unicode_join unicode_join(uint32_t code)
{
	return (enum unicode_join)(unicode_value(code) >> 6 & 7);
}

/** Right-to-left letters and Arabic digits (bidi classes R, AL, AN). */
static inline bool unicode_is_rtl(uint32_t code)
{
	return unicode_value(code) >> 9 & 1;
}

/** Control, format and default-ignorable characters, line separators, noncharacters. */
static inline bool unicode_is_hidden(uint32_t code)
{
	return unicode_value(code) >> 10 & 1;
}

/** May be followed by VS15 or VS16 (emoji-variation-sequences.txt). */
static inline bool unicode_has_emoji_style(uint32_t code)
{
	return unicode_value(code) >> 11 & 1;
}

#endif
