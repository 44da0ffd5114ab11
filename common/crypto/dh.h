/* SPDX-License-Identifier: GPL-3.0-or-later */
/** X25519 (RFC 7748). Thread: any. */
#ifndef CHAT_CRYPTO_DH_H
#define CHAT_CRYPTO_DH_H

#include <stdint.h>

#include "common/base/bytes.h"
#include "common/crypto/secret.h"

#define DH_LEN 32 /**< private keys, public keys and shared secrets alike */

/** The public key of @private_key. Errors: ERR_BAD for another length than DH_LEN. */
enum err dh_public(struct bytes private_key, uint8_t ret_public[DH_LEN]) MUST_CHECK;
/** Errors: ERR_BAD for a wrong length or a public key of low order (RFC 9180 section
 *  7.1.4 wants the all-zero result refused). */
enum err dh_shared(struct bytes private_key, struct bytes public_key,
		   struct secret *ret_shared) MUST_CHECK;

#endif
