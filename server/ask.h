/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ask the server of this configuration one thing, as the one who runs it: over its Unix
 *  socket when it is running, else by being it for a moment, under its lock. For the
 *  commands of chat-server. */
#ifndef CHAT_SERVER_ASK_H
#define CHAT_SERVER_ASK_H

#include "common/proto/rest.h"
#include "server/server.h"

/** Call @op, whose path takes no parameter but `user` (its value is @user, or NULL), with the
 *  JSON object @args; the answer's JSON is appended to @ret_answer.
 *  Errors: what the server answers, with its detail in @why; ERR_UNREACHABLE. */
enum err ask_server(const struct server_setup *setup, enum rest_op op, const char *user,
		    struct bytes args, struct buf *ret_answer,
		    struct str *why) MUST_CHECK;

#endif
