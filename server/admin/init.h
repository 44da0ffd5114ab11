/* SPDX-License-Identifier: GPL-3.0-or-later */
/** chat-server init: the folders, the secrets and a commented configuration.
 *  Thread: before the threads. */
#ifndef CHAT_ADMIN_INIT_H
#define CHAT_ADMIN_INIT_H

#include "server/config.h"

/** Make what is missing, keep what is there; a line per thing to @said. Repeating it does
 *  no harm. Errors: those of file_make_private(), file_replace() and secrets_load(); @why
 *  gets a sentence. */
enum err init_run(const struct config *config, const struct random *random,
		  struct str *said, struct str *why) MUST_CHECK;

#endif
