/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes first, then UTF-8, then control characters: the cheapest refusal first.
 */
#include "server/core/text.h"

#include <string.h>

#include "common/base/utf8.h"

static enum err check(struct bytes text, size_t most, const char *allowed)
{
	if (text.len > most) {
		return ERR_TOO_BIG;
	}
	if (!utf8_valid((const char *)text.ptr, text.len)) {
		return ERR_UTF8;
	}
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		if ((c < 0x20 || c == 0x7f) && (c == 0 || !strchr(allowed, c))) {
			return ERR_BAD;
		}
	}
	return ERR_OK;
}

enum err text_check(struct bytes text, size_t most)
{
	return text.len ? check(text, most, "\n\t") : ERR_BAD;
}

enum err text_check_line(struct bytes text, size_t most)
{
	return check(text, most, "");
}
