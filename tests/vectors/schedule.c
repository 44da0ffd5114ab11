/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of what is derived: key schedule, PSKs, transcript hashes, secret tree.
 */
#include "common/mls/schedule.h"
#include "common/mls/framing.h"
#include "common/mls/secrettree.h"
#include "tests/vectors/vector.h"

static enum outcome check_epoch(const cJSON *it, const struct mls_epoch *epoch,
				const struct secret *encryption)
{
	const cJSON *exporter = cJSON_GetObjectItemCaseSensitive(it, "exporter");
	AUTO(buf_done) struct buf context = hex_at(exporter, "context");
	AUTO(hpke_key_done) struct hpke_key external = {0};
	uint8_t out[512];
	size_t len = (size_t)number_at(exporter, "length");

	NEED(is_hex(it, "init_secret", secret_view(&epoch->init)));
	NEED(is_hex(it, "sender_data_secret", secret_view(&epoch->sender_data)));
	NEED(is_hex(it, "encryption_secret", secret_view(encryption)));
	NEED(is_hex(it, "exporter_secret", secret_view(&epoch->exporter)));
	NEED(is_hex(it, "epoch_authenticator", secret_view(&epoch->authenticator)));
	NEED(is_hex(it, "external_secret", secret_view(&epoch->external)));
	NEED(is_hex(it, "confirmation_key", secret_view(&epoch->confirmation)));
	NEED(is_hex(it, "membership_key", secret_view(&epoch->membership)));
	NEED(is_hex(it, "resumption_psk", secret_view(&epoch->resumption)));
	mls_external_key(epoch, &external);
	NEED(is_hex(it, "external_pub", bytes_of(external.public_key, DH_LEN)));
	NEED(len <= sizeof(out));
	NEED(mls_exporter(epoch, bytes_text(text_at(exporter, "label")),
			  buf_view(&context), out, len) == ERR_OK);
	NEED(is_hex(exporter, "secret", bytes_of(out, len)));
	return PASSED;
}

static enum outcome run_epoch(const cJSON *it, struct mls_context *context,
			      struct secret *init)
{
	AUTO(buf_done) struct buf tree_hash = hex_at(it, "tree_hash");
	AUTO(buf_done) struct buf confirmed = hex_at(it, "confirmed_transcript_hash");
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	AUTO(mls_epoch_done) struct mls_epoch epoch = {0};
	AUTO(secret_done) struct secret commit = SECRET_INIT;
	AUTO(secret_done) struct secret psk = SECRET_INIT;
	AUTO(secret_done) struct secret joiner = SECRET_INIT;
	AUTO(secret_done) struct secret welcome = SECRET_INIT;
	AUTO(secret_done) struct secret encryption = SECRET_INIT;

	context->tree_hash = buf_view(&tree_hash);
	context->confirmed_hash = buf_view(&confirmed);
	mls_context_encode(&bytes, context);
	NEED(is_hex(it, "group_context", buf_view(&bytes)));
	secret_at(it, "commit_secret", &commit);
	secret_at(it, "psk_secret", &psk);
	mls_joiner_secret(init, &commit, buf_view(&bytes), &joiner);
	NEED(is_hex(it, "joiner_secret", secret_view(&joiner)));
	mls_welcome_secret(&joiner, &psk, &welcome);
	NEED(is_hex(it, "welcome_secret", secret_view(&welcome)));
	mls_epoch_derive(&joiner, &psk, buf_view(&bytes), &epoch, &encryption);
	*init = epoch.init;
	context->epoch++;
	return check_epoch(it, &epoch, &encryption);
}

enum outcome run_key_schedule(const cJSON *vector)
{
	const struct mls_suite *suite = suite_at(vector);
	AUTO(buf_done) struct buf group_id = hex_at(vector, "group_id");
	AUTO(secret_done) struct secret init = SECRET_INIT;
	const cJSON *it;

	if (!suite)
		return SKIPPED;
	struct mls_context context = {.version = MLS_VERSION_1,
				      .suite = suite->id,
				      .group_id = buf_view(&group_id)};
	secret_at(vector, "initial_init_secret", &init);
	cJSON_ArrayForEach(it, cJSON_GetObjectItemCaseSensitive(vector, "epochs"))
	{
		if (run_epoch(it, &context, &init) == FAILED)
			return FAILED;
	}
	return PASSED;
}

enum outcome run_psk_secret(const cJSON *vector)
{
	const cJSON *psks = cJSON_GetObjectItemCaseSensitive(vector, "psks"), *it;
	struct mls_psk_chain chain;

	if (!suite_at(vector))
		return SKIPPED;
	mls_psk_chain_init(&chain, (uint16_t)cJSON_GetArraySize(psks));
	cJSON_ArrayForEach(it, psks)
	{
		AUTO(buf_done) struct buf id = hex_at(it, "psk_id");
		AUTO(buf_done) struct buf nonce = hex_at(it, "psk_nonce");
		AUTO(secret_done) struct secret psk = SECRET_INIT;
		const struct mls_psk_id psk_id = {.type = MLS_PSK_EXTERNAL,
						  .id = buf_view(&id),
						  .nonce = buf_view(&nonce)};

		secret_at(it, "psk", &psk);
		mls_psk_chain_add(&chain, &psk_id, &psk);
	}
	NEED(is_hex(vector, "psk_secret", secret_view(&chain.secret)));
	return PASSED;
}

enum outcome run_transcript_hashes(const cJSON *vector)
{
	AUTO(buf_done) struct buf bytes = hex_at(vector, "authenticated_content");
	AUTO(buf_done)
	struct buf before = hex_at(vector, "interim_transcript_hash_before");
	struct mls_authenticated it;
	struct mls_epoch epoch = {0};

	if (!suite_at(vector))
		return SKIPPED;
	NEED(mls_authenticated_decode(buf_view(&bytes), &it) == ERR_OK);
	NEED(it.content.type == MLS_COMMIT);
	struct mls_hash confirmed = mls_confirmed_hash(buf_view(&before), it.wire_format,
						       it.content.raw, it.auth.signature);
	NEED(is_hex(vector, "confirmed_transcript_hash_after",
		    mls_hash_view(&confirmed)));
	secret_at(vector, "confirmation_key", &epoch.confirmation);
	struct mls_hash tag = mls_confirmation_tag(&epoch, mls_hash_view(&confirmed));
	NEED(mls_hash_equal(&tag, it.auth.confirmation_tag));
	struct mls_hash interim =
		mls_interim_hash(mls_hash_view(&confirmed), it.auth.confirmation_tag);
	NEED(is_hex(vector, "interim_transcript_hash_after", mls_hash_view(&interim)));
	return PASSED;
}

static enum outcome check_sender_data(const struct mls_suite *suite, const cJSON *it)
{
	AUTO(buf_done) struct buf ciphertext = hex_at(it, "ciphertext");
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(secret_done) struct secret nonce = SECRET_INIT;

	secret_at(it, "sender_data_secret", &secret);
	mls_sender_data_key(suite, &secret, buf_view(&ciphertext), &key, &nonce);
	NEED(is_hex(it, "key", secret_view(&key)));
	NEED(is_hex(it, "nonce", secret_view(&nonce)));
	return PASSED;
}

static enum outcome check_key(struct mls_secret_tree *tree, uint32_t leaf,
			      enum mls_ratchet_kind kind, const cJSON *it)
{
	const bool app = kind == MLS_RATCHET_APPLICATION;
	struct mls_key_step step;

	NEED(mls_secret_tree_find(tree, leaf, kind, (uint32_t)number_at(it, "generation"),
				  &step) == ERR_OK);
	NEED(is_hex(it, app ? "application_key" : "handshake_key",
		    bytes_of(step.key.key, tree->aead->key_len)));
	NEED(is_hex(it, app ? "application_nonce" : "handshake_nonce",
		    bytes_of(step.key.nonce, tree->aead->nonce_len)));
	mls_secret_tree_use(tree, &step);
	return PASSED;
}

enum outcome run_secret_tree(const cJSON *vector)
{
	const struct mls_suite *suite = suite_at(vector);
	const cJSON *leaves = cJSON_GetObjectItemCaseSensitive(vector, "leaves"), *leaf,
		    *it;
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	struct secret encryption = SECRET_INIT;
	uint32_t index = 0, width = 1;

	if (!suite)
		return SKIPPED;
	if (check_sender_data(suite, cJSON_GetObjectItemCaseSensitive(
					     vector, "sender_data")) == FAILED)
		return FAILED;
	while (width < (uint32_t)cJSON_GetArraySize(leaves))
		width *= 2;
	secret_at(vector, "encryption_secret", &encryption);
	mls_secret_tree_init(&tree, suite->aead, width, &encryption);
	cJSON_ArrayForEach(leaf, leaves)
	{
		cJSON_ArrayForEach(it, leaf)
		{
			if (check_key(&tree, index, MLS_RATCHET_HANDSHAKE, it) ==
				    FAILED ||
			    check_key(&tree, index, MLS_RATCHET_APPLICATION, it) ==
				    FAILED)
				return FAILED;
		}
		index++;
	}
	return PASSED;
}
