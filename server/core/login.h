/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Coming in: a challenge after the password, a session after the code, its refresh
 *  tokens, its end. Passwords are not looked at here: hashing is the hash worker's, and
 *  what comes here has passed it. Names and addresses were checked by core/name.h.
 *
 *  A wrong code must be counted although the request fails, so these functions succeed
 *  and say in `refused` what to answer.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_LOGIN_H
#define CHAT_CORE_LOGIN_H

#include "server/core/actor.h"
#include "server/core/factor.h"
#include "server/core/keys.h"
#include "server/core/name.h"
#include "server/core/news.h"
#include "server/core/place.h"
#include "server/core/refresh.h"
#include "server/store/store_account.h"
#include "server/store/store_otp.h"
#include "server/store/store_session.h"

/** Where the answer to a challenge comes from. */
enum login_factor {
	LOGIN_BY_MAIL, /**< a code that was mailed */
	LOGIN_BY_APP,  /**< the code of an authenticator, or a recovery code */
	LOGIN_BY_NONE, /**< nothing more is asked for: there is neither */
};

/** What somebody has to answer; the letter that helps is in the queue. */
struct login_challenge {
	struct id id;
	enum otp_purpose purpose;
	enum login_factor factor;
	uint64_t expires_ms;
	unsigned tries;
	uint64_t retry_ms; /**< with ERR_RATE, and with ERR_BUSY: too much mail waits */
};

/** The wire word: "signup", "login", "reset", "step_up". */
const char *login_purpose_word(enum otp_purpose purpose);
/** The wire word: "mail", "totp", "none". */
const char *login_factor_word(enum login_factor factor);

/** When a log-in by SSH key takes a code as well. A token that asked its user for a PIN or
 *  finger has shown two factors, and is asked for no third. */
enum key_factor { KEY_FACTOR_ENROLLED, KEY_FACTOR_ALWAYS, KEY_FACTOR_NEVER };

/** When a log-in by password takes a code from the mail. An authenticator app is always
 *  asked, and a sign-up always proves its address. */
enum otp_policy { OTP_ALWAYS, OTP_NEW_DEVICE, OTP_OFF };

/** What a device shows to be known: only a log-in on it is told. Good until the password
 *  changes. The id alone would not do, others see it. */
struct login_device {
	struct id id;
	struct bytes key; /**< or {NULL, 0} */
};

/** The key of @device of @account, appended to @text. */
void login_device_key(const struct keys *keys, const struct account_row *account,
		      const struct id *device, struct str *text);

/** Somebody gave the password of @account, whose hash was @verified (NULL: that was not
 *  looked at now), on @device: an account that is not verified gets a code for that.
 *  Errors: ERR_RATE, ERR_FORBIDDEN (suspended), ERR_UNVERIFIED (no address), ERR_BUSY (the
 *  password was changed while it was looked at). */
enum err login_begin(struct store *store, const struct keys *keys, int64_t account,
		     const char *verified, enum otp_policy policy,
		     const struct login_device *device, const struct login_place *place,
		     struct login_challenge *ret_challenge) MUST_CHECK;

/** End what was begun with the password or mailbox that @account had until now: nothing of
 *  it can be answered or sent again. It still counts for the budgets. */
enum err login_end_challenges(struct store *store, int64_t account) MUST_CHECK;

/** Open the challenge of a sign-up: @account waits for the verification of @email. When
 *  that is another account's already, the letter says so and the code is thrown away.
 *  Errors: ERR_RATE. */
enum err login_open_signup(struct store *store, const struct keys *keys,
			   const struct account_row *account, const struct email *email,
			   const struct login_place *place,
			   struct login_challenge *ret_challenge) MUST_CHECK;

/** Open the challenge of a reset for whoever has @email, if anybody. Errors: ERR_RATE. */
enum err login_open_reset(struct store *store, const struct keys *keys,
			  const struct email *email, const struct login_place *place,
			  struct login_challenge *ret_challenge) MUST_CHECK;

/** Open the challenge before something that a stolen session must not be able to do; the
 *  password of @account was given already, where it has one. Errors: ERR_RATE. */
enum err login_open_step_up(struct store *store, const struct keys *keys, int64_t account,
			    const struct login_place *place,
			    struct login_challenge *ret_challenge) MUST_CHECK;

/** Open the challenge that follows an SSH key of @account: its authenticator's, else a mailed
 *  code. What answers it begins a session of the key with @fingerprint.
 *  Errors: ERR_UNVERIFIED (it has neither), ERR_RATE. */
enum err login_open_key(struct store *store, const struct keys *keys,
			const struct account_row *account, struct bytes fingerprint,
			const struct login_place *place,
			struct login_challenge *ret_challenge) MUST_CHECK;

/** A new code in a new challenge for what @id was about; the old one stays good.
 *  Errors: ERR_EXPIRED (unknown, answered, long over), ERR_STATE (no letter helps),
 *  ERR_RATE. */
enum err login_resend(struct store *store, const struct keys *keys, const struct id *id,
		      const struct login_place *place,
		      struct login_challenge *ret_challenge) MUST_CHECK;

/** A code that the administrator reads out when mail is down: it answers the next challenge
 *  of a sign-up or log-in of @user, once. Errors: ERR_NO_USER, ERR_FORBIDDEN. */
enum err login_admin_code(struct store *store, const struct keys *keys,
			  const struct id *user, struct otp_code *ret_code,
			  uint64_t *ret_expires_ms) MUST_CHECK;

/** What answers a challenge. */
struct login_proof {
	struct id challenge;
	struct factor_code code;
	struct id device; /**< of the log-in before; zero: a new one */
	struct bytes device_name;
	struct login_place place;
};

/** Who came in. */
struct login_result {
	enum err refused; /**< ERR_OK, or what to answer; then the rest is not set */
	struct session_row session;
	struct account_row account;
	struct refresh_text refresh;
	bool ended; /**< with ERR_REVOKED: the session in `session` ended just now */
};

/** What a challenge opens. */
enum login_gate {
	GATE_LOGIN, /**< a session: sign-up and log-in */
	GATE_RESET,
	GATE_STEP_UP,
};

/** Spend @code on the challenge @id, if it is one of @gate. Owns: *ret_row, ended with
 *  otp_done(), set when *ret_refused is ERR_OK.
 *  Refusals: ERR_BAD_CODE, ERR_TOO_MANY_TRIES, ERR_EXPIRED. */
enum err login_spend(struct store *store, const struct keys *keys, const struct id *id,
		     const struct factor_code *code, enum login_gate gate,
		     const struct login_place *place, struct otp_row *ret_row,
		     enum err *ret_refused) MUST_CHECK;

/** Spend @code on the step-up @id of @actor, whose account is then in *ret_account. An
 *  empty code will do where login_open_step_up() asked for none.
 *  Errors: ERR_FORBIDDEN, ERR_NO_USER. Refusals: those of login_spend(). */
enum err login_step_up(struct store *store, const struct keys *keys,
		       const struct actor *actor, const struct id *id,
		       const struct factor_code *code, const struct login_place *place,
		       struct account_row *ret_account, enum err *ret_refused) MUST_CHECK;

/** Answer a challenge of a sign-up or log-in; a sign-up makes the account active and lets
 *  it into the rooms that everybody is in.
 *  Refusals: ERR_BAD_CODE, ERR_TOO_MANY_TRIES, ERR_EXPIRED (also when the SSH key before it
 *  was removed), ERR_EXISTS (the address was verified by another account meanwhile),
 *  ERR_FORBIDDEN. */
enum err login_answer(struct store *store, const struct keys *keys,
		      const struct login_proof *proof, struct login_result *ret_result,
		      struct news *news) MUST_CHECK;

/** Whoever proved to be result->account comes in: device, session of @kind, first refresh
 *  token. */
enum err login_enter(struct store *store, const struct keys *keys,
		     const struct login_proof *proof, enum session_kind kind,
		     struct login_result *result) MUST_CHECK;

/** Give a refresh token in for the next one.
 *  Refusals: ERR_BAD_TOKEN, ERR_EXPIRED, ERR_REVOKED. */
enum err login_refresh(struct store *store, const struct keys *keys,
		       const struct refresh_token *token, const struct login_place *place,
		       struct login_result *ret_result) MUST_CHECK;

/** End @session of @actor. Errors: ERR_NOT_FOUND when it is not the actor's. */
enum err login_end(struct store *store, const struct actor *actor,
		   const struct id *session, const struct login_place *place) MUST_CHECK;

/** Called with each session that was ended. */
typedef void login_ended_fn(const struct id *session, void *ctx);

/** End all sessions of @actor; with @keep all but its own. */
enum err login_end_all(struct store *store, const struct actor *actor, bool keep,
		       const struct login_place *place, login_ended_fn *ended,
		       void *ctx) MUST_CHECK;

/** The live sessions of @actor that began before the one with the key @before (0: all),
 *  newest first. Owns: session_list_done(). Thread: reader. */
enum err login_sessions(struct store *store, const struct actor *actor, int64_t before,
			size_t limit, struct session_list *ret_list) MUST_CHECK;

/** Call the device of @session, one of @actor, @name.
 *  Errors: ERR_NOT_FOUND when it is not the actor's, or has no device. */
enum err login_rename(struct store *store, const struct actor *actor,
		      const struct id *session, struct bytes name) MUST_CHECK;

/** What an access token of @session says. */
struct token_claims login_claims(const struct session_row *session, uint64_t now_ms);

#endif
