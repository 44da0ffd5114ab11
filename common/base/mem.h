/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Memory that is there or the process is not: every size that comes from outside has met
 *  a bound of limits.h before it reaches these, so a peer cannot cause the abort.
 *  Owns: the caller, ended with mem_free(). Thread: any. */
#ifndef CHAT_BASE_MEM_H
#define CHAT_BASE_MEM_H

#include <stddef.h>

#include "common/base/attr.h"

/** @count × @size zeroed bytes; aborts on overflow and when memory is out. */
void *mem_alloc(size_t count, size_t size) __attribute__((malloc)) MUST_CHECK;

/** One zeroed object of @type. */
#define mem_new(type) ((type *)mem_alloc(1, sizeof(type)))

/** Resize @ptr (or NULL) to @count × @size; the added part is not zeroed. */
void *mem_resize(void *ptr, size_t count, size_t size) MUST_CHECK;

/** A copy of @len bytes; NULL for @len 0. */
void *mem_dup(const void *src, size_t len) MUST_CHECK;

/** A copy of the terminated @text. */
char *mem_strdup(const char *text) MUST_CHECK;

/** A terminated copy of @len bytes of @text. */
char *mem_strndup(const char *text, size_t len) MUST_CHECK;

/** free(), for the sake of one word for both ends. */
void mem_free(void *ptr);

/** Free what @ptr points at and set it to NULL; doubles as AUTO() handler of a char *. */
void mem_freep(char **ptr);

/** Capacity to grow to so that @need elements fit: at least doubles, starts at 16. */
size_t mem_grow(size_t cap, size_t need) MUST_CHECK;

#endif
