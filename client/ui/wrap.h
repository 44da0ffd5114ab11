/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Neutralised text into rows. Thread: any. */
#ifndef CHAT_UI_WRAP_H
#define CHAT_UI_WRAP_H

#include <stddef.h>

/** The first row of @text that takes at most @columns: returns its bytes, without the
 *  blanks and the newline that end it; *ret_next is where the next row begins. Breaks at
 *  blanks, behind wide characters, else between clusters. Always gets on by at least one
 *  byte: a cluster that is too wide by itself makes a row of its own. */
size_t wrap_row(const char *text, size_t len, size_t columns, size_t *ret_next);

/** The same for text whose blanks mean something: broken where it is full and nowhere else,
 *  and no byte is left out but the newline. */
size_t wrap_code(const char *text, size_t len, size_t columns, size_t *ret_next);

/** How many rows; an empty text is one. */
size_t wrap_count(const char *text, size_t len, size_t columns);

#endif
