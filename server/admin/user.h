/* SPDX-License-Identifier: GPL-3.0-or-later */
/** chat-server user: accounts, by whoever runs the server. Thread: one. */
#ifndef CHAT_ADMIN_USER_H
#define CHAT_ADMIN_USER_H

#include "server/server.h"

/** Run `user @words…`:
 *
 *	add NAME [EMAIL] [admin] [-]   make an account; `-`: its password is a line of stdin
 *	login-code NAME                a code in the place of the mailed one
 *
 *  What there is to say goes to @said.
 *  Errors: ERR_USAGE, and what the server answers; @why gets a sentence. */
enum err user_run(const struct server_setup *setup, const char *const *words,
		  size_t count, struct str *said, struct str *why) MUST_CHECK;

#endif
