/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of messages: their encoding, their protection, the Welcome.
 */
#include "common/mls/codec.h"
#include "common/mls/framing.h"
#include "common/mls/keystore.h"
#include "common/mls/limits.h"
#include "common/mls/tree.h"
#include "common/mls/welcome.h"
#include "tests/vectors/vector.h"

static enum outcome check_message(const cJSON *vector, const char *name)
{
	AUTO(buf_done) struct buf bytes = hex_at(vector, name);
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_message message;

	NEED(mls_message_decode(buf_view(&bytes), &message) == ERR_OK);
	mls_message_encode(&again, &message);
	NEED(bytes_equal(buf_view(&again), buf_view(&bytes)));
	return PASSED;
}

static enum outcome check_body(const cJSON *vector, const char *name, uint16_t type)
{
	AUTO(buf_done) struct buf bytes = hex_at(vector, name);
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct rd rd = rd_init(buf_view(&bytes));
	struct mls_proposal proposal;

	mls_proposal_read_body(&rd, type, &proposal);
	NEED(rd_done(&rd) == ERR_OK);
	mls_proposal_encode_body(&again, &proposal);
	NEED(bytes_equal(buf_view(&again), buf_view(&bytes)));
	return PASSED;
}

static enum outcome check_rest(const cJSON *vector)
{
	AUTO(buf_done) struct buf tree_bytes = hex_at(vector, "ratchet_tree");
	AUTO(buf_done) struct buf secret_bytes = hex_at(vector, "group_secrets");
	AUTO(buf_done) struct buf commit_bytes = hex_at(vector, "commit");
	AUTO(buf_done) struct buf again = BUF_INIT;
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	struct mls_group_secrets secrets;
	struct mls_commit commit;

	NEED(mls_tree_decode(buf_view(&tree_bytes), &tree) == ERR_OK);
	mls_tree_encode(&again, &tree);
	NEED(bytes_equal(buf_view(&again), buf_view(&tree_bytes)));
	buf_clear(&again);
	NEED(mls_group_secrets_decode(buf_view(&secret_bytes), &secrets) == ERR_OK);
	mls_group_secrets_encode(&again, &secrets);
	NEED(bytes_equal(buf_view(&again), buf_view(&secret_bytes)));
	buf_clear(&again);
	NEED(mls_commit_decode(buf_view(&commit_bytes), &commit) == ERR_OK);
	mls_commit_encode(&again, &commit);
	NEED(bytes_equal(buf_view(&again), buf_view(&commit_bytes)));
	return PASSED;
}

enum outcome run_messages(const cJSON *vector)
{
	static const char *const messages[] = {"mls_welcome",
					       "mls_group_info",
					       "mls_key_package",
					       "public_message_application",
					       "public_message_proposal",
					       "public_message_commit",
					       "private_message"};
	static const struct {
		const char *name;
		uint16_t type;
	} bodies[] = {
		{"add_proposal", MLS_ADD},
		{"update_proposal", MLS_UPDATE},
		{"remove_proposal", MLS_REMOVE},
		{"pre_shared_key_proposal", MLS_PSK},
		{"re_init_proposal", MLS_REINIT},
		{"external_init_proposal", MLS_EXTERNAL_INIT},
		{"group_context_extensions_proposal", MLS_GROUP_CONTEXT_EXTENSIONS},
	};

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		if (check_message(vector, messages[i]) == FAILED)
			return FAILED;
	}
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		if (check_body(vector, bodies[i].name, bodies[i].type) == FAILED)
			return FAILED;
	}
	return check_rest(vector);
}

/* What one case of message-protection works with. Each message has a tree of its own. */
struct guard {
	const struct mls_suite *suite;
	struct buf group_id, tree_hash, confirmed, context_bytes, signature_pub;
	struct mls_context context;
	struct mls_keystore store;
	struct secret encryption, sender_data, membership;
};

static void guard_done(struct guard *it)
{
	buf_done(&it->group_id);
	buf_done(&it->tree_hash);
	buf_done(&it->confirmed);
	buf_done(&it->context_bytes);
	buf_done(&it->signature_pub);
	mls_keystore_done(&it->store);
}

static void secrets_of(const struct guard *it, struct mls_secret_tree *ret)
{
	struct secret encryption = it->encryption;

	mls_secret_tree_init(ret, it->suite->aead, 2, &encryption);
}

/* Unwrap either form; the content must be @want and signed. */
static enum outcome check_open(const struct guard *it, struct bytes bytes,
			       struct bytes want)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree secrets = {0};
	AUTO(mls_opened_done) struct mls_opened opened = {0};
	AUTO(buf_done) struct buf body = BUF_INIT;
	struct mls_key_step step = {0};
	struct mls_message message;

	secrets_of(it, &secrets);
	NEED(mls_message_decode(bytes, &message) == ERR_OK);
	if (message.wire_format == MLS_PUBLIC_MESSAGE)
		NEED(mls_open_public(&message.public_message,
				     buf_view(&it->context_bytes), &it->membership,
				     &opened) == ERR_OK);
	else
		NEED(mls_open_private(&message.private_message, it->suite,
				      &it->sender_data, &secrets, &opened,
				      &step) == ERR_OK);
	mls_key_step_done(&step);
	NEED(mls_verify_content(&opened.view, buf_view(&it->signature_pub),
				buf_view(&it->context_bytes)) == ERR_OK);
	if (opened.view.content.type == MLS_APPLICATION)
		buf_add_bytes(&body, opened.view.content.application);
	else
		mls_content_encode_body(&body, &opened.view.content);
	NEED(bytes_equal(buf_view(&body), want));
	return PASSED;
}

static enum outcome protect(struct guard *it, const struct mls_content *content,
			    bool encrypt, struct buf *out)
{
	const struct mls_keys keys = mls_keystore_keys(&it->store);
	const struct mls_env env = {.random = &random_system, .keys = &keys};
	AUTO(mls_secret_tree_done) struct mls_secret_tree secrets = {0};
	AUTO(mls_draft_done) struct mls_draft draft = {0};
	AUTO(mls_key_step_done) struct mls_key_step step = {0};
	static const uint8_t tag[MLS_HASH_LEN] = {1};

	secrets_of(it, &secrets);
	NEED(mls_draft_sign(&env, content,
			    encrypt ? MLS_PRIVATE_MESSAGE : MLS_PUBLIC_MESSAGE,
			    buf_view(&it->signature_pub), buf_view(&it->context_bytes),
			    &draft) == ERR_OK);
	draft.confirmation_tag = bytes_of(tag, sizeof(tag));
	NEED(mls_secret_tree_next(&secrets, 1,
				  content->type == MLS_APPLICATION
					  ? MLS_RATCHET_APPLICATION
					  : MLS_RATCHET_HANDSHAKE,
				  &step) == ERR_OK);
	if (encrypt)
		mls_draft_private(&draft, it->suite, &random_system, content,
				  &it->sender_data, &step.key, 7, out);
	else
		mls_draft_public(&draft, buf_view(&it->context_bytes), &it->membership,
				 out);
	return PASSED;
}

static enum outcome check_kind(struct guard *it, const cJSON *vector, const char *name,
			       uint8_t type)
{
	AUTO(buf_done) struct buf want = hex_at(vector, name);
	struct mls_content content = {.group_id = it->context.group_id,
				      .epoch = it->context.epoch,
				      .sender = {MLS_SENDER_MEMBER, 1},
				      .authenticated_data = bytes_text("data")};
	char field[64];

	struct rd rd = rd_init(buf_view(&want));
	if (type == MLS_APPLICATION) {
		content.type = type;
		content.application = rd_rest(&rd);
	} else {
		mls_content_read_body(&rd, type, &content);
	}
	NEED(rd_done(&rd) == ERR_OK);
	for (unsigned encrypt = type == MLS_APPLICATION; encrypt < 2; encrypt++) {
		AUTO(buf_done) struct buf given = BUF_INIT;
		AUTO(buf_done) struct buf made = BUF_INIT;
		snprintf(field, sizeof(field), "%s_%s", name, encrypt ? "priv" : "pub");
		given = hex_at(vector, field);
		if (check_open(it, buf_view(&given), buf_view(&want)) == FAILED ||
		    protect(it, &content, encrypt, &made) == FAILED ||
		    check_open(it, buf_view(&made), buf_view(&want)) == FAILED)
			return FAILED;
	}
	return PASSED;
}

/* RFC 9420 section 6: application data never goes as PublicMessage. */
static enum outcome refuse_public_application(const struct guard *it)
{
	struct mls_message message = {.wire_format = MLS_PUBLIC_MESSAGE};
	AUTO(mls_opened_done) struct mls_opened opened = {0};

	message.public_message.content =
		(struct mls_content){.group_id = it->context.group_id,
				     .epoch = it->context.epoch,
				     .sender = {MLS_SENDER_MEMBER, 1},
				     .type = MLS_APPLICATION};
	NEED(mls_open_public(&message.public_message, buf_view(&it->context_bytes), NULL,
			     &opened) != ERR_OK);
	return PASSED;
}

enum outcome run_message_protection(const cJSON *vector)
{
	AUTO(guard_done) struct guard it = {.suite = suite_at(vector)};
	AUTO(buf_done) struct buf seed = hex_at(vector, "signature_priv");

	if (!it.suite)
		return SKIPPED;
	it.group_id = hex_at(vector, "group_id");
	it.tree_hash = hex_at(vector, "tree_hash");
	it.confirmed = hex_at(vector, "confirmed_transcript_hash");
	it.signature_pub = hex_at(vector, "signature_pub");
	it.context = (struct mls_context){.version = MLS_VERSION_1,
					  .suite = it.suite->id,
					  .group_id = buf_view(&it.group_id),
					  .epoch = number_at(vector, "epoch"),
					  .tree_hash = buf_view(&it.tree_hash),
					  .confirmed_hash = buf_view(&it.confirmed)};
	mls_context_encode(&it.context_bytes, &it.context);
	secret_at(vector, "encryption_secret", &it.encryption);
	secret_at(vector, "sender_data_secret", &it.sender_data);
	secret_at(vector, "membership_key", &it.membership);
	NEED(mls_keystore_add_sign(&it.store, buf_view(&seed), NULL) == ERR_OK);
	if (check_kind(&it, vector, "proposal", MLS_PROPOSAL) == FAILED ||
	    check_kind(&it, vector, "commit", MLS_COMMIT) == FAILED ||
	    check_kind(&it, vector, "application", MLS_APPLICATION) == FAILED)
		return FAILED;
	return refuse_public_application(&it);
}

enum outcome run_welcome(const cJSON *vector)
{
	const struct mls_suite *suite = suite_at(vector);
	AUTO(buf_done) struct buf package = hex_at(vector, "key_package");
	AUTO(buf_done) struct buf bytes = hex_at(vector, "welcome");
	AUTO(buf_done) struct buf init = hex_at(vector, "init_priv");
	AUTO(buf_done) struct buf signer = hex_at(vector, "signer_pub");
	AUTO(buf_done) struct buf secret_bytes = BUF_INIT;
	AUTO(buf_done) struct buf info_bytes = BUF_INIT;
	AUTO(buf_done) struct buf context = BUF_INIT;
	AUTO(mls_own_package_done) struct mls_own_package own = {0};
	AUTO(mls_epoch_done) struct mls_epoch epoch = {0};
	struct secret joiner = SECRET_INIT, psk = SECRET_INIT, encryption = SECRET_INIT;
	struct mls_group_secrets secrets;
	struct mls_message message;
	struct mls_group_info info;

	if (!suite)
		return SKIPPED;
	NEED(mls_message_decode(buf_view(&package), &message) == ERR_OK);
	buf_add_bytes(&own.package, message.key_package.raw);
	NEED(hpke_key_load(buf_view(&init), &own.init_key) == ERR_OK);
	NEED(mls_message_decode(buf_view(&bytes), &message) == ERR_OK);
	NEED(mls_welcome_open_secrets(&message.welcome, suite, &own, &secret_bytes) ==
	     ERR_OK);
	NEED(mls_group_secrets_decode(buf_view(&secret_bytes), &secrets) == ERR_OK);
	secret_set(&joiner, secrets.joiner_secret.ptr, secrets.joiner_secret.len);
	secret_room(&psk, MLS_HASH_LEN);
	NEED(mls_welcome_open_info(&message.welcome, suite, &joiner, &psk, &info_bytes) ==
	     ERR_OK);
	NEED(mls_group_info_decode(buf_view(&info_bytes), &info) == ERR_OK);
	NEED(mls_verify(buf_view(&signer), "GroupInfoTBS", info.unsigned_part,
			info.signature) == ERR_OK);
	mls_context_encode(&context, &info.context);
	mls_epoch_derive(&joiner, &psk, buf_view(&context), &epoch, &encryption);
	struct mls_hash tag = mls_confirmation_tag(&epoch, info.context.confirmed_hash);
	NEED(mls_hash_equal(&tag, info.confirmation_tag));
	return PASSED;
}
