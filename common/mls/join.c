/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three ways into a group that others are in: by Welcome, by an external commit of
 * one's own, and by making a new group that continues or branches from an old one.
 */
#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/group.h"
#include "common/mls/make.h"
#include "common/mls/member.h"
#include "common/mls/welcome.h"

/* The key package of ours that @welcome is for. */
static enum err find_package(const struct mls_env *env, const struct mls_welcome *welcome,
			     struct mls_own_package *ret, struct mls_hash *ret_ref)
{
	struct mls_welcome_entry entry;

	for (size_t at = 0; mls_welcome_entry_next(welcome->secrets, &at, &entry);) {
		if (entry.new_member.len != MLS_HASH_LEN ||
		    env->keys->package(env->keys->ctx, entry.new_member, ret) != ERR_OK)
			continue;
		*ret_ref = mls_key_package_ref(buf_view(&ret->package));
		if (mls_hash_equal(ret_ref, entry.new_member))
			return ERR_OK;
		mls_own_package_done(ret);
	}
	return ERR_NOT_FOUND;
}

/* What a joiner has in hands between the steps of section 12.4.3.1. */
struct joining {
	const struct mls_env *env;
	const struct mls_group *old;
	const struct mls_suite *suite;
	struct mls_own_package own;
	struct mls_key_package package; /**< a view of it */
	struct buf secrets_bytes;
	struct mls_group_secrets secrets; /**< a view of them */
	uint8_t birth; /**< enum mls_psk_usage, 0 for a group of its own */
	struct secret joiner;
	struct secret psk;
	struct buf info_bytes;
	struct mls_group_info info; /**< a view of them */
};

static void joining_done(struct joining *joining)
{
	mls_own_package_done(&joining->own);
	buf_wipe(&joining->secrets_bytes);
	buf_done(&joining->info_bytes);
	secret_done(&joining->joiner);
	secret_done(&joining->psk);
}

static enum err open_secrets(struct joining *it, const struct mls_welcome *welcome)
{
	enum err err = mls_key_package_decode(buf_view(&it->own.package), &it->package);

	if (err == ERR_OK && it->package.suite != welcome->suite)
		err = ERR_BAD;
	it->suite = mls_suite_find(it->env->suites, welcome->suite);
	if (err == ERR_OK && !it->suite)
		err = ERR_UNKNOWN_TYPE;
	if (err == ERR_OK)
		err = mls_welcome_open_secrets(welcome, it->suite, &it->own,
					       &it->secrets_bytes);
	if (err == ERR_OK)
		err = mls_group_secrets_decode(buf_view(&it->secrets_bytes),
					       &it->secrets);
	if (err == ERR_OK && it->secrets.joiner_secret.len != MLS_HASH_LEN)
		err = ERR_BAD;
	if (err == ERR_OK)
		secret_set(&it->joiner, it->secrets.joiner_secret.ptr, MLS_HASH_LEN);
	return err;
}

static enum err count_psks(struct joining *it, uint16_t *ret)
{
	struct mls_psk_id id;
	unsigned count = 0;

	for (size_t at = 0; mls_psk_id_next(it->secrets.psks, &at, &id); count++) {
		if (count == MLS_PROPOSALS_MAX || id.nonce.len != MLS_HASH_LEN)
			return ERR_BAD;
		if (id.type != MLS_PSK_RESUMPTION || id.usage == MLS_PSK_APPLICATION)
			continue;
		if (it->birth)
			return ERR_BAD; /* The only such one: section 12.4.3.1. */
		it->birth = id.usage;
		if (!it->old ||
		    !bytes_equal(id.group_id, it->old->public.context.group_id))
			return ERR_STATE;
	}
	*ret = (uint16_t)count;
	return ERR_OK;
}

static enum err open_psks(struct joining *it)
{
	struct mls_psk_chain chain;
	struct mls_psk_id id;
	uint16_t count;
	enum err err = count_psks(it, &count);

	if (err != ERR_OK)
		return err;
	mls_psk_chain_init(&chain, count);
	for (size_t at = 0;
	     err == ERR_OK && mls_psk_id_next(it->secrets.psks, &at, &id);) {
		AUTO(secret_done) struct secret psk = SECRET_INIT;
		err = mls_group_psk(it->old, it->env, &id, &psk);
		if (err == ERR_OK)
			mls_psk_chain_add(&chain, &id, &psk);
	}
	if (err == ERR_OK)
		secret_move(&it->psk, &chain.secret);
	secret_done(&chain.secret);
	return err;
}

/* Whether everybody in @inner has the credential of somebody in @outer. */
static bool is_subset(const struct mls_tree *inner, const struct mls_tree *outer)
{
	for (uint32_t i = 0; i < inner->leaves; i++) {
		const struct mls_leaf *a = mls_tree_leaf(inner, i);
		bool found = !a;
		for (uint32_t j = 0; j < outer->leaves && !found; j++) {
			const struct mls_leaf *b = mls_tree_leaf(outer, j);
			found = b && a->credential.type == b->credential.type &&
				bytes_equal(a->credential.body, b->credential.body);
		}
		if (!found)
			return false;
	}
	return true;
}

/* Sections 11.2 and 11.3: the new group is what the old one said, or like it. */
static enum err check_birth(const struct joining *it, const struct mls_public *public)
{
	const struct mls_public *old = it->old ? &it->old->public : NULL;
	const struct mls_context *now = &public->context;
	struct mls_proposal said;

	if (!it->birth)
		return ERR_OK;
	if (now->epoch != 1)
		return ERR_BAD;
	if (it->birth == MLS_PSK_BRANCH)
		return now->suite == old->context.suite &&
				       is_subset(&public->tree, &old->tree)
			       ? ERR_OK
			       : ERR_BAD;
	if (mls_proposal_decode(buf_view(&old->reinit), &said) != ERR_OK ||
	    said.type != MLS_REINIT)
		return ERR_BAD;
	if (!bytes_equal(now->group_id, said.reinit.group_id) ||
	    now->version != said.reinit.version || now->suite != said.reinit.suite ||
	    !bytes_equal(now->extensions, said.reinit.extensions) ||
	    !is_subset(&old->tree, &public->tree))
		return ERR_BAD;
	return ERR_OK;
}

static enum err find_leaf(const struct joining *it, const struct mls_tree *tree,
			  uint32_t *ret)
{
	for (uint32_t leaf = 0; leaf < tree->leaves; leaf++) {
		const struct mls_leaf *at = mls_tree_leaf(tree, leaf);
		if (at && bytes_equal(at->raw, it->package.leaf.raw)) {
			*ret = leaf;
			return ERR_OK;
		}
	}
	return ERR_BAD;
}

static enum err learn_keys(const struct joining *it, struct mls_group *group)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	AUTO(secret_done) struct secret commit = SECRET_INIT;
	struct mls_private *private = &group->private;
	enum err err = find_leaf(it, &group->public.tree, &private->leaf);

	if (err != ERR_OK)
		return err;
	private->leaf_key = it->own.leaf_key;
	if (!mls_private_key(private, &group->public.tree, node_of_leaf(private->leaf)))
		return ERR_BAD; /* The key store mixed something up. */
	if (!it->secrets.has_path_secret)
		return ERR_OK;
	secret_set(&secret, it->secrets.path_secret.ptr, it->secrets.path_secret.len);
	return mls_path_learn(&group->public.tree, private, it->info.signer, &secret,
			      &commit);
}

static enum err enter(const struct joining *it, struct bytes tree,
		      struct mls_group *group)
{
	AUTO(secret_done) struct secret encryption = SECRET_INIT;
	struct mls_public *public = &group->public;
	enum err err = mls_public_from_info(it->env, &it->info, tree, public);

	if (err == ERR_OK)
		err = check_birth(it, public);
	if (err == ERR_OK)
		err = learn_keys(it, group);
	if (err != ERR_OK)
		return err;
	mls_epoch_derive(&it->joiner, &it->psk, buf_view(&public->context_bytes),
			 &group->epoch, &encryption);
	struct mls_hash tag =
		mls_confirmation_tag(&group->epoch, public->context.confirmed_hash);
	if (!mls_hash_equal(&tag, it->info.confirmation_tag))
		return ERR_CORRUPT;
	mls_secret_tree_init(&group->secrets, public->suite->aead, public->tree.leaves,
			     &encryption);
	struct rd key = rd_init(it->package.leaf.signature_key);
	rd_copy(&key, group->signature_key, SIGN_PUBLIC_LEN);
	return rd_done(&key);
}

enum err mls_group_join(const struct mls_env *env, struct bytes bytes, struct bytes tree,
			const struct mls_group *old, struct mls_group **ret,
			struct mls_hash *ret_package)
{
	AUTO(mls_group_free) struct mls_group *group = mls_group_new();
	AUTO(joining_done) struct joining it = {.env = env, .old = old};
	struct mls_message message;
	struct mls_hash ref;

	enum err err = mls_message_decode(bytes, &message);
	if (err == ERR_OK && message.wire_format != MLS_WELCOME)
		err = ERR_BAD;
	if (err == ERR_OK)
		err = find_package(env, &message.welcome, &it.own, &ref);
	if (err == ERR_OK)
		err = open_secrets(&it, &message.welcome);
	if (err == ERR_OK)
		err = open_psks(&it);
	if (err == ERR_OK)
		err = mls_welcome_open_info(&message.welcome, it.suite, &it.joiner,
					    &it.psk, &it.info_bytes);
	if (err == ERR_OK)
		err = mls_group_info_decode(buf_view(&it.info_bytes), &it.info);
	if (err == ERR_OK && it.info.context.suite != it.suite->id)
		err = ERR_BAD;
	if (err == ERR_OK)
		err = enter(&it, tree, group);
	if (err != ERR_OK)
		return err;
	*ret_package = ref;
	*ret = group;
	group = NULL;
	return ERR_OK;
}

static enum err external_items(const struct mls_making *making, uint32_t replaces,
			       const uint8_t kem[HPKE_KEM_LEN], struct buf *room,
			       struct mls_items *items)
{
	const struct mls_proposal list[2] = {
		{.type = MLS_EXTERNAL_INIT, .external_init = bytes_of(kem, HPKE_KEM_LEN)},
		{.type = MLS_REMOVE, .remove = replaces},
	};

	return mls_make_items(list, replaces == MLS_NO_LEAF ? 1 : 2, &making->sender,
			      room, items);
}

static enum err join_external(const struct mls_env *env, const struct mls_public *public,
			      struct bytes external_pub, const struct mls_client *client,
			      uint32_t replaces, struct bytes authenticated_data,
			      struct mls_staged **ret)
{
	const struct mls_wrap wrap = {.authenticated_data = authenticated_data};
	AUTO(mls_making_done)
	struct mls_making making = {
		.env = env,
		.public = public,
		.sender = {.type = MLS_SENDER_NEW_COMMIT},
		.signature_key = client->signature_key,
		.wrap = &wrap,
	};
	AUTO(buf_done) struct buf values = BUF_INIT;
	AUTO(buf_done) struct buf room = BUF_INIT;
	struct mls_leaf leaf;
	uint8_t kem[HPKE_KEM_LEN];

	mls_client_leaf(client, public->suite, &room, &leaf);
	making.leaf = &leaf;
	enum err err = mls_external_init_send(public->suite, env->random, external_pub,
					      kem, &making.init);
	if (err == ERR_OK)
		err = external_items(&making, replaces, kem, &values, &making.items);
	if (err == ERR_OK)
		err = mls_make(&making, ret);
	return err;
}

enum err mls_group_join_external(const struct mls_env *env, struct bytes bytes,
				 struct bytes tree, const struct mls_client *client,
				 uint32_t replaces, struct bytes authenticated_data,
				 struct mls_staged **ret)
{
	struct mls_public public = {0};
	struct mls_message message;
	struct bytes data;

	enum err err = mls_message_decode(bytes, &message);
	if (err == ERR_OK && message.wire_format != MLS_GROUP_INFO)
		err = ERR_BAD;
	if (err == ERR_OK && !mls_extension_find(message.group_info.extensions,
						 MLS_EXT_EXTERNAL_PUB, &data))
		err = ERR_NOT_FOUND;
	if (err != ERR_OK)
		return err;
	struct rd rd = rd_init(data);
	struct bytes external_pub = rd_vec(&rd);
	err = rd_done(&rd);
	if (err == ERR_OK)
		err = mls_public_from_info(env, &message.group_info, tree, &public);
	if (err == ERR_OK)
		err = join_external(env, &public, external_pub, client, replaces,
				    authenticated_data, ret);
	mls_public_done(&public);
	return err;
}

/* The proposals of the first commit: everybody, and proof that we were in the old group. */
static void birth_proposals(const struct mls_group *old, uint8_t usage,
			    struct bytes nonce, const struct mls_key_package *packages,
			    size_t count, struct mls_proposal *ret)
{
	for (size_t i = 0; i < count; i++)
		ret[i] = (struct mls_proposal){.type = MLS_ADD, .add = packages[i]};
	ret[count] =
		(struct mls_proposal){.type = MLS_PSK,
				      .psk = {.type = MLS_PSK_RESUMPTION,
					      .usage = usage,
					      .group_id = old->public.context.group_id,
					      .epoch = old->public.context.epoch,
					      .nonce = nonce}};
}

static enum err make_first(const struct mls_group *old, const struct mls_env *env,
			   struct mls_group *young,
			   const struct mls_key_package *packages, size_t count,
			   struct mls_staged **ret)
{
	const struct mls_wrap wrap = {0};
	AUTO(mls_making_done)
	struct mls_making making = {
		.env = env,
		.public = &young->public,
		.group = young,
		.psk_group = old,
		.sender = {MLS_SENDER_MEMBER, young->private.leaf},
		.signature_key = bytes_of(young->signature_key, SIGN_PUBLIC_LEN),
		.init = young->epoch.init,
		.wrap = &wrap,
	};
	AUTO(buf_done) struct buf room = BUF_INIT;
	struct mls_proposal *list = mem_alloc(count + 1, sizeof(*list));
	struct mls_leaf leaf = *mls_tree_leaf(&young->public.tree, young->private.leaf);
	uint8_t nonce[MLS_HASH_LEN];

	making.leaf = &leaf;
	random_fill(env->random, nonce, sizeof(nonce));
	birth_proposals(old, young->public.birth, bytes_of(nonce, sizeof(nonce)),
			packages, count, list);
	enum err err =
		mls_make_items(list, count + 1, &making.sender, &room, &making.items);
	mem_free(list);
	if (err == ERR_OK)
		err = mls_make(&making, ret);
	/* It stands for itself: there is no group that it would be merged into. */
	if (err == ERR_OK)
		(*ret)->base = (struct mls_hash){0};
	return err;
}

enum err mls_group_continue(const struct mls_group *old, const struct mls_env *env,
			    bool reinit, struct bytes group_id,
			    const struct mls_client *client,
			    const struct mls_key_package *packages, size_t count,
			    struct mls_staged **ret)
{
	AUTO(mls_group_free) struct mls_group *young = NULL;
	const struct mls_context *context = &old->public.context;
	struct mls_proposal said;

	enum err err = mls_group_usable(old);
	if (err == ERR_OK && count >= MLS_PROPOSALS_MAX)
		err = ERR_TOO_BIG;
	if (err == ERR_OK && reinit)
		err = mls_proposal_decode(buf_view(&old->public.reinit), &said);
	if (err != ERR_OK)
		return err == ERR_TRUNCATED ? ERR_STATE : err;
	if (reinit)
		err = mls_group_create(env, said.reinit.suite, said.reinit.group_id,
				       client, said.reinit.extensions, &young);
	else
		err = mls_group_create(env, context->suite, group_id, client,
				       context->extensions, &young);
	if (err != ERR_OK)
		return err;
	young->public.birth = reinit ? MLS_PSK_REINIT : MLS_PSK_BRANCH;
	return make_first(old, env, young, packages, count, ret);
}
