/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One question to the ssh-agent, without waiting: a token that wants to be touched takes
 *  its time, and the screen goes on. Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_AGENT_H
#define CHAT_CLIENT_AUTH_AGENT_H

#include "client/app.h"
#include "client/auth/agent_wire.h"

struct agent_call;

/** @reply is the answer without its length, valid during the call. Errors: ERR_NOT_FOUND
 *  (there is no agent), ERR_TIMEOUT, ERR_CLOSED, ERR_BAD, ERR_TOO_BIG. */
typedef void agent_fn(struct app *app, enum err err, struct bytes reply, void *ctx);

/** Send @frame; @done is called once and later, and *@at is NULL then. @at must stay where it
 *  is; what is under way in it is given up first. */
void agent_ask(struct app *app, struct bytes frame, uint64_t timeout_ms, agent_fn *done,
	       void *ctx, struct agent_call **at);
/** Give up; nothing is called. */
void agent_cancel(struct agent_call **at);

#endif
