/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of one-time codes. The hash is bound to account, purpose and challenge, so a
 * row that was copied or swapped inside the database opens nothing. A spent challenge is
 * reported before the code is looked at: from the fifth wrong try on, the right code says
 * the same as any other.
 */
#include "server/core/challenge.h"

#include "common/crypto/secret.h"

#define HOUR_MS 3600000u
#define DAY_MS  86400000u

_Static_assert(OTP_MAC_LEN == OTP_HASH_LEN, "the column holds the hash");

static void hash_code(const struct otp_row *row, struct bytes key,
		      const struct otp_code *code, uint8_t ret_hash[OTP_HASH_LEN])
{
	AUTO(buf_done) struct buf context = BUF_INIT;

	buf_add(&context, row->user.bytes, ID_LEN);
	buf_add_u8(&context, (uint8_t)row->purpose);
	buf_add(&context, row->id.bytes, ID_LEN);
	otp_hash(key, buf_view(&context), code, ret_hash);
}

void challenge_make(struct otp_row *row, struct bytes key, uint64_t now_ms,
		    const struct random *random, struct otp_code *ret_code)
{
	random_fill(random, row->id.bytes, ID_LEN);
	row->created_ms = now_ms;
	row->expires_ms = now_ms + CHALLENGE_LIFE_MS;
	row->used_ms = 0;
	row->tries = 0;
	*ret_code = otp_draw(random);
	hash_code(row, key, ret_code, row->mac);
}

enum err challenge_budget(const struct otp_counts *counts, uint64_t *ret_retry_ms)
{
	uint64_t retry_ms = 0;

	if (counts->day >= CHALLENGE_DAY)
		retry_ms = DAY_MS;
	else if (counts->hour >= CHALLENGE_HOUR)
		retry_ms = HOUR_MS;
	else if (counts->live >= CHALLENGE_LIVE)
		retry_ms = CHALLENGE_LIFE_MS;
	if (!retry_ms)
		return ERR_OK;
	*ret_retry_ms = retry_ms;
	return ERR_RATE;
}

enum err challenge_state(const struct otp_row *row, uint64_t now_ms)
{
	if (row->tries >= CHALLENGE_TRIES)
		return ERR_TOO_MANY_TRIES;
	return row->used_ms || now_ms >= row->expires_ms ? ERR_EXPIRED : ERR_OK;
}

enum err challenge_answer(const struct otp_row *row, struct bytes key,
			  const struct otp_code *code, uint64_t now_ms)
{
	uint8_t hash[OTP_HASH_LEN];
	enum err err = challenge_state(row, now_ms);

	if (err != ERR_OK)
		return err;
	hash_code(row, key, code, hash);
	return bytes_equal_secret(bytes_of(hash, sizeof(hash)),
				  bytes_of(row->mac, sizeof(row->mac)))
		       ? ERR_OK
		       : ERR_BAD_CODE;
}

unsigned challenge_tries_left(const struct otp_row *row)
{
	return row->tries < CHALLENGE_TRIES ? (unsigned)(CHALLENGE_TRIES - row->tries)
					    : 0;
}
