/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The inside of auth.h: what its files share and nobody else includes. Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_INSIDE_H
#define CHAT_CLIENT_AUTH_INSIDE_H

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/net/denial.h"
#include "common/base/str.h"
#include "common/proto/body.h"

#define AUTH_RENEW_MS 60000 /**< an access token is renewed so long before its end */

struct auth {
	struct app *app;
	enum auth_step step;
	enum auth_step before; /* step to go back to when what is asked now fails */
	auth_fn *fn;
	void *ctx;

	bool socket;    /* no tokens: the socket's peer credentials speak */
	bool by_name;   /* … and must not */
	bool apart;     /* nobody is signed in by what the store has */
	bool wanted;    /* the link waits for a token */
	bool renewing;  /* a renewal is under way */
	bool retried;   /* the server refused a token that was just renewed */
	uint64_t renew; /* monotonic; 0 = never */
	struct str refresh, access;
	bool given; /* `access` is a bot's: it was given, and nobody renews it */

	struct id challenge;
	bool signup; /* … of a sign-up, not of a log-in */
	bool by_app; /* … that an authenticator answers */
	bool reset;  /* … of a forgotten password */
	unsigned tries;
	uint64_t code_until;
	uint64_t again;          /* monotonic; the server sends no other before */
	struct str device_key;   /* shows the server that it knows this device */
	struct id user, session; /* as on disk … */
	struct str name;         /* … the account's */
	struct denial denial;    /* of the last deed that failed */
};

/** The step is another one, or what was asked has failed. */
void auth_enter(struct auth *auth, enum auth_step step, enum err err);
uint64_t auth_mono(const struct auth *auth);
void auth_wipe(struct str *secret);
/** Read an answer; false: *err says why not. Owns: *ret_json, in any case. */
bool auth_decode(enum err *err, struct bytes body, const struct body_def *def, void *ret,
		 struct json **ret_json);
/** Call @op with @body, as something that is asked. */
void auth_ask(struct auth *auth, const char *op, const struct body_def *def,
	      const void *body, link_result_fn *done);

/* ---- to disk: auth_store.c ---- */

/** Put @tokens on disk, then use them. */
void auth_save_tokens(struct auth *auth, const struct body_tokens *tokens);
/** Put on disk as whom the server has welcomed us. */
void auth_save_session(struct auth *auth, const struct body_welcome *welcome);
void auth_drop_tokens(struct auth *auth);
/** The challenge holds for @life_ms more; 0: it is over. */
void auth_keep_challenge(struct auth *auth, uint64_t life_ms);
/** What shows the server that it knows this device. */
void auth_load_device_key(struct auth *auth);
/** Go on with an attempt of before that waits for its code, or begin with AUTH_OUT. */
void auth_resume(struct auth *auth);

/* ---- tokens: auth_token.c ---- */

void auth_give_token(struct auth *auth);

#endif
