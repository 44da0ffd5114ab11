/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One run of chat-picture: an encoded file goes in, a bitmap or a reason comes out. Its
 *  process has no environment, no files but these two and a group of its own, and is killed
 *  at the end whatever it says. Thread: ui. */
#ifndef CHAT_PICTURE_DECODER_H
#define CHAT_PICTURE_DECODER_H

#include <sys/types.h>

#include "client/model/bitmap.h"
#include "common/base/str.h"

struct decoder {
	pid_t pid; /**< 0: none */
	int fd;    /**< where it answers: readable when decoder_more() has to do; -1 */
	struct buf answer; /**< so far */
};

#define DECODER_INIT ((struct decoder){.fd = -1})

/** Where the program is: beside the running one, or where it was installed.
 *  Errors: ERR_NOT_FOUND. */
enum err decoder_program(struct str *ret_path) MUST_CHECK;
/** Start @program on the open @file (borrowed, read from its beginning), for at most
 *  @cols x @rows points. Errors: ERR_IO. Owns: the caller, until decoder_done(). */
enum err decoder_start(struct decoder *decoder, const char *program, int file,
		       unsigned cols, unsigned rows) MUST_CHECK;
/** Take what is there, without waiting. ERR_OK: *ret is the picture (the caller's).
 *  Errors: ERR_QUEUED (more will come), ERR_TOO_BIG, ERR_UNKNOWN_TYPE, ERR_BAD (damaged, or
 *  the process was killed). */
enum err decoder_more(struct decoder *decoder, struct bitmap *ret) MUST_CHECK;
/** Kill it, if it is still there. */
void decoder_done(struct decoder *decoder);

#endif
