/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The small part of Markdown that can be seen in a terminal: which bytes of a text are
 *  bold, italic, struck out, code, a quotation. Nothing is taken away and nothing moves:
 *  the signs stay where they were typed (decision 0093). Thread: any. */
#ifndef CHAT_UI_MARKUP_H
#define CHAT_UI_MARKUP_H

#include <stddef.h>
#include <stdint.h>

enum markup {
	MARKUP_BOLD = 1 << 0,
	MARKUP_ITALIC = 1 << 1,
	MARKUP_STRIKE = 1 << 2,
	MARKUP_CODE = 1 << 3,
	MARKUP_BLOCK = 1 << 4, /**< of a fenced block: its blanks mean something */
	MARKUP_QUOTE = 1 << 5,
	MARKUP_SIGN = 1 << 6, /**< makes its neighbours what they are; or a language */
	MARKUP_LINK = 1 << 7, /**< of a web address: an unbroken run is one address */
};

/** Mark the web addresses of @text (neutralised, @len bytes) in @marks: a byte of enum
 *  markup for each byte of text, all 0 before. */
void markup_links(const char *text, size_t len, uint8_t *marks);

/** Mark the rest. Signs in an address are none. Time grows with @len and with nothing
 *  else. */
void markup_scan(const char *text, size_t len, uint8_t *marks);

#endif
