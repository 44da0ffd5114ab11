/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receiving. A message is unwrapped, its signature checked, and only then does anything
 * change: a key is used up, a proposal is kept. A commit changes nothing until it is merged,
 * so that the same one may come again.
 */
#include "common/base/mem.h"
#include "common/mls/group.h"
#include "common/mls/member.h"

void mls_event_done(struct mls_event *event)
{
	buf_done(&event->authenticated_data);
	buf_wipe(&event->data);
	mls_staged_free(&event->staged);
	*event = (struct mls_event){0};
}

/* The private key for our leaf after the commit: a new one if it covers our update. */
static enum err own_leaf_key(const struct mls_group *group, const struct mls_step *step,
			     struct mls_private *private)
{
	const uint32_t index = private->leaf;
	const struct mls_leaf *leaf = mls_tree_leaf(&step->next.tree, index);

	for (size_t i = 0; i < group->update_count; i++) {
		const struct hpke_key *key = &group->updates[i];
		if (bytes_equal(leaf->encryption_key, bytes_of(key->public_key, DH_LEN)))
		private->leaf_key = *key;
	}
	/* Without the key of our own leaf we could follow no further. */
	return mls_private_key(private, &step->next.tree, node_of_leaf(index))
		       ? ERR_OK
		       : ERR_STATE;
}

static enum err open_path(const struct mls_group *group, const struct mls_step *step,
			  const struct mls_commit *commit, struct mls_private *private,
			  struct secret *ret_commit)
{
	enum err err = own_leaf_key(group, step, private);

	if (err != ERR_OK)
		return err;
	if (!commit->has_path) {
		secret_room(ret_commit, MLS_HASH_LEN); /* Section 12.4.2: all zero. */
		return ERR_OK;
	}
	return mls_path_open(group->public.suite, &step->next.tree, private,
			     step->committer.index, &commit->path,
			     buf_view(&step->next.context_bytes), &step->added,
			     ret_commit);
}

static enum err next_init(const struct mls_group *group, const struct mls_step *step,
			  struct secret *ret)
{
	const struct mls_proposal *external =
		mls_items_find(&step->items, MLS_EXTERNAL_INIT);

	if (external)
		return mls_external_init_receive(group->public.suite, &group->epoch,
						 external->external_init, ret);
	*ret = group->epoch.init;
	return ERR_OK;
}

/* Section 12.4.2 from the path secrets on; @next is thrown away on error. */
static enum err turn(const struct mls_group *group, const struct mls_env *env,
		     const struct mls_authenticated *content, struct mls_step *step,
		     struct mls_group *next)
{
	AUTO(secret_done) struct secret commit = SECRET_INIT;
	AUTO(secret_done) struct secret init = SECRET_INIT;
	struct mls_turn turn = {.init = &init, .commit = &commit};

	next->private = group->private;
	enum err err =
		open_path(group, step, &content->content.commit, &next->private, &commit);
	if (err == ERR_OK)
		err = next_init(group, step, &init);
	if (err == ERR_OK)
		err = mls_group_psk_secret(group, env, &step->items, &turn.psk);
	if (err != ERR_OK)
		return err;
	mls_step_confirm(step, &group->public, content->wire_format, content->content.raw,
			 content->auth.signature);
	struct mls_hash tag = mls_group_turn(next, step, &turn);
	secret_done(&turn.psk);
	secret_done(&turn.joiner);
	if (!mls_hash_equal(&tag, content->auth.confirmation_tag))
		return ERR_CORRUPT;
	mls_step_tag(step, &tag);
	mls_group_enter(next, step, group);
	return ERR_OK;
}

static bool removes_us(const struct mls_group *group, const struct mls_step *step)
{
	for (size_t i = 0; i < step->items.count; i++) {
		const struct mls_proposal *it = &step->items.list[i].proposal;
		if (it->type == MLS_REMOVE && it->remove == group->private.leaf)
			return true;
	}
	return false;
}

static enum err stage(const struct mls_group *group, const struct mls_env *env,
		      const struct mls_authenticated *content, struct mls_staged **ret)
{
	AUTO(mls_staged_free) struct mls_staged *staged = mem_new(struct mls_staged);
	struct mls_step step;
	enum err err = mls_step_receive(&group->public, env, content, &step);

	if (err != ERR_OK)
		return err;
	staged->base = group->public.interim;
	staged->removed = removes_us(group, &step);
	mls_step_summary(&step, content->content.commit.has_path, &staged->summary);
	if (!staged->removed) {
		staged->next = mls_group_new();
		err = turn(group, env, content, &step, staged->next);
	}
	mls_step_done(&step);
	if (err == ERR_OK) {
		*ret = staged;
		staged = NULL;
	}
	return err;
}

static enum err take_proposal(struct mls_group *group, const struct mls_env *env,
			      const struct mls_opened *opened, struct mls_event *event)
{
	const struct mls_content *content = &opened->view.content;
	enum err err =
		mls_proposal_check(&group->public, env, group->public.context.extensions,
				   &content->sender, &content->proposal);

	if (err == ERR_OK)
		err = mls_public_keep(&group->public, buf_view(&opened->bytes),
				      &event->ref);
	group->pending_changed |= err == ERR_OK;
	event->kind = MLS_EVENT_PROPOSAL;
	event->proposal_type = content->proposal.type;
	return err;
}

/* What was said, once it is known to be true. */
static enum err take(struct mls_group *group, const struct mls_env *env,
		     const struct mls_opened *opened, struct mls_event *event)
{
	const struct mls_content *content = &opened->view.content;

	/* Our own messages are known from when they were sent. */
	if (content->sender.type == MLS_SENDER_MEMBER &&
	    content->sender.index == group->private.leaf)
		return ERR_EXISTS;
	enum err err = mls_public_verify(&group->public, &opened->view);
	if (err != ERR_OK)
		return err;
	event->sender = content->sender;
	switch (content->type) {
	case MLS_PROPOSAL: return take_proposal(group, env, opened, event);
	case MLS_COMMIT:
		event->kind = MLS_EVENT_COMMIT;
		return stage(group, env, &opened->view, &event->staged);
	default:
		event->kind = MLS_EVENT_APPLICATION;
		buf_add_bytes(&event->data, content->application);
		return ERR_OK;
	}
}

static enum err process_public(struct mls_group *group, const struct mls_env *env,
			       const struct mls_public_message *message,
			       struct mls_event *event)
{
	AUTO(mls_opened_done) struct mls_opened opened = {0};
	enum err err = mls_public_check_epoch(&group->public, message->content.group_id,
					      message->content.epoch);

	if (err == ERR_OK)
		err = mls_open_public(message, buf_view(&group->public.context_bytes),
				      &group->epoch.membership, &opened);
	if (err == ERR_OK)
		err = take(group, env, &opened, event);
	if (err == ERR_OK)
		buf_add_bytes(&event->authenticated_data,
			      opened.view.content.authenticated_data);
	return err;
}

static enum err process_private(struct mls_group *group, const struct mls_env *env,
				const struct mls_private_message *message,
				struct mls_event *event)
{
	AUTO(mls_opened_done) struct mls_opened opened = {0};
	AUTO(mls_key_step_done) struct mls_key_step step = {0};
	enum err err =
		mls_public_check_epoch(&group->public, message->group_id, message->epoch);

	if (err == ERR_OK)
		err = mls_open_private(message, group->public.suite,
				       &group->epoch.sender_data, &group->secrets,
				       &opened, &step);
	if (err == ERR_OK)
		err = take(group, env, &opened, event);
	if (err != ERR_OK)
		return err;
	/* A commit may come again until it is merged, and then all keys are new. */
	if (event->kind != MLS_EVENT_COMMIT)
		mls_secret_tree_use(&group->secrets, &step);
	buf_add_bytes(&event->authenticated_data, opened.view.content.authenticated_data);
	return ERR_OK;
}

enum err mls_group_process(struct mls_group *group, const struct mls_env *env,
			   struct bytes bytes, struct mls_event *ret)
{
	struct mls_event event = {0};
	struct mls_message message;

	enum err err = mls_group_usable(group);
	if (err == ERR_OK)
		err = mls_message_decode(bytes, &message);
	if (err != ERR_OK)
		return err;
	if (message.wire_format == MLS_PUBLIC_MESSAGE)
		err = process_public(group, env, &message.public_message, &event);
	else if (message.wire_format == MLS_PRIVATE_MESSAGE)
		err = process_private(group, env, &message.private_message, &event);
	else
		err = ERR_BAD;
	if (err != ERR_OK)
		mls_event_done(&event);
	else
		*ret = event;
	return err;
}
