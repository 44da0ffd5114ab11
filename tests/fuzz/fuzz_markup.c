/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The markup of arbitrary messages: marks only where they may be, and rows without loss. */
/* Covers: client/ui/markup.c client/ui/wrap.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "client/ui/markup.h"
#include "client/ui/wrap.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"

#define EMPHASIS (MARKUP_BOLD | MARKUP_ITALIC | MARKUP_STRIKE)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What holds for each byte alone. */
static void check_byte(char c, unsigned marks)
{
	if (marks & MARKUP_BLOCK)
		assert(marks & MARKUP_CODE);
	else
		assert(c != '\n' || marks == 0);
	if (marks & (MARKUP_CODE | MARKUP_QUOTE) && marks & MARKUP_BLOCK)
		assert(!(marks & (EMPHASIS | MARKUP_QUOTE)));
	if (marks & MARKUP_SIGN && !(marks & MARKUP_BLOCK))
		assert(c && strchr("*_~`>", c));
	if (marks & MARKUP_LINK && !(marks & MARKUP_BLOCK))
		assert(!(marks & MARKUP_SIGN));
}

static void check_marks(const char *text, size_t len, const uint8_t *marks)
{
	for (size_t at = 0; at < len; at++) {
		check_byte(text[at], marks[at]);
		/* No emphasis begins in the middle of a character. */
		if (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
			assert(marks[at] == marks[at - 1]);
	}
}

/* Every byte of code is in a row, and the rows get on. */
static void check_rows(const char *text, size_t len, size_t columns)
{
	for (size_t at = 0; at < len;) {
		size_t next;
		size_t row = wrap_code(text + at, len - at, columns, &next);
		assert(next > 0 && row <= next && next <= len - at);
		assert(row == next || (row + 1 == next && text[at + row] == '\n'));
		size_t plain = wrap_row(text + at, len - at, columns, &row);
		assert(row > 0 && plain <= row && row <= len - at);
		at += next;
	}
	assert(wrap_count(text, len, columns) >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(str_done) struct str text = STR_INIT;

	neutral_add(&text, (const char *)data, size, NEUTRAL_TEXT);
	uint8_t *marks = mem_alloc(text.len + 1, 1);
	markup_links(text.ptr, text.len, marks);
	markup_scan(text.ptr, text.len, marks);
	check_marks(text.ptr, text.len, marks);
	mem_free(marks);
	check_rows(text.ptr, text.len, size ? data[0] % 80 + 1u : 1);
	return 0;
}
