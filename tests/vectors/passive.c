/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The passive client: joins by Welcome and follows along. Between two epochs it is stored
 * and loaded again, so that what is stored is proven to be all there is.
 */
#include "common/mls/group.h"
#include "common/mls/keystore.h"
#include "common/mls/state.h"
#include "tests/lib/aes128gcm.h"
#include "tests/vectors/vector.h"

struct client {
	struct mls_keystore store;
	struct mls_keys keys;
	struct mls_env env;
	struct mls_group *group;
};

static void client_done(struct client *client)
{
	mls_group_free(&client->group);
	mls_keystore_done(&client->store);
}

static enum outcome load_keys(struct client *client, const cJSON *vector)
{
	AUTO(buf_done) struct buf package = hex_at(vector, "key_package");
	AUTO(buf_done) struct buf signature = hex_at(vector, "signature_priv");
	AUTO(buf_done) struct buf encryption = hex_at(vector, "encryption_priv");
	AUTO(buf_done) struct buf init = hex_at(vector, "init_priv");
	AUTO(mls_own_package_done) struct mls_own_package own = {0};
	struct mls_message message;
	uint8_t public_key[SIGN_PUBLIC_LEN];
	const cJSON *psk;

	NEED(mls_message_decode(buf_view(&package), &message) == ERR_OK);
	NEED(message.wire_format == MLS_KEY_PACKAGE);
	const struct mls_key_package *it = &message.key_package;
	NEED(mls_key_package_check(&client->env, it->suite, it) == ERR_OK);
	buf_add_bytes(&own.package, it->raw);
	NEED(hpke_key_load(buf_view(&init), &own.init_key) == ERR_OK);
	NEED(hpke_key_load(buf_view(&encryption), &own.leaf_key) == ERR_OK);
	NEED(mls_keystore_add_sign(&client->store, buf_view(&signature), public_key) ==
	     ERR_OK);
	NEED(bytes_equal(it->init_key, bytes_of(own.init_key.public_key, DH_LEN)));
	NEED(bytes_equal(it->leaf.encryption_key,
			 bytes_of(own.leaf_key.public_key, DH_LEN)));
	NEED(bytes_equal(it->leaf.signature_key, bytes_of(public_key, SIGN_PUBLIC_LEN)));
	mls_keystore_add_package(&client->store, &own);
	cJSON_ArrayForEach(psk, cJSON_GetObjectItemCaseSensitive(vector, "external_psks"))
	{
		AUTO(buf_done) struct buf id = hex_at(psk, "psk_id");
		AUTO(buf_done) struct buf value = hex_at(psk, "psk");
		NEED(mls_keystore_add_psk(&client->store, buf_view(&id),
					  buf_view(&value)) == ERR_OK);
	}
	return PASSED;
}

static enum outcome check_application(struct client *client, const cJSON *list)
{
	const cJSON *it;

	cJSON_ArrayForEach(it, list)
	{
		AUTO(buf_done) struct buf message = hex_at(it, "message");
		struct mls_event event, again;

		NEED(mls_group_process(client->group, &client->env, buf_view(&message),
				       &event) == ERR_OK);
		NEED(event.kind == MLS_EVENT_APPLICATION);
		NEED(event.sender.index == number_at(it, "sender_leaf"));
		NEED(is_hex(it, "plaintext", buf_view(&event.data)));
		NEED(is_hex(it, "aad", buf_view(&event.authenticated_data)));
		mls_event_done(&event);
		/* A second time it is refused. */
		NEED(mls_group_process(client->group, &client->env, buf_view(&message),
				       &again) == ERR_GONE);
	}
	return PASSED;
}

static enum outcome store_and_load(struct client *client)
{
	AUTO(buf_done) struct buf packed = BUF_INIT;
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_group *loaded;

	mls_state_pack(client->group, &packed);
	NEED(mls_state_unpack(client->env.suites, buf_view(&packed), &loaded) == ERR_OK);
	mls_group_free(&client->group);
	client->group = loaded;
	mls_state_pack(loaded, &again);
	NEED(bytes_equal(buf_view(&packed), buf_view(&again)));
	return PASSED;
}

static enum outcome run_epoch(struct client *client, const cJSON *epoch)
{
	AUTO(buf_done) struct buf commit = hex_at(epoch, "commit");
	struct mls_event event;
	const cJSON *it;

	cJSON_ArrayForEach(it, cJSON_GetObjectItemCaseSensitive(epoch, "proposals"))
	{
		AUTO(buf_done) struct buf proposal = hex_of(it);
		NEED(mls_group_process(client->group, &client->env, buf_view(&proposal),
				       &event) == ERR_OK);
		NEED(event.kind == MLS_EVENT_PROPOSAL);
		mls_event_done(&event);
	}
	if (store_and_load(client) == FAILED)
		return FAILED;
	NEED(mls_group_process(client->group, &client->env, buf_view(&commit), &event) ==
	     ERR_OK);
	NEED(event.kind == MLS_EVENT_COMMIT);
	NEED(mls_group_merge(client->group, &event.staged) == ERR_OK);
	mls_event_done(&event);
	NEED(is_hex(epoch, "epoch_authenticator",
		    mls_group_authenticator(client->group)));
	return check_application(client,
				 cJSON_GetObjectItemCaseSensitive(epoch, "application"));
}

enum outcome run_passive_client(const cJSON *vector)
{
	AUTO(client_done)
	struct client client = {.env = {.suites = &mls_suites_tested,
					.random = &random_system,
					.identity = &mls_identity_any,
					.policy = &mls_policy_any}};
	AUTO(buf_done) struct buf welcome = hex_at(vector, "welcome");
	AUTO(buf_done) struct buf tree = hex_at(vector, "ratchet_tree");
	struct mls_hash used;
	const cJSON *epoch;

	if (!suite_at(vector))
		return SKIPPED;
	client.keys = mls_keystore_keys(&client.store);
	client.env.keys = &client.keys;
	if (load_keys(&client, vector) == FAILED)
		return FAILED;
	NEED(mls_group_join(&client.env, buf_view(&welcome), buf_view(&tree), NULL,
			    &client.group, &used) == ERR_OK);
	mls_keystore_remove_package(&client.store, mls_hash_view(&used));
	NEED(client.store.package_count == 0);
	NEED(is_hex(vector, "initial_epoch_authenticator",
		    mls_group_authenticator(client.group)));
	if (check_application(&client, cJSON_GetObjectItemCaseSensitive(
					       vector, "initial_application")) == FAILED)
		return FAILED;
	cJSON_ArrayForEach(epoch, cJSON_GetObjectItemCaseSensitive(vector, "epochs"))
	{
		if (run_epoch(&client, epoch) == FAILED)
			return FAILED;
	}
	return PASSED;
}
