/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Codes of authenticator apps: HOTP (RFC 4226) over time (RFC 6238) in the one form that
 *  every app takes: SHA-1, 30 seconds, six digits. Which step was spent last is kept by
 *  whoever checks. Thread: any. */
#ifndef CHAT_CRYPTO_TOTP_H
#define CHAT_CRYPTO_TOTP_H

#include <stdint.h>

#include "common/base/str.h"
#include "common/crypto/otp.h"

#define TOTP_SEED_LEN 20 /**< 160 bits: RFC 4226 section 4 asks for them */
#define TOTP_STEP_MS  30000
#define TOTP_WINDOW   1 /**< steps before and after now that count: clocks differ */

/** The code number @counter of @seed (RFC 4226 section 5.3). */
struct otp_code hotp_code(struct bytes seed, uint64_t counter);

/** The step that @now_ms lies in. */
uint64_t totp_step(uint64_t now_ms);

/** Whether @code is that of a step near @now_ms and behind @last_step, which is then in
 *  *ret_step: keep it as the next @last_step (RFC 6238 section 5.2: a code is good once).
 *  Takes the same time for every code. Errors: ERR_BAD_CODE. */
enum err totp_check(struct bytes seed, const struct otp_code *code, uint64_t now_ms,
		    uint64_t last_step, uint64_t *ret_step) MUST_CHECK;

/** Append @seed as an app takes it by hand: base32 (RFC 4648), capital letters, no padding. */
void totp_secret(struct bytes seed, struct str *out);
/** Append the otpauth:// address that the QR code holds. */
void totp_url(struct bytes seed, const char *issuer, const char *account,
	      struct str *out);

#endif
