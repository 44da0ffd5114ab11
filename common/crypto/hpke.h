/* SPDX-License-Identifier: GPL-3.0-or-later */
/** HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256; the AEAD
 *  is the caller's choice. Thread: any; a context one at a time. */
#ifndef CHAT_CRYPTO_HPKE_H
#define CHAT_CRYPTO_HPKE_H

#include <stdint.h>

#include "common/crypto/aead.h"
#include "common/crypto/dh.h"
#include "common/crypto/random.h"
#include "common/crypto/secret.h"

#define HPKE_KEM_LEN DH_LEN /**< bytes of the encapsulated key that travels */

/** Both halves of a key, since opening needs the public one too. */
struct hpke_key {
	struct secret private_key;
	uint8_t public_key[DH_LEN];
};

/** DeriveKeyPair (section 7.1.3): the same @ikm gives the same key. */
void hpke_key_derive(struct bytes ikm, struct hpke_key *ret);
/** A fresh key. */
void hpke_key_random(const struct random *random, struct hpke_key *ret);
/** The pair of a private key from elsewhere. Errors: ERR_BAD for a wrong length. */
enum err hpke_key_load(struct bytes private_key, struct hpke_key *ret) MUST_CHECK;
void hpke_key_done(struct hpke_key *key);

/** One side of an exchange: keys and the next sequence number. */
struct hpke {
	const struct aead *aead;
	struct secret key;
	struct secret exporter;
	uint8_t nonce[AEAD_NONCE_MAX];
	uint64_t sequence;
};

/** Start as sender to @public_key with the ephemeral @key.
 *  Errors: ERR_BAD for a public key of wrong length or low order. */
enum err hpke_setup_send(const struct aead *aead, const struct hpke_key *ephemeral,
			 struct bytes public_key, struct bytes info,
			 struct hpke *ret) MUST_CHECK;
/** Start as receiver of @kem_output. Errors: ERR_BAD as above. */
enum err hpke_setup_receive(const struct aead *aead, const struct hpke_key *key,
			    struct bytes kem_output, struct bytes info,
			    struct hpke *ret) MUST_CHECK;
void hpke_done(struct hpke *hpke);

/** Seal the next message and add it to @out. */
void hpke_seal(struct hpke *hpke, struct bytes ad, struct bytes plain, struct buf *out);
/** Open the next message and add it to @out. Errors: ERR_CORRUPT; nothing is changed. */
enum err hpke_open(struct hpke *hpke, struct bytes ad, struct bytes sealed,
		   struct buf *out) MUST_CHECK;
/** A secret of @len (≤ SECRET_MAX) bytes for @context (section 5.3). */
void hpke_export(const struct hpke *hpke, struct bytes context, size_t len,
		 struct secret *ret);

#endif
