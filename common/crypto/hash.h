/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Hashes: SHA-256 (whole or in parts), SHA-512, BLAKE2b-256 and HMAC-SHA-256.
 *  Thread: any. */
#ifndef CHAT_CRYPTO_HASH_H
#define CHAT_CRYPTO_HASH_H

#include <stdint.h>

#include "common/base/bytes.h"

#define SHA256_LEN  32
#define SHA512_LEN  64
#define BLAKE2B_LEN 32

void sha256(struct bytes data, uint8_t ret_hash[SHA256_LEN]);
void sha512(struct bytes data, uint8_t ret_hash[SHA512_LEN]);
void blake2b(struct bytes data, uint8_t ret_hash[BLAKE2B_LEN]);

/** SHA-256 of data that comes in parts. */
struct sha256 {
	_Alignas(8) uint8_t state[104];
};

void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, struct bytes data);
/** Also wipes @hash. */
void sha256_final(struct sha256 *hash, uint8_t ret_hash[SHA256_LEN]);

/** HMAC-SHA-256 (RFC 2104) with a key of any length. */
void hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_mac[SHA256_LEN]);

/** The same over parts. */
struct hmac {
	_Alignas(8) uint8_t state[208];
};

void hmac_init(struct hmac *hmac, struct bytes key);
void hmac_add(struct hmac *hmac, struct bytes data);
/** Also wipes @hmac. */
void hmac_final(struct hmac *hmac, uint8_t ret_mac[SHA256_LEN]);

#endif
