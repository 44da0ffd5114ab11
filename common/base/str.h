/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Text that is never NULL, always terminated, and grows. Content is UTF-8 by convention;
 *  utf8.h checks it where it enters.
 *  Owns: the struct, ended with str_done(). Thread: one at a time. */
#ifndef CHAT_BASE_STR_H
#define CHAT_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"

struct str {
	char *ptr;  /**< terminated; points at a shared empty text while cap is 0 */
	size_t len; /**< without the terminator */
	size_t cap; /**< bytes that are ours, 0 before the first change */
};

extern char str_empty[1];
#define STR_INIT ((struct str){.ptr = str_empty})

void str_done(struct str *str);
/** Empty, memory kept. */
void str_clear(struct str *str);
void str_add(struct str *str, const char *text);
void str_add_len(struct str *str, const char *text, size_t len);
void str_add_char(struct str *str, char c);
void str_addf(struct str *str, const char *format, ...) PRINTF(2, 3);
void str_addv(struct str *str, const char *format, va_list args) PRINTF(2, 0);
/** Replace the content. */
void str_set(struct str *str, const char *text);
void str_set_len(struct str *str, const char *text, size_t len);
/** Cut to @len bytes; nothing when it is shorter. */
void str_cut(struct str *str, size_t len);
/** Remove @len bytes at @at; both are clamped to the content. */
void str_remove(struct str *str, size_t at, size_t len);
/** Hand the text to the caller (mem_free()) and leave @str empty. Never NULL. */
char *str_take(struct str *str) MUST_CHECK;
/** A view of the content; valid until the next change. */
struct bytes str_view(const struct str *str);
bool str_equal(const struct str *str, const char *text);

#endif
