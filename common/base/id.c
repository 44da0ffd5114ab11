/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ids and their one textual form. Reading accepts only what writing makes, so that two
 * different texts never name the same thing.
 */
#include "common/base/id.h"

#include <string.h>

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

struct id_text id_text(const struct id *id)
{
	struct id_text ret;
	unsigned bits = 0, count = 0;
	size_t out = 0;

	for (size_t i = 0; i < ID_LEN; i++) {
		bits = bits << 8 | id->bytes[i];
		for (count += 8; count >= 5; count -= 5)
			ret.text[out++] = alphabet[bits >> (count - 5) & 31];
	}
	ret.text[out++] = alphabet[bits << (5 - count) & 31];
	ret.text[out] = '\0';
	return ret;
}

static int digit(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

enum err id_parse(const char *text, size_t len, struct id *ret_id)
{
	struct id id;
	unsigned bits = 0, count = 0;
	size_t out = 0;

	if (len != ID_TEXT_LEN)
		return ERR_BAD;
	for (size_t i = 0; i < len; i++) {
		int value = digit(text[i]);
		if (value < 0)
			return ERR_BAD;
		bits = bits << 5 | (unsigned)value;
		count += 5;
		if (count >= 8) {
			count -= 8;
			id.bytes[out++] = (uint8_t)(bits >> count);
		}
	}
	if (bits & ((1u << count) - 1))
		return ERR_BAD;
	*ret_id = id;
	return ERR_OK;
}

bool id_equal(const struct id *a, const struct id *b)
{
	return memcmp(a->bytes, b->bytes, ID_LEN) == 0;
}

int id_compare(const struct id *a, const struct id *b)
{
	return memcmp(a->bytes, b->bytes, ID_LEN);
}

bool id_is_zero(const struct id *id)
{
	static const struct id zero;

	return id_equal(id, &zero);
}

struct id id_v7(uint64_t now_ms, const uint8_t random[10])
{
	struct id id;

	for (int i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)(now_ms >> (8 * (5 - i)));
	memcpy(id.bytes + 6, random, 10);
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	return id;
}

uint64_t id_v7_ms(const struct id *id)
{
	uint64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->bytes[i];
	return ms;
}

bool id_is_v7(const struct id *id)
{
	return (id->bytes[6] & 0xf0) == 0x70 && (id->bytes[8] & 0xc0) == 0x80;
}
