/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ed25519. Lengths are checked here once, since keys and signatures come from outside and
 * the library reads fixed lengths.
 */
#include "common/crypto/sign.h"

#include <sodium.h>

_Static_assert(crypto_sign_BYTES == SIGN_LEN, "length");
_Static_assert(crypto_sign_PUBLICKEYBYTES == SIGN_PUBLIC_LEN, "length");
_Static_assert(crypto_sign_SEEDBYTES == SIGN_SEED_LEN, "length");
_Static_assert(crypto_sign_SECRETKEYBYTES == SIGN_SECRET_LEN, "length");

enum err sign_key(struct bytes seed, struct secret *ret_secret,
		  uint8_t ret_public[SIGN_PUBLIC_LEN])
{
	uint8_t secret[SIGN_SECRET_LEN];

	if (seed.len != SIGN_SEED_LEN)
		return ERR_BAD;
	crypto_sign_seed_keypair(ret_public, secret, seed.ptr);
	secret_set(ret_secret, secret, sizeof(secret));
	wipe(secret, sizeof(secret));
	return ERR_OK;
}

enum err sign_make(struct bytes secret, struct bytes message,
		   uint8_t ret_signature[SIGN_LEN])
{
	if (secret.len != SIGN_SECRET_LEN)
		return ERR_BAD;
	crypto_sign_detached(ret_signature, NULL, message.ptr, message.len, secret.ptr);
	return ERR_OK;
}

enum err sign_is_own(struct bytes secret, struct bytes message, struct bytes signature)
{
	uint8_t again[SIGN_LEN];

	if (signature.len != SIGN_LEN || sign_make(secret, message, again) != ERR_OK)
		return ERR_CORRUPT;
	/* In constant time: what is compared with is the one signature that would pass. */
	bool same = sodium_memcmp(again, signature.ptr, SIGN_LEN) == 0;
	wipe(again, sizeof(again));
	return same ? ERR_OK : ERR_CORRUPT;
}

enum err sign_check(struct bytes public_key, struct bytes message, struct bytes signature)
{
	if (public_key.len != SIGN_PUBLIC_LEN || signature.len != SIGN_LEN ||
	    crypto_sign_verify_detached(signature.ptr, message.ptr, message.len,
					public_key.ptr) != 0)
		return ERR_CORRUPT;
	return ERR_OK;
}
