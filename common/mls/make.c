/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Section 12.4.1 in its order: judge and apply the proposals, renew the path, sign the
 * commit in the old epoch, turn to the new one, tag, wrap, welcome. Everything is built in
 * a new group; the old one is only read.
 */
#include "common/mls/make.h"

#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/leaf.h"
#include "common/mls/select.h"
#include "common/mls/welcome.h"

void mls_making_done(struct mls_making *making)
{
	mls_items_done(&making->items);
	secret_done(&making->init);
}

enum err mls_make_items(const struct mls_proposal *proposals, size_t count,
			const struct mls_sender *sender, struct buf *room,
			struct mls_items *items)
{
	for (size_t i = 0; i < count; i++)
		mls_proposal_encode(room, &proposals[i]);
	struct rd rd = rd_init(buf_view(room));
	for (size_t i = 0; i < count; i++) {
		struct mls_item item = {.sender = *sender};
		mls_proposal_read(&rd, &item.proposal);
		if (rd.err == ERR_OK)
			mls_items_add(items, &item);
	}
	return rd_done(&rd);
}

static void encode_items(const struct mls_items *items, struct buf *out)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct mls_item *item = &items->list[i];
		buf_add_u8(out, item->by_ref ? 2 : 1);
		if (item->by_ref)
			buf_add_vec(out, item->ref);
		else
			buf_add_bytes(out, item->proposal.raw);
	}
}

/* A commit in pieces, as it grows. */
struct pieces {
	struct buf proposals;
	struct buf leaf;
	struct buf nodes;
	struct mls_path_secrets secrets;
	struct mls_commit commit; /**< a view of them */
};

static void pieces_done(struct pieces *pieces)
{
	buf_done(&pieces->proposals);
	buf_done(&pieces->leaf);
	buf_done(&pieces->nodes);
	mls_path_secrets_done(&pieces->secrets);
}

/* The committer's new leaf and keys, in the tree of @step. */
static enum err renew_path(const struct mls_making *making, struct mls_step *step,
			   struct mls_private *private, struct pieces *pieces)
{
	const struct mls_place place = {making->public->context.group_id, private->leaf};
	struct mls_path *path = &pieces->commit.path;

	enum err err = mls_path_make(making->env, &step->next.tree, private, making->leaf,
				     making->public->context.group_id, &pieces->leaf,
				     &pieces->secrets);
	if (err == ERR_OK)
		err = mls_leaf_decode(buf_view(&pieces->leaf), &path->leaf);
	if (err == ERR_OK)
		err = mls_leaf_check(&path->leaf, making->public->suite->id, &place);
	return err;
}

static enum err build_commit(const struct mls_making *making, struct mls_step *step,
			     struct mls_private *private, struct pieces *pieces)
{
	struct mls_commit *commit = &pieces->commit;
	enum err err = ERR_OK;

	commit->has_path = making->leaf != NULL;
	if (commit->has_path)
		err = renew_path(making, step, private, pieces);
	if (err == ERR_OK)
		err = mls_step_judge(step, making->public, making->env,
				     commit->has_path ? &commit->path.leaf : NULL,
				     making->wrap->authenticated_data);
	if (err == ERR_OK && commit->has_path)
		err = mls_path_seal(making->env, making->public->suite, &step->next.tree,
				    private->leaf, &pieces->secrets,
				    buf_view(&step->next.context_bytes), &step->added,
				    &pieces->nodes);
	if (err != ERR_OK)
		return err;
	encode_items(&step->items, &pieces->proposals);
	commit->proposals = buf_view(&pieces->proposals);
	commit->path.nodes = buf_view(&pieces->nodes);
	return ERR_OK;
}

/* The message around the commit, with the tag that the new epoch gives. */
static enum err wrap_commit(const struct mls_making *making,
			    const struct mls_content *content, struct mls_draft *draft,
			    const struct mls_hash *tag, struct buf *out)
{
	const struct mls_public *public = making->public;
	const struct mls_group *group = making->group;

	draft->confirmation_tag = mls_hash_view(tag);
	if (making->key)
		mls_draft_private(draft, public->suite, making->env->random, content,
				  &group->epoch.sender_data, making->key,
				  making->wrap->padding, out);
	else
		mls_draft_public(draft, buf_view(&public->context_bytes),
				 group ? &group->epoch.membership : NULL, out);
	return out->len > MLS_MESSAGE_MAX ? ERR_TOO_BIG : ERR_OK;
}

/* The new epoch: @next gets its secrets, @step its final context. */
static enum err turn_epoch(const struct mls_making *making, const struct mls_draft *draft,
			   const struct pieces *pieces, struct mls_step *step,
			   struct mls_group *next, struct mls_turn *turn,
			   struct mls_hash *tag)
{
	struct rd signature = rd_init(buf_view(&draft->signature));
	AUTO(secret_done) struct secret zero = SECRET_INIT;

	secret_room(&zero, MLS_HASH_LEN);
	turn->init = &making->init;
	turn->commit = pieces->commit.has_path ? &pieces->secrets.commit_secret : &zero;
	enum err err = mls_group_psk_secret(making->psk_group, making->env, &step->items,
					    &turn->psk);
	if (err != ERR_OK)
		return err;
	mls_step_confirm(step, making->public, draft->wire_format,
			 buf_view(&draft->content), rd_vec(&signature));
	*tag = mls_group_turn(next, step, turn);
	turn->init = turn->commit = NULL;
	mls_step_tag(step, tag);
	return ERR_OK;
}

static enum err finish(const struct mls_making *making, struct mls_step *step,
		       struct pieces *pieces, struct mls_staged *staged)
{
	const struct mls_public *public = making->public;
	const struct mls_content content = {.group_id = public->context.group_id,
					    .epoch = public->context.epoch,
					    .sender = making->sender,
					    .authenticated_data =
						    making->wrap->authenticated_data,
					    .type = MLS_COMMIT,
					    .commit = pieces->commit};
	struct mls_turn turn = {0};
	struct mls_draft draft;
	struct mls_hash tag;

	enum err err = mls_draft_sign(
		making->env, &content,
		making->key ? MLS_PRIVATE_MESSAGE : MLS_PUBLIC_MESSAGE,
		making->signature_key, buf_view(&public->context_bytes), &draft);
	if (err != ERR_OK)
		return err;
	err = turn_epoch(making, &draft, pieces, step, staged->next, &turn, &tag);
	if (err == ERR_OK)
		err = wrap_commit(making, &content, &draft, &tag, &staged->commit);
	mls_draft_done(&draft);
	if (err == ERR_OK) {
		mls_step_summary(step, pieces->commit.has_path, &staged->summary);
		mls_group_enter(staged->next, step, making->group);
		err = mls_welcome_make(making, &step->items, &pieces->secrets, &turn,
				       staged);
	}
	secret_done(&turn.psk);
	secret_done(&turn.joiner);
	return err;
}

enum err mls_make(struct mls_making *making, struct mls_staged **ret)
{
	AUTO(mls_staged_free) struct mls_staged *staged = mem_new(struct mls_staged);
	AUTO(pieces_done) struct pieces pieces = {0};
	struct mls_step step;

	staged->next = mls_group_new();
	enum err err = mls_step_begin(making->public, making->env, &making->items,
				      &making->sender, making->leaf, &step);
	if (err != ERR_OK)
		return err;
	if (making->group) {
		staged->next->private = making->group->private;
		staged->base = making->public->interim;
	}
	staged->next->private.leaf = step.committer.index;
	err = build_commit(making, &step, &staged->next->private, &pieces);
	if (err == ERR_OK)
		err = finish(making, &step, &pieces, staged);
	if (err == ERR_OK)
		err = mls_group_info(staged->next, making->env, false,
				     &staged->group_info);
	mls_step_done(&step);
	if (err == ERR_OK) {
		*ret = staged;
		staged = NULL;
	}
	return err;
}

enum err mls_group_commit(struct mls_group *group, const struct mls_env *env,
			  const struct mls_commit_options *options,
			  struct mls_staged **ret)
{
	const struct mls_sender sender = {MLS_SENDER_MEMBER, group->private.leaf};
	AUTO(buf_done) struct buf values = BUF_INIT;
	AUTO(buf_done) struct buf room = BUF_INIT;
	AUTO(mls_key_step_done) struct mls_key_step key = {0};
	AUTO(mls_making_done)
	struct mls_making making = {
		.env = env,
		.public = &group->public,
		.group = group,
		.psk_group = group,
		.sender = sender,
		.signature_key = bytes_of(group->signature_key, SIGN_PUBLIC_LEN),
		.init = group->epoch.init,
		.wrap = &options->wrap,
		.one_welcome = options->one_welcome,
		.tree_in_welcome = options->tree_in_welcome,
	};
	struct mls_leaf leaf;

	enum err err = mls_group_usable(group);
	if (err == ERR_OK)
		err = mls_make_items(options->proposals, options->count, &sender, &values,
				     &making.items);
	if (err == ERR_OK && options->wrap.encrypt)
		err = mls_secret_tree_next(&group->secrets, group->private.leaf,
					   MLS_RATCHET_HANDSHAKE, &key);
	if (err != ERR_OK)
		return err;
	if (!options->leave_pending)
		mls_items_select(&group->public, env, group->private.leaf, &making.items);
	leaf = *mls_tree_leaf(&group->public.tree, group->private.leaf);
	if (options->client)
		mls_client_leaf(options->client, group->public.suite, &room, &leaf);
	if (!options->no_path || mls_items_need_path(&making.items))
		making.leaf = &leaf;
	making.key = options->wrap.encrypt ? &key.key : NULL;
	err = mls_make(&making, ret);
	/* The key is used up even if the commit is never sent: see group.h. */
	if (err == ERR_OK && options->wrap.encrypt)
		mls_secret_tree_use(&group->secrets, &key);
	return err;
}
