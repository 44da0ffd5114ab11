/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allocation that cannot fail: out of memory ends the process with one line. Nothing that
 * was acknowledged is lost by that, since acknowledged means on disk.
 */
#include "common/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static NORETURN void out_of_memory(size_t size)
{
	fprintf(stderr, "fatal: out of memory (%zu bytes)\n", size);
	abort();
}

static size_t product(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory(SIZE_MAX);
	return total ? total : 1;
}

void *mem_alloc(size_t count, size_t size)
{
	void *ptr = calloc(1, product(count, size));

	if (!ptr)
		out_of_memory(product(count, size));
	return ptr;
}

void *mem_resize(void *ptr, size_t count, size_t size)
{
	void *grown = realloc(ptr, product(count, size));

	if (!grown)
		out_of_memory(product(count, size));
	return grown;
}

void *mem_dup(const void *src, size_t len)
{
	if (len == 0)
		return NULL;
	void *copy = mem_resize(NULL, len, 1);
	memcpy(copy, src, len);
	return copy;
}

char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}

char *mem_strndup(const char *text, size_t len)
{
	char *copy = mem_resize(NULL, len + 1, 1);

	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void mem_free(void *ptr)
{
	free(ptr);
}

void mem_freep(char **ptr)
{
	free(*ptr);
	*ptr = NULL;
}

size_t mem_grow(size_t cap, size_t need)
{
	if (cap < 16)
		cap = 16;
	while (cap < need) {
		if (__builtin_mul_overflow(cap, (size_t)2, &cap))
			out_of_memory(SIZE_MAX);
	}
	return cap;
}
