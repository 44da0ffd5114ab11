/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The one function between text from outside (messages, names, topics, file names, errors
 *  of a server, replayed history) and a terminal or a log that a person reads.
 *
 *  What it writes is valid UTF-8 of which every grapheme cluster is visible, one or two
 *  columns wide and at most NEUTRAL_CLUSTER bytes long: no control character (but '\n'
 *  where asked for), no bidi control (shown as ⟦RLO⟧), no invisible or tag character
 *  outside of the clusters where Unicode gives it a meaning (shown as ⟦U+200B⟧). Running
 *  it again changes nothing. Originals are stored; this is for display and output.
 *  Thread: any. */
#ifndef CHAT_BASE_NEUTRAL_H
#define CHAT_BASE_NEUTRAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/str.h"

/** A family of four, each with a skin tone, takes 41 bytes. */
#define NEUTRAL_CLUSTER 43

enum neutral_mode {
	NEUTRAL_LINE, /**< one line: '\n' and '\t' become a blank */
	NEUTRAL_TEXT, /**< '\n' stays, "\r\n" becomes '\n', '\t' four blanks */
};

/** Append what is safe to show of @text to @out. */
void neutral_add(struct str *out, const char *text, size_t len, enum neutral_mode mode);

/** Whether @text has letters that are written from right to left: such a field has to be
 *  isolated from its neighbours (see screen.h). */
bool neutral_has_rtl(const char *text, size_t len);

#endif
