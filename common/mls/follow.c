/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The follower is a group without its inside: the same steps as a member's (stage.c), the
 * tags believed.
 */
#include "common/mls/follow.h"

#include "common/base/mem.h"
#include "common/mls/codec.h"

#define FOLLOW_VERSION 1

struct mls_follow {
	struct mls_public public;
};

void mls_follow_free(struct mls_follow **follow)
{
	if (!*follow)
		return;
	mls_public_done(&(*follow)->public);
	mem_free(*follow);
	*follow = NULL;
}

void mls_follow_staged_free(struct mls_follow_staged **staged)
{
	if (!*staged)
		return;
	mls_public_done(&(*staged)->next);
	mls_summary_done(&(*staged)->summary);
	mem_free(*staged);
	*staged = NULL;
}

void mls_follow_event_done(struct mls_follow_event *event)
{
	mls_follow_staged_free(&event->staged);
}

static enum err decode_info(struct bytes bytes, struct mls_message *ret)
{
	enum err err = mls_message_decode(bytes, ret);

	if (err == ERR_OK && ret->wire_format != MLS_GROUP_INFO)
		err = ERR_BAD;
	return err;
}

enum err mls_follow_start(const struct mls_env *env, struct bytes info, struct bytes tree,
			  struct mls_follow **ret)
{
	struct mls_message message;
	struct mls_public public;
	enum err err = decode_info(info, &message);

	if (err == ERR_OK)
		err = mls_public_from_info(env, &message.group_info, tree, &public);
	if (err != ERR_OK)
		return err;
	*ret = mem_new(struct mls_follow);
	(*ret)->public = public;
	return ERR_OK;
}

static enum err stage(const struct mls_follow *follow, const struct mls_env *env,
		      const struct mls_opened *opened, struct mls_follow_staged **ret)
{
	const struct mls_authenticated *content = &opened->view;
	struct mls_hash tag;
	struct mls_step step;
	struct rd rd = rd_init(content->auth.confirmation_tag);

	rd_copy(&rd, tag.bytes, MLS_HASH_LEN);
	if (rd_done(&rd) != ERR_OK)
		return ERR_BAD;
	enum err err = mls_step_receive(&follow->public, env, content, &step);
	if (err != ERR_OK)
		return err;
	mls_step_confirm(&step, &follow->public, content->wire_format,
			 content->content.raw, content->auth.signature);
	mls_step_tag(&step, &tag);
	struct mls_follow_staged *staged = mem_new(struct mls_follow_staged);
	staged->base = follow->public.interim;
	mls_step_summary(&step, content->content.commit.has_path, &staged->summary);
	staged->next = step.next;
	step.next = (struct mls_public){0};
	mls_step_done(&step);
	*ret = staged;
	return ERR_OK;
}

static enum err take_proposal(struct mls_follow *follow, const struct mls_env *env,
			      const struct mls_opened *opened, struct mls_hash *ret_ref)
{
	struct mls_public *public = &follow->public;
	const struct mls_content *content = &opened->view.content;
	enum err err = mls_proposal_check(public, env, public->context.extensions,
					  &content->sender, &content->proposal);

	if (err == ERR_OK)
		err = mls_public_keep(public, buf_view(&opened->bytes), ret_ref);
	return err;
}

static enum err process_public(struct mls_follow *follow, const struct mls_env *env,
			       const struct mls_public_message *message,
			       struct mls_follow_event *event)
{
	AUTO(mls_opened_done) struct mls_opened opened = {0};
	struct mls_public *public = &follow->public;
	enum err err = mls_public_check_epoch(public, message->content.group_id,
					      message->content.epoch);

	if (err == ERR_OK)
		err = mls_open_public(message, buf_view(&public->context_bytes), NULL,
				      &opened);
	if (err == ERR_OK)
		err = mls_public_verify(public, &opened.view);
	if (err != ERR_OK)
		return err;
	event->content_type = opened.view.content.type;
	event->sender = opened.view.content.sender;
	if (event->content_type == MLS_PROPOSAL)
		return take_proposal(follow, env, &opened, &event->ref);
	return stage(follow, env, &opened, &event->staged);
}

enum err mls_follow_process(struct mls_follow *follow, const struct mls_env *env,
			    struct bytes bytes, struct mls_follow_event *ret)
{
	struct mls_follow_event event = {0};
	struct mls_message message;
	enum err err = mls_message_decode(bytes, &message);

	if (err != ERR_OK)
		return err;
	if (message.wire_format == MLS_PUBLIC_MESSAGE) {
		err = process_public(follow, env, &message.public_message, &event);
	} else if (message.wire_format == MLS_PRIVATE_MESSAGE &&
		   message.private_message.content_type == MLS_APPLICATION) {
		err = mls_public_check_epoch(&follow->public,
					     message.private_message.group_id,
					     message.private_message.epoch);
		event.content_type = MLS_APPLICATION;
	} else {
		err = ERR_BAD;
	}
	if (err == ERR_OK)
		*ret = event;
	return err;
}

enum err mls_follow_merge(struct mls_follow *follow, struct mls_follow_staged **staged)
{
	struct mls_follow_staged *it = *staged;

	if (!mls_hash_equal(&follow->public.interim, mls_hash_view(&it->base)))
		return ERR_STALE_EPOCH;
	struct mls_public old = follow->public;
	follow->public = it->next;
	it->next = old;
	mls_follow_staged_free(staged);
	return ERR_OK;
}

enum err mls_follow_check_info(const struct mls_follow_staged *staged, struct bytes info)
{
	const struct mls_public *next = &staged->next;
	AUTO(buf_done) struct buf context = BUF_INIT;
	struct mls_message message;
	struct bytes external;
	enum err err = decode_info(info, &message);

	if (err != ERR_OK)
		return err;
	const struct mls_group_info *it = &message.group_info;
	const struct mls_leaf *signer = mls_tree_leaf(&next->tree, it->signer);
	mls_context_encode(&context, &it->context);
	if (!bytes_equal(buf_view(&context), buf_view(&next->context_bytes)) ||
	    !mls_hash_equal(&next->tag, it->confirmation_tag) || !signer ||
	    !mls_extension_find(it->extensions, MLS_EXT_EXTERNAL_PUB, &external))
		return ERR_BAD;
	return mls_verify(signer->signature_key, "GroupInfoTBS", it->unsigned_part,
			  it->signature);
}

struct mls_view mls_follow_view(const struct mls_follow *follow)
{
	return mls_public_view(&follow->public);
}

void mls_follow_tree(const struct mls_follow *follow, struct buf *out)
{
	mls_tree_encode(out, &follow->public.tree);
}

void mls_follow_pack(const struct mls_follow *follow, struct buf *out)
{
	AUTO(buf_done) struct buf tree = BUF_INIT;

	mls_tree_encode(&tree, &follow->public.tree);
	buf_add_u16(out, FOLLOW_VERSION);
	mls_public_write(&follow->public, out);
	buf_add_vec(out, buf_view(&tree));
	mls_public_write_pending(&follow->public, out);
}

static enum err unpack(const struct mls_suites *suites, struct rd *rd,
		       struct mls_public *public)
{
	enum err err = mls_public_read(suites, rd, public);

	if (err == ERR_OK)
		err = mls_tree_decode(rd_vec(rd), &public->tree);
	if (err != ERR_OK)
		return rd->err != ERR_OK ? rd->err : err;
	struct mls_hash hash = mls_tree_root_hash(&public->tree);
	if (!mls_hash_equal(&hash, public->context.tree_hash))
		return ERR_CORRUPT;
	return mls_public_read_pending(public, rd_rest(rd));
}

enum err mls_follow_unpack(const struct mls_suites *suites, struct bytes bytes,
			   struct mls_follow **ret)
{
	AUTO(mls_follow_free) struct mls_follow *follow = mem_new(struct mls_follow);
	struct rd rd = rd_init(bytes);

	if (rd_u16(&rd) > FOLLOW_VERSION)
		return ERR_NEWER;
	enum err err = unpack(suites, &rd, &follow->public);
	if (err != ERR_OK)
		return err;
	*ret = follow;
	follow = NULL;
	return ERR_OK;
}
