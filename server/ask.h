/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ask the server of this configuration one thing, as the one who runs it: over its Unix
 *  socket when it is running, else by being it for a moment, under its lock. For the
 *  commands of chat-server. Thread: one. */
#ifndef CHAT_SERVER_ASK_H
#define CHAT_SERVER_ASK_H

#include "common/proto/rest.h"
#include "server/server.h"

/** Whether a server answers at the socket of this configuration. */
bool ask_runs(const struct server_setup *setup);

/** One value of the path or, for what the path does not have, of the query. */
struct ask_word {
	const char *name;
	const char *value; /**< NULL: left out */
};

/** Asks often: without a running server it is that server for as long as it lives. */
struct asker;

/** Errors: ERR_LOCKED and what opening the store answers, with a sentence in @why. */
enum err asker_new(const struct server_setup *setup, struct asker **ret_asker,
		   struct str *why) MUST_CHECK;
void asker_free(struct asker **asker);
/** Call @op with @words in its path and query and the JSON object @args (of GET and DELETE:
 *  nothing). The answer's JSON replaces what is in @ret_answer. Errors: what the server
 *  answers, with its detail in @why; ERR_UNREACHABLE. */
enum err asker_ask(struct asker *asker, enum rest_op op, const struct ask_word *words,
		   size_t count, struct bytes args, struct buf *ret_answer,
		   struct str *why) MUST_CHECK;

/** Call @op, whose path takes one parameter at most (its value is @param, or NULL), with the
 *  JSON object @args (of a GET: nothing); the answer's JSON is appended to @ret_answer.
 *  Errors: what the server answers, with its detail in @why; ERR_UNREACHABLE. */
enum err ask_server(const struct server_setup *setup, enum rest_op op, const char *param,
		    struct bytes args, struct buf *ret_answer,
		    struct str *why) MUST_CHECK;

#endif
