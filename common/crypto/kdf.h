/* SPDX-License-Identifier: GPL-3.0-or-later */
/** HKDF (RFC 5869) with SHA-256. Thread: any. */
#ifndef CHAT_CRYPTO_KDF_H
#define CHAT_CRYPTO_KDF_H

#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "common/crypto/secret.h"

#define KDF_LEN     SHA256_LEN
#define KDF_OUT_MAX (255 * SHA256_LEN) /**< RFC 5869 section 2.3 */

/** The pseudo-random key of @ikm under @salt; an empty salt stands for zeroes. */
void hkdf_extract(struct bytes salt, struct bytes ikm, struct secret *ret_prk);
/** @len bytes for @info from @prk. Errors: ERR_TOO_BIG over KDF_OUT_MAX. */
enum err hkdf_expand(struct bytes prk, struct bytes info, uint8_t *ret,
		     size_t len) MUST_CHECK;
/** hkdf_expand() to a secret of @len (≤ SECRET_MAX) bytes, which cannot fail. */
void hkdf_secret(struct bytes prk, struct bytes info, size_t len, struct secret *ret);

#endif
