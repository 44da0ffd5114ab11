/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HPKE base mode on X25519 and HKDF-SHA-256. Every derivation is labelled with the suite it
 * is for (RFC 9180 section 4): one id for the KEM, another for the whole.
 */
#include "common/crypto/hpke.h"

#include <assert.h>
#include <string.h>

#include "common/crypto/kdf.h"

#define MODE_BASE 0x00

struct suite_id {
	uint8_t len;
	uint8_t bytes[10];
};

static const struct suite_id kem_id = {5, {'K', 'E', 'M', 0x00, 0x20}};

static struct suite_id suite_id(const struct aead *aead)
{
	return (struct suite_id){10,
				 {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01,
				  (uint8_t)(aead->hpke_id >> 8), (uint8_t)aead->hpke_id}};
}

static void extract(const struct suite_id *id, struct bytes salt, const char *label,
		    struct bytes ikm, struct secret *ret)
{
	struct hmac hmac;
	uint8_t prk[KDF_LEN];

	hmac_init(&hmac, salt);
	hmac_add(&hmac, bytes_text("HPKE-v1"));
	hmac_add(&hmac, bytes_of(id->bytes, id->len));
	hmac_add(&hmac, bytes_text(label));
	hmac_add(&hmac, ikm);
	hmac_final(&hmac, prk);
	secret_set(ret, prk, sizeof(prk));
	wipe(prk, sizeof(prk));
}

static void expand(const struct suite_id *id, const struct secret *prk, const char *label,
		   struct bytes info, size_t len, struct secret *ret)
{
	AUTO(buf_done) struct buf whole = BUF_INIT;

	buf_add_u16(&whole, (uint16_t)len);
	buf_add_bytes(&whole, bytes_text("HPKE-v1"));
	buf_add(&whole, id->bytes, id->len);
	buf_add_bytes(&whole, bytes_text(label));
	buf_add_bytes(&whole, info);
	hkdf_secret(secret_view(prk), buf_view(&whole), len, ret);
}

void hpke_key_derive(struct bytes ikm, struct hpke_key *ret)
{
	AUTO(secret_done) struct secret prk = SECRET_INIT;

	extract(&kem_id, bytes_of(NULL, 0), "dkp_prk", ikm, &prk);
	expand(&kem_id, &prk, "sk", bytes_of(NULL, 0), DH_LEN, &ret->private_key);
	enum err err = dh_public(secret_view(&ret->private_key), ret->public_key);
	assert(err == ERR_OK);
}

void hpke_key_random(const struct random *random, struct hpke_key *ret)
{
	AUTO(secret_done) struct secret ikm = SECRET_INIT;

	random_secret(random, DH_LEN, &ikm);
	hpke_key_derive(secret_view(&ikm), ret);
}

enum err hpke_key_load(struct bytes private_key, struct hpke_key *ret)
{
	enum err err = dh_public(private_key, ret->public_key);

	if (err == ERR_OK)
		secret_set(&ret->private_key, private_key.ptr, private_key.len);
	return err;
}

void hpke_key_done(struct hpke_key *key)
{
	secret_done(&key->private_key);
	memset(key->public_key, 0, sizeof(key->public_key));
}

/* Sections 4.1 (ExtractAndExpand) and 5.1 (KeySchedule) behind each other. */
static void schedule(const struct aead *aead, const struct secret *dh,
		     const uint8_t *kem_output, const uint8_t *receiver,
		     struct bytes info, struct hpke *ret)
{
	const struct suite_id id = suite_id(aead);
	const struct bytes none = bytes_of(NULL, 0);
	AUTO(secret_done) struct secret prk = SECRET_INIT;
	AUTO(secret_done) struct secret shared = SECRET_INIT;
	struct secret hash = SECRET_INIT;
	struct secret nonce = SECRET_INIT;
	uint8_t pair[2 * DH_LEN], context[1 + 2 * KDF_LEN] = {MODE_BASE};

	memcpy(pair, kem_output, DH_LEN);
	memcpy(pair + DH_LEN, receiver, DH_LEN);
	extract(&kem_id, none, "eae_prk", secret_view(dh), &prk);
	expand(&kem_id, &prk, "shared_secret", bytes_of(pair, sizeof(pair)), KDF_LEN,
	       &shared);

	extract(&id, none, "psk_id_hash", none, &hash);
	memcpy(context + 1, hash.bytes, KDF_LEN);
	extract(&id, none, "info_hash", info, &hash);
	memcpy(context + 1 + KDF_LEN, hash.bytes, KDF_LEN);
	extract(&id, secret_view(&shared), "secret", none, &prk);

	struct bytes ctx = bytes_of(context, sizeof(context));
	*ret = (struct hpke){.aead = aead};
	expand(&id, &prk, "key", ctx, aead->key_len, &ret->key);
	expand(&id, &prk, "exp", ctx, KDF_LEN, &ret->exporter);
	expand(&id, &prk, "base_nonce", ctx, aead->nonce_len, &nonce);
	memcpy(ret->nonce, nonce.bytes, nonce.len);
	secret_done(&nonce);
}

enum err hpke_setup_send(const struct aead *aead, const struct hpke_key *ephemeral,
			 struct bytes public_key, struct bytes info, struct hpke *ret)
{
	AUTO(secret_done) struct secret dh = SECRET_INIT;
	enum err err = dh_shared(secret_view(&ephemeral->private_key), public_key, &dh);

	if (err == ERR_OK)
		schedule(aead, &dh, ephemeral->public_key, public_key.ptr, info, ret);
	return err;
}

enum err hpke_setup_receive(const struct aead *aead, const struct hpke_key *key,
			    struct bytes kem_output, struct bytes info, struct hpke *ret)
{
	AUTO(secret_done) struct secret dh = SECRET_INIT;
	enum err err = dh_shared(secret_view(&key->private_key), kem_output, &dh);

	if (err == ERR_OK)
		schedule(aead, &dh, kem_output.ptr, key->public_key, info, ret);
	return err;
}

void hpke_done(struct hpke *hpke)
{
	wipe(hpke, sizeof(*hpke));
}

/* Section 5.2: the sequence number is added to the nonce by XOR. */
static struct bytes next_nonce(const struct hpke *hpke, uint8_t nonce[AEAD_NONCE_MAX])
{
	size_t len = hpke->aead->nonce_len;

	memcpy(nonce, hpke->nonce, len);
	for (size_t i = 0; i < sizeof(hpke->sequence); i++)
		nonce[len - 1 - i] ^= (uint8_t)(hpke->sequence >> (8 * i));
	return bytes_of(nonce, len);
}

void hpke_seal(struct hpke *hpke, struct bytes ad, struct bytes plain, struct buf *out)
{
	uint8_t nonce[AEAD_NONCE_MAX];

	aead_seal(hpke->aead, secret_view(&hpke->key), next_nonce(hpke, nonce), ad, plain,
		  out);
	hpke->sequence++;
}

enum err hpke_open(struct hpke *hpke, struct bytes ad, struct bytes sealed,
		   struct buf *out)
{
	uint8_t nonce[AEAD_NONCE_MAX];
	enum err err = aead_open(hpke->aead, secret_view(&hpke->key),
				 next_nonce(hpke, nonce), ad, sealed, out);

	if (err == ERR_OK)
		hpke->sequence++;
	return err;
}

void hpke_export(const struct hpke *hpke, struct bytes context, size_t len,
		 struct secret *ret)
{
	const struct suite_id id = suite_id(hpke->aead);

	expand(&id, &hpke->exporter, "sec", context, len, ret);
}
