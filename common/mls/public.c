/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What everybody may know about a group. Changes are made to a copy (stage.c); here are the
 * state itself and the checks that need nothing but it.
 */
#include "common/mls/public.h"

#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/limits.h"
#include "common/mls/treecheck.h"

static void pending_clear(struct mls_public *public)
{
	for (size_t i = 0; i < public->pending_count; i++)
		buf_done(&public->pending[i].bytes);
	mem_free(public->pending);
	public->pending = NULL;
	public->pending_count = public->pending_cap = public->pending_bytes = 0;
}

void mls_public_done(struct mls_public *public)
{
	pending_clear(public);
	buf_done(&public->context_bytes);
	buf_done(&public->reinit);
	mls_tree_done(&public->tree);
	*public = (struct mls_public){0};
}

void mls_public_set_context(struct mls_public *public, const struct mls_context *context)
{
	struct buf bytes = BUF_INIT;
	struct rd rd;

	/* @context may be a view of what is replaced. */
	mls_context_encode(&bytes, context);
	buf_done(&public->context_bytes);
	public->context_bytes = bytes;
	rd = rd_init(buf_view(&public->context_bytes));
	mls_context_read(&rd, &public->context);
}

void mls_public_copy(const struct mls_public *public, struct mls_public *ret)
{
	*ret = (struct mls_public){
		.suite = public->suite, .interim = public->interim, .tag = public->tag};
	mls_tree_copy(&public->tree, &ret->tree);
	mls_public_set_context(ret, &public->context);
}

struct mls_view mls_public_view(const struct mls_public *public)
{
	return (struct mls_view){.context = &public->context, .tree = &public->tree};
}

enum err mls_public_check_epoch(const struct mls_public *public, struct bytes group_id,
				uint64_t epoch)
{
	if (!bytes_equal(group_id, public->context.group_id))
		return ERR_NOT_FOUND;
	return epoch == public->context.epoch ? ERR_OK : ERR_STALE_EPOCH;
}

/* Section 12.1.8: what somebody outside may propose. */
static bool external_may(uint16_t type)
{
	return type == MLS_ADD || type == MLS_REMOVE || type == MLS_PSK ||
	       type == MLS_REINIT || type == MLS_GROUP_CONTEXT_EXTENSIONS;
}

static enum err external_key(const struct mls_public *public,
			     const struct mls_content *content, struct bytes *ret)
{
	struct mls_external_sender sender;
	struct bytes list;

	if (content->type != MLS_PROPOSAL || !external_may(content->proposal.type) ||
	    !mls_extension_find(public->context.extensions, MLS_EXT_EXTERNAL_SENDERS,
				&list))
		return ERR_FORBIDDEN;
	if (mls_external_sender_get(list, content->sender.index, &sender) != ERR_OK)
		return ERR_FORBIDDEN;
	*ret = sender.signature_key;
	return ERR_OK;
}

/* Section 6.1: whose key must have signed. */
static enum err signature_key(const struct mls_public *public,
			      const struct mls_authenticated *content, struct bytes *ret)
{
	const struct mls_content *it = &content->content;

	/* Only members have the keys for a PrivateMessage. */
	if (it->sender.type != MLS_SENDER_MEMBER &&
	    content->wire_format != MLS_PUBLIC_MESSAGE)
		return ERR_FORBIDDEN;
	switch (it->sender.type) {
	case MLS_SENDER_MEMBER: {
		const struct mls_leaf *leaf =
			mls_tree_leaf(&public->tree, it->sender.index);
		if (!leaf)
			return ERR_FORBIDDEN;
		*ret = leaf->signature_key;
		return ERR_OK;
	}
	case MLS_SENDER_EXTERNAL: return external_key(public, it, ret);
	case MLS_SENDER_NEW_PROPOSAL:
		if (it->type != MLS_PROPOSAL || it->proposal.type != MLS_ADD)
			return ERR_FORBIDDEN;
		*ret = it->proposal.add.leaf.signature_key;
		return ERR_OK;
	default:
		if (it->type != MLS_COMMIT || !it->commit.has_path)
			return ERR_FORBIDDEN;
		*ret = it->commit.path.leaf.signature_key;
		return ERR_OK;
	}
}

enum err mls_public_verify(const struct mls_public *public,
			   const struct mls_authenticated *content)
{
	struct bytes key;
	enum err err = signature_key(public, content, &key);

	if (err != ERR_OK)
		return err;
	return mls_verify_content(content, key, buf_view(&public->context_bytes));
}

enum err mls_public_keep(struct mls_public *public, struct bytes authenticated,
			 struct mls_hash *ret_ref)
{
	struct mls_hash ref = mls_proposal_ref(authenticated);
	struct mls_authenticated view;

	if (mls_public_pending(public, mls_hash_view(&ref), &view))
		return ERR_EXISTS;
	if (public->pending_count == MLS_PENDING_MAX ||
	    public->pending_bytes + authenticated.len > MLS_PENDING_BYTES_MAX)
		return ERR_TOO_BIG;
	if (public->pending_count == public->pending_cap) {
		public->pending_cap =
			mem_grow(public->pending_cap, public->pending_count + 1);
		public->pending = mem_resize(public->pending, public->pending_cap,
					     sizeof(*public->pending));
	}
	struct mls_pending *pending = &public->pending[public->pending_count++];
	*pending = (struct mls_pending){.ref = ref};
	buf_add_bytes(&pending->bytes, authenticated);
	public->pending_bytes += authenticated.len;
	*ret_ref = ref;
	return ERR_OK;
}

const struct mls_pending *mls_public_pending(const struct mls_public *public,
					     struct bytes ref,
					     struct mls_authenticated *ret)
{
	for (size_t i = 0; i < public->pending_count; i++) {
		const struct mls_pending *it = &public->pending[i];
		if (bytes_equal(mls_hash_view(&it->ref), ref) &&
		    mls_authenticated_decode(buf_view(&it->bytes), ret) == ERR_OK)
			return it;
	}
	return NULL;
}

static enum err check_info(const struct mls_env *env, const struct mls_group_info *info,
			   struct mls_tree *tree)
{
	struct mls_hash hash = mls_tree_root_hash(tree);
	const struct mls_leaf *signer = mls_tree_leaf(tree, info->signer);

	if (!mls_hash_equal(&hash, info->context.tree_hash) || !signer)
		return ERR_BAD;
	enum err err = mls_verify(signer->signature_key, "GroupInfoTBS",
				  info->unsigned_part, info->signature);
	if (err == ERR_OK)
		err = mls_tree_check_unique(tree);
	if (err == ERR_OK)
		err = mls_tree_check_parents(tree);
	if (err == ERR_OK)
		err = mls_tree_check_support(tree, info->context.extensions);
	if (err == ERR_OK)
		err = mls_tree_check_leaves(tree, info->context.suite,
					    info->context.group_id, env);
	return err;
}

enum err mls_public_from_info(const struct mls_env *env,
			      const struct mls_group_info *info, struct bytes tree,
			      struct mls_public *ret)
{
	struct mls_public public = {
		.suite = mls_suite_find(env->suites, info->context.suite)};
	struct bytes inside;

	if (!public.suite)
		return ERR_UNKNOWN_TYPE;
	/* A hash of another length is none of ours; a tag is compared later. */
	if (info->confirmation_tag.len != MLS_HASH_LEN ||
	    (info->context.confirmed_hash.len != MLS_HASH_LEN &&
	     info->context.epoch != 0))
		return ERR_BAD;
	if (mls_extension_find(info->extensions, MLS_EXT_RATCHET_TREE, &inside))
		tree = inside;
	if (tree.len == 0)
		return ERR_NOT_FOUND;
	enum err err = mls_tree_decode(tree, &public.tree);
	if (err == ERR_OK)
		err = check_info(env, info, &public.tree);
	if (err != ERR_OK) {
		mls_public_done(&public);
		return err;
	}
	mls_public_set_context(&public, &info->context);
	struct rd tag = rd_init(info->confirmation_tag);
	rd_copy(&tag, public.tag.bytes, MLS_HASH_LEN);
	public.interim =
		mls_interim_hash(public.context.confirmed_hash, info->confirmation_tag);
	*ret = public;
	return ERR_OK;
}

void mls_public_write(const struct mls_public *public, struct buf *out)
{
	buf_add_vec(out, buf_view(&public->context_bytes));
	buf_add(out, public->interim.bytes, MLS_HASH_LEN);
	buf_add(out, public->tag.bytes, MLS_HASH_LEN);
	buf_add_vec(out, buf_view(&public->reinit));
}

void mls_public_write_pending(const struct mls_public *public, struct buf *out)
{
	for (size_t i = 0; i < public->pending_count; i++)
		buf_add_vec(out, buf_view(&public->pending[i].bytes));
}

enum err mls_public_read(const struct mls_suites *suites, struct rd *rd,
			 struct mls_public *ret)
{
	struct mls_public public = {0};
	struct mls_context context;

	enum err err = mls_context_decode(rd_vec(rd), &context);
	if (err != ERR_OK)
		return err;
	public.suite = mls_suite_find(suites, context.suite);
	if (!public.suite)
		return ERR_UNKNOWN_TYPE;
	rd_copy(rd, public.interim.bytes, MLS_HASH_LEN);
	rd_copy(rd, public.tag.bytes, MLS_HASH_LEN);
	buf_add_bytes(&public.reinit, rd_vec(rd));
	mls_public_set_context(&public, &context);
	if (rd->err != ERR_OK) {
		mls_public_done(&public);
		return rd->err;
	}
	*ret = public;
	return ERR_OK;
}

enum err mls_public_read_pending(struct mls_public *public, struct bytes bytes)
{
	struct rd rd = rd_init(bytes);

	while (rd_left(&rd) && rd.err == ERR_OK) {
		struct bytes one = rd_vec(&rd);
		struct mls_authenticated view;
		struct mls_hash ref;
		enum err err = mls_authenticated_decode(one, &view);
		if (err == ERR_OK)
			err = mls_public_keep(public, one, &ref);
		if (err != ERR_OK)
			rd_fail(&rd, err);
	}
	return rd_done(&rd);
}
