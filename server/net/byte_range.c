/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes=FIRST-LAST, bytes=FIRST-, bytes=-LAST (that many from the end). Whatever is not one
 * of these is ignored, as the standard has it for ranges that a server does not know.
 */
#include "server/net/byte_range.h"

#include <string.h>
#include <strings.h>

#define UNIT "bytes="

/* The digits at the front of @text; false without any, or with more than a number holds. */
static bool take_number(struct bytes *text, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t len = 0;

	while (len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9') {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text->ptr[len] - '0'),
					   &value))
			return false;
		len++;
	}
	*text = bytes_of(text->ptr + len, text->len - len);
	*ret_value = value;
	return len > 0;
}

static enum range_kind tail(struct bytes text, uint64_t size, struct range *ret_range)
{
	uint64_t len;

	if (!take_number(&text, &len) || text.len)
		return RANGE_ALL;
	if (len == 0 || size == 0)
		return RANGE_NONE;
	if (len > size)
		len = size;
	*ret_range = (struct range){size - len, len};
	return RANGE_PART;
}

enum range_kind range_read(struct bytes text, uint64_t size, struct range *ret_range)
{
	uint64_t first, last = UINT64_MAX;

	*ret_range = (struct range){0, size};
	if (text.len <= sizeof(UNIT) - 1 ||
	    strncasecmp((const char *)text.ptr, UNIT, sizeof(UNIT) - 1) != 0)
		return RANGE_ALL;
	text = bytes_of(text.ptr + sizeof(UNIT) - 1, text.len - (sizeof(UNIT) - 1));
	if (text.ptr[0] == '-')
		return tail(bytes_of(text.ptr + 1, text.len - 1), size, ret_range);
	if (!take_number(&text, &first) || text.len == 0 || text.ptr[0] != '-')
		return RANGE_ALL;
	text = bytes_of(text.ptr + 1, text.len - 1);
	if (text.len && (!take_number(&text, &last) || text.len || last < first))
		return RANGE_ALL;
	if (first >= size)
		return RANGE_NONE;
	if (last >= size)
		last = size - 1;
	*ret_range = (struct range){first, last - first + 1};
	return RANGE_PART;
}
