/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Read every room from its first event, as somebody would who comes with an empty store,
 *  and hand it to the book. Thread: one. */
#ifndef CHAT_TESTS_CRASH_HISTORY_H
#define CHAT_TESTS_CRASH_HISTORY_H

#include "tests/crash/book.h"

/** One whole reading: book_begin() to book_end(). */
void history_read(struct site *site, struct book *book);

#endif
