/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Challenges: somebody proves that they read the mail of an account by typing the code
 *  that was sent there. A challenge is a row with an unguessable id; these functions are
 *  its rules and touch nothing but the row. Where an answer must not tell whether an
 *  account exists, a challenge is made all the same and its code thrown away.
 *  Thread: any. */
#ifndef CHAT_CORE_CHALLENGE_H
#define CHAT_CORE_CHALLENGE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/id.h"
#include "common/crypto/otp.h"

#define CHALLENGE_LIFE_MS 600000 /**< ten minutes: a slow mail, a coffee, not a night */
#define CHALLENGE_TRIES   5      /**< of a million codes */
#define CHALLENGE_LIVE    3      /**< open at once per account and purpose */
#define CHALLENGE_HOUR    3      /**< made per hour, account and purpose */
#define CHALLENGE_DAY     10     /**< made per day: at most 50 guesses, 1 in 20,000 */

/** What the code is for; the numbers are stored. Budgets are per purpose, so that nobody
 *  who spends one locks the other doors. */
enum challenge_purpose { CHALLENGE_VERIFY = 1, CHALLENGE_LOGIN, CHALLENGE_RESET };

/** The wire word: "verify", "login", "reset". */
const char *challenge_word(enum challenge_purpose purpose);

struct challenge {
	struct id id;
	struct id user; /**< the account, or a stand-in for one that does not exist */
	enum challenge_purpose purpose;
	uint8_t hash[OTP_HASH_LEN];
	uint64_t made_ms;
	uint64_t expires_ms;
	uint32_t tries;   /**< wrong ones so far */
	uint64_t used_ms; /**< when it was answered; 0 = open */
};

/** A challenge of @user for @purpose, and the code to send. @key hashes the code. */
struct challenge challenge_make(struct bytes key, const struct id *user,
				enum challenge_purpose purpose, uint64_t now_ms,
				const struct random *random, struct otp_code *ret_code);

/** Whether one more may be made, given those of the last day (same account, same purpose,
 *  any order). Answered ones do not count: they were the owner's.
 *  Errors: ERR_RATE with the time to wait in *@ret_retry_ms. */
enum err challenge_budget(const struct challenge *recent, size_t count, uint64_t now_ms,
			  uint64_t *ret_retry_ms) MUST_CHECK;

/** Answer @challenge for @purpose; on success and on a wrong code the row has changed and
 *  must be stored. Errors: ERR_BAD_CODE (a try was spent), ERR_TOO_MANY_TRIES,
 *  ERR_EXPIRED (also when it was answered before), ERR_NOT_FOUND for another purpose. */
enum err challenge_answer(struct challenge *challenge, struct bytes key,
			  enum challenge_purpose purpose, const struct otp_code *code,
			  uint64_t now_ms) MUST_CHECK;

/** Tries that are left. */
uint32_t challenge_tries_left(const struct challenge *challenge);

#endif
