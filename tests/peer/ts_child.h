/* SPDX-License-Identifier: GPL-3.0-or-later */
/** ts-mls, an unrelated implementation of RFC 9420, as a child process that is asked in lines:
 *  ts_child_ask(), words, then an answer. What fails, fails the test. Thread: one. */
#ifndef CHAT_TESTS_TS_CHILD_H
#define CHAT_TESTS_TS_CHILD_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/base/bytes.h"

struct ts_child {
	FILE *to, *from;
	pid_t pid;
	char *line; /**< of the newest answer */
	size_t cap;
};

/** Start it in the folder $CHAT_TS_MLS. */
void ts_child_start(struct ts_child *child);
/** Wait for its end. */
void ts_child_end(struct ts_child *child);

/** Begin a line: do @command as the member @name. */
void ts_child_ask(struct ts_child *child, const char *command, const char *name);
void ts_child_word(struct ts_child *child, const char *text);
void ts_child_hex(struct ts_child *child, struct bytes bytes);

/** End the line and wait. The words behind "ok" are in @words, NULL where there are fewer;
 *  they stand until the next answer. False for the fault that is known, and then no words. */
bool ts_child_try(struct ts_child *child, char *words[3]);
/** The same where no fault is expected. */
void ts_child_answer(struct ts_child *child, char *words[3]);
/** The bytes of such a word; none for NULL. Owns: the caller, buf_done(). */
struct buf ts_child_bytes(const char *text);

#endif
