/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A member's group: beginning one, sending, looking at it, and moving to the next epoch.
 * Receiving is in process.c, making commits in make.c, joining in join.c.
 */
#include "common/mls/group.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/leaf.h"
#include "common/mls/member.h"

/* Room for heads, signatures and tags beside what the caller sends. */
#define MESSAGE_OVERHEAD 4096

/* The creator's leaf, until its first commit replaces it (seconds). */
#define CREATOR_LIFETIME (90u * 24 * 3600)
#define CREATOR_BACKDATE 3600u

struct mls_group *mls_group_new(void)
{
	return mem_new(struct mls_group);
}

void mls_group_clear_pending(struct mls_group *group)
{
	struct mls_public *public = &group->public;

	group->pending_changed = true;
	for (size_t i = 0; i < public->pending_count; i++)
		buf_done(&public->pending[i].bytes);
	public->pending_count = public->pending_bytes = 0;
	for (size_t i = 0; i < group->update_count; i++)
		hpke_key_done(&group->updates[i]);
	mem_free(group->updates);
	group->updates = NULL;
	group->update_count = 0;
}

void mls_group_free(struct mls_group **group)
{
	struct mls_group *it = *group;

	if (!it)
		return;
	mls_group_clear_pending(it);
	mls_public_done(&it->public);
	mls_secret_tree_done(&it->secrets);
	wipe(it, sizeof(*it)); /* Epoch secrets, private keys, past ones. */
	mem_free(it);
	*group = NULL;
}

void mls_staged_free(struct mls_staged **staged)
{
	struct mls_staged *it = *staged;

	if (!it)
		return;
	mls_summary_done(&it->summary);
	mls_group_free(&it->next);
	buf_done(&it->commit);
	buf_done(&it->group_info);
	for (size_t i = 0; i < it->welcome_count; i++)
		buf_done(&it->welcomes[i]);
	mem_free(it->welcomes);
	mem_free(it);
	*staged = NULL;
}

enum err mls_group_usable(const struct mls_group *group)
{
	if (group->removed)
		return ERR_NOT_MEMBER;
	return group->public.tree.leaves ? ERR_OK : ERR_STATE;
}

/* Section 11: one member, epoch 0, a random epoch secret. */
static void first_epoch(struct mls_group *group, const struct mls_env *env)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	AUTO(secret_done) struct secret encryption = SECRET_INIT;
	struct mls_public *public = &group->public;

	random_secret(env->random, MLS_HASH_LEN, &secret);
	mls_epoch_from_secret(&secret, &group->epoch, &encryption);
	mls_secret_tree_init(&group->secrets, public->suite->aead, public->tree.leaves,
			     &encryption);
	public->tag = mls_confirmation_tag(&group->epoch, public->context.confirmed_hash);
	public->interim = mls_interim_hash(public->context.confirmed_hash,
					   mls_hash_view(&public->tag));
}

static void creator_lifetime(const struct mls_env *env, struct mls_leaf *leaf)
{
	const uint64_t now = env->now_ms / 1000;

	leaf->not_before = now > CREATOR_BACKDATE ? now - CREATOR_BACKDATE : 0;
	leaf->not_after = now ? now + CREATOR_LIFETIME : UINT64_MAX;
}

static enum err first_leaf(struct mls_group *group, const struct mls_env *env,
			   const struct mls_suite *suite, const struct mls_client *client,
			   struct bytes extensions)
{
	AUTO(buf_done) struct buf room = BUF_INIT;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_leaf leaf;
	uint32_t index;

	hpke_key_random(env->random, &group->private.leaf_key);
	mls_client_leaf(client, suite, &room, &leaf);
	leaf.encryption_key = bytes_of(group->private.leaf_key.public_key, DH_LEN);
	leaf.source = MLS_LEAF_KEY_PACKAGE;
	creator_lifetime(env, &leaf);
	enum err err = mls_leaf_make(env, &leaf, NULL, &bytes);
	if (err == ERR_OK)
		err = mls_leaf_decode(buf_view(&bytes), &leaf);
	if (err == ERR_OK)
		err = mls_leaf_check(&leaf, suite->id, NULL);
	if (err == ERR_OK)
		err = mls_leaf_check_group(&leaf, extensions);
	if (err == ERR_OK)
		err = mls_tree_add(&group->public.tree, &leaf, &index);
	if (err == ERR_OK)
		memcpy(group->signature_key, leaf.signature_key.ptr, SIGN_PUBLIC_LEN);
	return err;
}

enum err mls_group_create(const struct mls_env *env, uint16_t suite_id,
			  struct bytes group_id, const struct mls_client *client,
			  struct bytes extensions, struct mls_group **ret)
{
	const struct mls_suite *suite = mls_suite_find(env->suites, suite_id);
	AUTO(mls_group_free) struct mls_group *group = mls_group_new();

	if (!suite)
		return ERR_UNKNOWN_TYPE;
	if (group_id.len > MLS_ID_MAX)
		return ERR_TOO_BIG;
	enum err err = first_leaf(group, env, suite, client, extensions);
	if (err != ERR_OK)
		return err;
	struct mls_hash hash = mls_tree_root_hash(&group->public.tree);
	struct mls_context context = {.version = MLS_VERSION_1,
				      .suite = suite->id,
				      .group_id = group_id,
				      .tree_hash = mls_hash_view(&hash),
				      .extensions = extensions};
	group->public.suite = suite;
	mls_public_set_context(&group->public, &context);
	first_epoch(group, env);
	*ret = group;
	group = NULL;
	return ERR_OK;
}

enum err mls_group_psk(const struct mls_group *group, const struct mls_env *env,
		       const struct mls_psk_id *id, struct secret *ret)
{
	const struct mls_context *context = group ? &group->public.context : NULL;

	if (id->type == MLS_PSK_RESUMPTION && group &&
	    bytes_equal(id->group_id, context->group_id)) {
		if (id->epoch == context->epoch) {
			*ret = group->epoch.resumption;
			return ERR_OK;
		}
		for (size_t i = 0; i < group->past_count; i++) {
			if (group->past[i].epoch == id->epoch) {
				*ret = group->past[i].secret;
				return ERR_OK;
			}
		}
	}
	return env->keys->psk(env->keys->ctx, id, ret);
}

enum err mls_group_psk_secret(const struct mls_group *group, const struct mls_env *env,
			      const struct mls_items *items, struct secret *ret)
{
	struct mls_psk_chain chain;
	enum err err = ERR_OK;

	mls_psk_chain_init(&chain, (uint16_t)mls_items_count(items, MLS_PSK));
	for (size_t i = 0; i < items->count && err == ERR_OK; i++) {
		AUTO(secret_done) struct secret psk = SECRET_INIT;
		const struct mls_proposal *proposal = &items->list[i].proposal;
		if (proposal->type != MLS_PSK)
			continue;
		err = mls_group_psk(group, env, &proposal->psk, &psk);
		if (err == ERR_OK)
			mls_psk_chain_add(&chain, &proposal->psk, &psk);
	}
	if (err == ERR_OK)
		secret_move(ret, &chain.secret);
	secret_done(&chain.secret);
	return err;
}

struct mls_hash mls_group_turn(struct mls_group *next, const struct mls_step *step,
			       struct mls_turn *turn)
{
	AUTO(secret_done) struct secret encryption = SECRET_INIT;
	struct bytes context = buf_view(&step->next.context_bytes);

	mls_joiner_secret(turn->init, turn->commit, context, &turn->joiner);
	mls_epoch_derive(&turn->joiner, &turn->psk, context, &next->epoch, &encryption);
	mls_secret_tree_init(&next->secrets, step->next.suite->aead,
			     step->next.tree.leaves, &encryption);
	return mls_confirmation_tag(&next->epoch, step->next.context.confirmed_hash);
}

void mls_group_enter(struct mls_group *next, struct mls_step *step,
		     const struct mls_group *group)
{
	next->public = step->next;
	step->next = (struct mls_public){0};
	const struct mls_leaf *own =
		mls_tree_leaf(&next->public.tree, next->private.leaf);
	memcpy(next->signature_key, own->signature_key.ptr, SIGN_PUBLIC_LEN);
	mls_private_prune(&next->private, &next->public.tree);
	if (!group)
		return;
	next->past[0] = (struct mls_resumption){group->public.context.epoch,
						group->epoch.resumption};
	next->past_count = 1;
	for (size_t i = 0; i < group->past_count && next->past_count < MLS_RESUMPTION_MAX;
	     i++)
		next->past[next->past_count++] = group->past[i];
}

enum err mls_group_merge(struct mls_group *group, struct mls_staged **staged)
{
	struct mls_staged *it = *staged;

	if (group->removed)
		return ERR_NOT_MEMBER;
	if (!mls_hash_equal(&group->public.interim, mls_hash_view(&it->base)))
		return ERR_STALE_EPOCH;
	if (it->removed) {
		mls_group_clear_pending(group);
		mls_secret_tree_done(&group->secrets);
		mls_epoch_done(&group->epoch);
		mls_private_done(&group->private);
		group->removed = true;
		group->saved = false;
	} else {
		/* The old state goes where the new one was and is wiped with it. */
		struct mls_group old = *group;
		*group = *it->next;
		*it->next = old;
		wipe(&old, sizeof(old));
	}
	mls_staged_free(staged);
	return ERR_OK;
}

enum err mls_staged_start(struct mls_staged **staged, struct mls_group **ret)
{
	static const struct mls_hash none;

	/* What is staged on a group has that group's transcript as base. */
	if (!(*staged)->next || !mls_hash_equal(&none, mls_hash_view(&(*staged)->base)))
		return ERR_STATE;
	*ret = (*staged)->next;
	(*staged)->next = NULL;
	mls_staged_free(staged);
	return ERR_OK;
}

enum err mls_group_protect(struct mls_group *group, const struct mls_env *env,
			   struct bytes data, struct bytes authenticated_data,
			   size_t padding, struct buf *out)
{
	const struct mls_public *public = &group->public;
	const struct mls_content content = {
		.group_id = public->context.group_id,
		.epoch = public->context.epoch,
		.sender = {MLS_SENDER_MEMBER, group->private.leaf},
		.authenticated_data = authenticated_data,
		.type = MLS_APPLICATION,
		.application = data};
	struct mls_key_step step = {0};
	struct mls_draft draft;

	if (group->removed)
		return ERR_NOT_MEMBER;
	if (public->reinit.len || public->pending_count)
		return ERR_STATE;
	const size_t most = MLS_MESSAGE_MAX - MESSAGE_OVERHEAD;
	if (data.len > most || authenticated_data.len > most - data.len ||
	    padding > most - data.len - authenticated_data.len)
		return ERR_TOO_BIG;
	enum err err = mls_draft_sign(env, &content, MLS_PRIVATE_MESSAGE,
				      bytes_of(group->signature_key, SIGN_PUBLIC_LEN),
				      buf_view(&public->context_bytes), &draft);
	if (err != ERR_OK)
		return err;
	err = mls_secret_tree_next(&group->secrets, group->private.leaf,
				   MLS_RATCHET_APPLICATION, &step);
	if (err == ERR_OK) {
		mls_draft_private(&draft, public->suite, env->random, &content,
				  &group->epoch.sender_data, &step.key, padding, out);
		mls_secret_tree_use(&group->secrets, &step);
	}
	mls_draft_done(&draft);
	return err;
}

struct mls_view mls_group_view(const struct mls_group *group)
{
	return mls_public_view(&group->public);
}

uint32_t mls_group_own_leaf(const struct mls_group *group)
{
	return group->private.leaf;
}

size_t mls_group_pending(const struct mls_group *group)
{
	return group->public.pending_count;
}

bool mls_group_is_active(const struct mls_group *group)
{
	return !group->removed && group->public.reinit.len == 0;
}

struct bytes mls_group_authenticator(const struct mls_group *group)
{
	return secret_view(&group->epoch.authenticator);
}

enum err mls_group_export(const struct mls_group *group, struct bytes label,
			  struct bytes context, uint8_t *ret, size_t len)
{
	if (group->removed)
		return ERR_NOT_MEMBER;
	return mls_exporter(&group->epoch, label, context, ret, len);
}

void mls_group_info_extensions(const struct mls_group *group, bool external, bool tree,
			       struct buf *out)
{
	AUTO(hpke_key_done) struct hpke_key key = {0};
	AUTO(buf_done) struct buf data = BUF_INIT;

	if (external) {
		mls_external_key(&group->epoch, &key);
		buf_add_vec(&data, bytes_of(key.public_key, DH_LEN));
		mls_extension_encode(out, MLS_EXT_EXTERNAL_PUB, buf_view(&data));
	}
	if (tree) {
		buf_clear(&data);
		mls_tree_encode(&data, &group->public.tree);
		mls_extension_encode(out, MLS_EXT_RATCHET_TREE, buf_view(&data));
	}
}

enum err mls_group_info_make(const struct mls_group *group, const struct mls_env *env,
			     struct bytes extensions, struct buf *out)
{
	AUTO(buf_done) struct buf tbs = BUF_INIT;
	const struct mls_group_info info = {.context = group->public.context,
					    .extensions = extensions,
					    .confirmation_tag =
						    mls_hash_view(&group->public.tag),
					    .signer = group->private.leaf};
	const size_t start = out->len;

	mls_group_info_encode_unsigned(&tbs, &info);
	buf_add_bytes(out, buf_view(&tbs));
	enum err err = mls_env_sign(env, bytes_of(group->signature_key, SIGN_PUBLIC_LEN),
				    "GroupInfoTBS", buf_view(&tbs), out);
	if (err != ERR_OK)
		out->len = start;
	return err;
}

enum err mls_group_info(const struct mls_group *group, const struct mls_env *env,
			bool with_tree, struct buf *out)
{
	AUTO(buf_done) struct buf extensions = BUF_INIT;
	const size_t start = out->len;
	enum err err = mls_group_usable(group);

	if (err != ERR_OK)
		return err;
	mls_group_info_extensions(group, true, with_tree, &extensions);
	mls_message_head(out, MLS_GROUP_INFO);
	err = mls_group_info_make(group, env, buf_view(&extensions), out);
	if (err != ERR_OK)
		out->len = start;
	return err;
}

enum err mls_group_tree(const struct mls_group *group, struct buf *out)
{
	if (!group->public.tree.leaves)
		return ERR_STATE;
	mls_tree_encode(out, &group->public.tree);
	return ERR_OK;
}
