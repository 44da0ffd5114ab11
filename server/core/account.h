/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Accounts: sign-up, profile, password, who is there. Names and addresses were checked by
 *  core/name.h, passwords are hashes by now.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_ACCOUNT_H
#define CHAT_CORE_ACCOUNT_H

#include "server/core/login.h"

#define ACCOUNT_UNVERIFIED_MS 86400000 /**< so long a name waits for its verification */

struct account_signup {
	struct bytes name;
	struct bytes email; /**< as it was typed */
	struct email folded;
	struct bytes display; /**< or {NULL, 0}: the name */
	struct bytes locale;  /**< or {NULL, 0} */
	struct bytes password_hash;
	struct login_place place;
};

/** The last connection of @user ends now. */
enum err account_seen(struct store *store, const struct id *user) MUST_CHECK;

/** Make an account that waits for its verification. Whether the address is known already
 *  shows nowhere but in the letter.
 *  Errors: ERR_EXISTS (the name is taken), ERR_RATE. */
enum err account_signup(struct store *store, const struct keys *keys,
			const struct account_signup *in,
			struct login_challenge *ret_challenge) MUST_CHECK;

/** What an administrator says of a new account. */
struct account_make {
	struct bytes name;
	struct bytes email; /**< or {NULL, 0}; counts as verified */
	struct email folded;
	struct bytes display;       /**< or {NULL, 0}: the name */
	struct bytes password_hash; /**< or {NULL, 0}: none */
	unsigned rights;            /**< of enum server_right */
	struct actor by;            /**< who administers the server; zero: the operator */
};

/** Make an active account. Errors: ERR_EXISTS (*ret_field: "name" or "email"). */
enum err account_make(struct store *store, const struct keys *keys,
		      const struct account_make *in, struct account_row *ret_account,
		      const char **ret_field, struct news *news) MUST_CHECK;

/** The account that @login names: a name, or a verified address.
 *  Errors: ERR_NOT_FOUND. Thread: reader. */
enum err account_find(struct store *store, struct bytes login,
		      struct account_row *ret_account) MUST_CHECK;

/** The actor's own. Errors: ERR_NO_USER. Thread: reader. */
enum err account_own(struct store *store, const struct actor *actor,
		     struct account_row *ret_account) MUST_CHECK;

/** {NULL, 0} leaves a field as it is. */
enum err account_set_profile(struct store *store, const struct actor *actor,
			     struct bytes display, struct bytes about,
			     struct bytes status) MUST_CHECK;

/** Put @hash in the place of the password, whose old form was @before: that and not another
 *  was verified. All other sessions end. Errors: ERR_STATE when it was changed meanwhile. */
enum err account_set_password(struct store *store, const struct keys *keys,
			      const struct actor *actor, const char *before,
			      struct bytes hash, const struct login_place *place,
			      login_ended_fn *ended, void *ctx) MUST_CHECK;

/** The same hash at today's cost: nothing else changes. Nothing when it was changed. */
enum err account_rehash(struct store *store, int64_t account, const char *before,
			struct bytes hash) MUST_CHECK;

/** A new password by the code of a reset: all sessions end.
 *  *ret_refused: ERR_OK, ERR_BAD_CODE, ERR_TOO_MANY_TRIES, ERR_EXPIRED. */
enum err account_reset(struct store *store, const struct keys *keys,
		       const struct id *challenge, const struct otp_code *code,
		       struct bytes hash, const struct login_place *place,
		       login_ended_fn *ended, void *ctx,
		       enum err *ret_refused) MUST_CHECK;

#endif
