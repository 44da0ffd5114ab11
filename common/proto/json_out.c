/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer. Commas are placed by one flag: a value sets it, an opening bracket and a key
 * clear it.
 */
#include "common/proto/json_out.h"

#include <string.h>

struct json_out json_out_init(struct buf *buf)
{
	return (struct json_out){.buf = buf};
}

static void before_value(struct json_out *out)
{
	if (out->comma)
		buf_add_u8(out->buf, ',');
	out->comma = true;
}

void json_out_open(struct json_out *out, char bracket)
{
	before_value(out);
	buf_add_u8(out->buf, (uint8_t)bracket);
	out->comma = false;
}

void json_out_close(struct json_out *out, char bracket)
{
	buf_add_u8(out->buf, (uint8_t)bracket);
	out->comma = true;
}

void json_out_key(struct json_out *out, const char *key)
{
	before_value(out);
	buf_add_u8(out->buf, '"');
	buf_add_bytes(out->buf, bytes_text(key));
	buf_add(out->buf, "\":", 2);
	out->comma = false;
}

void json_out_member(struct json_out *out, struct bytes member)
{
	before_value(out);
	buf_add_bytes(out->buf, member);
	out->comma = false;
}

void json_out_plain(struct json_out *out, struct bytes text)
{
	uint8_t *at;

	before_value(out);
	at = buf_room(out->buf, text.len + 2);
	at[0] = '"';
	memcpy(at + 1, text.ptr, text.len);
	at[text.len + 1] = '"';
	out->buf->len += text.len + 2;
}

static void add_escaped(struct buf *buf, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";

	buf_add_u8(buf, '\\');
	switch (c) {
	case '"':
	case '\\': buf_add_u8(buf, c); break;
	case '\n': buf_add_u8(buf, 'n'); break;
	case '\r': buf_add_u8(buf, 'r'); break;
	case '\t': buf_add_u8(buf, 't'); break;
	default:
		buf_add(buf, "u00", 3);
		buf_add_u8(buf, (uint8_t)hex[c >> 4]);
		buf_add_u8(buf, (uint8_t)hex[c & 15]);
	}
}

/* Which of eight bytes are zero or may be: the high bit of such a byte is set, and that of
 * one above a zero byte may be too ("determine if a word has a zero byte"). */
static uint64_t zeroes(uint64_t eight)
{
	return (eight - 0x0101010101010101u) & ~eight & 0x8080808080808080u;
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/* How many bytes from the start need no escape; eight at a time. */
static size_t plain_run(struct bytes text)
{
	const uint64_t each = 0x0101010101010101u;
	size_t at = 0;
	uint64_t eight;

	for (; text.len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, text.ptr + at, sizeof(eight));
		if (zeroes(eight & (each * 0xe0)) | zeroes(eight ^ (each * '"')) |
		    zeroes(eight ^ (each * '\\')) | zeroes(eight ^ (each * 0x7f)))
			break;
	}
	while (at < text.len && is_plain(text.ptr[at]))
		at++;
	return at;
}

void json_out_text(struct json_out *out, struct bytes text)
{
	before_value(out);
	buf_room(out->buf, text.len + 2);
	buf_add_u8(out->buf, '"');
	for (;;) {
		size_t run = plain_run(text);
		buf_add(out->buf, text.ptr, run);
		if (run == text.len)
			break;
		add_escaped(out->buf, text.ptr[run]);
		text = bytes_of(text.ptr + run + 1, text.len - run - 1);
	}
	buf_add_u8(out->buf, '"');
}

void json_out_uint(struct json_out *out, uint64_t value)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);

	before_value(out);
	do {
		digits[--at] = (uint8_t)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_add(out->buf, digits + at, sizeof(digits) - at);
}

void json_out_bool(struct json_out *out, bool value)
{
	before_value(out);
	buf_add_bytes(out->buf, value ? bytes_text("true") : bytes_text("false"));
}

void json_out_raw(struct json_out *out, struct bytes json)
{
	before_value(out);
	buf_add_bytes(out->buf, json);
}

void json_out_put_text(struct json_out *out, const char *key, struct bytes text)
{
	json_out_key(out, key);
	json_out_text(out, text);
}

void json_out_put_word(struct json_out *out, const char *key, const char *word)
{
	json_out_key(out, key);
	json_out_text(out, bytes_text(word));
}

void json_out_put_uint(struct json_out *out, const char *key, uint64_t value)
{
	json_out_key(out, key);
	json_out_uint(out, value);
}

void json_out_put_bool(struct json_out *out, const char *key, bool value)
{
	json_out_key(out, key);
	json_out_bool(out, value);
}

void json_out_put_open(struct json_out *out, const char *key, char bracket)
{
	json_out_key(out, key);
	json_out_open(out, bracket);
}
