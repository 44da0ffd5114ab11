/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all readers of logs share: making text harmless, and cutting arrays into objects.
 */
#include "server/admin/said.h"

#include <string.h>

#include "common/base/utf8.h"

#define DEEPEST 3 /* objects in the array in which a reader looks: profile of a user */

void said_init(struct said *said)
{
	*said = (struct said){.author = STR_INIT,
			      .text = STR_INIT,
			      .key = STR_INIT,
			      .thread = STR_INIT,
			      .reply = STR_INIT};
}

void said_done(struct said *said)
{
	str_done(&said->author);
	str_done(&said->text);
	str_done(&said->key);
	str_done(&said->thread);
	str_done(&said->reply);
}

void said_clear(struct said *said)
{
	str_clear(&said->author);
	str_clear(&said->text);
	str_clear(&said->key);
	str_clear(&said->thread);
	str_clear(&said->reply);
	said->local = false;
	said->ms = 0;
	said->wrong = NULL;
	memset(&said->clock, 0, sizeof(said->clock));
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the colour behind ^C: "4", "12,7". */
static size_t colour_len(struct bytes text, size_t at)
{
	size_t begin = at;

	for (unsigned i = 0; i < 2 && at < text.len && is_digit(text.ptr[at]); i++)
		at++;
	if (at > begin && at + 1 < text.len && text.ptr[at] == ',' &&
	    is_digit(text.ptr[at + 1])) {
		at++;
		for (unsigned i = 0; i < 2 && at < text.len && is_digit(text.ptr[at]);
		     i++)
			at++;
	}
	return at - begin;
}

void said_clean(struct str *out, struct bytes text, bool line, size_t most)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t code;
		size_t used =
			utf8_decode((const char *)text.ptr + at, text.len - at, &code);
		char bytes[4];
		at += used ? used : 1;
		if (code == 0x03) {
			at += colour_len(text, at);
			continue;
		}
		if (line && (code == '\n' || code == '\t'))
			code = ' ';
		if ((code < 0x20 && code != '\n' && code != '\t') ||
		    (code >= 0x7f && code < 0xa0))
			continue;
		size_t len = utf8_encode(code, bytes);
		if (out->len + len > most)
			return;
		str_add_len(out, bytes, len);
	}
}

/* ---- arrays ---- */

void json_pieces_init(struct json_pieces *pieces)
{
	*pieces = (struct json_pieces){.piece = BUF_INIT, .line = 1};
}

void json_pieces_done(struct json_pieces *pieces)
{
	buf_done(&pieces->piece);
}

static void put(struct json_pieces *pieces, uint8_t c)
{
	if (pieces->piece.len >= PIECE_MOST)
		pieces->too_big = true;
	else if (!pieces->too_big)
		buf_add_u8(&pieces->piece, c);
}

static void take_in_text(struct json_pieces *pieces, uint8_t c)
{
	if (pieces->escaped)
		pieces->escaped = false;
	else if (c == '\\')
		pieces->escaped = true;
	else if (c == '"')
		pieces->in_text = false;
}

/* A bracket opens: the array itself is depth 1, an object in it 2. */
static void open_one(struct json_pieces *pieces, uint8_t c)
{
	if (pieces->depth == 1 && c == '{') {
		buf_clear(&pieces->piece);
		pieces->too_big = false;
		pieces->began = pieces->line;
	}
	pieces->depth++;
	if (pieces->depth >= 2 && pieces->depth <= DEEPEST)
		put(pieces, c);
	else if (pieces->depth == DEEPEST + 1)
		put(pieces, '0'); /* in the place of what is deeper */
}

/* A bracket closes; true: an object of the array is whole. */
static bool close_one(struct json_pieces *pieces, uint8_t c)
{
	if (pieces->depth == 0)
		return false;
	if (pieces->depth >= 2 && pieces->depth <= DEEPEST)
		put(pieces, c);
	pieces->depth--;
	return pieces->depth == 1 && c == '}';
}

bool json_pieces_next(struct json_pieces *pieces, struct bytes *text)
{
	while (text->len > 0) {
		uint8_t c = text->ptr[0];
		*text = bytes_of(text->ptr + 1, text->len - 1);
		pieces->line += c == '\n';
		bool inside = pieces->depth >= 2 && pieces->depth <= DEEPEST;
		if (pieces->in_text) {
			if (inside)
				put(pieces, c);
			take_in_text(pieces, c);
		} else if (c == '{' || c == '[') {
			open_one(pieces, c);
		} else if (c == '}' || c == ']') {
			if (!close_one(pieces, c))
				continue;
			if (pieces->too_big)
				buf_clear(&pieces->piece);
			return true;
		} else {
			pieces->in_text = c == '"';
			if (inside && c >= 0x20)
				put(pieces, c);
		}
	}
	return false;
}
