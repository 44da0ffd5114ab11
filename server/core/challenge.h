/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Challenges: somebody proves that they read the mail of an account by typing the code
 *  that was sent there. A challenge is a row with an unguessable id; these functions are
 *  its rules and touch nothing but the row. Where an answer must not tell whether an
 *  account exists, a challenge is made all the same and its code thrown away.
 *  Thread: any. */
#ifndef CHAT_CORE_CHALLENGE_H
#define CHAT_CORE_CHALLENGE_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/base/id.h"
#include "common/crypto/otp.h"
#include "server/store/store_otp.h"

#define CHALLENGE_LIFE_MS 600000 /**< ten minutes: a slow mail, a coffee, not a night */
#define CHALLENGE_TRIES   5      /**< of a million codes */
#define CHALLENGE_LIVE    3      /**< open at once per address and purpose */
#define CHALLENGE_HOUR    3      /**< made per hour and left unanswered */
#define CHALLENGE_DAY     10     /**< the same per day: at most 50 guesses, 1 in 20,000 */

/** Fill @row, whose purpose, account and user are set, with a new id, its times and the
 *  hash of a new code. @key hashes codes. */
void challenge_make(struct otp_row *row, struct bytes key, uint64_t now_ms,
		    const struct random *random, struct otp_code *ret_code);

/** Whether one more may be made. Errors: ERR_RATE; *ret_retry_ms is a time after which
 *  there is room. */
enum err challenge_budget(const struct otp_counts *counts,
			  uint64_t *ret_retry_ms) MUST_CHECK;

/** Whether @row may be answered at all now. Errors: ERR_TOO_MANY_TRIES, ERR_EXPIRED (also
 *  when answered before). */
enum err challenge_state(const struct otp_row *row, uint64_t now_ms) MUST_CHECK;

/** Answer @row with @code; changes nothing. A wrong code must be counted, the right one
 *  marked as used, before anything is answered.
 *  Errors: ERR_BAD_CODE, ERR_TOO_MANY_TRIES, ERR_EXPIRED (also when answered before). */
enum err challenge_answer(const struct otp_row *row, struct bytes key,
			  const struct otp_code *code, uint64_t now_ms) MUST_CHECK;

/** Tries that are left. */
unsigned challenge_tries_left(const struct otp_row *row);

#endif
