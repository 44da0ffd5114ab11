/* SPDX-License-Identifier: GPL-3.0-or-later */
/** chat-server secrets: change the keys that the server works with, while it works.
 *  Thread: one. */
#ifndef CHAT_ADMIN_SECRETS_H
#define CHAT_ADMIN_SECRETS_H

#include "server/server.h"

/** Run `secrets @words…`:
 *
 *	rotate jwt    sign access tokens with a new key from now on
 *
 *  Errors: ERR_USAGE, and what the server answers; @why gets a sentence. */
enum err secrets_run(const struct server_setup *setup, const char *const *words,
		     size_t count, struct str *said, struct str *why) MUST_CHECK;

#endif
