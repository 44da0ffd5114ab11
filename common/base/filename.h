/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Names of files from outside, made fit for a folder and for a line of text. They are
 *  never a path: where bytes lie is decided without them. Thread: any. */
#ifndef CHAT_BASE_FILENAME_H
#define CHAT_BASE_FILENAME_H

#include "common/base/bytes.h"
#include "common/base/str.h"

#define FILENAME_MOST \
	200 /**< bytes: NAME_MAX is 255, less what " (12)" and ".part" add */

/** Append a name made of @name: what stands behind its last slash or backslash, without
 *  control, direction and invisible characters, not beginning with a dot, a dash or a
 *  blank, not empty, at most FILENAME_MOST bytes of valid UTF-8. Of a name that is too
 *  long the ending stays. What is good already stays as it is. */
void filename_clean(struct bytes name, struct str *out);

#endif
