/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Picture files for tests, made by the libraries that read them. Thread: any. */
#ifndef CHAT_TESTS_PAINT_BOX_H
#define CHAT_TESTS_PAINT_BOX_H

#include "common/base/bytes.h"

/** Left half red, right half blue, appended to @out. */
void paint_png(unsigned cols, unsigned rows, struct buf *out);
void paint_jpeg(unsigned cols, unsigned rows, struct buf *out);
void paint_webp(unsigned cols, unsigned rows, struct buf *out);
/** A PNG file that says that it has this size and has no points. */
void paint_png_head(uint32_t cols, uint32_t rows, struct buf *out);

#endif
