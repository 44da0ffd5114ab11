/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A member that may send anything, with its signature and tags right: the others refuse it
 * without a trace or take it. The first byte says what the rest is. */
/* Covers: common/mls/framing.c common/mls/process.c common/mls/proposals.c common/mls/stage.c */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/mls/follow.h"
#include "common/mls/member.h"
#include "tests/lib/mls_evil.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct party alice, bob;
	struct buf start; /* alice's group, to go back to */
	struct mls_follow *follow;
};

/* Made once: two members, and the server that follows. */
static struct world *world(void)
{
	static struct world *it;
	struct buf info = BUF_INIT;

	if (it)
		return it;
	it = calloc(1, sizeof(*it));
	assert(it);
	party_init(&it->alice, "alice", 1);
	party_init(&it->bob, "bob", 2);
	party_create(&it->alice, bytes_of(NULL, 0));
	party_invite(&it->alice, &it->bob, NULL, 0);
	it->start = party_state(&it->alice);
	if (mls_group_info(it->alice.group, &it->alice.env, true, &info) != ERR_OK ||
	    mls_follow_start(&it->bob.env, buf_view(&info), bytes_of(NULL, 0),
			     &it->follow) != ERR_OK)
		abort();
	buf_done(&info);
	return it;
}

static void again(struct world *it)
{
	mls_group_free(&it->alice.group);
	if (mls_state_unpack(&mls_suites_default, buf_view(&it->start),
			     &it->alice.group) != ERR_OK)
		abort();
}

static void process(struct world *it, struct bytes message)
{
	struct mls_follow_event seen;
	struct mls_event event;
	enum err err =
		mls_group_process(it->alice.group, &it->alice.env, message, &event);

	if (err == ERR_OK) {
		if (event.staged &&
		    mls_group_merge(it->alice.group, &event.staged) != ERR_OK)
			abort();
		mls_event_done(&event);
		again(it);
	} else {
		AUTO(buf_done) struct buf after = party_state(&it->alice);
		assert(bytes_equal(buf_view(&after), buf_view(&it->start)));
	}
	if (mls_follow_process(it->follow, &it->alice.env, message, &seen) == ERR_OK)
		mls_follow_event_done(&seen);
}

static struct mls_content content_of(const struct world *it)
{
	const struct mls_context *context = mls_group_view(it->bob.group).context;

	return (struct mls_content){.group_id = context->group_id,
				    .epoch = context->epoch,
				    .sender = {MLS_SENDER_MEMBER, 1}};
}

static void handshake(struct world *it, uint8_t type, struct bytes body, uint8_t sender)
{
	struct mls_content content = content_of(it);
	struct rd rd = rd_init(body);

	mls_content_read_body(&rd, type, &content);
	if (rd_done(&rd) != ERR_OK)
		return;
	if (sender)
		content.sender = (struct mls_sender){sender, 0};
	AUTO(buf_done) struct buf message = evil_message(&it->bob, &content);
	process(it, buf_view(&message));
}

/* The plaintext of a PrivateMessage, sealed with the right key whatever it is. */
static void sealed(struct world *it, uint8_t type, struct bytes plain)
{
	struct mls_group *group = it->bob.group;
	const struct mls_content content = content_of(it);
	struct mls_draft draft = {.type = MLS_APPLICATION, .sender = content.sender};
	AUTO(buf_done) struct buf message = BUF_INIT;
	AUTO(mls_key_step_done) struct mls_key_step step = {0};

	if (mls_secret_tree_next(&group->secrets, 1,
				 type == MLS_APPLICATION ? MLS_RATCHET_APPLICATION
							 : MLS_RATCHET_HANDSHAKE,
				 &step) != ERR_OK)
		abort();
	buf_add_bytes(&draft.body, plain);
	/* The type is in the clear; for APPLICATION nothing is put behind the body. */
	draft.type = type == MLS_COMMIT ? MLS_PROPOSAL : type;
	mls_draft_private(&draft, group->public.suite, &it->bob.random, &content,
			  &group->epoch.sender_data, &step.key, 0, &message);
	mls_draft_done(&draft);
	process(it, buf_view(&message));
}

static void stored(struct bytes bytes)
{
	struct mls_group *group = NULL;
	struct mls_staged *staged = NULL;
	struct mls_follow *follow = NULL;

	if (mls_state_unpack(&mls_suites_default, bytes, &group) == ERR_OK)
		mls_group_free(&group);
	if (mls_staged_unpack(&mls_suites_default, bytes, &staged) == ERR_OK)
		mls_staged_free(&staged);
	if (mls_follow_unpack(&mls_suites_default, bytes, &follow) == ERR_OK)
		mls_follow_free(&follow);
}

static void joining(struct world *it, struct bytes bytes)
{
	struct mls_group *group = NULL;
	struct mls_staged *staged = NULL;
	struct mls_hash used;

	if (mls_group_join(&it->bob.env, bytes, bytes_of(NULL, 0), NULL, &group, &used) ==
	    ERR_OK)
		mls_group_free(&group);
	if (mls_group_join_external(&it->bob.env, bytes, bytes_of(NULL, 0),
				    &it->bob.client, 1, bytes_of(NULL, 0),
				    &staged) == ERR_OK)
		mls_staged_free(&staged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct world *it = world();
	struct bytes rest = bytes_of(data + 1, size - 1);

	switch (data[0] % 10) {
	case 0: handshake(it, MLS_PROPOSAL, rest, 0); break;
	case 1: handshake(it, MLS_COMMIT, rest, 0); break;
	case 2: handshake(it, MLS_COMMIT, rest, MLS_SENDER_NEW_COMMIT); break;
	case 3: handshake(it, MLS_PROPOSAL, rest, MLS_SENDER_NEW_PROPOSAL); break;
	case 4: handshake(it, MLS_PROPOSAL, rest, MLS_SENDER_EXTERNAL); break;
	case 5: sealed(it, MLS_APPLICATION, rest); break;
	case 6: sealed(it, MLS_PROPOSAL, rest); break;
	case 7: stored(rest); break;
	case 8: joining(it, rest); break;
	default: process(it, rest);
	}
	return 0;
}
