/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The second factor beside mail: an authenticator app, and recovery codes for the day on
 *  which it is lost. An app counts from its first right code on.
 *  What changes is told to the owner by mail and to the log.
 *  A wrong code is no failure of the functions: they say in *ret_refused what to answer.
 *  Thread: the store's (the writer). */
#ifndef CHAT_CORE_FACTOR_H
#define CHAT_CORE_FACTOR_H

#include "common/base/str.h"
#include "common/crypto/otp.h"
#include "server/core/keys.h"
#include "server/core/place.h"
#include "server/core/recovery.h"
#include "server/store/store_account.h"

/** What somebody answers a challenge with: six digits, or a recovery code. */
struct factor_code {
	bool is_recovery;
	struct otp_code digits;
	struct recovery_code recovery;
};

/** Read what was typed. Errors: ERR_BAD_CODE for what is neither. */
enum err factor_parse(struct bytes text, struct factor_code *ret_code) MUST_CHECK;

/** Draw a seed for @account, which waits for its first code; append it as a secret to be
 *  typed and as an address to be drawn. Errors: ERR_EXISTS when there is an app already. */
enum err factor_enrol(struct store *store, const struct keys *keys,
		      const struct account_row *account, struct str *ret_secret,
		      struct str *ret_url) MUST_CHECK;

/** The codes that are shown once. */
struct factor_recovery {
	struct recovery_code codes[RECOVERY_CODES];
};

/** The first code of the app: from now on log-ins ask for one.
 *  Errors: ERR_STATE when no seed waits. Refusals: ERR_BAD_CODE. */
enum err factor_confirm(struct store *store, const struct keys *keys,
			const struct account_row *account, const struct otp_code *code,
			const struct login_place *place,
			struct factor_recovery *ret_recovery,
			enum err *ret_refused) MUST_CHECK;

/** Spend a code of the app, or a recovery code, of @account.
 *  Refusals: ERR_BAD_CODE (also when it was spent before), ERR_EXPIRED (there is no app). */
enum err factor_spend(struct store *store, const struct keys *keys,
		      const struct account_row *account, const struct factor_code *code,
		      enum err *ret_refused) MUST_CHECK;

/** Ten new recovery codes in place of the old ones. Errors: ERR_STATE without an app. */
enum err factor_renew(struct store *store, const struct keys *keys,
		      const struct account_row *account, const struct login_place *place,
		      struct factor_recovery *ret_recovery) MUST_CHECK;

/** No app any more. Errors: ERR_STATE when there is none. */
enum err factor_remove(struct store *store, const struct keys *keys,
		       const struct account_row *account,
		       const struct login_place *place) MUST_CHECK;

#endif
