/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first token of a family is 256 random bits; each successor is a MAC of the one
 * before it. Only hashes are stored. That successors are computed rather than drawn makes
 * a lost answer harmless: asking again gives the same successor, where a second random one
 * would be a second branch of the family, in which a thief could live unnoticed.
 */
#include "server/core/refresh.h"

#include <assert.h>
#include <string.h>

#include "common/base/str.h"
#include "common/crypto/base64url.h"
#include "common/crypto/secret.h"

_Static_assert((REFRESH_LEN * 4 + 2) / 3 == REFRESH_TEXT_LEN, "base64url, no padding");
_Static_assert(REFRESH_LEN == SHA256_LEN && TOKEN_HASH_LEN == SHA256_LEN, "lengths");

static struct bytes view(const struct refresh_token *token)
{
	return bytes_of(token->bytes, REFRESH_LEN);
}

struct refresh_token refresh_draw(const struct random *random)
{
	struct refresh_token token;

	random_fill(random, token.bytes, REFRESH_LEN);
	return token;
}

struct refresh_token refresh_next(const struct refresh_token *token, struct bytes key)
{
	struct refresh_token next;
	struct hmac hmac;

	hmac_init(&hmac, key);
	hmac_add(&hmac, bytes_text("chat refresh v1"));
	hmac_add(&hmac, view(token));
	hmac_final(&hmac, next.bytes);
	return next;
}

void refresh_hash(const struct refresh_token *token, uint8_t ret_hash[TOKEN_HASH_LEN])
{
	/* A plain hash is enough for what has 256 bits: there is nothing to guess. */
	sha256(view(token), ret_hash);
}

struct refresh_text refresh_text(const struct refresh_token *token)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct refresh_text ret;

	base64url_add(&text, view(token));
	assert(text.len == REFRESH_TEXT_LEN);
	memcpy(ret.text, text.ptr, sizeof(ret.text));
	wipe(text.ptr, text.len);
	return ret;
}

enum err refresh_parse(struct bytes text, struct refresh_token *ret_token)
{
	if (text.len != REFRESH_TEXT_LEN ||
	    base64url_parse_into(text, ret_token->bytes, REFRESH_LEN) != ERR_OK)
		return ERR_BAD_TOKEN;
	return ERR_OK;
}

enum refresh_verdict refresh_judge(const struct refresh_row *row,
				   const struct session_row *session, uint64_t now_ms)
{
	if (session->revoked || session->account_state != ACCOUNT_ACTIVE)
		return REFRESH_ENDED;
	if (now_ms >= row->expires_ms ||
	    (session->expires_ms && now_ms >= session->expires_ms))
		return REFRESH_OVER;
	if (!row->replaced_ms)
		return REFRESH_ROTATE;
	/* RFC 9700 section 4.14.2: a token that was replaced comes again. */
	if (row->successor_used || now_ms >= row->replaced_ms + REFRESH_GRACE_MS)
		return REFRESH_REUSED;
	return REFRESH_AGAIN;
}
