/* SPDX-License-Identifier: GPL-3.0-or-later */
/** UTF-8 (RFC 3629): decode and validate. Widths, clusters and neutralising stand in
 *  files of their own. Thread: any. */
#ifndef CHAT_BASE_UTF8_H
#define CHAT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Decode one code point of at most @len bytes. Returns the bytes used, 0 when they are
 *  not valid UTF-8 (overlong forms, surrogates and values over U+10FFFF included) or @len
 *  is 0; then *ret_code is U+FFFD. */
size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code);

/** Write @code (a scalar value) to @dst, not terminated; returns the bytes, 1 to 4. */
size_t utf8_encode(uint32_t code, char dst[4]);

/** Whether all @len bytes are valid UTF-8. */
bool utf8_valid(const char *text, size_t len);

/** How many of @len valid bytes are left when at most @most may be: cut between characters. */
size_t utf8_cut(const char *text, size_t len, size_t most);

#endif
