/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A code has a million values, so its hash must be keyed: with a plain hash whoever reads
 * the database has the code after a blink. The key is a file beside the database.
 */
#include "common/crypto/otp.h"

#include <stdio.h>

#define CODES 1000000 /* 10 ^ OTP_DIGITS */

struct otp_code otp_draw(const struct random *random)
{
	struct otp_code code;

	snprintf(code.text, sizeof(code.text), "%0*u", OTP_DIGITS,
		 random_below(random, CODES));
	return code;
}

enum err otp_parse(struct bytes text, struct otp_code *ret_code)
{
	struct otp_code code = {{0}};
	size_t count = 0;

	if (text.len > OTP_DIGITS * 2)
		return ERR_BAD_CODE;
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		if ((c == ' ' || c == '-') && count > 0 && count < OTP_DIGITS)
			continue;
		if (c < '0' || c > '9' || count == OTP_DIGITS)
			return ERR_BAD_CODE;
		code.text[count++] = c;
	}
	if (count != OTP_DIGITS)
		return ERR_BAD_CODE;
	*ret_code = code;
	return ERR_OK;
}

void otp_hash(struct bytes key, struct bytes context, const struct otp_code *code,
	      uint8_t ret_hash[OTP_HASH_LEN])
{
	struct hmac hmac;

	/* The code has a fixed length and comes last, so no two inputs read alike. */
	hmac_init(&hmac, key);
	hmac_add(&hmac, context);
	hmac_add(&hmac, bytes_of(code->text, OTP_DIGITS));
	hmac_final(&hmac, ret_hash);
}
