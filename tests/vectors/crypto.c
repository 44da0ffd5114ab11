/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of single algorithms: Wycheproof, HPKE, and the labelled functions of MLS.
 */
#include <string.h>

#include "common/crypto/dh.h"
#include "common/crypto/kdf.h"
#include "common/crypto/sign.h"
#include "common/mls/codec.h"
#include "common/mls/commit.h"
#include "tests/lib/aes128gcm.h"
#include "tests/vectors/vector.h"

static bool is_valid(const cJSON *vector)
{
	return strcmp(text_at(vector, "result"), "valid") == 0;
}

enum outcome run_ed25519(const cJSON *vector)
{
	const cJSON *group = cJSON_GetObjectItemCaseSensitive(vector, "publicKey");
	AUTO(buf_done) struct buf key = hex_at(group, "pk");
	AUTO(buf_done) struct buf message = hex_at(vector, "msg");
	AUTO(buf_done) struct buf signature = hex_at(vector, "sig");

	enum err err =
		sign_check(buf_view(&key), buf_view(&message), buf_view(&signature));
	NEED((err == ERR_OK) == is_valid(vector));
	return PASSED;
}

enum outcome run_x25519(const cJSON *vector)
{
	AUTO(buf_done) struct buf public_key = hex_at(vector, "public");
	AUTO(buf_done) struct buf private_key = hex_at(vector, "private");
	AUTO(secret_done) struct secret shared = SECRET_INIT;
	static const uint8_t zero[DH_LEN];

	enum err err = dh_shared(buf_view(&private_key), buf_view(&public_key), &shared);
	/* RFC 9180 section 7.1.4: a result of zeroes is an error. */
	if (is_hex(vector, "shared", bytes_of(zero, DH_LEN))) {
		NEED(err == ERR_BAD);
	} else {
		NEED(err == ERR_OK);
		NEED(is_hex(vector, "shared", secret_view(&shared)));
	}
	return PASSED;
}

static enum outcome run_aead(const struct aead *aead, const cJSON *vector)
{
	AUTO(buf_done) struct buf key = hex_at(vector, "key");
	AUTO(buf_done) struct buf nonce = hex_at(vector, "iv");
	AUTO(buf_done) struct buf ad = hex_at(vector, "aad");
	AUTO(buf_done) struct buf message = hex_at(vector, "msg");
	AUTO(buf_done) struct buf sealed = hex_at(vector, "ct");
	AUTO(buf_done) struct buf tag = hex_at(vector, "tag");
	AUTO(buf_done) struct buf out = BUF_INIT;

	/* Other lengths cannot be expressed, which is a refusal. */
	if (key.len != aead->key_len || nonce.len != aead->nonce_len) {
		NEED(!is_valid(vector));
		return PASSED;
	}
	buf_add_bytes(&sealed, buf_view(&tag));
	enum err err = aead_open(aead, buf_view(&key), buf_view(&nonce), buf_view(&ad),
				 buf_view(&sealed), &out);
	NEED((err == ERR_OK) == is_valid(vector));
	if (err != ERR_OK)
		return PASSED;
	NEED(bytes_equal(buf_view(&out), buf_view(&message)));
	buf_clear(&out);
	aead_seal(aead, buf_view(&key), buf_view(&nonce), buf_view(&ad),
		  buf_view(&message), &out);
	NEED(bytes_equal(buf_view(&out), buf_view(&sealed)));
	return PASSED;
}

enum outcome run_chacha20(const cJSON *vector)
{
	return run_aead(&aead_chacha20, vector);
}

enum outcome run_xchacha20(const cJSON *vector)
{
	return run_aead(&aead_xchacha20, vector);
}

enum outcome run_aes128gcm(const cJSON *vector)
{
	return run_aead(&aead_aes128gcm, vector);
}

enum outcome run_hkdf(const cJSON *vector)
{
	static uint8_t out[KDF_OUT_MAX];
	AUTO(buf_done) struct buf ikm = hex_at(vector, "ikm");
	AUTO(buf_done) struct buf salt = hex_at(vector, "salt");
	AUTO(buf_done) struct buf info = hex_at(vector, "info");
	AUTO(secret_done) struct secret prk = SECRET_INIT;
	size_t len = (size_t)number_at(vector, "size");

	hkdf_extract(buf_view(&salt), buf_view(&ikm), &prk);
	enum err err = hkdf_expand(secret_view(&prk), buf_view(&info), out, len);
	NEED((err == ERR_OK) == is_valid(vector));
	if (err == ERR_OK)
		NEED(is_hex(vector, "okm", bytes_of(out, len)));
	return PASSED;
}

enum outcome run_hmac(const cJSON *vector)
{
	AUTO(buf_done) struct buf key = hex_at(vector, "key");
	AUTO(buf_done) struct buf message = hex_at(vector, "msg");
	AUTO(buf_done) struct buf tag = hex_at(vector, "tag");
	uint8_t mac[SHA256_LEN];

	hmac_sha256(buf_view(&key), buf_view(&message), mac);
	NEED(tag.len <= sizeof(mac)); /* Some are cut short. */
	NEED(bytes_equal(buf_view(&tag), bytes_of(mac, tag.len)) == is_valid(vector));
	return PASSED;
}

static enum outcome hpke_messages(const cJSON *vector, struct hpke *from, struct hpke *to)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(vector, "encryptions"))
	{
		AUTO(buf_done) struct buf plain = hex_at(one, "pt");
		AUTO(buf_done) struct buf ad = hex_at(one, "aad");
		AUTO(buf_done) struct buf sealed = BUF_INIT;
		AUTO(buf_done) struct buf opened = BUF_INIT;

		from->sequence = to->sequence = number_at(one, "sequence_number");
		hpke_seal(from, buf_view(&ad), buf_view(&plain), &sealed);
		NEED(is_hex(one, "ct", buf_view(&sealed)));
		NEED(hpke_open(to, buf_view(&ad), buf_view(&sealed), &opened) == ERR_OK);
		NEED(bytes_equal(buf_view(&opened), buf_view(&plain)));
	}
	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(vector, "exports"))
	{
		AUTO(buf_done) struct buf context = hex_at(one, "exporter_context");
		AUTO(secret_done) struct secret secret = SECRET_INIT;

		hpke_export(to, buf_view(&context), (size_t)number_at(one, "L"), &secret);
		NEED(is_hex(one, "exported_value", secret_view(&secret)));
	}
	return PASSED;
}

enum outcome run_hpke(const cJSON *vector)
{
	const uint64_t id = number_at(vector, "aead_id");
	const struct aead *aead = id == 3   ? &aead_chacha20
				  : id == 1 ? &aead_aes128gcm
					    : NULL;
	AUTO(buf_done) struct buf ikm_e = hex_at(vector, "ikmE");
	AUTO(buf_done) struct buf ikm_r = hex_at(vector, "ikmR");
	AUTO(buf_done) struct buf info = hex_at(vector, "info");
	AUTO(buf_done) struct buf enc = hex_at(vector, "enc");
	AUTO(hpke_key_done) struct hpke_key e = {0};
	AUTO(hpke_key_done) struct hpke_key r = {0};
	struct hpke from, to;

	if (!aead || number_at(vector, "mode") != 0 || number_at(vector, "kem_id") != 32)
		return SKIPPED;
	hpke_key_derive(buf_view(&ikm_e), &e);
	hpke_key_derive(buf_view(&ikm_r), &r);
	NEED(is_hex(vector, "skEm", secret_view(&e.private_key)));
	NEED(is_hex(vector, "pkEm", bytes_of(e.public_key, DH_LEN)));
	NEED(is_hex(vector, "skRm", secret_view(&r.private_key)));
	NEED(is_hex(vector, "pkRm", bytes_of(r.public_key, DH_LEN)));
	NEED(hpke_setup_send(aead, &e, bytes_of(r.public_key, DH_LEN), buf_view(&info),
			     &from) == ERR_OK);
	NEED(hpke_setup_receive(aead, &r, buf_view(&enc), buf_view(&info), &to) ==
	     ERR_OK);
	NEED(is_hex(vector, "key", secret_view(&from.key)));
	NEED(is_hex(vector, "exporter_secret", secret_view(&to.exporter)));
	NEED(is_hex(vector, "base_nonce", bytes_of(to.nonce, aead->nonce_len)));
	return hpke_messages(vector, &from, &to);
}

static enum outcome labelled_kdf(const cJSON *vector)
{
	const cJSON *it = cJSON_GetObjectItemCaseSensitive(vector, "ref_hash");
	AUTO(buf_done) struct buf value = hex_at(it, "value");
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	AUTO(buf_done) struct buf context = BUF_INIT;
	uint8_t out[KDF_LEN * 4];

	struct mls_hash hash = mls_ref_hash(text_at(it, "label"), buf_view(&value));
	NEED(is_hex(it, "out", mls_hash_view(&hash)));

	it = cJSON_GetObjectItemCaseSensitive(vector, "expand_with_label");
	size_t len = (size_t)number_at(it, "length");
	NEED(len <= sizeof(out));
	secret_at(it, "secret", &secret);
	context = hex_at(it, "context");
	NEED(mls_expand_long(&secret, bytes_text(text_at(it, "label")),
			     buf_view(&context), out, len) == ERR_OK);
	NEED(is_hex(it, "out", bytes_of(out, len)));

	it = cJSON_GetObjectItemCaseSensitive(vector, "derive_secret");
	secret_at(it, "secret", &secret);
	mls_derive(&secret, text_at(it, "label"), &secret);
	NEED(is_hex(it, "out", secret_view(&secret)));

	it = cJSON_GetObjectItemCaseSensitive(vector, "derive_tree_secret");
	secret_at(it, "secret", &secret);
	mls_derive_tree(&secret, text_at(it, "label"),
			(uint32_t)number_at(it, "generation"),
			(size_t)number_at(it, "length"), &secret);
	NEED(is_hex(it, "out", secret_view(&secret)));
	return PASSED;
}

static enum outcome labelled_sign(const cJSON *it)
{
	AUTO(buf_done) struct buf seed = hex_at(it, "priv");
	AUTO(buf_done) struct buf public_key = hex_at(it, "pub");
	AUTO(buf_done) struct buf content = hex_at(it, "content");
	AUTO(buf_done) struct buf signature = hex_at(it, "signature");
	AUTO(buf_done) struct buf message = BUF_INIT;
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	const char *label = text_at(it, "label");
	uint8_t key[SIGN_PUBLIC_LEN], ours[SIGN_LEN];

	NEED(mls_verify(buf_view(&public_key), label, buf_view(&content),
			buf_view(&signature)) == ERR_OK);
	NEED(sign_key(buf_view(&seed), &secret, key) == ERR_OK);
	mls_sign_content(label, buf_view(&content), &message);
	NEED(sign_make(secret_view(&secret), buf_view(&message), ours) == ERR_OK);
	NEED(mls_verify(buf_view(&public_key), label, buf_view(&content),
			bytes_of(ours, sizeof(ours))) == ERR_OK);
	return PASSED;
}

static enum outcome labelled_encrypt(const struct mls_suite *suite, const cJSON *it)
{
	AUTO(buf_done) struct buf private_key = hex_at(it, "priv");
	AUTO(buf_done) struct buf context = hex_at(it, "context");
	AUTO(buf_done) struct buf plain = hex_at(it, "plaintext");
	AUTO(buf_done) struct buf kem = hex_at(it, "kem_output");
	AUTO(buf_done) struct buf sealed = hex_at(it, "ciphertext");
	AUTO(buf_done) struct buf out = BUF_INIT;
	AUTO(buf_done) struct buf ours = BUF_INIT;
	AUTO(hpke_key_done) struct hpke_key key = {0};
	struct mls_ciphertext view;
	const char *label = text_at(it, "label");

	NEED(hpke_key_load(buf_view(&private_key), &key) == ERR_OK);
	NEED(is_hex(it, "pub", bytes_of(key.public_key, DH_LEN)));
	NEED(mls_decrypt(suite, &key, label, buf_view(&context), buf_view(&kem),
			 buf_view(&sealed), &out) == ERR_OK);
	NEED(bytes_equal(buf_view(&out), buf_view(&plain)));
	NEED(mls_encrypt(suite, &random_system, bytes_of(key.public_key, DH_LEN), label,
			 buf_view(&context), buf_view(&plain), &ours) == ERR_OK);
	struct rd rd = rd_init(buf_view(&ours));
	view.kem_output = rd_vec(&rd);
	view.sealed = rd_vec(&rd);
	NEED(rd_done(&rd) == ERR_OK);
	buf_clear(&out);
	NEED(mls_decrypt(suite, &key, label, buf_view(&context), view.kem_output,
			 view.sealed, &out) == ERR_OK);
	NEED(bytes_equal(buf_view(&out), buf_view(&plain)));
	return PASSED;
}

enum outcome run_crypto_basics(const cJSON *vector)
{
	const struct mls_suite *suite = suite_at(vector);

	if (!suite)
		return SKIPPED;
	if (labelled_kdf(vector) == FAILED ||
	    labelled_sign(cJSON_GetObjectItemCaseSensitive(vector, "sign_with_label")) ==
		    FAILED)
		return FAILED;
	return labelled_encrypt(
		suite, cJSON_GetObjectItemCaseSensitive(vector, "encrypt_with_label"));
}
