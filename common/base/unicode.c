/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two stages: a block of 128 code points, then an index into the values that occur. The
 * numbers are written by unicode_table.pl; glibc's own tables are not used, because they
 * depend on the locale and are older than what people send.
 */
#include "common/base/unicode.h"

#include "common/base/unicode_table.def"

uint16_t unicode_value(uint32_t code)
{
	if (code > 0x10ffff)
		code = 0xfffd;
	return unicode_values[unicode_blocks[unicode_stage[code / 128]][code % 128]];
}
