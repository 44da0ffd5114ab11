/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Pictures as sequences that some terminals draw in points instead of cells. They begin
 *  where the cursor stands and leave it there or anywhere. Thread: any. */
#ifndef CHAT_UI_IMAGE_H
#define CHAT_UI_IMAGE_H

#include "client/model/bitmap.h"
#include "client/ui/ui.h"
#include "common/base/str.h"

/** What the terminal of these names ($TERM, $TERM_PROGRAM) draws, as far as names tell:
 *  UI_IMAGES_KITTY, _SIXEL or _BLOCKS. @inside: of tmux or screen, which keep a grid of
 *  cells and know of nothing that lies over it. */
enum ui_images image_guess(const char *term, const char *program, bool inside);

/** Append @bitmap in the kitty graphics protocol, @cols x @rows cells large. */
void image_kitty(struct str *out, const struct bitmap *bitmap, int cols, int rows);
/** Append what takes it away again. */
void image_kitty_gone(struct str *out);
/** Append @bitmap as a sixel (DEC STD 070) of @cols x @rows points, at most
 *  LIMIT_PICTURE_BOX, in 216 colours. What is not opaque stays as it is. */
void image_sixel(struct str *out, const struct bitmap *bitmap, unsigned cols,
		 unsigned rows);

#endif
