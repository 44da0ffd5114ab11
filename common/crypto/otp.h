/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One-time codes that are sent to somebody: six digits, evenly drawn, and the keyed hash
 *  under which one is stored. When a code counts, and for how long, is the business of
 *  whoever keeps it. Thread: any. */
#ifndef CHAT_CRYPTO_OTP_H
#define CHAT_CRYPTO_OTP_H

#include <stdint.h>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "common/crypto/random.h"

#define OTP_DIGITS   6
#define OTP_HASH_LEN SHA256_LEN

struct otp_code {
	char text[OTP_DIGITS + 1];
};

/** A fresh code. */
struct otp_code otp_draw(const struct random *random);

/** Read what somebody typed: exactly six ASCII digits; spaces and hyphens between them are
 *  forgiven ("123 456"). Errors: ERR_BAD_CODE. */
enum err otp_parse(struct bytes text, struct otp_code *ret_code) MUST_CHECK;

/** The keyed hash of @code, bound to @context (whose, what for, which challenge). */
void otp_hash(struct bytes key, struct bytes context, const struct otp_code *code,
	      uint8_t ret_hash[OTP_HASH_LEN]);

#endif
