/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Feistel network of four rounds over 64 bits, with the server's keyed hash as round
 * function (Luby and Rackoff: four rounds are a strong pseudo-random permutation). This
 * hides counts; a made-up text gives a place that the gate guards like any other.
 */
#include "server/core/cursor.h"

#define ROUNDS 4

static uint32_t mix(const struct keys *keys, uint8_t round, uint32_t half)
{
	const uint8_t text[] = {'c',
				'u',
				'r',
				's',
				'o',
				'r',
				round,
				(uint8_t)(half >> 24),
				(uint8_t)(half >> 16),
				(uint8_t)(half >> 8),
				(uint8_t)half};
	struct id hash = keys_subject(keys, bytes_of(text, sizeof(text)));

	return (uint32_t)hash.bytes[0] << 24 | (uint32_t)hash.bytes[1] << 16 |
	       (uint32_t)hash.bytes[2] << 8 | hash.bytes[3];
}

void cursor_seal(const struct keys *keys, int64_t at, struct str *out)
{
	uint32_t left = (uint32_t)((uint64_t)at >> 32), right = (uint32_t)at;

	for (uint8_t round = 0; round < ROUNDS; round++) {
		uint32_t next = left ^ mix(keys, round, right);
		left = right;
		right = next;
	}
	str_addf(out, "%08x%08x", left, right);
}

static bool read_hex(const uint8_t *text, uint32_t *ret_value)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 8; i++) {
		uint8_t c = text[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret_value = value;
	return true;
}

enum err cursor_open(const struct keys *keys, struct bytes text, int64_t *ret_at)
{
	uint32_t left, right;

	if (text.len != 16 || !read_hex(text.ptr, &left) ||
	    !read_hex(text.ptr + 8, &right))
		return ERR_BAD;
	for (uint8_t round = ROUNDS; round-- > 0;) {
		uint32_t before = right ^ mix(keys, round, left);
		right = left;
		left = before;
	}
	uint64_t at = (uint64_t)left << 32 | right;
	if (at >> 53)
		return ERR_BAD;
	*ret_at = (int64_t)at;
	return ERR_OK;
}
