/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where the lines of a script command go: to our own stdout, or to the process that
 *  handed the command over. Neither blocks; what was written is counted in lines, so that
 *  a follower's position moves behind what has really left. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_OUT_H
#define CHAT_CLIENT_SCRIPT_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "client/script/wire.h"
#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/id.h"

struct out {
	struct wire *wire; /**< to another process; NULL: to fd */
	int fd;
	struct buf queue; /**< for fd: what is not written yet */
	size_t at;
	int why;          /**< of ERR_CLOSED: errno */
	uint64_t put;     /**< lines given to out_line() */
	uint64_t written; /**< of them, how many are through */
};

/** Lines go to @fd, which stays the caller's. */
void out_init_fd(struct out *out, int fd);
/** Lines go over @wire (borrowed); the other side tells what is through. */
void out_init_wire(struct out *out, struct wire *wire);
void out_done(struct out *out);
/** One line, without its newline. */
void out_line(struct out *out, struct bytes text);
/** A line for a person, to stderr there or here. */
void out_note(struct out *out, const char *text);
/** A bar on stderr where that is a terminal of ours; with @at == @size it goes again. */
void out_progress(struct out *out, const char *name, uint64_t at, uint64_t size);
/** Behind the lines put so far everything of @room up to @seq was told: for the other
 *  process, which takes it along to the next owner. */
void out_place(struct out *out, const struct id *room, uint64_t seq);
/** The command is through and ends with @code: for the other process. */
void out_end(struct out *out, int code);
/** Write what can be written now. Errors: ERR_CLOSED when nobody reads any more. */
enum err out_flush(struct out *out) MUST_CHECK;
/** Lines are queued that the reader does not take now. */
bool out_is_stuck(const struct out *out);
/** Nobody reads @fd, by @why (errno): a word on stderr, unless it is a pipe whose reader
 *  has had enough. */
void out_complain(int why);
/** The other side has written @count lines in all. */
void out_confirm(struct out *out, uint64_t count);

#endif
