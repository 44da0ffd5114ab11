/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sections 12.4.1 and 12.4.2 without the secrets. The order is that of the RFC: list,
 * proposals, path, tree, context; the copy is thrown away on the first error.
 */
#include "common/mls/stage.h"

#include "common/mls/leaf.h"
#include "common/mls/treecheck.h"
#include "common/mls/treekem.h"

void mls_step_done(struct mls_step *step)
{
	mls_public_done(&step->next);
	mls_items_done(&step->items);
	mls_nodes_done(&step->added);
}

/* Section 12.4.3.2: the newcomer takes the leftmost free leaf. */
static enum err place_committer(struct mls_step *step, const struct mls_public *public)
{
	const struct mls_proposal *remove;

	if (step->committer.type == MLS_SENDER_MEMBER) {
		step->old_leaf = mls_tree_leaf(&public->tree, step->committer.index);
		return step->old_leaf ? ERR_OK : ERR_BAD;
	}
	remove = mls_items_find(&step->items, MLS_REMOVE);
	if (remove)
		step->old_leaf = mls_tree_leaf(&public->tree, remove->remove);
	return mls_tree_free_leaf(&step->next.tree, &step->committer.index);
}

static void apply_context(struct mls_step *step)
{
	const struct mls_proposal *extensions =
		mls_items_find(&step->items, MLS_GROUP_CONTEXT_EXTENSIONS);
	const struct mls_proposal *reinit = mls_items_find(&step->items, MLS_REINIT);
	struct mls_context context = step->next.context;

	if (extensions) {
		context.extensions = extensions->extensions;
		mls_public_set_context(&step->next, &context);
	}
	if (reinit)
		buf_add_bytes(&step->next.reinit, reinit->raw);
}

enum err mls_step_begin(const struct mls_public *public, const struct mls_env *env,
			struct mls_items *items, const struct mls_sender *committer,
			const struct mls_leaf *path_leaf, struct mls_step *ret)
{
	struct mls_step step = {.items = *items, .committer = *committer};
	enum err err = ERR_OK;

	*items = (struct mls_items){0};
	/* Section 12.4.2: after a ReInit nothing more. */
	if (public->reinit.len || public->context.epoch == UINT64_MAX)
		err = ERR_STATE;
	if (err == ERR_OK)
		err = mls_items_check(public, env, &step.items, committer, path_leaf);
	if (err == ERR_OK) {
		mls_public_copy(public, &step.next);
		apply_context(&step);
		err = mls_items_apply(&step.items, &step.next.tree, &step.added);
	}
	if (err == ERR_OK)
		err = place_committer(&step, public);
	if (err != ERR_OK)
		mls_step_done(&step);
	else
		*ret = step;
	return err;
}

enum err mls_step_merge_path(struct mls_step *step, const struct mls_env *env,
			     const struct mls_path *path)
{
	const struct mls_place place = {step->next.context.group_id,
					step->committer.index};
	enum err err = mls_leaf_check(&path->leaf, step->next.context.suite, &place);

	if (err == ERR_OK && step->old_leaf &&
	    bytes_equal(path->leaf.encryption_key, step->old_leaf->encryption_key))
		err = ERR_BAD;
	if (err == ERR_OK)
		err = env->identity->leaf(env->identity->ctx, &path->leaf,
					  step->old_leaf);
	if (err == ERR_OK)
		err = mls_path_merge(&step->next.tree, step->committer.index, path,
				     &step->added);
	return err;
}

enum err mls_step_judge(struct mls_step *step, const struct mls_public *public,
			const struct mls_env *env, const struct mls_leaf *path_leaf,
			struct bytes authenticated_data)
{
	const struct mls_view before = mls_public_view(public);
	const struct mls_view after = mls_public_view(&step->next);
	const struct mls_change change = {.committer = step->committer,
					  .items = step->items.list,
					  .count = step->items.count,
					  .path_leaf = path_leaf,
					  .authenticated_data = authenticated_data};

	enum err err = mls_tree_check_unique(&step->next.tree);
	if (err == ERR_OK)
		err = mls_tree_check_support(&step->next.tree,
					     step->next.context.extensions);
	if (err == ERR_OK)
		err = env->policy->commit(env->policy->ctx, &before, &after, &change);
	if (err != ERR_OK)
		return err;
	struct mls_hash hash = mls_tree_root_hash(&step->next.tree);
	struct mls_context context = step->next.context;
	context.epoch++;
	context.tree_hash = mls_hash_view(&hash);
	mls_public_set_context(&step->next, &context);
	return ERR_OK;
}

enum err mls_step_receive(const struct mls_public *public, const struct mls_env *env,
			  const struct mls_authenticated *content, struct mls_step *ret)
{
	const struct mls_commit *commit = &content->content.commit;
	const struct mls_leaf *path_leaf = commit->has_path ? &commit->path.leaf : NULL;
	struct mls_items items = {0};
	struct mls_step step;

	enum err err =
		mls_items_collect(public, commit, &content->content.sender, &items);
	if (err == ERR_OK)
		err = mls_step_begin(public, env, &items, &content->content.sender,
				     path_leaf, &step);
	if (err != ERR_OK)
		return err;
	if (commit->has_path)
		err = mls_step_merge_path(&step, env, &commit->path);
	if (err == ERR_OK)
		err = mls_step_judge(&step, public, env, path_leaf,
				     content->content.authenticated_data);
	if (err != ERR_OK)
		mls_step_done(&step);
	else
		*ret = step;
	return err;
}

void mls_step_confirm(struct mls_step *step, const struct mls_public *public,
		      uint16_t wire_format, struct bytes content, struct bytes signature)
{
	struct mls_hash hash = mls_confirmed_hash(mls_hash_view(&public->interim),
						  wire_format, content, signature);
	struct mls_context context = step->next.context;

	context.confirmed_hash = mls_hash_view(&hash);
	mls_public_set_context(&step->next, &context);
}

void mls_step_tag(struct mls_step *step, const struct mls_hash *tag)
{
	step->next.tag = *tag;
	step->next.interim =
		mls_interim_hash(step->next.context.confirmed_hash, mls_hash_view(tag));
}

void mls_summary_done(struct mls_summary *summary)
{
	mls_nodes_done(&summary->added);
	mls_nodes_done(&summary->removed);
	mls_nodes_done(&summary->updated);
}

void mls_step_summary(const struct mls_step *step, bool has_path, struct mls_summary *ret)
{
	*ret = (struct mls_summary){.committer = step->committer, .has_path = has_path};
	for (size_t i = 0; i < step->added.count; i++)
		mls_nodes_add(&ret->added, leaf_of_node(step->added.list[i]));
	for (size_t i = 0; i < step->items.count; i++) {
		const struct mls_item *item = &step->items.list[i];
		if (item->proposal.type == MLS_REMOVE)
			mls_nodes_add(&ret->removed, item->proposal.remove);
		else if (item->proposal.type == MLS_UPDATE)
			mls_nodes_add(&ret->updated, item->sender.index);
	}
	ret->extensions =
		mls_items_find(&step->items, MLS_GROUP_CONTEXT_EXTENSIONS) != NULL;
	ret->reinit = mls_items_find(&step->items, MLS_REINIT) != NULL;
}
