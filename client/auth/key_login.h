/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Logging in with a key of the ssh-agent: which keys there are, and one attempt with one of
 *  them. The agent signs; no private key is ever read here. Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_KEY_LOGIN_H
#define CHAT_CLIENT_AUTH_KEY_LOGIN_H

#include "client/auth/agent_wire.h"
#include "client/auth/auth.h"

struct key_login;

/** The keys of the agent are known, or @err says why not: those of agent_read_keys() and
 *  of agent_fn. @keys is valid until the next key_login_look(). */
typedef void key_login_fn(struct app *app, enum err err, const struct agent_keys *keys,
			  void *ctx);

struct key_login *key_login_new(struct app *app) MUST_CHECK;
void key_login_free(struct key_login **login);
/** Ask the agent for its keys; @fn is called once and later. */
void key_login_look(struct key_login *login, key_login_fn *fn, void *ctx);
/** Log in as @account ("": whoever has it) with the key @blob. The steps are those of auth:
 *  its listener hears what becomes of it; a notice says more where it fails here. */
void key_login_try(struct key_login *login, const char *account, struct bytes blob);

/** One line about what the agent said, translated. */
const char *key_login_why(enum err err);

#endif
