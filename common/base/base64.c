/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base64url in its one canonical form: reading accepts only what writing makes, so that a
 * value has one text and signatures over the text cannot be stretched.
 */
#include "common/base/base64.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t base64_text_len(size_t len)
{
	return len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0);
}

void base64_encode(struct buf *dst, struct bytes src)
{
	char *out = buf_room(dst, base64_text_len(src.len));
	uint32_t bits = 0;
	unsigned count = 0;

	dst->len += base64_text_len(src.len);
	for (size_t i = 0; i < src.len; i++) {
		bits = bits << 8 | src.ptr[i];
		for (count += 8; count >= 6; count -= 6)
			*out++ = alphabet[bits >> (count - 6) & 63];
	}
	if (count)
		*out++ = alphabet[bits << (6 - count) & 63];
}

void base64_encode_padded(struct buf *dst, struct bytes src)
{
	size_t at = dst->len;

	base64_encode(dst, src);
	for (size_t i = at; i < dst->len; i++) {
		uint8_t *c = &dst->ptr[i];
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	}
	while ((dst->len - at) % 4)
		buf_add_u8(dst, '=');
}

static int digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

enum err base64_decode(struct buf *dst, struct bytes text)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t before = dst->len;

	if (text.len % 4 == 1)
		return ERR_BAD;
	for (size_t i = 0; i < text.len; i++) {
		int value = digit(text.ptr[i]);
		if (value < 0)
			goto bad;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add_u8(dst, (uint8_t)(bits >> count));
		}
	}
	if (bits & ((1u << count) - 1))
		goto bad;
	return ERR_OK;
bad:
	dst->len = before;
	return ERR_BAD;
}
