/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The text of a message under load, 100 bytes: who sent it and its number, in a form that
 *  stands in every protocol as it is, found by its first byte. Thread: any. */
#ifndef CHAT_BENCH_MARK_H
#define CHAT_BENCH_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARK_FIRST '~' /**< stands nowhere else in what a server says */
#define MARK_TEXT  100 /**< bytes of a whole text */
#define MARK_LEN   16  /**< of its beginning: ~, six digits, a point, eight digits */

struct mark {
	uint32_t who;
	uint32_t number; /**< of this sender: 0, 1, 2, … */
};

/** Write MARK_TEXT bytes, not terminated. */
void mark_write(const struct mark *mark, char *text);
/** Read one at @text, which holds at least MARK_LEN bytes; false when it is none. */
bool mark_read(const char *text, struct mark *ret_mark);
/** The first mark within @len bytes, NULL when there is none or only its beginning. */
const char *mark_find(const char *data, size_t len);

#endif
