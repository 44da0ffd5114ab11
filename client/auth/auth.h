/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who this client is to the server: sign-up, log-in with a code, tokens and their renewal,
 *  log-out. One state machine for the forms of the TUI and for flags; it is the only one
 *  that renews tokens. On a Unix socket nothing of it is needed: the kernel says who calls.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_AUTH_H
#define CHAT_CLIENT_AUTH_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/id.h"

struct app;
struct auth;
struct body_def;
struct body_welcome;
struct cache_session;
struct denial;

enum auth_step {
	AUTH_OUT,    /**< nobody is signed in: auth_login() or auth_signup() */
	AUTH_ASKING, /**< the server was asked and has not answered */
	AUTH_CODE,   /**< a code was sent by mail: auth_code() or auth_again() */
	AUTH_IN,     /**< signed in */
};

/** The step is another one, or the last deed failed with @err and the step is what it was.
 *  Not called for what ends before the calling function returns. */
typedef void auth_fn(struct app *app, enum auth_step step, enum err err, void *ctx);

struct auth *auth_new(struct app *app) MUST_CHECK;
void auth_free(struct auth **auth);
/** Sign in by name also where the socket's peer credentials would do; before app_start(). */
void auth_by_name(struct auth *auth);
/** Sign in with the token of a bot, which is kept in memory alone; before app_start(). */
void auth_use_token(struct auth *auth, struct bytes token);
/** Sign in nobody by what the store has, and ask the server beside that; before
 *  app_start(). */
void auth_apart(struct auth *auth);
/** Who wants to hear; NULL: nobody. */
void auth_listen(struct auth *auth, auth_fn *fn, void *ctx);
enum auth_step auth_step(const struct auth *auth);
/** Why the last deed failed (err is ERR_OK before the first that did). Borrowed until the
 *  next deed. */
const struct denial *auth_denial(const struct auth *auth);

/** Ask for an account. @display and @email may be "". */
void auth_signup(struct auth *auth, const char *account, const char *email,
		 const char *display, const char *password);
/** @login: account name or verified e-mail address. */
void auth_login(struct auth *auth, const char *login, const char *password);
/** The code from the mail. */
void auth_code(struct auth *auth, const char *code);
/** The next code answers @challenge, which another process or profile has asked for. */
void auth_take_up(struct auth *auth, const struct id *challenge);
/** Another code. */
void auth_again(struct auth *auth);
/** The password is forgotten: a code is sent to @email, if an account has it, and waited
 *  for; then auth_new_password() goes on. */
void auth_forgotten(struct auth *auth, const char *email);
void auth_new_password(struct auth *auth, const char *code, const char *password);
/** Who is signed in, or was last: id and account name. */
const struct id *auth_user(const struct auth *auth);
const char *auth_name(const struct auth *auth);
/** What the code that is waited for is of. */
const struct id *auth_challenge(const struct auth *auth);
/** Whether the code that is waited for is that of a forgotten password, or a sign-up. */
bool auth_resets(const struct auth *auth);
bool auth_signs_up(const struct auth *auth);
/** Tries that are left for the code. */
unsigned auth_tries(const struct auth *auth);
/** Monotonic time before which the server sends no other code; 0: it has said nothing. */
uint64_t auth_again_from(const struct auth *auth);
/** Forget an attempt that waits for its code. */
void auth_cancel(struct auth *auth);
/** The code is that of an authenticator app (or a recovery code), not one that was mailed. */
bool auth_by_app(const struct auth *auth);
/** Monotonic time until which the code holds; 0 when none is waited for. */
uint64_t auth_code_until(const struct auth *auth);
/** End the session here, or all sessions of the account. What is stored stays. */
void auth_logout(struct auth *auth, bool everywhere);
/** The account is no more, and so is the session. */
void auth_deleted(struct auth *auth);

/* ---- for other ways to log in (key_login.h) ---- */

/** Something is asked that ends in one of the next two. */
void auth_asking(struct auth *auth);
void auth_failed(struct auth *auth, enum err err);
/** Call @op with @body; the answer is `entry`: tokens, or a challenge that waits for its code
 *  like that of auth_login(). */
void auth_ask_entry(struct auth *auth, const char *op, const struct body_def *def,
		    const void *body);

/* ---- for the app ---- */

/** The access token for a request beside the link; NULL: the socket says who asks. */
const char *auth_token(const struct auth *auth);
/** What the store knows: go on from there. */
void auth_begin(struct auth *auth, const struct cache_session *session);
/** The link needs a token. */
void auth_want_token(struct auth *auth);
/** The link was refused because of @why. */
void auth_refused(struct auth *auth, enum err why);
/** The server says that the token is over, whatever the clock here says. */
void auth_expired(struct auth *auth);
void auth_welcome(struct auth *auth, const struct body_welcome *welcome);
void auth_tick(struct auth *auth);
uint64_t auth_next_ms(const struct auth *auth);

#endif
