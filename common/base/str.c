/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growing text. An empty one points at a shared terminator, so that ptr can be handed to
 * anything that takes a C string without a check.
 */
#include "common/base/str.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

char str_empty[1] = "";

static void reserve(struct str *str, size_t more)
{
	size_t need;

	if (__builtin_add_overflow(str->len, more, &need) ||
	    __builtin_add_overflow(need, (size_t)1, &need))
		need = SIZE_MAX;
	if (need <= str->cap)
		return;
	size_t cap = mem_grow(str->cap, need);
	str->ptr = mem_resize(str->cap ? str->ptr : NULL, cap, 1);
	str->cap = cap;
	str->ptr[str->len] = '\0';
}

void str_done(struct str *str)
{
	if (str->cap)
		mem_free(str->ptr);
	*str = STR_INIT;
}

void str_clear(struct str *str)
{
	str_cut(str, 0);
}

void str_add_len(struct str *str, const char *text, size_t len)
{
	if (len == 0)
		return;
	reserve(str, len);
	memcpy(str->ptr + str->len, text, len);
	str->len += len;
	str->ptr[str->len] = '\0';
}

void str_add(struct str *str, const char *text)
{
	str_add_len(str, text, strlen(text));
}

void str_add_char(struct str *str, char c)
{
	str_add_len(str, &c, 1);
}

void str_addv(struct str *str, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int need = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(need >= 0);
	reserve(str, (size_t)need);
	vsnprintf(str->ptr + str->len, (size_t)need + 1, format, args);
	str->len += (size_t)need;
}

void str_addf(struct str *str, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(str, format, args);
	va_end(args);
}

void str_set_len(struct str *str, const char *text, size_t len)
{
	str_clear(str);
	str_add_len(str, text, len);
}

void str_set(struct str *str, const char *text)
{
	str_set_len(str, text, strlen(text));
}

void str_cut(struct str *str, size_t len)
{
	if (len >= str->len)
		return;
	str->len = len;
	str->ptr[len] = '\0';
}

void str_remove(struct str *str, size_t at, size_t len)
{
	if (at >= str->len)
		return;
	if (len > str->len - at)
		len = str->len - at;
	memmove(str->ptr + at, str->ptr + at + len, str->len - at - len + 1);
	str->len -= len;
}

char *str_take(struct str *str)
{
	char *taken = str->cap ? str->ptr : mem_strdup("");

	*str = STR_INIT;
	return taken;
}

struct bytes str_view(const struct str *str)
{
	return bytes_of(str->ptr, str->len);
}

bool str_equal(const struct str *str, const char *text)
{
	return bytes_equal(str_view(str), bytes_text(text));
}
