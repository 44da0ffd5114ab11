/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a text from a client must be to be stored. Originals are kept; neutralising them
 *  for display is the client's. Pure. Thread: any. */
#ifndef CHAT_CORE_TEXT_H
#define CHAT_CORE_TEXT_H

#include "common/base/bytes.h"
#include "common/base/err.h"

/** A message: 1 to @most bytes of UTF-8 without control characters but \n and \t.
 *  Errors: ERR_BAD, ERR_TOO_BIG, ERR_UTF8. */
enum err text_check(struct bytes text, size_t most) MUST_CHECK;
/** One line, may be empty or {NULL, 0}. Errors: the same. */
enum err text_check_line(struct bytes text, size_t most) MUST_CHECK;

#endif
