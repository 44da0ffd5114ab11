/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second implementation behind struct aead. It is no part of the product, which has no
 * AES: its one suite needs none.
 */
#include "tests/lib/aes128gcm.h"

#include <assert.h>
#include <string.h>

/* Both name one thing that way; nothing here needs OpenSSL's. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/evp.h>
#undef ERR_STATE

static void gcm_seal(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
		     struct bytes plain, uint8_t *ret)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len, ok = 1;

	ok &= EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce);
	if (ad.len)
		ok &= EVP_EncryptUpdate(ctx, NULL, &len, ad.ptr, (int)ad.len);
	if (plain.len)
		ok &= EVP_EncryptUpdate(ctx, ret, &len, plain.ptr, (int)plain.len);
	ok &= EVP_EncryptFinal_ex(ctx, ret + plain.len, &len);
	ok &= EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, AEAD_TAG_LEN,
				  ret + plain.len);
	EVP_CIPHER_CTX_free(ctx);
	assert(ok == 1);
}

static enum err gcm_open(const uint8_t *key, const uint8_t *nonce, struct bytes ad,
			 struct bytes sealed, uint8_t *ret)
{
	uint8_t tag[AEAD_TAG_LEN];
	int len, ok = 1;

	if (sealed.len < AEAD_TAG_LEN)
		return ERR_CORRUPT;
	const size_t plain = sealed.len - AEAD_TAG_LEN;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	memcpy(tag, sealed.ptr + plain, AEAD_TAG_LEN);
	ok &= EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce);
	if (ad.len)
		ok &= EVP_DecryptUpdate(ctx, NULL, &len, ad.ptr, (int)ad.len);
	if (plain)
		ok &= EVP_DecryptUpdate(ctx, ret, &len, sealed.ptr, (int)plain);
	ok &= EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, AEAD_TAG_LEN, tag);
	ok = ok == 1 && EVP_DecryptFinal_ex(ctx, ret + plain, &len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? ERR_OK : ERR_CORRUPT;
}

const struct aead aead_aes128gcm = {.hpke_id = 0x0001,
				    .key_len = 16,
				    .nonce_len = 12,
				    .seal = gcm_seal,
				    .open = gcm_open};

const struct mls_suite mls_suite_aes128 = {.id = MLS_SUITE_AES128,
					   .aead = &aead_aes128gcm};

static const struct mls_suite *const list[] = {&mls_suite_chacha, &mls_suite_aes128};
const struct mls_suites mls_suites_tested = {.list = list, .count = 2};
