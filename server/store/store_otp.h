/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Challenges that a code answers. A code belongs to its challenge: others do not void it.
 *  Only keyed hashes of codes come here.
 *  Errors, Thread: see store.h. */
#ifndef CHAT_STORE_OTP_H
#define CHAT_STORE_OTP_H

#include "server/store/row.h"
#include "server/store/store.h"

enum otp_purpose {
	OTP_SIGNUP = 1,
	OTP_LOGIN,
	OTP_RESET,
	OTP_EMAIL_OLD, /**< change of address, at the old one */
	OTP_EMAIL_NEW,
	OTP_TOTP,       /**< answered by an authenticator: no code of ours */
	OTP_LOGIN_CODE, /**< made by the administrator */
	OTP_STEP_UP, /**< before something that a stolen session must not be able to do */
	OTP_SSH_KEY, /**< the nonce of a log-in by key, once it was used */
	OTP_TRUSTED, /**< a log-in that takes no code, as otp_policy says */
};

#define OTP_MAC_LEN 32

struct otp_row {
	int64_t key;
	struct id id; /**< of the challenge, what the client shows */
	enum otp_purpose purpose;
	int64_t account; /**< 0: nobody has that name or address; it can never be answered */
	struct id user; /**< the account's, or a stand-in where there is none */
	uint8_t mac[OTP_MAC_LEN];
	uint64_t created_ms, expires_ms, used_ms;
	int tries;                   /**< wrong answers so far */
	char email[LIMIT_EMAIL + 1]; /**< the folded address it went to */
	struct bytes payload;        /**< the caller's, owned; otp_done() */
};

void otp_done(struct otp_row *otp);

enum err store_otp_add(struct store *store, const struct otp_row *in,
		       int64_t *ret_key) MUST_CHECK;
enum err store_otp_get(struct store *store, const struct id *id,
		       struct otp_row *ret) MUST_CHECK;
/** The newest of @account for @purpose that is neither used nor expired. */
enum err store_otp_newest(struct store *store, int64_t account, enum otp_purpose purpose,
			  struct otp_row *ret) MUST_CHECK;
/** Count one wrong answer; *ret_tries is the new number. Must be committed even when the
 *  request fails: let the task succeed and carry the refusal in its output. */
enum err store_otp_try(struct store *store, int64_t key, int *ret_tries) MUST_CHECK;
/** ERR_STATE: it was used before. */
enum err store_otp_use(struct store *store, int64_t key) MUST_CHECK;

/** Challenges that nobody answered; answered ones were the owner's and do not count. */
struct otp_counts {
	uint64_t live; /**< not expired, tries left */
	uint64_t hour; /**< made within the last hour */
	uint64_t day;
};

/** Those of one purpose for one (folded) address. */
enum err store_otp_counts(struct store *store, enum otp_purpose purpose,
			  struct bytes email, struct otp_counts *ret) MUST_CHECK;
/** Let the unused challenges of @account that a log-in, password or mailbox opens have
 *  expired at @at_ms; they go on being counted. Sign-ups, codes of the administrator and
 *  nonces of keys stay. */
enum err store_otp_end(struct store *store, int64_t account, uint64_t at_ms) MUST_CHECK;
/** Forget what expired before @before_ms; at most @limit, for slices. */
enum err store_otp_expire(struct store *store, uint64_t before_ms,
			  size_t limit) MUST_CHECK;

#endif
