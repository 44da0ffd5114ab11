/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logs of WeeChat and of irssi, in the forms that both write unless told otherwise. Their
 * times are those of the place where they were written.
 */
#include <string.h>

#include "common/os/lang.h"
#include "server/admin/said.h"

#define LINE_MOST ((size_t)1 << 20) /* what a reader of lines gives, and then some */

/* Take @digits digits and, unless it is 0, the sign @behind from @text. */
static bool take_number(struct bytes *text, size_t digits, char behind, int *ret)
{
	size_t used = digits + (behind != '\0');
	int value = 0;

	if (text->len < used)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (text->ptr[i] < '0' || text->ptr[i] > '9')
			return false;
		value = value * 10 + (text->ptr[i] - '0');
	}
	if (behind && text->ptr[digits] != (uint8_t)behind)
		return false;
	*text = bytes_of(text->ptr + used, text->len - used);
	*ret = value;
	return true;
}

static bool is_clock(const struct tm *tm)
{
	return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= 31 && tm->tm_hour < 24 && tm->tm_min < 60 &&
	       tm->tm_sec <= 60 && tm->tm_year >= 70;
}

static bool begins(struct bytes text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static struct bytes skip(struct bytes text, size_t count)
{
	return bytes_of(text.ptr + count, text.len - count);
}

static struct bytes without_return(struct bytes line)
{
	return line.len && line.ptr[line.len - 1] == '\r'
		       ? bytes_of(line.ptr, line.len - 1)
		       : line;
}

static enum said_kind wrong(struct said *said, const char *why)
{
	said->wrong = why;
	return SAID_WRONG;
}

/* Before a nick stands what somebody is in the channel. */
static struct bytes without_mode(struct bytes nick)
{
	while (nick.len > 1 && strchr("@+%~&! ", nick.ptr[0]))
		nick = skip(nick, 1);
	return nick;
}

static enum said_kind message(struct said *said, struct bytes nick, struct bytes text)
{
	said_clean(&said->author, without_mode(nick), true, LIMIT_DISPLAY);
	said_clean(&said->text, text, false, LINE_MOST);
	if (said->author.len == 0)
		return wrong(said, N_("it says nobody's name"));
	return said->text.len ? SAID_MESSAGE : SAID_NOTHING;
}

/* "bob waves": who acts stands in the text. */
static enum said_kind action(struct said *said, struct bytes text)
{
	const uint8_t *blank = memchr(text.ptr, ' ', text.len);
	size_t len = blank ? (size_t)(blank - text.ptr) : text.len;

	if (len == 0)
		return wrong(said, N_("it says nobody's name"));
	str_add(&said->text, "* ");
	return message(said, bytes_of(text.ptr, len), text);
}

/* ---- WeeChat ---- */

/* Prefixes of what is no message: joins, parts, networks, errors. */
static bool is_notice(struct bytes prefix)
{
	static const char *const marks[] = {"-->", "<--", "--", "=!=", "", "⚡"};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (bytes_equal(prefix, bytes_text(marks[i])))
			return true;
	}
	return false;
}

static struct bytes trim(struct bytes text)
{
	while (text.len && text.ptr[0] == ' ')
		text = skip(text, 1);
	while (text.len && text.ptr[text.len - 1] == ' ')
		text.len--;
	return text;
}

enum said_kind said_weechat(struct bytes line, struct said *said)
{
	struct tm *tm = &said->clock;
	int year, month;

	said_clear(said);
	line = without_return(line);
	if (line.len == 0)
		return SAID_NOTHING;
	if (!take_number(&line, 4, '-', &year) || !take_number(&line, 2, '-', &month) ||
	    !take_number(&line, 2, ' ', &tm->tm_mday) ||
	    !take_number(&line, 2, ':', &tm->tm_hour) ||
	    !take_number(&line, 2, ':', &tm->tm_min) ||
	    !take_number(&line, 2, '\t', &tm->tm_sec))
		return wrong(said, N_("it does not begin with a time"));
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	if (!is_clock(tm))
		return wrong(said, N_("there is no such time"));
	said->local = true;
	const uint8_t *tab = memchr(line.ptr, '\t', line.len);
	if (!tab)
		return wrong(said, N_("there is no tab behind the name"));
	struct bytes prefix = trim(bytes_of(line.ptr, (size_t)(tab - line.ptr)));
	struct bytes text = skip(line, (size_t)(tab - line.ptr) + 1);
	if (bytes_equal(prefix, bytes_text("*")))
		return action(said, text);
	return is_notice(prefix) ? SAID_NOTHING : message(said, prefix, text);
}

/* ---- irssi ---- */

/* "Nov": 1 to 12, or 0. */
static int month_of(struct bytes text)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12 && text.len >= 3; i++) {
		if (memcmp(names + 3 * i, text.ptr, 3) == 0)
			return i + 1;
	}
	return 0;
}

/* "Fri Nov 20 10:00:00 2026" or "Fri Nov 20 2026". */
static bool read_day(struct bytes text, struct irssi_day *day)
{
	struct irssi_day fresh = {.known = true};
	int number;

	if (text.len < 11 || text.ptr[3] != ' ' || text.ptr[7] != ' ')
		return false;
	fresh.month = month_of(skip(text, 4));
	text = skip(text, 8);
	if (!take_number(&text, 2, ' ', &fresh.day))
		return false;
	struct bytes clock = text;
	if (take_number(&clock, 2, ':', &number) &&
	    take_number(&clock, 2, ':', &number) && take_number(&clock, 2, ' ', &number))
		text = clock;
	if (!take_number(&text, 4, '\0', &fresh.year) || text.len > 0 ||
	    fresh.month == 0 || fresh.day < 1 || fresh.day > 31 || fresh.year < 1970)
		return false;
	*day = fresh;
	return true;
}

static enum said_kind mark(struct irssi_day *day, struct bytes line, struct said *said)
{
	static const char *const marks[] = {"--- Log opened ", "--- Day changed "};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (begins(line, marks[i]) &&
		    !read_day(skip(line, strlen(marks[i])), day))
			return wrong(said, N_("there is no such day"));
	}
	return SAID_NOTHING;
}

static enum said_kind behind_time(struct bytes line, struct said *said)
{
	/* " * bob waves" stands behind a blank of its own. */
	if (begins(line, " * "))
		return action(said, skip(line, 3));
	if (begins(line, "-!-"))
		return SAID_NOTHING;
	const char close = line.len && line.ptr[0] == '<' ? '>' : '-';
	const uint8_t *end =
		line.len > 1 ? memchr(line.ptr + 1, close, line.len - 1) : NULL;
	if (!end || (line.ptr[0] != '<' && line.ptr[0] != '-'))
		return wrong(said, N_("there is no name behind the time"));
	struct bytes nick = bytes_of(line.ptr + 1, (size_t)(end - line.ptr) - 1);
	struct bytes text = skip(line, (size_t)(end - line.ptr) + 1);
	/* "-bob:#ops- …" is a notice. */
	const uint8_t *colon = close == '-' ? memchr(nick.ptr, ':', nick.len) : NULL;
	if (colon)
		nick.len = (size_t)(colon - nick.ptr);
	return message(said, nick, begins(text, " ") ? skip(text, 1) : text);
}

enum said_kind said_irssi(struct irssi_day *day, struct bytes line, struct said *said)
{
	struct tm *tm = &said->clock;

	said_clear(said);
	line = without_return(line);
	if (line.len == 0)
		return SAID_NOTHING;
	if (begins(line, "--- "))
		return mark(day, line, said);
	if (!take_number(&line, 2, ':', &tm->tm_hour) ||
	    !take_number(&line, 2, '\0', &tm->tm_min))
		return wrong(said, N_("it does not begin with a time"));
	if (begins(line, ":")) {
		line = skip(line, 1);
		if (!take_number(&line, 2, '\0', &tm->tm_sec))
			return wrong(said, N_("there is no such time"));
	}
	if (!begins(line, " "))
		return wrong(said, N_("it does not begin with a time"));
	if (!day->known)
		return wrong(said, N_("no line before it says which day it is"));
	tm->tm_year = day->year - 1900;
	tm->tm_mon = day->month - 1;
	tm->tm_mday = day->day;
	if (!is_clock(tm))
		return wrong(said, N_("there is no such time"));
	said->local = true;
	return behind_time(skip(line, 1), said);
}
