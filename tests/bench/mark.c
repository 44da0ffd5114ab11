/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hexadecimal digits of fixed width: read a few million times a second, so without loops
 * over unknown lengths.
 */
#include "tests/bench/mark.h"

#include <string.h>

static const char filler[MARK_TEXT + 1] =
	"~000000.00000000 a message of a hundred bytes, as people write them when "
	"they have something to say.";

static void put_hex(char *at, unsigned digits, uint32_t value)
{
	static const char hex[] = "0123456789abcdef";

	for (unsigned i = digits; i-- > 0; value >>= 4)
		at[i] = hex[value & 15];
}

/* 0-9 and a-f only; anything else gives a value that is too large. */
static uint32_t get_hex(const char *at, unsigned digits, uint32_t *wrong)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < digits; i++) {
		uint32_t c = (uint8_t)at[i], digit = c - '0';
		if (digit > 9)
			digit = c - 'a' + 10;
		*wrong |= digit;
		value = value << 4 | (digit & 15);
	}
	return value;
}

void mark_write(const struct mark *mark, char *text)
{
	memcpy(text, filler, MARK_TEXT);
	put_hex(text + 1, 6, mark->who);
	put_hex(text + 8, 8, mark->number);
}

bool mark_read(const char *text, struct mark *ret_mark)
{
	uint32_t wrong = 0;

	ret_mark->who = get_hex(text + 1, 6, &wrong);
	ret_mark->number = get_hex(text + 8, 8, &wrong);
	return wrong < 16 && text[0] == MARK_FIRST && text[7] == '.';
}

const char *mark_find(const char *data, size_t len)
{
	const char *at = memchr(data, MARK_FIRST, len);

	return at && (size_t)(data + len - at) >= MARK_LEN ? at : NULL;
}
