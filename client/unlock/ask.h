/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port to whoever can be asked for a secret: the terminal before the screen is there,
 *  what was typed into the lock screen, or nobody. Thread: one at a time; it blocks. */
#ifndef CHAT_CLIENT_UNLOCK_ASK_H
#define CHAT_CLIENT_UNLOCK_ASK_H

#include <stdbool.h>

#include "common/base/bytes.h"

struct ask {
	/** Append one line of at most ASK_MOST bytes, not terminated, to @ret. @prompt is
	 *  translated. Errors: ERR_SHUT (there is nobody to ask). */
	enum err (*secret)(const struct ask *ask, const char *prompt,
			   struct buf *ret) MUST_CHECK;
	/** Let @seconds pass after a wrong answer; what is typed meanwhile is not shown. */
	void (*pause)(const struct ask *ask, unsigned seconds);
	/** Tell something, translated. */
	void (*say)(const struct ask *ask, const char *text);
	struct bytes answer; /**< of ask_answer() */
};

#define ASK_MOST 1024

/** The terminal itself, without echo, when we are in its foreground: a cron job and a job
 *  in the background are not asked. */
extern const struct ask ask_terminal;
/** Nobody. */
extern const struct ask ask_nobody;
/** @answer to everything. */
struct ask ask_answer(struct bytes answer);

#endif
