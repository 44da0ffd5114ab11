/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ed25519 signatures (RFC 8032). Thread: any. */
#ifndef CHAT_CRYPTO_SIGN_H
#define CHAT_CRYPTO_SIGN_H

#include <stdint.h>

#include "common/base/bytes.h"
#include "common/crypto/secret.h"

#define SIGN_LEN        64
#define SIGN_PUBLIC_LEN 32
#define SIGN_SEED_LEN   32
#define SIGN_SECRET_LEN 64 /**< seed and public key behind each other */

/** The key pair of a 32-byte @seed. Errors: ERR_BAD for another length. */
enum err sign_key(struct bytes seed, struct secret *ret_secret,
		  uint8_t ret_public[SIGN_PUBLIC_LEN]) MUST_CHECK;
/** Sign with a SIGN_SECRET_LEN secret. Errors: ERR_BAD for another length. */
enum err sign_make(struct bytes secret, struct bytes message,
		   uint8_t ret_signature[SIGN_LEN]) MUST_CHECK;
/** Whether sign_make() with @secret signs @message so: a signature of one's own is known
 *  again by making it once more. Ed25519 draws no random number (RFC 8032 section 5.1.6),
 *  and making takes less than half of the time that checking does.
 *  Errors: ERR_CORRUPT, also for signatures that sign_check() lets pass. */
enum err sign_is_own(struct bytes secret, struct bytes message,
		     struct bytes signature) MUST_CHECK;
/** Errors: ERR_CORRUPT when the signature, whatever its length, is not of @message by
 *  @public_key. */
enum err sign_check(struct bytes public_key, struct bytes message,
		    struct bytes signature) MUST_CHECK;

#endif
