/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Access tokens: who somebody is, for ten minutes, in a text that the server checks
 *  without asking its store. JWT (RFC 7519) in the profile of RFC 9068, signed with
 *  EdDSA, checked as RFC 8725 asks. Thread: any. */
#ifndef CHAT_CORE_TOKEN_H
#define CHAT_CORE_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/crypto/sign.h"
#include "server/core/actor.h"

#define TOKEN_LIFE_MS     600000 /**< ten minutes; refreshing is cheap, revoking is not */
#define TOKEN_KEYS_MOST   8      /**< the one that signs, and those before it */
#define TOKEN_KID_LEN     43     /**< a thumbprint in base64url */
#define TOKEN_ISSUER_MOST 255
#define TOKEN_SKEW_MS     60000 /**< clocks of two nodes may differ by so much */

/** A signing key; its name is its RFC 7638 thumbprint. */
struct token_key {
	uint32_t number;
	uint64_t until_ms; /**< it verifies till then; 0: no key came after it */
	struct root *secret;
	uint8_t public_key[SIGN_PUBLIC_LEN];
	char kid[TOKEN_KID_LEN + 1];
};

/** The keys of one issuer. The last one added signs; those before it verify until the last
 *  token that they signed is over. Keys may be added while others read. All zero is empty. */
struct token_ring {
	struct token_lock *lock;
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
/** Add the key @number, which is higher than those before it and signs from now on; those
 *  before it end when what they signed until @now_ms is over, if they do not end sooner.
 *  Errors: ERR_BAD when @seed is not SIGN_SEED_LEN bytes, ERR_TOO_BIG when full. */
enum err token_ring_add(struct token_ring *ring, uint32_t number, struct bytes seed,
			uint64_t now_ms) MUST_CHECK;
/** Forget one key that has ended at @now_ms; false: there is none. */
bool token_ring_prune(struct token_ring *ring, uint64_t now_ms, uint32_t *ret_number);
/** Whether there is no place for one more. */
bool token_ring_is_full(const struct token_ring *ring);
/** The number of the key that signs. */
uint32_t token_ring_newest(const struct token_ring *ring);

/** Append a token that says @claims. */
void token_issue(const struct token_ring *ring, const struct token_claims *claims,
		 uint64_t now_ms, struct str *str);

/** Errors: ERR_BAD_TOKEN for whatever is not a token of ours, ERR_EXPIRED. */
enum err token_check(const struct token_ring *ring, struct bytes text, uint64_t now_ms,
		     struct token_claims *ret_claims) MUST_CHECK;

/** The bit of enum scope that @word names, 0: none; and the other way. */
unsigned token_scope(struct bytes word);
const char *token_scope_word(unsigned bit);

/** Append the public keys that verify at @now_ms as a JWK set (RFC 7517, RFC 8037 section
 *  2). */
void token_key_set(const struct token_ring *ring, uint64_t now_ms, struct buf *buf);

#endif
