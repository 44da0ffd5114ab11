/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line by line: a fence, a quotation, then code between backticks, then emphasis by a short
 * stack of what was opened. The rule of which sign opens and which closes is CommonMark's
 * (0.31, section 6.2) made stricter, so that programs, globs and tables stay what they are:
 * what opens stands before a word and behind a blank or a bracket, what closes stands
 * behind a word and not before one. Nothing reaches over the end of a line but a fence.
 */
#include "client/ui/markup.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/utf8.h"

#define DEPTH 16 /* of emphasis in emphasis; what is deeper stays as typed */
#define TICKS 8  /* backticks that begin code in a line; more are as typed */
#define FENCE 3  /* backticks of a fence, and blanks that may stand before it */

/* Part of a text, and the marks of that part. */
struct part {
	const char *text;
	size_t len;
	uint8_t *marks;
};

struct opened {
	size_t at;
	size_t count; /* signs that are not closed yet */
	char sign;
};

static void mark(struct part *part, size_t from, size_t to, unsigned marks)
{
	for (size_t i = from; i < to; i++)
		part->marks[i] |= (uint8_t)marks;
}

/* How often the byte at @at is repeated. */
static size_t run_at(const struct part *part, size_t at)
{
	size_t end = at;

	while (end < part->len && part->text[end] == part->text[at])
		end++;
	return end - at;
}

/* ---- addresses ---- */

/* Where the address that begins at @at ends. */
static size_t url_end(const char *text, size_t len, size_t at)
{
	size_t end = at;

	while (end < len && (unsigned char)text[end] > ' ')
		end++;
	/* Punctuation behind an address belongs to the sentence, signs to the markup. */
	while (end > at && strchr(".,;:!?)>\"'*~`", text[end - 1]))
		end--;
	return end;
}

void markup_links(const char *text, size_t len, uint8_t *marks)
{
	struct part part = {text, len, marks};

	for (size_t at = 0; at + 8 < len; at++) {
		if (text[at] != 'h' || (strncmp(text + at, "http://", 7) != 0 &&
					strncmp(text + at, "https://", 8) != 0))
			continue;
		size_t end = url_end(text, len, at);
		mark(&part, at, end, MARKUP_LINK);
		at = end;
	}
}

/* ---- code in a line ---- */

static bool is_tick(const struct part *part, size_t at)
{
	return part->text[at] == '`' && !(part->marks[at] & MARKUP_LINK);
}

/* Where the last run of so many backticks begins, for each number of them, + 1; 0: there is
 * none. So a search that begins before it succeeds, and all of them together read the line
 * once. */
static void find_last(const struct part *part, size_t last[TICKS + 1])
{
	for (size_t at = 0; at < part->len;) {
		size_t run = is_tick(part, at) ? run_at(part, at) : 0;
		if (run > 0 && run <= TICKS)
			last[run] = at + 1;
		at += run ? run : 1;
	}
}

static void scan_code(struct part *part)
{
	size_t last[TICKS + 1] = {0};

	find_last(part, last);
	for (size_t at = 0; at < part->len;) {
		size_t run = is_tick(part, at) ? run_at(part, at) : 0;
		if (run == 0 || run > TICKS || last[run] <= at + 1) {
			at += run ? run : 1;
			continue;
		}
		size_t end = at + run;
		while (!is_tick(part, end) || run_at(part, end) != run)
			end += is_tick(part, end) ? run_at(part, end) : 1;
		mark(part, at, at + run, MARKUP_SIGN | MARKUP_CODE);
		mark(part, at + run, end, MARKUP_CODE);
		mark(part, end, end + run, MARKUP_SIGN | MARKUP_CODE);
		at = end + run;
	}
}

/* ---- emphasis ---- */

/* Letters and digits; of what is not ASCII everything but the usual punctuation. */
static bool is_word(uint32_t code)
{
	if (code < 0x80)
		return (code >= '0' && code <= '9') ||
		       ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
	return !((code >= 0xa0 && code <= 0xbf) || (code >= 0x2000 && code <= 0x206f) ||
		 (code >= 0x3000 && code <= 0x3004) ||
		 (code >= 0x3008 && code <= 0x3020) ||
		 (code >= 0xff00 && code <= 0xff0f) ||
		 (code >= 0xff1a && code <= 0xff20));
}

static bool is_one_of(uint32_t code, const char *set)
{
	return code > 0 && code < 0x80 && strchr(set, (int)code);
}

static bool is_blank(uint32_t code)
{
	return code == 0 || code == ' ';
}

/* The characters before and behind a run; 0 where the line begins and ends. */
static void neighbours(const struct part *part, size_t at, size_t end,
		       uint32_t *ret_before, uint32_t *ret_behind)
{
	size_t from = at;

	*ret_before = *ret_behind = 0;
	while (from > 0 && ((unsigned char)part->text[--from] & 0xc0) == 0x80)
		;
	if (from < at)
		utf8_decode(part->text + from, at - from, ret_before);
	if (end < part->len)
		utf8_decode(part->text + end, part->len - end, ret_behind);
}

static bool may_open(uint32_t before, uint32_t behind)
{
	const bool apart = is_blank(before);

	if (!apart && !is_one_of(before, "([{\"'*_~") &&
	    (before < 0x80 || is_word(before)))
		return false;
	return is_word(behind) || is_one_of(behind, "@#(`*_~") ||
	       (apart && is_one_of(behind, "\"'-$"));
}

static bool may_close(uint32_t before, uint32_t behind)
{
	if (is_word(behind) || is_one_of(behind, "/\\"))
		return false;
	return is_word(before) || is_one_of(before, ".,;:!?)]}\"'%`*_~") ||
	       (before >= 0x80 && !is_blank(before));
}

/* How many signs of a kind are emphasis: "__" is a name in programs. */
static bool is_count(char sign, size_t count)
{
	switch (sign) {
	case '*': return count <= 3;
	case '_': return count == 1;
	default: return count == 2;
	}
}

static unsigned kind_of(char sign, size_t count)
{
	if (sign == '~')
		return MARKUP_STRIKE;
	return (count & 1 ? MARKUP_ITALIC : 0u) | (count & 2 ? MARKUP_BOLD : 0u);
}

/* Close with @run signs at @at what is open; returns how many of them did. */
static size_t close_with(struct part *part, size_t at, size_t run, struct opened *open,
			 size_t *depth)
{
	const char sign = part->text[at];
	size_t used = 0;

	for (size_t i = *depth; i-- > 0 && used < run;) {
		struct opened *one = &open[i];
		if (one->sign != sign)
			continue;
		size_t take = run - used < one->count ? run - used : one->count;
		size_t inside = one->at + one->count;
		mark(part, inside, at, kind_of(sign, take));
		mark(part, inside - take, inside, MARKUP_SIGN);
		mark(part, at + used, at + used + take, MARKUP_SIGN);
		used += take;
		one->count -= take;
		*depth = one->count ? i + 1 : i;
	}
	return used;
}

static void scan_emphasis(struct part *part)
{
	struct opened open[DEPTH];
	size_t depth = 0;

	for (size_t at = 0; at < part->len;) {
		const char sign = part->text[at];
		uint32_t before, behind;
		if (part->marks[at] & (MARKUP_CODE | MARKUP_LINK) ||
		    !is_one_of((uint8_t)sign, "*_~")) {
			at++;
			continue;
		}
		size_t run = run_at(part, at);
		size_t used = 0;
		neighbours(part, at, at + run, &before, &behind);
		if (is_count(sign, run) && may_close(before, behind))
			used = close_with(part, at, run, open, &depth);
		if (is_count(sign, run) && used < run && depth < DEPTH &&
		    may_open(before, behind))
			open[depth++] = (struct opened){at + used, run - used, sign};
		at += run;
	}
}

/* ---- lines ---- */

/* Backticks of the fence that @line may be, else 0; *ret_rest is what follows them. */
static size_t fence_of(const struct part *line, size_t *ret_rest)
{
	size_t at = 0;

	while (at < line->len && at < FENCE && line->text[at] == ' ')
		at++;
	size_t run = at < line->len && line->text[at] == '`' ? run_at(line, at) : 0;
	*ret_rest = at + run;
	return run < FENCE ? 0 : run;
}

/* A fence with the name of a language behind it. */
static size_t opens_fence(const struct part *line)
{
	size_t rest;
	size_t run = fence_of(line, &rest);

	return run && !memchr(line->text + rest, '`', line->len - rest) ? run : 0;
}

static bool closes_fence(const struct part *line, size_t fence)
{
	size_t rest;

	if (fence_of(line, &rest) < fence)
		return false;
	while (rest < line->len && line->text[rest] == ' ')
		rest++;
	return rest == line->len;
}

/* Bytes of "> " and ">> " in front. */
static size_t quote_of(const struct part *line)
{
	size_t run = line->len && line->text[0] == '>' ? run_at(line, 0) : 0;

	return run && (run == line->len || line->text[run] == ' ') ? run : 0;
}

static void scan_line(struct part *line)
{
	size_t quote = quote_of(line);
	struct part rest = {line->text + quote, line->len - quote, line->marks + quote};

	if (quote)
		mark(line, 0, line->len, MARKUP_QUOTE);
	mark(line, 0, quote, MARKUP_SIGN);
	scan_code(&rest);
	scan_emphasis(&rest);
}

void markup_scan(const char *text, size_t len, uint8_t *marks)
{
	size_t fence = 0;

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t end = newline ? (size_t)(newline - text) : len;
		struct part line = {text + at, end - at, marks + at};
		unsigned block = MARKUP_BLOCK | MARKUP_CODE;
		if (fence && closes_fence(&line, fence)) {
			fence = 0;
			block |= MARKUP_SIGN;
		} else if (!fence) {
			fence = opens_fence(&line);
			block = fence ? block | MARKUP_SIGN : 0;
		}
		if (!block)
			scan_line(&line);
		at = newline ? end + 1 : end;
		mark(&line, 0, at - (size_t)(line.text - text), block);
	}
}
