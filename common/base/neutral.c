/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text is taken apart into grapheme clusters; within each, every hidden code point must
 * show why it is there. The reasons are those of UTS #51 (emoji ZWJ sequences, VS16,
 * flags of tags), of RFC 5892 appendix A (joiners in Arabic and Indic scripts), and one
 * variation selector behind a letter that can have one. A run of bytes hidden behind a
 * smiley has none of them and is shown.
 */
#include "common/base/neutral.h"

#include <stdint.h>
#include <string.h>

#include "common/base/grapheme.h"
#include "common/base/unicode.h"
#include "common/base/utf8.h"

#define ZWNJ 0x200c
#define ZWJ  0x200d

/* Marks on one base; Tibetan stacks and pointed Hebrew stay below. */
#define MOST_MARKS 8

/* One cluster on its way out. */
struct out {
	struct str *str;
	size_t start; /* where the cluster that is being written begins */
	unsigned marks;
	unsigned lost; /* marks over the limit */
	bool broken;   /* something of ours stands inside */
};

struct named {
	uint32_t code;
	const char *name;
};

static const struct named named[] = {
	{0x061c, "ALM"}, {0x200e, "LRM"}, {0x200f, "RLM"}, {0x202a, "LRE"},
	{0x202b, "RLE"}, {0x202c, "PDF"}, {0x202d, "LRO"}, {0x202e, "RLO"},
	{0x2066, "LRI"}, {0x2067, "RLI"}, {0x2068, "FSI"}, {0x2069, "PDI"},
};

static void add_marker(struct out *out, uint32_t code)
{
	const char *name = NULL;

	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (named[i].code == code)
			name = named[i].name;
	if (name)
		str_addf(out->str, "⟦%s⟧", name);
	else
		str_addf(out->str, "⟦U+%04X⟧", (unsigned)code);
	out->start = out->str->len - strlen("⟧");
	out->marks = 0;
	out->broken = true;
}

/* The code point before byte @at, 0 at the beginning or behind bad bytes. */
static uint32_t code_before(const char *text, size_t at)
{
	uint32_t code;

	for (size_t back = 1; back <= 4 && back <= at; back++)
		if (utf8_decode(text + at - back, back, &code) == back)
			return code;
	return 0;
}

static uint32_t code_at(const char *text, size_t len, size_t at, size_t *ret_used)
{
	uint32_t code;

	*ret_used = utf8_decode(text + at, len - at, &code);
	return *ret_used ? code : 0;
}

static bool is_clear(uint32_t code)
{
	enum unicode_join join = unicode_join(code);

	return (join == JOIN_CLEAR || join == JOIN_VIRAMA) && !unicode_is_hidden(code);
}

/* RFC 5892 A.1 for a ZWNJ at @at: behind a virama, or between letters that would join.
 * Transparent marks are skipped, but not without end. */
static bool may_stand_zwnj(const char *text, size_t len, size_t at, size_t used)
{
	uint32_t code = code_before(text, at);
	size_t back = at;

	if (unicode_join(code) == JOIN_VIRAMA)
		return true;
	for (int i = 0; i < MOST_MARKS && code && is_clear(code); i++) {
		char bytes[4];
		back -= utf8_encode(code, bytes);
		code = code_before(text, back);
	}
	if (!code || (unicode_join(code) != JOIN_LEFT && unicode_join(code) != JOIN_DUAL))
		return false;
	at += used;
	for (int i = 0; i <= MOST_MARKS && at < len; i++) {
		code = code_at(text, len, at, &used);
		if (!code || !is_clear(code))
			break;
		at += used;
	}
	return at < len && code &&
	       (unicode_join(code) == JOIN_RIGHT || unicode_join(code) == JOIN_DUAL);
}

/* RFC 5892 A.2, or the joint of an emoji sequence: the cluster goes on with a picture,
 * which GB11 allows only behind one. */
static bool may_stand_zwj(const char *text, size_t end, size_t at, size_t used)
{
	size_t next;

	if (unicode_join(code_before(text, at)) == JOIN_VIRAMA)
		return true;
	if (at + used >= end)
		return false;
	return unicode_break(code_at(text, end, at + used, &next)) == BREAK_PICT &&
	       unicode_break(code_before(text, at)) != BREAK_ZWJ;
}

static bool is_between(uint32_t code, uint32_t low, uint32_t high)
{
	return code >= low && code <= high;
}

static bool is_han(uint32_t code)
{
	return is_between(code, 0x3400, 0x9fff) || is_between(code, 0xf900, 0xfaff) ||
	       is_between(code, 0x20000, 0x3fffd);
}

/* Whether @code, right behind @before, chooses one of its known forms. */
static bool selects_form(uint32_t before, uint32_t code)
{
	if (code == 0xfe0e || code == 0xfe0f)
		return unicode_has_emoji_style(before);
	if (is_between(code, 0xfe00, 0xfe0d))
		return before > 0x7f && unicode_width(before) > 0 &&
		       unicode_break(before) != BREAK_PICT;
	if (is_between(code, 0xe0100, 0xe01ef))
		return is_han(before);
	if (is_between(code, 0x180b, 0x180d) || code == 0x180f)
		return is_between(before, 0x1820, 0x18aa);
	return false;
}

/* A flag of tags (UTS #51 ED-14a): black flag, three to six tag letters or digits, the
 * cancel tag. Bytes of the whole, 0 when @text does not begin with one. */
static size_t tag_flag(const char *text, size_t len)
{
	size_t used;
	size_t tags = 0;
	size_t at;

	if (code_at(text, len, 0, &at) != 0x1f3f4)
		return 0;
	for (; at < len; at += used, tags++) {
		uint32_t code = code_at(text, len, at, &used);
		if (code == 0xe007f)
			return tags >= 3 && tags <= 6 ? at + used : 0;
		if (!is_between(code, 0xe0030, 0xe0039) &&
		    !is_between(code, 0xe0061, 0xe007a))
			return 0;
	}
	return 0;
}

/* Whether the hidden @code at @at has a reason to be there. */
static bool may_stand(const char *text, size_t len, size_t end, size_t at, size_t used,
		      uint32_t code)
{
	if (code == ZWNJ)
		return may_stand_zwnj(text, len, at, used);
	if (code == ZWJ)
		return may_stand_zwj(text, end, at, used);
	return selects_form(code_before(text, at), code);
}

static bool is_mark(uint32_t code)
{
	enum unicode_break class = unicode_break(code);

	return class == BREAK_EXTEND || class == BREAK_SPACING;
}

/* A visible code point, or a hidden one with a reason. A cluster needs something to stand
 * on and has an end: the dotted circle serves for both. */
static void add_code(struct out *out, uint32_t code)
{
	char bytes[4];
	size_t used = utf8_encode(code, bytes);
	bool first = out->str->len == out->start;
	/* What goes in front (UAX #29, Prepend) is bounded with what goes on top. */
	bool counts = is_mark(code) || unicode_break(code) == BREAK_PREPEND;

	if (counts && ++out->marks > MOST_MARKS) {
		out->lost++;
		return;
	}
	if ((first && is_mark(code)) ||
	    out->str->len - out->start + used > NEUTRAL_CLUSTER) {
		out->start = out->str->len;
		out->marks = is_mark(code);
		out->broken = true;
		str_add(out->str, "◌");
	}
	str_add_len(out->str, bytes, used);
}

/* A hidden code point needs what it refers to in front of it, and behind a ZWJ room for a
 * picture with its skin tone. */
static bool has_room(const struct out *out, uint32_t code)
{
	size_t need = code == ZWJ ? 11 : 4;

	return out->lost == 0 && !out->broken &&
	       out->str->len - out->start + need <= NEUTRAL_CLUSTER;
}

/* The cluster at @at, which ends at @end, of the text of @len bytes. */
static void add_cluster(struct str *str, const char *text, size_t len, size_t at,
			size_t end)
{
	struct out out = {.str = str, .start = str->len};
	size_t flag = tag_flag(text + at, end - at);
	size_t used;

	if (flag) {
		str_add_len(str, text + at, flag);
		at += flag;
	}
	for (; at < end; at += used) {
		uint32_t code;
		used = utf8_decode(text + at, end - at, &code);
		if (used == 0) {
			add_code(&out, 0xfffd);
			used = 1;
		} else if (code < 0x20 || code == 0x7f) {
			add_code(&out, code == 0x7f ? 0x2421 : 0x2400 + code);
		} else if (!unicode_is_hidden(code) ||
			   (has_room(&out, code) &&
			    may_stand(text, len, end, at, used, code))) {
			add_code(&out, code);
		} else {
			add_marker(&out, code);
		}
	}
	if (out.lost)
		str_addf(str, "⟦+%u⟧", out.lost);
}

/* '\n', '\t' and "\r\n", by mode; 0 when it is none of them. */
static size_t add_blank(struct str *out, const char *text, size_t len,
			enum neutral_mode mode)
{
	bool crlf = len > 1 && text[0] == '\r' && text[1] == '\n';

	if (crlf || text[0] == '\n')
		str_add_char(out, mode == NEUTRAL_TEXT ? '\n' : ' ');
	else if (text[0] == '\t')
		str_add(out, mode == NEUTRAL_TEXT ? "    " : " ");
	else
		return 0;
	return crlf ? 2 : 1;
}

static size_t plain_run(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && text[at] >= ' ' && text[at] < 0x7f)
		at++;
	/* The last one may carry a mark. */
	return at < len && at > 0 && (unsigned char)text[at] >= 0x80 ? at - 1 : at;
}

void neutral_add(struct str *out, const char *text, size_t len, enum neutral_mode mode)
{
	size_t at = 0;

	while (at < len) {
		size_t used = plain_run(text + at, len - at);
		if (used) {
			str_add_len(out, text + at, used);
			at += used;
			continue;
		}
		used = add_blank(out, text + at, len - at, mode);
		if (used == 0) {
			used = grapheme_next(text + at, len - at);
			add_cluster(out, text, len, at, at + used);
		}
		at += used;
	}
}

bool neutral_has_rtl(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t code;
		if ((unsigned char)text[at] < 0x80) {
			at++;
			continue;
		}
		size_t used = utf8_decode(text + at, len - at, &code);
		if (used && unicode_is_rtl(code))
			return true;
		at += used ? used : 1;
	}
	return false;
}
