/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of one-time codes. The hash is bound to account, purpose and challenge, so a
 * row that was copied or swapped inside the database opens nothing. A spent challenge is
 * reported before the code is looked at: from the fifth wrong try on, the right code says
 * the same as any other.
 */
#include "server/core/challenge.h"

#include <stdbool.h>

#include "common/crypto/secret.h"

#define HOUR_MS 3600000u
#define DAY_MS  86400000u

const char *challenge_word(enum challenge_purpose purpose)
{
	static const char *const words[] = {
		[CHALLENGE_VERIFY] = "verify",
		[CHALLENGE_LOGIN] = "login",
		[CHALLENGE_RESET] = "reset",
	};

	return words[purpose];
}

static void hash_code(const struct challenge *challenge, struct bytes key,
		      const struct otp_code *code, uint8_t ret_hash[OTP_HASH_LEN])
{
	AUTO(buf_done) struct buf context = BUF_INIT;

	buf_add(&context, challenge->user.bytes, ID_LEN);
	buf_add_u8(&context, (uint8_t)challenge->purpose);
	buf_add(&context, challenge->id.bytes, ID_LEN);
	otp_hash(key, buf_view(&context), code, ret_hash);
}

struct challenge challenge_make(struct bytes key, const struct id *user,
				enum challenge_purpose purpose, uint64_t now_ms,
				const struct random *random, struct otp_code *ret_code)
{
	struct challenge made = {
		.user = *user,
		.purpose = purpose,
		.made_ms = now_ms,
		.expires_ms = now_ms + CHALLENGE_LIFE_MS,
	};

	random_fill(random, made.id.bytes, ID_LEN);
	*ret_code = otp_draw(random);
	hash_code(&made, key, ret_code, made.hash);
	return made;
}

static bool is_open(const struct challenge *challenge, uint64_t now_ms)
{
	return !challenge->used_ms && challenge->tries < CHALLENGE_TRIES &&
	       now_ms < challenge->expires_ms;
}

/* When the newest @most unanswered rows no longer all lie inside @span_ms; 0 when they do
 * not now. Rows come in any order: the one sought has exactly most - 1 younger ones. */
static uint64_t room_at(const struct challenge *recent, size_t count, uint64_t now_ms,
			uint64_t span_ms, size_t most)
{
	for (size_t i = 0; i < count; i++) {
		size_t younger = 0;
		if (recent[i].used_ms)
			continue;
		for (size_t j = 0; j < count; j++) {
			younger += !recent[j].used_ms &&
				   (recent[j].made_ms > recent[i].made_ms ||
				    (recent[j].made_ms == recent[i].made_ms && j > i));
		}
		if (younger == most - 1 && recent[i].made_ms + span_ms > now_ms)
			return recent[i].made_ms + span_ms;
	}
	return 0;
}

/* When there are fewer than CHALLENGE_LIVE open ones; 0 when there are now. */
static uint64_t live_at(const struct challenge *recent, size_t count, uint64_t now_ms)
{
	uint64_t soonest = UINT64_MAX;
	size_t open = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_open(&recent[i], now_ms))
			continue;
		open++;
		if (recent[i].expires_ms < soonest)
			soonest = recent[i].expires_ms;
	}
	return open >= CHALLENGE_LIVE ? soonest : 0;
}

enum err challenge_budget(const struct challenge *recent, size_t count, uint64_t now_ms,
			  uint64_t *ret_retry_ms)
{
	const uint64_t until[] = {
		live_at(recent, count, now_ms),
		room_at(recent, count, now_ms, HOUR_MS, CHALLENGE_HOUR),
		room_at(recent, count, now_ms, DAY_MS, CHALLENGE_DAY),
	};
	uint64_t latest = 0;

	for (size_t i = 0; i < ARRAY_LEN(until); i++) {
		if (until[i] > latest)
			latest = until[i];
	}
	if (latest == 0)
		return ERR_OK;
	*ret_retry_ms = latest - now_ms;
	return ERR_RATE;
}

enum err challenge_answer(struct challenge *challenge, struct bytes key,
			  enum challenge_purpose purpose, const struct otp_code *code,
			  uint64_t now_ms)
{
	uint8_t hash[OTP_HASH_LEN];

	if (challenge->purpose != purpose)
		return ERR_NOT_FOUND;
	if (challenge->tries >= CHALLENGE_TRIES)
		return ERR_TOO_MANY_TRIES;
	if (challenge->used_ms || now_ms >= challenge->expires_ms)
		return ERR_EXPIRED;
	hash_code(challenge, key, code, hash);
	if (!bytes_equal_secret(bytes_of(hash, sizeof(hash)),
				bytes_of(challenge->hash, sizeof(hash)))) {
		challenge->tries++;
		return ERR_BAD_CODE;
	}
	challenge->used_ms = now_ms;
	return ERR_OK;
}

uint32_t challenge_tries_left(const struct challenge *challenge)
{
	return challenge->tries < CHALLENGE_TRIES ? CHALLENGE_TRIES - challenge->tries
						  : 0;
}
