/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reaches into struct mls_group for the keys that an evil member has too.
 */
#include "tests/lib/mls_evil.h"

#include <stdlib.h>

#include "common/mls/codec.h"
#include "common/mls/member.h"
#include "tests/lib/check.h"

struct mls_path evil_path(struct party *party, struct buf *room)
{
	const struct mls_commit_options options = {.leave_pending = true};
	struct mls_staged *staged = party_commit(party, &options);
	struct mls_message message;

	buf_add_bytes(room, buf_view(&staged->commit));
	mls_staged_free(&staged);
	check_ok(mls_message_decode(buf_view(room), &message));
	return message.public_message.content.commit.path;
}

struct buf evil_message(struct party *party, const struct mls_content *content)
{
	const struct mls_group *group = party->group;
	struct bytes context = buf_view(&group->public.context_bytes);
	static const uint8_t tag[MLS_HASH_LEN] = {0xee};
	struct buf out = BUF_INIT;
	struct mls_draft draft;

	check_ok(mls_draft_sign(&party->env, content, MLS_PUBLIC_MESSAGE,
				party->client.signature_key, context, &draft));
	draft.confirmation_tag = bytes_of(tag, sizeof(tag));
	mls_draft_public(&draft, context, &group->epoch.membership, &out);
	mls_draft_done(&draft);
	return out;
}

static struct mls_content content_of(const struct party *party, uint8_t type)
{
	const struct mls_context *context = &party->group->public.context;

	return (struct mls_content){
		.group_id = context->group_id,
		.epoch = context->epoch,
		.sender = {MLS_SENDER_MEMBER, party->group->private.leaf},
		.type = type};
}

struct buf evil_commit(struct party *party, const struct evil *evil)
{
	struct mls_content content = content_of(party, MLS_COMMIT);
	AUTO(buf_done) struct buf list = BUF_INIT;

	for (size_t i = 0; i < evil->count; i++) {
		buf_add_u8(&list, 1);
		mls_proposal_encode(&list, &evil->proposals[i]);
	}
	buf_add_bytes(&list, evil->refs);
	if (evil->sender.type)
		content.sender = evil->sender;
	content.commit = (struct mls_commit){.proposals = buf_view(&list),
					     .has_path = evil->path != NULL};
	if (evil->path)
		content.commit.path = *evil->path;
	return evil_message(party, &content);
}

struct buf evil_proposal(struct party *party, const struct mls_proposal *proposal)
{
	struct mls_content content = content_of(party, MLS_PROPOSAL);

	content.proposal = *proposal;
	return evil_message(party, &content);
}

void evil_ref(const struct buf *message, struct buf *out)
{
	AUTO(mls_opened_done) struct mls_opened opened = {0};
	struct mls_message view;

	check_ok(mls_message_decode(buf_view(message), &view));
	check_ok(mls_open_public(&view.public_message, bytes_of(NULL, 0), NULL, &opened));
	struct mls_hash ref = mls_proposal_ref(buf_view(&opened.bytes));
	buf_add_u8(out, 2);
	buf_add_vec(out, mls_hash_view(&ref));
}

int scene_set_up(void **state)
{
	struct scene *it = calloc(1, sizeof(*it));

	party_trio(&it->alice, &it->bob, &it->carol);
	it->path = evil_path(&it->bob, &it->path_room);
	*state = it;
	return 0;
}

int scene_tear_down(void **state)
{
	struct scene *it = *state;

	party_done(&it->alice);
	party_done(&it->bob);
	party_done(&it->carol);
	buf_done(&it->path_room);
	free(it);
	return 0;
}

void scene_refuse(struct scene *it, const struct evil *evil, enum err want)
{
	AUTO(buf_done) struct buf message = evil_commit(&it->bob, evil);
	AUTO(buf_done) struct buf before = party_state(&it->alice);

	check_err(party_try(&it->alice, buf_view(&message)), want);
	AUTO(buf_done) struct buf after = party_state(&it->alice);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
}
