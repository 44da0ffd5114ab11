/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Section 8, top to bottom. Every intermediate secret lives in this file for the length of
 * one function and is wiped at its end.
 */
#include "common/mls/schedule.h"

#include <string.h>

#include "common/crypto/kdf.h"
#include "common/mls/codec.h"

#define EXTERNAL_INIT_LABEL "MLS 1.0 external init secret"

void mls_epoch_done(struct mls_epoch *epoch)
{
	wipe(epoch, sizeof(*epoch));
}

void mls_joiner_secret(const struct secret *init, const struct secret *commit,
		       struct bytes context, struct secret *ret)
{
	AUTO(secret_done) struct secret extracted = SECRET_INIT;

	hkdf_extract(secret_view(init), secret_view(commit), &extracted);
	mls_expand(&extracted, "joiner", context, MLS_HASH_LEN, ret);
}

void mls_welcome_secret(const struct secret *joiner, const struct secret *psk,
			struct secret *ret)
{
	AUTO(secret_done) struct secret member = SECRET_INIT;

	hkdf_extract(secret_view(joiner), secret_view(psk), &member);
	mls_derive(&member, "welcome", ret);
}

void mls_epoch_derive(const struct secret *joiner, const struct secret *psk,
		      struct bytes context, struct mls_epoch *ret,
		      struct secret *ret_encryption)
{
	AUTO(secret_done) struct secret member = SECRET_INIT;
	AUTO(secret_done) struct secret epoch = SECRET_INIT;

	hkdf_extract(secret_view(joiner), secret_view(psk), &member);
	mls_expand(&member, "epoch", context, MLS_HASH_LEN, &epoch);
	mls_epoch_from_secret(&epoch, ret, ret_encryption);
}

void mls_epoch_from_secret(const struct secret *epoch_secret, struct mls_epoch *ret,
			   struct secret *ret_encryption)
{
	mls_derive(epoch_secret, "sender data", &ret->sender_data);
	mls_derive(epoch_secret, "encryption", ret_encryption);
	mls_derive(epoch_secret, "exporter", &ret->exporter);
	mls_derive(epoch_secret, "external", &ret->external);
	mls_derive(epoch_secret, "confirm", &ret->confirmation);
	mls_derive(epoch_secret, "membership", &ret->membership);
	mls_derive(epoch_secret, "resumption", &ret->resumption);
	mls_derive(epoch_secret, "authentication", &ret->authenticator);
	mls_derive(epoch_secret, "init", &ret->init);
}

struct mls_hash mls_confirmation_tag(const struct mls_epoch *epoch,
				     struct bytes confirmed_hash)
{
	struct mls_hash tag;

	hmac_sha256(secret_view(&epoch->confirmation), confirmed_hash, tag.bytes);
	return tag;
}

struct mls_hash mls_confirmed_hash(struct bytes interim, uint16_t wire_format,
				   struct bytes content, struct bytes signature)
{
	AUTO(buf_done) struct buf input = BUF_INIT;
	struct mls_hash hash;

	buf_add_bytes(&input, interim);
	buf_add_u16(&input, wire_format);
	buf_add_bytes(&input, content);
	buf_add_vec(&input, signature);
	sha256(buf_view(&input), hash.bytes);
	return hash;
}

struct mls_hash mls_interim_hash(struct bytes confirmed, struct bytes confirmation_tag)
{
	AUTO(buf_done) struct buf input = BUF_INIT;
	struct mls_hash hash;

	buf_add_bytes(&input, confirmed);
	buf_add_vec(&input, confirmation_tag);
	sha256(buf_view(&input), hash.bytes);
	return hash;
}

void mls_psk_chain_init(struct mls_psk_chain *chain, uint16_t count)
{
	*chain = (struct mls_psk_chain){.count = count};
	secret_room(&chain->secret, MLS_HASH_LEN);
}

void mls_psk_chain_add(struct mls_psk_chain *chain, const struct mls_psk_id *id,
		       const struct secret *psk)
{
	AUTO(secret_done) struct secret input = SECRET_INIT;
	AUTO(buf_done) struct buf label = BUF_INIT;

	mls_psk_id_encode(&label, id);
	buf_add_u16(&label, chain->index++);
	buf_add_u16(&label, chain->count);
	hkdf_extract(bytes_of(NULL, 0), secret_view(psk), &input);
	mls_expand(&input, "derived psk", buf_view(&label), MLS_HASH_LEN, &input);
	hkdf_extract(secret_view(&input), secret_view(&chain->secret), &chain->secret);
}

enum err mls_exporter(const struct mls_epoch *epoch, struct bytes label,
		      struct bytes context, uint8_t *ret, size_t len)
{
	AUTO(secret_done) struct secret derived = SECRET_INIT;
	uint8_t hash[MLS_HASH_LEN];

	enum err err = mls_expand_long(&epoch->exporter, label, bytes_of(NULL, 0),
				       secret_room(&derived, MLS_HASH_LEN), MLS_HASH_LEN);
	if (err != ERR_OK)
		return err;
	sha256(context, hash);
	return mls_expand_long(&derived, bytes_text("exported"),
			       bytes_of(hash, sizeof(hash)), ret, len);
}

void mls_external_key(const struct mls_epoch *epoch, struct hpke_key *ret)
{
	hpke_key_derive(secret_view(&epoch->external), ret);
}

enum err mls_external_init_send(const struct mls_suite *suite,
				const struct random *random, struct bytes external_pub,
				uint8_t ret_kem[HPKE_KEM_LEN], struct secret *ret_init)
{
	AUTO(hpke_key_done) struct hpke_key ephemeral;
	struct hpke hpke;

	hpke_key_random(random, &ephemeral);
	enum err err = hpke_setup_send(suite->aead, &ephemeral, external_pub,
				       bytes_of(NULL, 0), &hpke);
	if (err != ERR_OK)
		return err;
	hpke_export(&hpke, bytes_text(EXTERNAL_INIT_LABEL), MLS_HASH_LEN, ret_init);
	hpke_done(&hpke);
	memcpy(ret_kem, ephemeral.public_key, HPKE_KEM_LEN);
	return ERR_OK;
}

enum err mls_external_init_receive(const struct mls_suite *suite,
				   const struct mls_epoch *epoch, struct bytes kem_output,
				   struct secret *ret_init)
{
	AUTO(hpke_key_done) struct hpke_key key;
	struct hpke hpke;

	mls_external_key(epoch, &key);
	enum err err = hpke_setup_receive(suite->aead, &key, kem_output,
					  bytes_of(NULL, 0), &hpke);
	if (err != ERR_OK)
		return err;
	hpke_export(&hpke, bytes_text(EXTERNAL_INIT_LABEL), MLS_HASH_LEN, ret_init);
	hpke_done(&hpke);
	return ERR_OK;
}
