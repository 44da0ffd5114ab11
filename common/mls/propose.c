/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending proposals, from inside a group and from outside.
 */
#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/group.h"
#include "common/mls/leaf.h"
#include "common/mls/member.h"

/* Sign @content, wrap it as @wrap says, keep it for a commit, and add it to @out. */
static enum err send_proposal(struct mls_group *group, const struct mls_env *env,
			      const struct mls_content *content,
			      const struct mls_wrap *wrap, struct buf *out)
{
	AUTO(buf_done) struct buf authenticated = BUF_INIT;
	AUTO(mls_key_step_done) struct mls_key_step step = {0};
	AUTO(mls_draft_done) struct mls_draft draft = {0};
	struct mls_public *public = &group->public;
	struct mls_hash ref;

	enum err err = mls_draft_sign(
		env, content, wrap->encrypt ? MLS_PRIVATE_MESSAGE : MLS_PUBLIC_MESSAGE,
		bytes_of(group->signature_key, SIGN_PUBLIC_LEN),
		buf_view(&public->context_bytes), &draft);
	if (err == ERR_OK && wrap->encrypt)
		err = mls_secret_tree_next(&group->secrets, group->private.leaf,
					   MLS_RATCHET_HANDSHAKE, &step);
	if (err != ERR_OK)
		return err;
	mls_draft_authenticated(&draft, &authenticated);
	if (authenticated.len > MLS_MESSAGE_MAX / 2 ||
	    wrap->padding > MLS_MESSAGE_MAX / 4)
		return ERR_TOO_BIG;
	err = mls_public_keep(public, buf_view(&authenticated), &ref);
	if (err != ERR_OK)
		return err;
	group->pending_changed = true;
	if (wrap->encrypt) {
		mls_draft_private(&draft, public->suite, env->random, content,
				  &group->epoch.sender_data, &step.key, wrap->padding,
				  out);
		mls_secret_tree_use(&group->secrets, &step);
	} else {
		mls_draft_public(&draft, buf_view(&public->context_bytes),
				 &group->epoch.membership, out);
	}
	return ERR_OK;
}

static enum err propose(struct mls_group *group, const struct mls_env *env,
			const struct mls_proposal *proposal, const struct mls_wrap *wrap,
			struct buf *out)
{
	const struct mls_public *public = &group->public;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_content content = {.group_id = public->context.group_id,
				      .epoch = public->context.epoch,
				      .sender = {MLS_SENDER_MEMBER, group->private.leaf},
				      .authenticated_data = wrap->authenticated_data,
				      .type = MLS_PROPOSAL};

	/* Judged as it will be read: @proposal may have been put together by hand. */
	mls_proposal_encode(&bytes, proposal);
	enum err err = mls_proposal_decode(buf_view(&bytes), &content.proposal);
	if (err == ERR_OK)
		err = mls_proposal_check(public, env, public->context.extensions,
					 &content.sender, &content.proposal);
	if (err == ERR_OK)
		err = send_proposal(group, env, &content, wrap, out);
	return err;
}

enum err mls_group_propose(struct mls_group *group, const struct mls_env *env,
			   const struct mls_proposal *proposal,
			   const struct mls_wrap *wrap, struct buf *out)
{
	enum err err = mls_group_usable(group);

	if (err == ERR_OK && group->public.reinit.len)
		err = ERR_STATE;
	/* An update without its private key would lock us out. */
	if (err == ERR_OK &&
	    (proposal->type == MLS_UPDATE || !mls_proposal_is_default(proposal->type)))
		err = ERR_BAD;
	if (err == ERR_OK)
		err = propose(group, env, proposal, wrap, out);
	return err;
}

/* By hand, since growing in place would leave keys behind in freed memory. */
static void keep_update_key(struct mls_group *group, const struct hpke_key *key)
{
	struct hpke_key *grown = mem_alloc(group->update_count + 1, sizeof(*grown));

	for (size_t i = 0; i < group->update_count; i++) {
		grown[i] = group->updates[i];
		hpke_key_done(&group->updates[i]);
	}
	mem_free(group->updates);
	grown[group->update_count++] = *key;
	group->updates = grown;
}

enum err mls_group_propose_update(struct mls_group *group, const struct mls_env *env,
				  const struct mls_client *client,
				  const struct mls_wrap *wrap, struct buf *out)
{
	AUTO(hpke_key_done) struct hpke_key key = {0};
	AUTO(buf_done) struct buf room = BUF_INIT;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_proposal proposal = {.type = MLS_UPDATE};
	struct mls_leaf leaf;

	enum err err = mls_group_usable(group);
	if (err == ERR_OK && group->public.reinit.len)
		err = ERR_STATE;
	if (err != ERR_OK)
		return err;
	const struct mls_place place = {group->public.context.group_id,
					group->private.leaf};
	leaf = *mls_tree_leaf(&group->public.tree, group->private.leaf);
	if (client)
		mls_client_leaf(client, group->public.suite, &room, &leaf);
	hpke_key_random(env->random, &key);
	leaf.encryption_key = bytes_of(key.public_key, DH_LEN);
	leaf.source = MLS_LEAF_UPDATE;
	err = mls_leaf_make(env, &leaf, &place, &bytes);
	if (err == ERR_OK)
		err = mls_leaf_decode(buf_view(&bytes), &proposal.update);
	if (err == ERR_OK)
		err = propose(group, env, &proposal, wrap, out);
	if (err != ERR_OK)
		return err;
	keep_update_key(group, &key);
	return ERR_OK;
}

enum err mls_external_propose(const struct mls_env *env, struct bytes group_id,
			      uint64_t epoch, const struct mls_sender *sender,
			      struct bytes public_key,
			      const struct mls_proposal *proposal, struct buf *out)
{
	AUTO(mls_draft_done) struct mls_draft draft = {0};
	const struct mls_content content = {.group_id = group_id,
					    .epoch = epoch,
					    .sender = *sender,
					    .type = MLS_PROPOSAL,
					    .proposal = *proposal};

	if (sender->type != MLS_SENDER_EXTERNAL &&
	    sender->type != MLS_SENDER_NEW_PROPOSAL)
		return ERR_BAD;
	/* Outside there is no GroupContext to sign (section 6.1). */
	enum err err = mls_draft_sign(env, &content, MLS_PUBLIC_MESSAGE, public_key,
				      bytes_of(NULL, 0), &draft);
	if (err == ERR_OK)
		mls_draft_public(&draft, bytes_of(NULL, 0), NULL, out);
	return err;
}
