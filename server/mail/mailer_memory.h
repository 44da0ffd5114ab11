/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A mailer that keeps letters in memory, for tests: the last ones can be looked at, and
 *  it can be told to fail. Thread: one at a time. */
#ifndef CHAT_MAIL_MAILER_MEMORY_H
#define CHAT_MAIL_MAILER_MEMORY_H

#include <stddef.h>

#include "server/mail/mailer.h"

#define MAILER_MEMORY_MOST 64 /**< letters kept; the oldest goes first */

struct mailer_memory {
	struct mailer mailer;
	struct letter
		letters[MAILER_MEMORY_MOST]; /**< the newest is at (count - 1) % most */
	size_t count;                        /**< ever sent */
	size_t pretended;                    /**< to nobody, ever */
	size_t pretended_len;                /**< of the last of these, its body, bytes */
	enum err fail;                       /**< what send() says; ERR_OK: it works */
};

struct mailer_memory *mailer_memory_new(void) MUST_CHECK;

/** The newest letter to @to, or NULL. Borrowed until the next send. */
const struct letter *mailer_memory_last(const struct mailer_memory *memory,
					const char *to);

#endif
