/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers and body of a message. Text that is not ASCII goes as encoded words in headers
 * and as quoted-printable in the body: that passes every server on the way unchanged, with
 * or without 8BITMIME, and a person who reads the source still finds the code.
 */
#include "server/mail/message.h"

#include <string.h>
#include <time.h>

#include "common/base/base64.h"

#define WORD_MOST 42 /* bytes of text whose base64 fits an encoded word (RFC 2047, 2) */
#define LINE_MOST 76 /* characters of an encoded line (RFC 2045, 6.7) */

static bool is_plain(const struct str *str)
{
	size_t line = 0;

	for (size_t i = 0; i < str->len; i++) {
		unsigned char c = (unsigned char)str->ptr[i];
		line = c == '\n' ? 0 : line + 1;
		if (c >= 0x7f || (c < 0x20 && c != '\n') || line > LINE_MOST)
			return false;
	}
	return true;
}

static void add_word(struct str *str, struct bytes text)
{
	AUTO(buf_done) struct buf word = BUF_INIT;

	base64_encode_padded(&word, text);
	str_add(str, "=?UTF-8?B?");
	str_add_len(str, (const char *)word.ptr, word.len);
	str_add(str, "?=");
}

/* RFC 2047: a header that is not ASCII goes as encoded words, cut between characters. The
 * text that looks like an encoded word is encoded too, or it would be read as one. */
static void add_header_text(struct str *str, const struct str *text)
{
	if (is_plain(text) && !strstr(text->ptr, "=?") && !strchr(text->ptr, '\n') &&
	    text->len <= LINE_MOST - 9) {
		str_add_len(str, text->ptr, text->len);
		return;
	}
	for (size_t at = 0; at < text->len;) {
		size_t len = text->len - at < WORD_MOST ? text->len - at : WORD_MOST;
		while (at + len < text->len &&
		       ((unsigned char)text->ptr[at + len] & 0xc0) == 0x80)
			len--;
		if (at)
			str_add(str, "\n ");
		add_word(str, bytes_of(text->ptr + at, len));
		at += len;
	}
}

/* RFC 5322 section 3.3, in UTC; the names are English in every locale. */
static void add_date(struct str *str, uint64_t now_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(now_ms / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	str_addf(str, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\n",
		 days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
		 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* What stands behind the @ of @from, for the Message-ID. */
static const char *domain_of(const char *from)
{
	const char *at = strrchr(from, '@');

	return at ? at + 1 : from;
}

/* One character or a soft line break before it (RFC 2045 section 6.7). */
static void add_quoted(struct str *str, unsigned char c, bool last, size_t *column)
{
	bool literal = c > 0x20 && c < 0x7f && c != '=';
	/* A blank at the end of a line is lost on the way, a dot at its beginning is doubled
	 * by some and dropped by others. */
	if (c == ' ' && !last)
		literal = true;
	if (c == '.' && *column == 0)
		literal = false;
	if (*column + (literal ? 1 : 3) > LINE_MOST - 1) {
		str_add(str, "=\n");
		*column = 0;
		literal = literal && c != '.';
	}
	if (literal)
		str_add_char(str, (char)c);
	else
		str_addf(str, "=%02X", c);
	*column += literal ? 1 : 3;
}

static void add_body(struct str *str, const struct str *body)
{
	size_t column = 0;

	for (size_t i = 0; i < body->len; i++) {
		unsigned char c = (unsigned char)body->ptr[i];
		if (c == '\n') {
			str_add_char(str, '\n');
			column = 0;
		} else {
			bool last = i + 1 == body->len || body->ptr[i + 1] == '\n';
			add_quoted(str, c, last, &column);
		}
	}
	if (body->len && body->ptr[body->len - 1] != '\n')
		str_add_char(str, '\n');
}

void message_print(const struct letter *letter, const char *from, struct str *str)
{
	bool plain = is_plain(&letter->body);

	add_date(str, letter->sent_ms);
	str_addf(str, "From: %s\nTo: %s\nSubject: ", from, letter->to.ptr);
	add_header_text(str, &letter->subject);
	str_addf(str, "\nMessage-ID: <%s@%s>\n", id_text(&letter->id).text,
		 domain_of(from));
	/* RFC 3834: nobody's holiday notice should answer. */
	str_addf(str,
		 "Auto-Submitted: auto-generated\n"
		 "MIME-Version: 1.0\n"
		 "Content-Type: text/plain; charset=UTF-8\n"
		 "Content-Transfer-Encoding: %s\n\n",
		 plain ? "7bit" : "quoted-printable");
	if (plain)
		str_add_len(str, letter->body.ptr, letter->body.len);
	else
		add_body(str, &letter->body);
}
