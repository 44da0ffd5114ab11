/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 by the table of RFC 3629 section 4: the allowed range of the second byte depends
 * on the first, which is what rules out overlong forms and surrogates.
 */
#include "common/base/utf8.h"

#include <string.h>

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)text;

	*ret_code = 0xfffd;
	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		if (len < 2 || !is_tail(p[1]))
			return 0;
		*ret_code = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		return 2;
	}
	if (p[0] >= 0xe0 && p[0] <= 0xef) {
		unsigned char low = p[0] == 0xe0 ? 0xa0 : 0x80;
		unsigned char high = p[0] == 0xed ? 0x9f : 0xbf;
		if (len < 3 || p[1] < low || p[1] > high || !is_tail(p[2]))
			return 0;
		*ret_code = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
			    (p[2] & 0x3f);
		return 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		unsigned char low = p[0] == 0xf0 ? 0x90 : 0x80;
		unsigned char high = p[0] == 0xf4 ? 0x8f : 0xbf;
		if (len < 4 || p[1] < low || p[1] > high || !is_tail(p[2]) ||
		    !is_tail(p[3]))
			return 0;
		*ret_code = (uint32_t)(p[0] & 0x07) << 18 |
			    (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
			    (p[3] & 0x3f);
		return 4;
	}
	return 0;
}

size_t utf8_encode(uint32_t code, char dst[4])
{
	if (code < 0x80) {
		dst[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		dst[0] = (char)(0xc0 | code >> 6);
		dst[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		dst[0] = (char)(0xe0 | code >> 12);
		dst[1] = (char)(0x80 | (code >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | code >> 18);
	dst[1] = (char)(0x80 | (code >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (code >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Most of what is checked is ASCII: eight bytes at a time while it is. */
static size_t ascii_run(const char *text, size_t len)
{
	size_t at = 0;
	uint64_t eight;

	for (; len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, text + at, sizeof(eight));
		if (eight & 0x8080808080808080u)
			break;
	}
	return at;
}

bool utf8_valid(const char *text, size_t len)
{
	while (len) {
		uint32_t code;
		size_t used = ascii_run(text, len);
		if (used == 0)
			used = utf8_decode(text, len, &code);
		if (used == 0)
			return false;
		text += used;
		len -= used;
	}
	return true;
}

size_t utf8_cut(const char *text, size_t len, size_t most)
{
	if (len <= most)
		return len;
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}
