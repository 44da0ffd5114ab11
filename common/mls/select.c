/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A commit should cover all valid proposals, but they may contradict each other: a removal
 * wins over an update, a later update over an earlier one, everything over a ReInit. The
 * newest are looked at first, removals before the rest.
 */
#include "common/mls/select.h"

/* The leaf a proposal is about; false for one that is about none. */
static bool target(const struct mls_sender *sender, const struct mls_proposal *proposal,
		   uint32_t *ret)
{
	if (proposal->type == MLS_REMOVE)
		*ret = proposal->remove;
	else if (proposal->type == MLS_UPDATE)
		*ret = sender->index;
	else
		return false;
	return true;
}

static bool clash(const struct mls_item *a, const struct mls_item *b)
{
	const struct mls_proposal *x = &a->proposal, *y = &b->proposal;
	uint32_t leaf_x, leaf_y;

	if (x->type == MLS_REINIT || y->type == MLS_REINIT)
		return true;
	if (target(&a->sender, x, &leaf_x) && target(&b->sender, y, &leaf_y))
		return leaf_x == leaf_y;
	if (x->type != y->type)
		return false;
	switch (x->type) {
	case MLS_ADD:
		return bytes_equal(x->add.leaf.signature_key,
				   y->add.leaf.signature_key) ||
		       bytes_equal(x->add.leaf.encryption_key,
				   y->add.leaf.encryption_key);
	case MLS_PSK: return bytes_equal(x->raw, y->raw);
	default: return x->type == MLS_GROUP_CONTEXT_EXTENSIONS;
	}
}

static bool is_removed(const struct mls_items *items, uint32_t leaf)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct mls_proposal *it = &items->list[i].proposal;
		if (it->type == MLS_REMOVE && it->remove == leaf)
			return true;
	}
	return false;
}

/* Whether a member who stays, other than @except, has a key of @leaf. */
static bool is_taken(const struct mls_public *public, const struct mls_items *items,
		     const struct mls_leaf *leaf, uint32_t except)
{
	for (uint32_t i = 0; i < public->tree.leaves; i++) {
		const struct mls_leaf *it = mls_tree_leaf(&public->tree, i);
		if (!it || i == except ||
		    (!bytes_equal(it->signature_key, leaf->signature_key) &&
		     !bytes_equal(it->encryption_key, leaf->encryption_key)))
			continue;
		if (!is_removed(items, i))
			return true;
	}
	return false;
}

static bool fits(const struct mls_public *public, const struct mls_env *env,
		 uint32_t committer, const struct mls_items *items,
		 const struct mls_item *item)
{
	const struct mls_proposal *context =
		mls_items_find(items, MLS_GROUP_CONTEXT_EXTENSIONS);
	struct bytes extensions =
		context ? context->extensions : public->context.extensions;
	uint32_t leaf;

	/* Nobody commits the update or the removal of itself. */
	if (target(&item->sender, &item->proposal, &leaf) && leaf == committer)
		return false;
	for (size_t i = 0; i < items->count; i++) {
		if (clash(&items->list[i], item))
			return false;
	}
	if (item->proposal.type == MLS_ADD &&
	    is_taken(public, items, &item->proposal.add.leaf, UINT32_MAX))
		return false;
	if (item->proposal.type == MLS_UPDATE &&
	    is_taken(public, items, &item->proposal.update, item->sender.index))
		return false;
	return mls_proposal_check(public, env, extensions, &item->sender,
				  &item->proposal) == ERR_OK;
}

/* In the order in which they count: who contradicts an earlier pass is left out. */
static unsigned pass_of(uint16_t type)
{
	if (type == MLS_GROUP_CONTEXT_EXTENSIONS)
		return 0; /* The others are judged by the new ones. */
	if (type == MLS_REMOVE)
		return 1;
	return type == MLS_REINIT ? 3 : 2;
}

void mls_items_select(const struct mls_public *public, const struct mls_env *env,
		      uint32_t committer, struct mls_items *items)
{
	for (unsigned pass = 0; pass < 4; pass++) {
		for (size_t i = public->pending_count; i > 0; i--) {
			const struct mls_pending *pending = &public->pending[i - 1];
			struct mls_authenticated view;
			if (mls_authenticated_decode(buf_view(&pending->bytes), &view) !=
			    ERR_OK)
				continue;
			struct mls_item item = {.sender = view.content.sender,
						.proposal = view.content.proposal,
						.by_ref = true,
						.ref = mls_hash_view(&pending->ref)};
			if (pass_of(item.proposal.type) == pass &&
			    fits(public, env, committer, items, &item))
				mls_items_add(items, &item);
		}
	}
}
