/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of UAX #29 section 3.1.1 as a walk with a little memory: whether what came
 * before is a pictograph with only extenders behind it (GB11), and whether an odd number
 * of regional indicators stands before (GB12, GB13).
 */
#include "common/base/grapheme.h"

#include <stdbool.h>
#include <stdint.h>

#include "common/base/unicode.h"
#include "common/base/utf8.h"

struct walk {
	enum unicode_break last;
	bool pict;       /* pictograph, extenders; or those and a ZWJ while last is ZWJ */
	bool odd_region; /* last is the first half of a flag */
};

static bool hangul_joins(enum unicode_break last, enum unicode_break next)
{
	switch (last) {
	case BREAK_L: /* GB6 */
		return next == BREAK_L || next == BREAK_V || next == BREAK_LV ||
		       next == BREAK_LVT;
	case BREAK_LV:
	case BREAK_V: /* GB7 */ return next == BREAK_V || next == BREAK_T;
	case BREAK_LVT:
	case BREAK_T: /* GB8 */ return next == BREAK_T;
	default: return false;
	}
}

static bool joins(const struct walk *walk, enum unicode_break next)
{
	enum unicode_break last = walk->last;

	if (last == BREAK_CR && next == BREAK_LF) /* GB3 */
		return true;
	if (last == BREAK_CONTROL || last == BREAK_CR || last == BREAK_LF) /* GB4 */
		return false;
	if (next == BREAK_CONTROL || next == BREAK_CR || next == BREAK_LF) /* GB5 */
		return false;
	if (hangul_joins(last, next))
		return true;
	if (next == BREAK_EXTEND || next == BREAK_ZWJ) /* GB9 */
		return true;
	if (next == BREAK_SPACING || last == BREAK_PREPEND) /* GB9a, GB9b */
		return true;
	if (last == BREAK_ZWJ && walk->pict && next == BREAK_PICT) /* GB11 */
		return true;
	return walk->odd_region && next == BREAK_REGIONAL; /* GB12, GB13 */
}

static void step(struct walk *walk, enum unicode_break next)
{
	if (next == BREAK_PICT)
		walk->pict = true;
	else if (next != BREAK_ZWJ && next != BREAK_EXTEND)
		walk->pict = false;
	else if (walk->last == BREAK_ZWJ)
		walk->pict = false;
	walk->odd_region = next == BREAK_REGIONAL && !walk->odd_region;
	walk->last = next;
}

size_t grapheme_next(const char *text, size_t len)
{
	uint32_t code;

	if (len == 0)
		return 0;
	/* Most text is ASCII, where only CR LF joins. */
	if ((unsigned char)text[0] < 0x80 && text[0] != '\r' &&
	    (len == 1 || (unsigned char)text[1] < 0x80))
		return 1;
	size_t at = utf8_decode(text, len, &code);
	if (at == 0)
		return 1;
	struct walk walk = {.last = BREAK_OTHER};
	step(&walk, unicode_break(code));
	while (at < len) {
		size_t used = utf8_decode(text + at, len - at, &code);
		enum unicode_break next = unicode_break(code);
		if (used == 0 || !joins(&walk, next))
			return at;
		step(&walk, next);
		at += used;
	}
	return at;
}

size_t grapheme_before(const char *text, size_t at)
{
	size_t start = at;
	size_t last = at;

	if (at == 0)
		return 0;
	/* Nothing joins across the end of a line but CR LF, so a walk may start there. */
	do
		start--;
	while (start > 0 && text[start - 1] != '\n');
	while (start < at) {
		last = start;
		start += grapheme_next(text + start, at - start);
	}
	return last;
}
