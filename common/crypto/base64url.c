/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libsodium's codec behind our types. It is the constant-time one, since tokens and keys
 * pass here; it already refuses a text whose spare bits are set, which matters because a
 * second spelling of one token would slip past anything that compares texts.
 */
#include "common/crypto/base64url.h"

#include <string.h>

#include <sodium.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

void base64url_add(struct str *str, struct bytes bytes)
{
	if (bytes.len == 0)
		return;
	size_t room = sodium_base64_encoded_len(bytes.len, VARIANT);
	char *text = mem_alloc(room, 1);

	sodium_bin2base64(text, room, bytes.ptr, bytes.len, VARIANT);
	str_add(str, text);
	wipe(text, room);
	mem_free(text);
}

/* libsodium 1.0.18 computes with signed characters and takes some bytes over 0x7f for
 * letters of the alphabet. Looks at every byte, whatever it finds. */
static bool is_ascii(struct bytes text)
{
	uint8_t all = 0;

	for (size_t i = 0; i < text.len; i++)
		all |= text.ptr[i];
	return all < 0x80;
}

enum err base64url_parse(struct bytes text, struct buf *buf)
{
	size_t most = text.len / 4 * 3 + 2, len;
	uint8_t *dst = buf_room(buf, most);

	if (!is_ascii(text) ||
	    sodium_base642bin(dst, most, (const char *)text.ptr, text.len, NULL, &len,
			      NULL, VARIANT) != 0)
		return ERR_BAD;
	buf->len += len;
	return ERR_OK;
}

enum err base64url_parse_into(struct bytes text, void *dst, size_t len)
{
	AUTO(buf_wipe) struct buf buf = BUF_INIT;

	if (base64url_parse(text, &buf) != ERR_OK || buf.len != len)
		return ERR_BAD;
	memcpy(dst, buf.ptr, len);
	return ERR_OK;
}
