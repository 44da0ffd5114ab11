/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bytes that paint a row of the grid on a terminal of the ECMA-48 family, without any
 *  belief about how wide the terminal thinks a cluster is.
 *  Thread: any. */
#ifndef CHAT_UI_PAINT_H
#define CHAT_UI_PAINT_H

#include "client/ui/screen.h"
#include "common/base/str.h"

/** Append what makes @row of the terminal look like @row of the grid. Starts and ends
 *  with plain attributes and no link; leaves the cursor anywhere. */
void paint_row(struct str *out, const struct screen *screen, int row);

/** A number that changes when the row does. */
uint64_t paint_hash(const struct screen *screen, int row);

/** Whether terminals are known to disagree on the width of @cell: sequences, selectors,
 *  what has several code points that take columns. */
bool paint_is_unsure(const struct cell *cell);

#endif
