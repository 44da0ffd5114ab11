/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hashes of the crypto library in the types of this project. The states are kept as plain
 * aligned bytes, so that the library's header is needed here only.
 */
#include "common/crypto/hash.h"

#include <sodium.h>

#include "common/crypto/secret.h"

_Static_assert(sizeof(crypto_hash_sha256_state) == sizeof(struct sha256), "state fits");
_Static_assert(sizeof(crypto_auth_hmacsha256_state) == sizeof(struct hmac), "state fits");
_Static_assert(crypto_hash_sha256_BYTES == SHA256_LEN, "length");
_Static_assert(crypto_hash_sha512_BYTES == SHA512_LEN, "length");
_Static_assert(crypto_generichash_BYTES == BLAKE2B_LEN, "length");

void sha256(struct bytes data, uint8_t ret_hash[SHA256_LEN])
{
	crypto_hash_sha256(ret_hash, data.ptr, data.len);
}

void sha512(struct bytes data, uint8_t ret_hash[SHA512_LEN])
{
	crypto_hash_sha512(ret_hash, data.ptr, data.len);
}

void blake2b(struct bytes data, uint8_t ret_hash[BLAKE2B_LEN])
{
	crypto_generichash(ret_hash, BLAKE2B_LEN, data.ptr, data.len, NULL, 0);
}

static crypto_hash_sha256_state *sha256_state(struct sha256 *hash)
{
	return (crypto_hash_sha256_state *)(void *)hash->state;
}

void sha256_init(struct sha256 *hash)
{
	crypto_hash_sha256_init(sha256_state(hash));
}

void sha256_add(struct sha256 *hash, struct bytes data)
{
	if (data.len)
		crypto_hash_sha256_update(sha256_state(hash), data.ptr, data.len);
}

void sha256_final(struct sha256 *hash, uint8_t ret_hash[SHA256_LEN])
{
	crypto_hash_sha256_final(sha256_state(hash), ret_hash);
	wipe(hash, sizeof(*hash));
}

static crypto_auth_hmacsha256_state *hmac_state(struct hmac *hmac)
{
	return (crypto_auth_hmacsha256_state *)(void *)hmac->state;
}

void hmac_init(struct hmac *hmac, struct bytes key)
{
	static const uint8_t none[1];

	crypto_auth_hmacsha256_init(hmac_state(hmac), key.len ? key.ptr : none, key.len);
}

void hmac_add(struct hmac *hmac, struct bytes data)
{
	if (data.len)
		crypto_auth_hmacsha256_update(hmac_state(hmac), data.ptr, data.len);
}

void hmac_final(struct hmac *hmac, uint8_t ret_mac[SHA256_LEN])
{
	crypto_auth_hmacsha256_final(hmac_state(hmac), ret_mac);
	wipe(hmac, sizeof(*hmac));
}

void hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_mac[SHA256_LEN])
{
	struct hmac hmac;

	hmac_init(&hmac, key);
	hmac_add(&hmac, data);
	hmac_final(&hmac, ret_mac);
}
