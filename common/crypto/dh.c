/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X25519 with its lengths checked: keys come from outside, the library reads 32 bytes.
 */
#include "common/crypto/dh.h"

#include <sodium.h>

_Static_assert(crypto_scalarmult_BYTES == DH_LEN, "length");
_Static_assert(crypto_scalarmult_SCALARBYTES == DH_LEN, "length");

enum err dh_public(struct bytes private_key, uint8_t ret_public[DH_LEN])
{
	if (private_key.len != DH_LEN ||
	    crypto_scalarmult_base(ret_public, private_key.ptr) != 0)
		return ERR_BAD;
	return ERR_OK;
}

enum err dh_shared(struct bytes private_key, struct bytes public_key,
		   struct secret *ret_shared)
{
	uint8_t shared[DH_LEN];

	if (private_key.len != DH_LEN || public_key.len != DH_LEN ||
	    crypto_scalarmult(shared, private_key.ptr, public_key.ptr) != 0)
		return ERR_BAD;
	secret_set(ret_shared, shared, sizeof(shared));
	wipe(shared, sizeof(shared));
	return ERR_OK;
}
