/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Authenticated encryption with associated data, as a value: who needs one is given the
 *  row, so that tests can bring another one. All rows have tags of 16 bytes behind the
 *  ciphertext. Thread: any. */
#ifndef CHAT_CRYPTO_AEAD_H
#define CHAT_CRYPTO_AEAD_H

#include <stdint.h>

#include "common/base/bytes.h"

#define AEAD_TAG_LEN   16
#define AEAD_KEY_MAX   32
#define AEAD_NONCE_MAX 24

struct aead {
	uint16_t hpke_id; /**< RFC 9180 section 7.3; 0xffff where it has none */
	uint8_t key_len;
	uint8_t nonce_len;
	/** Write plain.len + AEAD_TAG_LEN bytes to @ret; @plain may start at @ret. */
	void (*seal)(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
		     struct bytes plain, uint8_t *ret);
	/** Write sealed.len - AEAD_TAG_LEN bytes to @ret; @sealed may start at @ret.
	 *  Errors: ERR_CORRUPT when key, nonce, @ad or @sealed is not what was sealed. */
	enum err (*open)(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
			 struct bytes sealed, uint8_t *ret) MUST_CHECK;
};

/** ChaCha20-Poly1305 (RFC 8439): 12-byte nonce, never use one twice with a key. */
extern const struct aead aead_chacha20;
/** XChaCha20-Poly1305: 24-byte nonce, random ones are safe. */
extern const struct aead aead_xchacha20;

/** Seal @plain and add it to @out. @key and @nonce must have the row's lengths. */
void aead_seal(const struct aead *aead, struct bytes key, struct bytes nonce,
	       struct bytes ad, struct bytes plain, struct buf *out);
/** Open @sealed and add it to @out, which is unchanged on failure.
 *  Errors: ERR_CORRUPT. */
enum err aead_open(const struct aead *aead, struct bytes key, struct bytes nonce,
		   struct bytes ad, struct bytes sealed, struct buf *out) MUST_CHECK;

#endif
