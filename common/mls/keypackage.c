/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A key package is two signatures by one key: over the leaf as it will stand in a tree and
 * over the whole.
 */
#include "common/mls/keypackage.h"

#include "common/mls/codec.h"
#include "common/mls/leaf.h"

void mls_client_leaf(const struct mls_client *client, const struct mls_suite *suite,
		     struct buf *room, struct mls_leaf *ret)
{
	buf_clear(room);
	buf_add_u16(room, MLS_VERSION_1);
	buf_add_u16(room, suite->id);
	buf_add_u16(room, client->credential.type);
	*ret = (struct mls_leaf){
		.signature_key = client->signature_key,
		.credential = client->credential,
		.capabilities = {.versions = bytes_of(room->ptr, 2),
				 .suites = bytes_of(room->ptr + 2, 2),
				 .extensions = client->extension_types,
				 .proposals = client->proposal_types,
				 .credentials = bytes_of(room->ptr + 4, 2)},
		.extensions = client->leaf_extensions,
	};
}

enum err mls_key_package_make(const struct mls_env *env, const struct mls_suite *suite,
			      const struct mls_client *client, uint64_t not_before,
			      uint64_t not_after, struct bytes extensions,
			      struct mls_own_package *ret)
{
	AUTO(buf_done) struct buf room = BUF_INIT;
	struct mls_own_package own = {0};
	struct mls_leaf leaf;

	hpke_key_random(env->random, &own.init_key);
	hpke_key_random(env->random, &own.leaf_key);
	mls_client_leaf(client, suite, &room, &leaf);
	leaf.source = MLS_LEAF_KEY_PACKAGE;
	leaf.not_before = not_before;
	leaf.not_after = not_after;
	leaf.encryption_key = bytes_of(own.leaf_key.public_key, DH_LEN);
	buf_add_u16(&own.package, MLS_VERSION_1);
	buf_add_u16(&own.package, suite->id);
	buf_add_vec(&own.package, bytes_of(own.init_key.public_key, DH_LEN));
	enum err err = mls_leaf_make(env, &leaf, NULL, &own.package);
	buf_add_vec(&own.package, extensions);
	if (err == ERR_OK)
		err = mls_env_sign(env, client->signature_key, "KeyPackageTBS",
				   buf_view(&own.package), &own.package);
	if (err != ERR_OK)
		mls_own_package_done(&own);
	else
		*ret = own;
	return err;
}

enum err mls_key_package_check(const struct mls_env *env, uint16_t suite,
			       const struct mls_key_package *package)
{
	const struct mls_leaf *leaf = &package->leaf;

	if (package->version != MLS_VERSION_1 || package->suite != suite ||
	    package->init_key.len != DH_LEN || leaf->source != MLS_LEAF_KEY_PACKAGE ||
	    bytes_equal(package->init_key, leaf->encryption_key))
		return ERR_BAD;
	enum err err = mls_leaf_check(leaf, suite, NULL);
	if (err == ERR_OK)
		err = mls_verify(leaf->signature_key, "KeyPackageTBS",
				 package->unsigned_part, package->signature);
	if (err == ERR_OK)
		err = mls_leaf_check_lifetime(leaf, env);
	if (err == ERR_OK)
		err = env->identity->leaf(env->identity->ctx, leaf, NULL);
	return err;
}
