/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-1 is what authenticator apps agree on; as a MAC it is unbroken (RFC 6194 section 3).
 * libsodium does not have it, so this is the one place where libcrypto is asked.
 */
#include "common/crypto/totp.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Both libraries name an error ERR_STATE. */
#define ERR_STATE openssl_ERR_STATE
#include <openssl/evp.h>
#include <openssl/hmac.h>
#undef ERR_STATE

#include "common/crypto/secret.h"

#define SHA1_LEN 20
#define CODES    1000000 /* 10 ^ OTP_DIGITS */

struct otp_code hotp_code(struct bytes seed, uint64_t counter)
{
	uint8_t text[8], mac[SHA1_LEN];
	unsigned len = sizeof(mac);
	struct otp_code code;

	for (int i = 7; i >= 0; i--, counter >>= 8)
		text[i] = (uint8_t)counter;
	const void *done =
		HMAC(EVP_sha1(), seed.ptr, (int)seed.len, text, sizeof(text), mac, &len);
	assert(done && len == SHA1_LEN);
	/* RFC 4226 section 5.3: dynamic truncation. */
	const uint8_t *at = mac + (mac[SHA1_LEN - 1] & 15);
	uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
			  (uint32_t)at[2] << 8 | at[3];
	snprintf(code.text, sizeof(code.text), "%0*u", OTP_DIGITS, number % CODES);
	wipe(mac, sizeof(mac));
	return code;
}

uint64_t totp_step(uint64_t now_ms)
{
	return now_ms / TOTP_STEP_MS;
}

enum err totp_check(struct bytes seed, const struct otp_code *code, uint64_t now_ms,
		    uint64_t last_step, uint64_t *ret_step)
{
	uint64_t now = totp_step(now_ms), found = 0;
	uint64_t first = now > TOTP_WINDOW ? now - TOTP_WINDOW : 0;

	for (uint64_t step = first; step <= now + TOTP_WINDOW; step++) {
		struct otp_code good = hotp_code(seed, step);
		bool equal = bytes_equal_secret(bytes_of(good.text, OTP_DIGITS),
						bytes_of(code->text, OTP_DIGITS));
		/* All are looked at; of two equal ones the later counts. */
		if (equal && step > last_step)
			found = step;
		wipe(&good, sizeof(good));
	}
	if (!found)
		return ERR_BAD_CODE;
	*ret_step = found;
	return ERR_OK;
}

void totp_secret(struct bytes seed, struct str *out)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < seed.len; i++) {
		bits = bits << 8 | seed.ptr[i];
		for (count += 8; count >= 5; count -= 5)
			str_add_char(
				out,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits >> (count - 5) &
								   31]);
	}
	if (count)
		str_add_char(
			out,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits << (5 - count) & 31]);
}

/* RFC 3986 section 2.3: everything but the unreserved. */
static void add_escaped(struct str *out, const char *text)
{
	for (; *text; text++) {
		uint8_t c = (uint8_t)*text;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c && strchr("-._~", c)))
			str_add_char(out, (char)c);
		else
			str_addf(out, "%%%02X", c);
	}
}

void totp_url(struct bytes seed, const char *issuer, const char *account, struct str *out)
{
	/* What is left out is SHA1, 6 and 30 by default: a smaller picture. */
	str_add(out, "otpauth://totp/");
	add_escaped(out, issuer);
	str_add_char(out, ':');
	add_escaped(out, account);
	str_add(out, "?secret=");
	totp_secret(seed, out);
	str_add(out, "&issuer=");
	add_escaped(out, issuer);
}
