/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A screen that is text: for golden files and for asking what stands where.
 *  Thread: ui. */
#ifndef CHAT_UI_SCREEN_TEXT_H
#define CHAT_UI_SCREEN_TEXT_H

#include "client/ui/screen.h"

struct screen *screen_text_new(int rows, int cols) MUST_CHECK;

/** The flushed grid, row by row, blanks at the end of a row cut, each row ended by '\n'.
 *  The cursor is shown as "▮" in front of the cell it stands on. A field with
 *  right-to-left text stands between "‹" and "›". */
void screen_text_dump(const struct screen *screen, struct str *out);

/** How many times flush was called, and what went out through screen_raw(). */
size_t screen_text_frames(const struct screen *screen);
const char *screen_text_raw(const struct screen *screen);

#endif
