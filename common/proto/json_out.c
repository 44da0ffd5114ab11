/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer. Commas are placed by one flag: a value sets it, an opening bracket and a key
 * clear it.
 */
#include "common/proto/json_out.h"

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

void json_out_text(struct json_out *out, struct bytes text)
{
	size_t start = 0;

	before_value(out);
	buf_add_u8(out->buf, '"');
	for (size_t at = 0; at < text.len; at++) {
		uint8_t c = text.ptr[at];
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_add(out->buf, text.ptr + start, at - start);
		add_escaped(out->buf, c);
		start = at + 1;
	}
	buf_add(out->buf, text.ptr + start, text.len - start);
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
