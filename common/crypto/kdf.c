/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HKDF-SHA-256 on HMAC, since the oldest supported crypto library has none. The keyed
 * state is made once per expansion and copied for each block.
 */
#include "common/crypto/kdf.h"

#include <assert.h>
#include <string.h>

void hkdf_extract(struct bytes salt, struct bytes ikm, struct secret *ret_prk)
{
	uint8_t prk[KDF_LEN];

	/* HMAC pads its key with zeroes, so an empty salt is a salt of zeroes. */
	hmac_sha256(salt, ikm, prk);
	secret_set(ret_prk, prk, sizeof(prk));
	wipe(prk, sizeof(prk));
}

enum err hkdf_expand(struct bytes prk, struct bytes info, uint8_t *ret, size_t len)
{
	struct hmac keyed, hmac;
	uint8_t block[KDF_LEN];
	uint8_t number = 0;

	if (len > KDF_OUT_MAX)
		return ERR_TOO_BIG;
	hmac_init(&keyed, prk);
	for (size_t at = 0; at < len; at += KDF_LEN) {
		size_t part = len - at < KDF_LEN ? len - at : KDF_LEN;
		hmac = keyed;
		if (number)
			hmac_add(&hmac, bytes_of(block, KDF_LEN));
		number++;
		hmac_add(&hmac, info);
		hmac_add(&hmac, bytes_of(&number, 1));
		hmac_final(&hmac, block);
		memcpy(ret + at, block, part);
	}
	wipe(&keyed, sizeof(keyed));
	wipe(block, sizeof(block));
	return ERR_OK;
}

void hkdf_secret(struct bytes prk, struct bytes info, size_t len, struct secret *ret)
{
	uint8_t out[SECRET_MAX];

	assert(len <= SECRET_MAX);
	/* To a place of its own first: @ret may be where @prk is. */
	enum err err = hkdf_expand(prk, info, out, len);
	assert(err == ERR_OK);
	secret_set(ret, out, len);
	wipe(out, sizeof(out));
}
