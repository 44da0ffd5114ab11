/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Cipher suites and the labelled functions of RFC 9420 section 5. All suites that this
 *  library can take share X25519, HKDF-SHA-256 and Ed25519; the AEAD is what differs, so
 *  that only functions that need one are given the suite. Thread: any. */
#ifndef CHAT_MLS_SUITE_H
#define CHAT_MLS_SUITE_H

#include "common/crypto/aead.h"
#include "common/crypto/hash.h"
#include "common/crypto/hpke.h"
#include "common/crypto/secret.h"
#include "common/crypto/sign.h"

#define MLS_HASH_LEN     SHA256_LEN
#define MLS_VERSION_1    0x0001
#define MLS_SUITE_AES128 0x0001 /**< test programs only: the library has no AES */
#define MLS_SUITE_CHACHA 0x0003

struct mls_suite {
	uint16_t id; /**< RFC 9420 section 17.1 */
	const struct aead *aead;
};

/** X25519, ChaCha20-Poly1305, SHA-256, Ed25519: the suite of this product. */
extern const struct mls_suite mls_suite_chacha;

/** What one side can speak: a list, so that tests and a later ReInit can add to it. */
struct mls_suites {
	const struct mls_suite *const *list;
	size_t count;
};

/** mls_suite_chacha alone. */
extern const struct mls_suites mls_suites_default;

/** The suite with @id, NULL when @suites has none. */
const struct mls_suite *mls_suite_find(const struct mls_suites *suites, uint16_t id);

/** A SHA-256 value. */
struct mls_hash {
	uint8_t bytes[MLS_HASH_LEN];
};

struct bytes mls_hash_view(const struct mls_hash *hash);
bool mls_hash_equal(const struct mls_hash *a, struct bytes b);

/** RefHash (section 5.2). @label is the whole label. */
struct mls_hash mls_ref_hash(const char *label, struct bytes value);
struct mls_hash mls_key_package_ref(struct bytes key_package);
struct mls_hash mls_proposal_ref(struct bytes authenticated_content);

/** ExpandWithLabel (section 8) to a secret of @len (≤ SECRET_MAX) bytes. @ret may be
 *  @secret. */
void mls_expand(const struct secret *secret, const char *label, struct bytes context,
		size_t len, struct secret *ret);
/** DeriveSecret (section 8). @ret may be @secret. */
void mls_derive(const struct secret *secret, const char *label, struct secret *ret);
/** DeriveTreeSecret (section 9.1). @ret may be @secret. */
void mls_derive_tree(const struct secret *secret, const char *label, uint32_t generation,
		     size_t len, struct secret *ret);
/** ExpandWithLabel of any length. Errors: ERR_TOO_BIG over KDF_OUT_MAX. */
enum err mls_expand_long(const struct secret *secret, struct bytes label,
			 struct bytes context, uint8_t *ret, size_t len) MUST_CHECK;

/** The bytes that SignWithLabel (section 5.1.2) signs, added to @out. */
void mls_sign_content(const char *label, struct bytes content, struct buf *out);
/** VerifyWithLabel. Errors: ERR_CORRUPT. */
enum err mls_verify(struct bytes public_key, const char *label, struct bytes content,
		    struct bytes signature) MUST_CHECK;

/** EncryptWithLabel (section 5.1.3); @out gets the HPKECiphertext: both parts as vectors.
 *  Errors: ERR_BAD for a public key that is none. */
enum err mls_encrypt(const struct mls_suite *suite, const struct random *random,
		     struct bytes public_key, const char *label, struct bytes context,
		     struct bytes plain, struct buf *out) MUST_CHECK;
/** DecryptWithLabel; the plaintext is added to @out, which the caller wipes.
 *  Errors: ERR_BAD, ERR_CORRUPT. */
enum err mls_decrypt(const struct mls_suite *suite, const struct hpke_key *key,
		     const char *label, struct bytes context, struct bytes kem_output,
		     struct bytes sealed, struct buf *out) MUST_CHECK;

#endif
