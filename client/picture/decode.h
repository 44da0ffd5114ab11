/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Encoded bytes from anybody become points. Called in a process that can do nothing else
 *  (sandbox.h): the libraries behind this are where bytes of strangers meet much code.
 *  Thread: any; memory up to LIMIT_PICTURE_PIXELS points. */
#ifndef CHAT_PICTURE_DECODE_H
#define CHAT_PICTURE_DECODE_H

#include "client/model/bitmap.h"

/** A PNG, JPEG or WebP file, told by its first bytes. *ret is no larger than the limits of
 *  bitmap_make(). Errors: ERR_UNKNOWN_TYPE (none of them, or one that moves), ERR_TOO_BIG,
 *  ERR_BAD (damaged). Owns: the caller. */
enum err picture_decode(struct bytes bytes, struct bitmap *ret) MUST_CHECK;

/** One for each library; the size is looked at before memory is asked for. */
enum err picture_decode_png(struct bytes bytes, struct bitmap *ret) MUST_CHECK;
enum err picture_decode_jpeg(struct bytes bytes, struct bitmap *ret) MUST_CHECK;
enum err picture_decode_webp(struct bytes bytes, struct bitmap *ret) MUST_CHECK;

#endif
