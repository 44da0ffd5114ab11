/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labels keep one key from being used for two purposes: everything that is derived, signed
 * or encrypted says what for. This file is the one place that writes the "MLS 1.0 " prefix.
 */
#include "common/mls/suite.h"

#include <assert.h>
#include <string.h>

#include "common/crypto/kdf.h"
#include "common/mls/codec.h"

#define PREFIX "MLS 1.0 "

const struct mls_suite mls_suite_chacha = {.id = MLS_SUITE_CHACHA,
					   .aead = &aead_chacha20};

static const struct mls_suite *const default_list[] = {&mls_suite_chacha};
const struct mls_suites mls_suites_default = {.list = default_list, .count = 1};

const struct mls_suite *mls_suite_find(const struct mls_suites *suites, uint16_t id)
{
	for (size_t i = 0; i < suites->count; i++) {
		if (suites->list[i]->id == id)
			return suites->list[i];
	}
	return NULL;
}

struct bytes mls_hash_view(const struct mls_hash *hash)
{
	return bytes_of(hash->bytes, sizeof(hash->bytes));
}

bool mls_hash_equal(const struct mls_hash *a, struct bytes b)
{
	return bytes_equal_secret(mls_hash_view(a), b);
}

/* A label as vector, with the prefix. */
static void add_label(struct buf *out, struct bytes label)
{
	buf_add_varint(out, (uint32_t)(strlen(PREFIX) + label.len));
	buf_add_bytes(out, bytes_text(PREFIX));
	buf_add_bytes(out, label);
}

struct mls_hash mls_ref_hash(const char *label, struct bytes value)
{
	AUTO(buf_done) struct buf input = BUF_INIT;
	struct mls_hash hash;

	buf_add_vec(&input, bytes_text(label));
	buf_add_vec(&input, value);
	sha256(buf_view(&input), hash.bytes);
	return hash;
}

struct mls_hash mls_key_package_ref(struct bytes key_package)
{
	return mls_ref_hash(PREFIX "KeyPackage Reference", key_package);
}

struct mls_hash mls_proposal_ref(struct bytes authenticated_content)
{
	return mls_ref_hash(PREFIX "Proposal Reference", authenticated_content);
}

static void kdf_label(struct buf *out, struct bytes label, struct bytes context,
		      size_t len)
{
	buf_add_u16(out, (uint16_t)len);
	add_label(out, label);
	buf_add_vec(out, context);
}

void mls_expand(const struct secret *secret, const char *label, struct bytes context,
		size_t len, struct secret *ret)
{
	uint8_t small[160];
	struct buf info = {.ptr = small, .cap = sizeof(small)};
	const size_t fixed = 2 + 1 + strlen(PREFIX) + strlen(label) + 4;

	/* Almost every label fits the stack; a ratchet step should not need the heap. */
	if (fixed + context.len > sizeof(small))
		info = BUF_INIT;
	kdf_label(&info, bytes_text(label), context, len);
	hkdf_secret(secret_view(secret), buf_view(&info), len, ret);
	if (info.ptr != small)
		buf_done(&info);
}

void mls_derive(const struct secret *secret, const char *label, struct secret *ret)
{
	mls_expand(secret, label, bytes_of(NULL, 0), MLS_HASH_LEN, ret);
}

void mls_derive_tree(const struct secret *secret, const char *label, uint32_t generation,
		     size_t len, struct secret *ret)
{
	const uint8_t be[4] = {(uint8_t)(generation >> 24), (uint8_t)(generation >> 16),
			       (uint8_t)(generation >> 8), (uint8_t)generation};

	mls_expand(secret, label, bytes_of(be, sizeof(be)), len, ret);
}

enum err mls_expand_long(const struct secret *secret, struct bytes label,
			 struct bytes context, uint8_t *ret, size_t len)
{
	AUTO(buf_done) struct buf info = BUF_INIT;

	if (len > KDF_OUT_MAX)
		return ERR_TOO_BIG;
	kdf_label(&info, label, context, len);
	return hkdf_expand(secret_view(secret), buf_view(&info), ret, len);
}

void mls_sign_content(const char *label, struct bytes content, struct buf *out)
{
	add_label(out, bytes_text(label));
	buf_add_vec(out, content);
}

enum err mls_verify(struct bytes public_key, const char *label, struct bytes content,
		    struct bytes signature)
{
	AUTO(buf_done) struct buf signed_content = BUF_INIT;

	mls_sign_content(label, content, &signed_content);
	return sign_check(public_key, buf_view(&signed_content), signature);
}

enum err mls_encrypt(const struct mls_suite *suite, const struct random *random,
		     struct bytes public_key, const char *label, struct bytes context,
		     struct bytes plain, struct buf *out)
{
	AUTO(buf_done) struct buf info = BUF_INIT;
	AUTO(hpke_key_done) struct hpke_key ephemeral;
	struct hpke hpke;

	mls_sign_content(label, context, &info); /* EncryptContext has the same shape. */
	hpke_key_random(random, &ephemeral);
	enum err err = hpke_setup_send(suite->aead, &ephemeral, public_key,
				       buf_view(&info), &hpke);
	if (err != ERR_OK)
		return err;
	buf_add_vec(out, bytes_of(ephemeral.public_key, HPKE_KEM_LEN));
	buf_add_varint(out, (uint32_t)(plain.len + AEAD_TAG_LEN));
	hpke_seal(&hpke, bytes_of(NULL, 0), plain, out);
	hpke_done(&hpke);
	return ERR_OK;
}

enum err mls_decrypt(const struct mls_suite *suite, const struct hpke_key *key,
		     const char *label, struct bytes context, struct bytes kem_output,
		     struct bytes sealed, struct buf *out)
{
	AUTO(buf_done) struct buf info = BUF_INIT;
	struct hpke hpke;

	mls_sign_content(label, context, &info);
	enum err err =
		hpke_setup_receive(suite->aead, key, kem_output, buf_view(&info), &hpke);
	if (err != ERR_OK)
		return err;
	err = hpke_open(&hpke, bytes_of(NULL, 0), sealed, out);
	hpke_done(&hpke);
	return err;
}
