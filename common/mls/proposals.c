/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Section 12.2 as code. The rules are grouped as the RFC groups them: what makes one
 * proposal invalid, what makes a list of valid ones invalid, and the short list of what an
 * external commit may have. What follows from the tree afterwards (keys used twice, types
 * not supported) is checked on the tree, in stage.c.
 */
#include "common/mls/proposals.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/mls/keypackage.h"
#include "common/mls/leaf.h"

void mls_items_done(struct mls_items *items)
{
	mem_free(items->list);
	*items = (struct mls_items){0};
}

void mls_items_add(struct mls_items *items, const struct mls_item *item)
{
	if (items->count == items->cap) {
		/* An item is big and most commits have few. */
		items->cap = items->cap ? 2 * items->cap : 2;
		items->list = mem_resize(items->list, items->cap, sizeof(*items->list));
	}
	items->list[items->count++] = *item;
}

static enum err collect_one(const struct mls_public *public,
			    const struct mls_proposal_or_ref *from,
			    const struct mls_sender *committer, struct mls_items *items)
{
	struct mls_authenticated content;
	struct mls_item item = {.by_ref = from->is_ref, .ref = from->ref};

	if (from->is_ref) {
		if (!mls_public_pending(public, from->ref, &content))
			return ERR_NOT_FOUND;
		item.sender = content.content.sender;
		item.proposal = content.content.proposal;
	} else {
		item.sender = *committer;
		item.proposal = from->proposal;
	}
	mls_items_add(items, &item);
	return ERR_OK;
}

enum err mls_items_collect(const struct mls_public *public,
			   const struct mls_commit *commit,
			   const struct mls_sender *committer, struct mls_items *ret)
{
	struct mls_proposal_or_ref one;
	struct mls_items items = {0};
	enum err err = ERR_OK;

	for (size_t at = 0;
	     err == ERR_OK && mls_proposal_or_ref_next(commit->proposals, &at, &one);)
		err = collect_one(public, &one, committer, &items);
	if (err != ERR_OK)
		mls_items_done(&items);
	else
		*ret = items;
	return err;
}

static enum err check_add(const struct mls_public *public, const struct mls_env *env,
			  struct bytes extensions, const struct mls_key_package *package)
{
	enum err err = mls_key_package_check(env, public->context.suite, package);

	if (err == ERR_OK)
		err = mls_leaf_check_group(&package->leaf, extensions);
	return err;
}

/* Section 12.1.2 and 7.3. */
static enum err check_update(const struct mls_public *public, const struct mls_env *env,
			     struct bytes extensions, const struct mls_sender *sender,
			     const struct mls_leaf *leaf)
{
	const struct mls_place place = {public->context.group_id, sender->index};
	const struct mls_leaf *old = mls_tree_leaf(&public->tree, sender->index);

	if (sender->type != MLS_SENDER_MEMBER || !old ||
	    leaf->source != MLS_LEAF_UPDATE ||
	    bytes_equal(leaf->encryption_key, old->encryption_key))
		return ERR_BAD;
	enum err err = mls_leaf_check(leaf, public->context.suite, &place);
	if (err == ERR_OK)
		err = mls_leaf_check_group(leaf, extensions);
	if (err == ERR_OK)
		err = env->identity->leaf(env->identity->ctx, leaf, old);
	return err;
}

/* Section 12.1.4: reinit and branch have their place in the first commit of a group only,
 * which nobody receives (section 11.2 and 11.3). */
static enum err check_psk(const struct mls_public *public, const struct mls_psk_id *psk)
{
	if (psk->nonce.len != MLS_HASH_LEN)
		return ERR_BAD;
	if (psk->type == MLS_PSK_RESUMPTION && psk->usage != MLS_PSK_APPLICATION &&
	    psk->usage != public->birth)
		return ERR_BAD;
	return ERR_OK;
}

/* Section 12.1.7, and section 5.3.1 for those outside who may propose. */
static enum err check_extensions(const struct mls_env *env, struct bytes extensions)
{
	struct mls_external_sender sender;
	struct bytes list;
	enum err err = ERR_OK;

	if (!mls_extension_find(extensions, MLS_EXT_EXTERNAL_SENDERS, &list))
		return ERR_OK;
	for (uint32_t i = 0; err == ERR_OK; i++) {
		err = mls_external_sender_get(list, i, &sender);
		if (err == ERR_OK)
			err = env->identity->sender(env->identity->ctx, &sender);
	}
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err mls_proposal_check(const struct mls_public *public, const struct mls_env *env,
			    struct bytes extensions, const struct mls_sender *sender,
			    const struct mls_proposal *proposal)
{
	const struct mls_view view = mls_public_view(public);
	enum err err = ERR_OK;

	switch (proposal->type) {
	case MLS_ADD: err = check_add(public, env, extensions, &proposal->add); break;
	case MLS_UPDATE:
		err = check_update(public, env, extensions, sender, &proposal->update);
		break;
	case MLS_REMOVE:
		if (!mls_tree_leaf(&public->tree, proposal->remove))
			err = ERR_BAD;
		break;
	case MLS_PSK: err = check_psk(public, &proposal->psk); break;
	case MLS_REINIT: /* Section 12.1.5 */
		if (proposal->reinit.version < public->context.version)
			err = ERR_BAD;
		break;
	case MLS_EXTERNAL_INIT: /* Section 12.1.6: in an external commit only. */
		if (sender->type != MLS_SENDER_NEW_COMMIT)
			err = ERR_BAD;
		break;
	case MLS_GROUP_CONTEXT_EXTENSIONS:
		err = check_extensions(env, proposal->extensions);
		break;
	default: err = ERR_UNKNOWN_TYPE;
	}
	if (err == ERR_OK)
		err = env->policy->proposal(env->policy->ctx, &view, sender, proposal);
	return err;
}

const struct mls_proposal *mls_items_find(const struct mls_items *items, uint16_t type)
{
	for (size_t i = 0; i < items->count; i++) {
		if (items->list[i].proposal.type == type)
			return &items->list[i].proposal;
	}
	return NULL;
}

size_t mls_items_count(const struct mls_items *items, uint16_t type)
{
	size_t count = 0;

	for (size_t i = 0; i < items->count; i++)
		count += items->list[i].proposal.type == type;
	return count;
}

bool mls_items_need_path(const struct mls_items *items)
{
	return items->count == 0 || mls_items_find(items, MLS_UPDATE) ||
	       mls_items_find(items, MLS_REMOVE) ||
	       mls_items_find(items, MLS_EXTERNAL_INIT) ||
	       mls_items_find(items, MLS_GROUP_CONTEXT_EXTENSIONS);
}

/* The leaf that an update or remove is about. */
static bool item_target(const struct mls_item *item, uint32_t *ret)
{
	if (item->proposal.type == MLS_UPDATE)
		*ret = item->sender.index;
	else if (item->proposal.type == MLS_REMOVE)
		*ret = item->proposal.remove;
	else
		return false;
	return true;
}

/* No leaf updated or removed twice, none of it the committer's own. */
static enum err check_targets(const struct mls_public *public,
			      const struct mls_items *items,
			      const struct mls_sender *committer)
{
	bool *seen = mem_alloc(public->tree.leaves, sizeof(*seen));
	enum err err = ERR_OK;
	uint32_t leaf;

	for (size_t i = 0; i < items->count && err == ERR_OK; i++) {
		if (!item_target(&items->list[i], &leaf))
			continue;
		bool own =
			committer->type == MLS_SENDER_MEMBER && leaf == committer->index;
		if (leaf >= public->tree.leaves || seen[leaf] || own)
			err = ERR_BAD;
		else
			seen[leaf] = true;
	}
	mem_free(seen);
	return err;
}

static enum err check_psks_differ(const struct mls_items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct mls_proposal *a = &items->list[i].proposal;
		for (size_t j = 0; a->type == MLS_PSK && j < i; j++) {
			const struct mls_proposal *b = &items->list[j].proposal;
			if (b->type == MLS_PSK && bytes_equal(a->raw, b->raw))
				return ERR_BAD;
		}
	}
	return ERR_OK;
}

static enum err check_regular(const struct mls_public *public,
			      const struct mls_items *items,
			      const struct mls_sender *committer)
{
	if (mls_items_count(items, MLS_GROUP_CONTEXT_EXTENSIONS) > 1 ||
	    (mls_items_find(items, MLS_REINIT) && items->count > 1) ||
	    mls_items_find(items, MLS_EXTERNAL_INIT))
		return ERR_BAD;
	enum err err = check_targets(public, items, committer);
	if (err == ERR_OK)
		err = check_psks_differ(items);
	return err;
}

static enum err check_external(const struct mls_public *public,
			       const struct mls_items *items,
			       const struct mls_leaf *path_leaf)
{
	if (!path_leaf || mls_items_count(items, MLS_EXTERNAL_INIT) != 1 ||
	    mls_items_count(items, MLS_REMOVE) > 1)
		return ERR_BAD;
	for (size_t i = 0; i < items->count; i++) {
		uint16_t type = items->list[i].proposal.type;
		/* Section 12.4.3.2: nothing by reference. */
		if (items->list[i].by_ref ||
		    (type != MLS_EXTERNAL_INIT && type != MLS_REMOVE && type != MLS_PSK))
			return ERR_BAD;
	}
	const struct mls_proposal *remove = mls_items_find(items, MLS_REMOVE);
	if (remove) {
		const struct mls_leaf *old = mls_tree_leaf(&public->tree, remove->remove);
		if (!old || bytes_equal(old->encryption_key, path_leaf->encryption_key))
			return ERR_BAD;
	}
	return check_psks_differ(items);
}

enum err mls_items_check(const struct mls_public *public, const struct mls_env *env,
			 const struct mls_items *items,
			 const struct mls_sender *committer,
			 const struct mls_leaf *path_leaf)
{
	const struct mls_proposal *context =
		mls_items_find(items, MLS_GROUP_CONTEXT_EXTENSIONS);
	struct bytes extensions =
		context ? context->extensions : public->context.extensions;
	enum err err;

	if (committer->type == MLS_SENDER_NEW_COMMIT)
		err = check_external(public, items, path_leaf);
	else
		err = check_regular(public, items, committer);
	if (err == ERR_OK && !path_leaf && mls_items_need_path(items))
		err = ERR_BAD;
	for (size_t i = 0; i < items->count && err == ERR_OK; i++)
		err = mls_proposal_check(public, env, extensions, &items->list[i].sender,
					 &items->list[i].proposal);
	return err;
}

enum err mls_items_apply(const struct mls_items *items, struct mls_tree *tree,
			 struct mls_nodes *added)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct mls_item *item = &items->list[i];
		if (item->proposal.type == MLS_UPDATE)
			mls_tree_update(tree, item->sender.index, &item->proposal.update);
	}
	for (size_t i = 0; i < items->count; i++) {
		const struct mls_item *item = &items->list[i];
		if (item->proposal.type == MLS_REMOVE)
			mls_tree_remove(tree, item->proposal.remove);
	}
	mls_tree_truncate(tree);
	for (size_t i = 0; i < items->count; i++) {
		const struct mls_item *item = &items->list[i];
		uint32_t leaf;
		if (item->proposal.type != MLS_ADD)
			continue;
		enum err err = mls_tree_add(tree, &item->proposal.add.leaf, &leaf);
		if (err != ERR_OK)
			return err;
		mls_nodes_add(added, node_of_leaf(leaf));
	}
	return ERR_OK;
}
