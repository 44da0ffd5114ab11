/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing that was typed reaches FTS5 as syntax: every word becomes a string in its
 * quotes. What has no token (a dash, an emoji) matches nothing where AND stands beside it,
 * but does not count where strings only follow each other; so they do, and the one AND comes
 * at the end. What is only ASCII punctuation is dropped here already.
 */
#include "common/proto/search.h"

#include <string.h>

#include "common/base/utf8.h"

#define WORDS_MOST 32 /* strings in one expression: a sentence */
#define DAY_MS     86400000LL

void search_done(struct search *search)
{
	str_done(&search->match);
	str_done(&search->from);
	str_done(&search->in);
}

/* What was read so far, beside what stands in struct search. */
struct reading {
	size_t count; /* of strings */
	bool link;
};

/* One part of the text: key:value, "exact words" or a word. */
struct part {
	struct bytes whole; /* for who is told about it */
	struct bytes key;   /* without ':'; empty: none */
	struct bytes value; /* without quotes */
	bool quoted;
	bool last; /* the text ends with it: it may go on */
};

/* Control characters too: FTS5 would end its expression at a NUL. */
static bool is_blank(uint8_t c)
{
	return c <= ' ' || c == 0x7f;
}

static struct bytes take_quoted(struct bytes text, size_t at, size_t *ret_end)
{
	size_t end = at + 1;

	while (end < text.len && text.ptr[end] != '"')
		end++;
	*ret_end = end < text.len ? end + 1 : end;
	return bytes_of(text.ptr + at + 1, end - at - 1);
}

/* The next part at *@at; false at the end. */
static bool next_part(struct bytes text, size_t *at, struct part *part)
{
	while (*at < text.len && is_blank(text.ptr[*at]))
		++*at;
	size_t from = *at, end = from;
	if (from == text.len)
		return false;
	*part = (struct part){0};
	while (end < text.len && !is_blank(text.ptr[end]) && text.ptr[end] != '"' &&
	       text.ptr[end] != ':')
		end++;
	if (end < text.len && text.ptr[end] == ':' && end > from) {
		part->key = bytes_of(text.ptr + from, end - from);
		end++;
	}
	size_t value = part->key.len ? end : from;
	if (value < text.len && text.ptr[value] == '"') {
		part->quoted = true;
		part->value = take_quoted(text, value, &end);
	} else {
		for (end = value; end < text.len && !is_blank(text.ptr[end]);)
			end++;
		part->value = bytes_of(text.ptr + value, end - value);
	}
	part->whole = bytes_of(text.ptr + from, end - from);
	part->last = end == text.len;
	*at = end;
	return true;
}

/* Whether a tokenizer would find anything in it: letters, digits, or what is not ASCII. */
static bool has_token(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z'))
			return true;
	}
	return false;
}

static enum err add_word(struct search *search, struct bytes word, bool begins,
			 struct reading *reading)
{
	if (!has_token(word))
		return ERR_OK;
	if (++reading->count > WORDS_MOST)
		return ERR_TOO_BIG;
	str_add(&search->match, search->match.len ? " \"" : "\"");
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] == '"')
			str_add_char(&search->match, '"');
		str_add_char(&search->match,
			     is_blank(word.ptr[i]) ? ' ' : (char)word.ptr[i]);
	}
	str_add(&search->match, begins ? "\"*" : "\"");
	return ERR_OK;
}

static size_t chars_of(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += (text.ptr[i] & 0xc0) != 0x80;
	return count;
}

/* The last word may go on when it says enough by then. One character of a script without
 * blanks is found as the beginning of a pair only. */
static bool may_go_on(const struct part *part)
{
	bool ascii = part->value.len && part->value.ptr[0] < 0x80;

	if (part->quoted)
		return false;
	if (!ascii && chars_of(part->value) == 1)
		return true;
	return part->last && chars_of(part->value) >= 2;
}

static bool digits(struct bytes text, size_t from, size_t len, int64_t *ret)
{
	*ret = 0;
	for (size_t i = from; i < from + len; i++) {
		if (i >= text.len || text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*ret = *ret * 10 + (text.ptr[i] - '0');
	}
	return true;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar; month 13 is January. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* "2026", "2026-10", "2026-10-31": its first day and the one behind its last. */
static bool date_of(struct bytes text, int64_t *ret_first, int64_t *ret_end)
{
	int64_t year, month = 1, day = 1;

	if (!digits(text, 0, 4, &year) || year < 1970)
		return false;
	if (text.len == 4) {
		*ret_first = days_of(year, 1, 1);
		*ret_end = days_of(year + 1, 1, 1);
		return true;
	}
	if (text.ptr[4] != '-' || !digits(text, 5, 2, &month) || month < 1 || month > 12)
		return false;
	*ret_first = days_of(year, month, 1);
	*ret_end = days_of(year, month + 1, 1);
	if (text.len == 7)
		return true;
	if (text.len != 10 || text.ptr[7] != '-' || !digits(text, 8, 2, &day) || day < 1)
		return false;
	*ret_first += day - 1;
	if (*ret_first >= *ret_end)
		return false;
	*ret_end = *ret_first + 1;
	return true;
}

static uint64_t start_of(int64_t day, int64_t east_s)
{
	int64_t ms = day * DAY_MS - east_s * 1000;

	return ms > 1 ? (uint64_t)ms : 1;
}

static bool is_word(struct bytes bytes, const char *word)
{
	return bytes_equal(bytes, bytes_text(word));
}

static void set_name(struct str *str, struct bytes value, char mark)
{
	size_t skip = value.len && value.ptr[0] == (uint8_t)mark;

	str_set_len(str, (const char *)value.ptr + skip, value.len - skip);
}

static enum err read_has(struct search *search, struct bytes what,
			 struct reading *reading)
{
	if (is_word(what, "file")) {
		search->has_file = true;
		return ERR_OK;
	}
	if (!is_word(what, "link"))
		return ERR_BAD;
	reading->link = true;
	return ERR_OK;
}

static enum err read_key(struct search *search, const struct part *part, int64_t east_s,
			 struct reading *reading, bool *ret_known)
{
	int64_t first, end;

	*ret_known = true;
	if (is_word(part->key, "from")) {
		set_name(&search->from, part->value, '@');
		return search->from.len ? ERR_OK : ERR_BAD;
	}
	if (is_word(part->key, "in")) {
		set_name(&search->in, part->value, '#');
		return search->in.len ? ERR_OK : ERR_BAD;
	}
	if (is_word(part->key, "has"))
		return read_has(search, part->value, reading);
	bool before = is_word(part->key, "before");
	if (!before && !is_word(part->key, "after")) {
		*ret_known = false;
		return ERR_OK;
	}
	if (!date_of(part->value, &first, &end))
		return ERR_BAD;
	if (before)
		search->before_ms = start_of(first, east_s);
	else
		search->after_ms = start_of(end, east_s);
	return ERR_OK;
}

static bool is_empty(const struct search *search)
{
	return !search->match.len && !search->from.len && !search->in.len &&
	       !search->before_ms && !search->after_ms && !search->has_file;
}

enum err search_parse(struct bytes text, int64_t east_s, struct search *search,
		      struct bytes *ret_part)
{
	struct reading reading = {0};
	struct part part;
	size_t at = 0;
	enum err err = ERR_OK;

	*ret_part = bytes_of(text.ptr, 0);
	if (text.len > LIMIT_QUERY)
		return ERR_TOO_BIG;
	if (!utf8_valid((const char *)text.ptr, text.len))
		return ERR_UTF8;
	while (err == ERR_OK && next_part(text, &at, &part)) {
		bool known = false;
		*ret_part = part.whole;
		if (part.key.len)
			err = read_key(search, &part, east_s, &reading, &known);
		/* "12:30" and "http://x" are words like any other. */
		if (err == ERR_OK && !known) {
			if (part.key.len && !part.quoted)
				part.value = part.whole;
			else if (part.key.len)
				err = add_word(search, part.key, false, &reading);
			if (err == ERR_OK)
				err = add_word(search, part.value, may_go_on(&part),
					       &reading);
		}
	}
	if (reading.link)
		str_addf(&search->match, "%s(\"http\" OR \"https\")",
			 search->match.len ? " AND " : "");
	return err == ERR_OK && is_empty(search) ? ERR_BAD : err;
}
