/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two AEADs of the product. aead_seal() and aead_open() are the comfortable form over
 * the rows: they check lengths and grow a buffer.
 */
#include "common/crypto/aead.h"

#include <assert.h>

#include <sodium.h>

#include "common/crypto/secret.h"

_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == AEAD_TAG_LEN, "tag");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == AEAD_TAG_LEN, "tag");

static void chacha_seal(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
			struct bytes plain, uint8_t *ret)
{
	crypto_aead_chacha20poly1305_ietf_encrypt(ret, NULL, plain.ptr, plain.len, ad.ptr,
						  ad.len, NULL, nonce, key);
}

static enum err chacha_open(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
			    struct bytes sealed, uint8_t *ret)
{
	if (sealed.len < AEAD_TAG_LEN || crypto_aead_chacha20poly1305_ietf_decrypt(
						 ret, NULL, NULL, sealed.ptr, sealed.len,
						 ad.ptr, ad.len, nonce, key) != 0)
		return ERR_CORRUPT;
	return ERR_OK;
}

const struct aead aead_chacha20 = {
	.hpke_id = 0x0003,
	.key_len = crypto_aead_chacha20poly1305_ietf_KEYBYTES,
	.nonce_len = crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
	.seal = chacha_seal,
	.open = chacha_open,
};

static void xchacha_seal(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
			 struct bytes plain, uint8_t *ret)
{
	crypto_aead_xchacha20poly1305_ietf_encrypt(ret, NULL, plain.ptr, plain.len,
						   ad.ptr, ad.len, NULL, nonce, key);
}

static enum err xchacha_open(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
			     struct bytes sealed, uint8_t *ret)
{
	if (sealed.len < AEAD_TAG_LEN || crypto_aead_xchacha20poly1305_ietf_decrypt(
						 ret, NULL, NULL, sealed.ptr, sealed.len,
						 ad.ptr, ad.len, nonce, key) != 0)
		return ERR_CORRUPT;
	return ERR_OK;
}

const struct aead aead_xchacha20 = {
	.hpke_id = 0xffff,
	.key_len = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	.nonce_len = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	.seal = xchacha_seal,
	.open = xchacha_open,
};

void aead_seal(const struct aead *aead, struct bytes key, struct bytes nonce,
	       struct bytes ad, struct bytes plain, struct buf *out)
{
	assert(key.len == aead->key_len && nonce.len == aead->nonce_len);
	uint8_t *dst = buf_room(out, plain.len + AEAD_TAG_LEN);

	aead->seal(key.ptr, nonce.ptr, ad, plain, dst);
	out->len += plain.len + AEAD_TAG_LEN;
}

enum err aead_open(const struct aead *aead, struct bytes key, struct bytes nonce,
		   struct bytes ad, struct bytes sealed, struct buf *out)
{
	assert(key.len == aead->key_len && nonce.len == aead->nonce_len);
	if (sealed.len < AEAD_TAG_LEN)
		return ERR_CORRUPT;
	/* Room for the tag too: an AEAD may use it before it knows that all is well. */
	uint8_t *dst = buf_room(out, sealed.len);
	enum err err = aead->open(key.ptr, nonce.ptr, ad, sealed, dst);

	if (err != ERR_OK)
		wipe(dst, sealed.len);
	else
		out->len += sealed.len - AEAD_TAG_LEN;
	return err;
}
