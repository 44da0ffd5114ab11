/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call of libsodium's, with bounds: the cost comes from a file that anybody may write. */
#include "common/crypto/stretch.h"

#include <sodium.h>

#define PASSES_MOST 64
#define MEMORY_MOST ((size_t)1 << 30)

_Static_assert(STRETCH_SALT_LEN == crypto_pwhash_SALTBYTES, "a salt is a salt");

bool stretch_may(struct password_cost cost)
{
	return cost.passes >= crypto_pwhash_OPSLIMIT_MIN && cost.passes <= PASSES_MOST &&
	       cost.memory >= crypto_pwhash_MEMLIMIT_MIN && cost.memory <= MEMORY_MOST;
}

enum err stretch(struct bytes passphrase, const uint8_t salt[STRETCH_SALT_LEN],
		 struct password_cost cost, struct secret *ret_key)
{
	struct secret key = SECRET_INIT;

	if (!stretch_may(cost))
		return ERR_BAD;
	if (crypto_pwhash(secret_room(&key, STRETCH_KEY_LEN), STRETCH_KEY_LEN,
			  (const char *)passphrase.ptr, passphrase.len, salt, cost.passes,
			  cost.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return ERR_BUSY;
	secret_move(ret_key, &key);
	return ERR_OK;
}
