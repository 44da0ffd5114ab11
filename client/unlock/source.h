/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where a password or passphrase comes from when nobody is asked: the first line of a file
 *  that only its owner can read, or the first line that a program prints. Never an argument,
 *  which every user of the machine can read. Thread: one at a time; it blocks. */
#ifndef CHAT_CLIENT_UNLOCK_SOURCE_H
#define CHAT_CLIENT_UNLOCK_SOURCE_H

#include "common/base/opt.h"
#include "common/base/str.h"

#define SOURCE_WORDS   16     /**< of a command, at most */
#define SOURCE_WAIT_MS 120000 /**< a program may ask for a PIN; then it is killed */

/** A place to read from: two options of @opts, a file and a command. Of two that are given the
 *  one that was said closer to the person counts. */
struct source {
	const struct opts *opts;
	unsigned file, command;
};

/** Cut @words at blanks, in place; ret_argv ends with NULL. Returns how many, 0: none, or
 *  more than SOURCE_WORDS. */
size_t source_cut(char *words, char *ret_argv[]);
/** Whether there is anything to read from. */
bool source_given(const struct source *source);
/** Append a line of at most @most bytes, without its end, to @ret; nothing where nothing is
 *  given.
 *  Errors, with a sentence in @why: ERR_USAGE (both in one place, no program), those of
 *  file_read_secret(), ERR_IO (the program failed), ERR_TIMEOUT, ERR_TOO_BIG. */
enum err source_read(const struct source *source, size_t most, struct buf *ret,
		     struct str *why) MUST_CHECK;

#endif
