/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What neutral.h promises, asked of arbitrary bytes. */
/* Covers: common/base/neutral.c common/base/grapheme.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/grapheme.h"
#include "common/base/neutral.h"
#include "common/base/utf8.h"
#include "common/base/width.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t len, enum neutral_mode mode)
{
	AUTO(str_done) struct str out = STR_INIT;
	AUTO(str_done) struct str again = STR_INIT;

	neutral_add(&out, text, len, mode);
	assert(utf8_valid(out.ptr, out.len));
	for (size_t at = 0; at < out.len;) {
		size_t used = grapheme_next(out.ptr + at, out.len - at);
		int width = width_cluster(out.ptr + at, used);
		bool newline = mode == NEUTRAL_TEXT && out.ptr[at] == '\n' && used == 1;
		assert(newline || (width >= 1 && width <= 2 && used <= NEUTRAL_CLUSTER));
		assert(newline || (uint8_t)out.ptr[at] >= ' ');
		at += used;
	}
	neutral_add(&again, out.ptr, out.len, mode);
	assert(again.len == out.len && memcmp(again.ptr, out.ptr, out.len) == 0);
	neutral_has_rtl(out.ptr, out.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check((const char *)data, size, NEUTRAL_LINE);
	check((const char *)data, size, NEUTRAL_TEXT);
	for (size_t at = size; at > 0 && size < 256;)
		at = grapheme_before((const char *)data, at);
	return 0;
}
