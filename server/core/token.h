/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Access tokens: who somebody is, for ten minutes, in a text that the server checks
 *  without asking its store. JWT (RFC 7519) in the profile of RFC 9068, signed with
 *  EdDSA, checked as RFC 8725 asks. Thread: any. */
#ifndef CHAT_CORE_TOKEN_H
#define CHAT_CORE_TOKEN_H

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/crypto/sign.h"
#include "server/core/actor.h"

#define TOKEN_LIFE_MS     600000 /**< ten minutes; refreshing is cheap, revoking is not */
#define TOKEN_KEYS_MOST   8      /**< the one that signs, and those before it */
#define TOKEN_KID_LEN     43     /**< a thumbprint in base64url */
#define TOKEN_ISSUER_MOST 255

/** A signing key; its name is its RFC 7638 thumbprint. */
struct token_key {
	struct root *secret;
	uint8_t public_key[SIGN_PUBLIC_LEN];
	char kid[TOKEN_KID_LEN + 1];
};

/** The keys of one issuer. The last one added signs, all of them verify. All zero is
 *  empty. */
struct token_ring {
	char issuer[TOKEN_ISSUER_MOST + 1];
	struct token_key keys[TOKEN_KEYS_MOST];
	size_t count;
};

struct token_claims {
	struct actor actor;
	uint64_t expires_ms;
};

/** @issuer is cut at TOKEN_ISSUER_MOST bytes. */
void token_ring_init(struct token_ring *ring, const char *issuer);
void token_ring_done(struct token_ring *ring);
/** Errors: ERR_BAD when @seed is not SIGN_SEED_LEN bytes, ERR_TOO_BIG when full. */
enum err token_ring_add(struct token_ring *ring, struct bytes seed) MUST_CHECK;

/** Append a token that says @claims. */
void token_issue(const struct token_ring *ring, const struct token_claims *claims,
		 uint64_t now_ms, struct str *str);

/** Errors: ERR_BAD_TOKEN for whatever is not a token of ours, ERR_EXPIRED. */
enum err token_check(const struct token_ring *ring, struct bytes text, uint64_t now_ms,
		     struct token_claims *ret_claims) MUST_CHECK;

/** Append the public keys as a JWK set (RFC 7517, RFC 8037 section 2). */
void token_key_set(const struct token_ring *ring, struct buf *buf);

#endif
