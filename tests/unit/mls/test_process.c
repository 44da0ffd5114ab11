/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage of every kind to good messages: refused, the group byte for byte as before, the
 * original still taken, once. */
#include "common/mls/group.h"

#include <stdlib.h>

#include "common/mls/codec.h"
#include "common/mls/member.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_evil.h"

struct pair {
	struct party alice, bob;
};

static int make_pair(void **state)
{
	struct pair *it = calloc(1, sizeof(*it));

	party_init(&it->alice, "alice", 1);
	party_init(&it->bob, "bob", 2);
	party_create(&it->alice, bytes_of(NULL, 0));
	party_invite(&it->alice, &it->bob, NULL, 0);
	*state = it;
	return 0;
}

static int end_pair(void **state)
{
	struct pair *it = *state;

	party_done(&it->alice);
	party_done(&it->bob);
	free(it);
	return 0;
}

static void unchanged(struct party *party, const struct buf *before)
{
	AUTO(buf_done) struct buf after = party_state(party);

	assert_true(bytes_equal(buf_view(before), buf_view(&after)));
}

/* Every bit, every length, a byte more: refused by @party without a trace. */
static void damage(struct party *party, const struct buf *message)
{
	AUTO(buf_done) struct buf before = party_state(party);
	AUTO(buf_done) struct buf copy = BUF_INIT;

	buf_add_bytes(&copy, buf_view(message));
	for (size_t bit = 0; bit < copy.len * 8; bit++) {
		copy.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(party_try(party, buf_view(&copy)), ERR_OK);
		copy.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bit % 64 == 0)
			unchanged(party, &before);
	}
	for (size_t len = 0; len < copy.len; len++)
		assert_int_not_equal(party_try(party, bytes_of(copy.ptr, len)), ERR_OK);
	buf_add_u8(&copy, 0);
	check_err(party_try(party, buf_view(&copy)), ERR_BAD);
	unchanged(party, &before);
}

static void a_damaged_application_message_leaves_no_trace(void **state)
{
	struct pair *it = *state;
	AUTO(buf_done) struct buf message = party_say(&it->alice, "hello");

	damage(&it->bob, &message);
	party_hear(&it->bob, &message, 0, "hello");
	AUTO(buf_done) struct buf before = party_state(&it->bob);
	check_err(party_try(&it->bob, buf_view(&message)), ERR_GONE);
	unchanged(&it->bob, &before);
}

static void a_damaged_commit_leaves_no_trace(void **state)
{
	struct pair *it = *state;
	AUTO(buf_done) struct buf message = party_update(&it->alice);

	damage(&it->bob, &message);
	party_take(&it->bob, &message);
	assert_true(party_agree(&it->alice, &it->bob));
	AUTO(buf_done) struct buf before = party_state(&it->bob);
	check_err(party_try(&it->bob, buf_view(&message)), ERR_STALE_EPOCH);
	unchanged(&it->bob, &before);
}

static void a_damaged_encrypted_commit_leaves_no_trace(void **state)
{
	struct pair *it = *state;
	const struct mls_commit_options options = {.wrap = {.encrypt = true}};
	struct mls_staged *staged = party_commit(&it->alice, &options);

	damage(&it->bob, &staged->commit);
	party_take(&it->bob, &staged->commit);
	check_ok(mls_group_merge(it->alice.group, &staged));
	assert_true(party_agree(&it->alice, &it->bob));
}

static void a_damaged_proposal_leaves_no_trace(void **state)
{
	struct pair *it = *state;
	for (int encrypt = 0; encrypt < 2; encrypt++) {
		const struct mls_wrap wrap = {.encrypt = encrypt};
		AUTO(buf_done) struct buf message = BUF_INIT;
		check_ok(mls_group_propose_update(it->alice.group, &it->alice.env, NULL,
						  &wrap, &message));
		damage(&it->bob, &message);
		party_take(&it->bob, &message);
		AUTO(buf_done) struct buf before = party_state(&it->bob);
		check_err(party_try(&it->bob, buf_view(&message)),
			  encrypt ? ERR_GONE : ERR_EXISTS);
		unchanged(&it->bob, &before);
	}
}

static void a_damaged_welcome_lets_nobody_in(void **state)
{
	struct pair *it = *state;
	AUTO(party_done) struct party carol = {0};
	AUTO(buf_done) struct buf welcome = BUF_INIT;
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_group *group = NULL;
	struct mls_hash used;

	party_init(&carol, "carol", 3);
	AUTO(buf_done) struct buf package = party_package(&carol);
	struct mls_proposal add = party_add(&package);
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &add, &welcome);
	assert_true(commit.len > 0);
	check_ok(mls_group_tree(it->alice.group, &tree));
	for (size_t bit = 0; bit < welcome.len * 8; bit++) {
		welcome.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(mls_group_join(&carol.env, buf_view(&welcome),
						    buf_view(&tree), NULL, &group, &used),
				     ERR_OK);
		welcome.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < tree.len * 8; bit += 3) {
		tree.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(mls_group_join(&carol.env, buf_view(&welcome),
						    buf_view(&tree), NULL, &group, &used),
				     ERR_OK);
		tree.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	check_err(mls_group_join(&carol.env, buf_view(&welcome), bytes_of(NULL, 0), NULL,
				 &group, &used),
		  ERR_NOT_FOUND);
	party_join(&carol, &welcome, &it->alice);
	assert_true(party_agree(&it->alice, &carol));
	/* The key package is gone: the Welcome is of no more use. */
	check_err(mls_group_join(&carol.env, buf_view(&welcome), buf_view(&tree), NULL,
				 &group, &used),
		  ERR_NOT_FOUND);
}

static void a_damaged_key_package_is_refused(void **state)
{
	struct pair *it = *state;
	AUTO(buf_done) struct buf package = party_package(&it->bob);
	struct mls_key_package view;

	check_ok(mls_key_package_decode(buf_view(&package), &view));
	check_ok(mls_key_package_check(&it->alice.env, MLS_SUITE_CHACHA, &view));
	for (size_t bit = 0; bit < package.len * 8; bit++) {
		package.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		enum err err = mls_key_package_decode(buf_view(&package), &view);
		if (err == ERR_OK)
			err = mls_key_package_check(&it->alice.env, MLS_SUITE_CHACHA,
						    &view);
		assert_int_not_equal(err, ERR_OK);
		package.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_damaged_group_info_lets_nobody_in(void **state)
{
	struct pair *it = *state;
	AUTO(party_done) struct party carol = {0};
	AUTO(buf_done) struct buf info = BUF_INIT;
	struct mls_staged *staged = NULL;

	party_init(&carol, "carol", 3);
	check_ok(mls_group_info(it->alice.group, &it->alice.env, true, &info));
	for (size_t bit = 0; bit < info.len * 8; bit += 3) {
		info.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(mls_group_join_external(&carol.env, buf_view(&info),
							     bytes_of(NULL, 0),
							     &carol.client, MLS_NO_LEAF,
							     bytes_of(NULL, 0), &staged),
				     ERR_OK);
		info.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void rfc_6_no_application_data_in_the_clear(void **state)
{
	struct pair *it = *state;
	struct mls_message message = {.wire_format = MLS_PUBLIC_MESSAGE};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	const uint8_t zero[64] = {0};

	message.public_message.content =
		(struct mls_content){.group_id = bytes_text("a group"),
				     .epoch = 1,
				     .sender = {MLS_SENDER_MEMBER, 0},
				     .type = MLS_APPLICATION,
				     .application = bytes_text("hello")};
	message.public_message.auth.signature = bytes_of(zero, 64);
	message.public_message.membership_tag = bytes_of(zero, 32);
	mls_message_encode(&bytes, &message);
	check_err(party_try(&it->bob, buf_view(&bytes)), ERR_BAD);
}

static struct mls_content remove_of(uint64_t epoch, struct mls_sender sender)
{
	return (struct mls_content){.group_id = bytes_text("a group"),
				    .epoch = epoch,
				    .sender = sender,
				    .type = MLS_PROPOSAL,
				    .proposal = {.type = MLS_REMOVE, .remove = 1}};
}

static void rfc_6_1_no_sender_that_is_nobody(void **state)
{
	struct pair *it = *state;
	static const struct mls_sender senders[] = {
		{MLS_SENDER_MEMBER, 2},          {MLS_SENDER_MEMBER, 3},
		{MLS_SENDER_MEMBER, UINT32_MAX}, {MLS_SENDER_EXTERNAL, 0},
		{MLS_SENDER_NEW_PROPOSAL, 0},    {MLS_SENDER_NEW_COMMIT, 0}};

	for (size_t i = 0; i < ARRAY_LEN(senders); i++) {
		struct mls_content content = remove_of(1, senders[i]);
		AUTO(buf_done) struct buf message = evil_message(&it->bob, &content);
		check_err(party_try(&it->alice, buf_view(&message)), ERR_FORBIDDEN);
	}
	/* As somebody else: it is signed by the wrong key. */
	struct mls_content content =
		remove_of(1, (struct mls_sender){MLS_SENDER_MEMBER, 0});
	AUTO(buf_done) struct buf message = evil_message(&it->bob, &content);
	check_err(party_try(&it->bob, buf_view(&message)), ERR_CORRUPT);
}

static void messages_of_other_epochs_and_groups_are_refused(void **state)
{
	struct pair *it = *state;
	for (uint64_t epoch = 0; epoch < 4; epoch += 2) {
		struct mls_content content =
			remove_of(epoch, (struct mls_sender){MLS_SENDER_MEMBER, 1});
		AUTO(buf_done) struct buf message = evil_message(&it->bob, &content);
		check_err(party_try(&it->alice, buf_view(&message)), ERR_STALE_EPOCH);
	}
	struct mls_content content =
		remove_of(1, (struct mls_sender){MLS_SENDER_MEMBER, 1});
	content.group_id = bytes_text("another group");
	AUTO(buf_done) struct buf message = evil_message(&it->bob, &content);
	check_err(party_try(&it->alice, buf_view(&message)), ERR_NOT_FOUND);
}

static void rfc_6_2_a_member_without_the_membership_key_is_none(void **state)
{
	struct pair *it = *state;
	struct mls_content content =
		remove_of(1, (struct mls_sender){MLS_SENDER_MEMBER, 1});

	it->bob.group->epoch.membership.bytes[0] ^= 1;
	AUTO(buf_done) struct buf message = evil_message(&it->bob, &content);
	check_err(party_try(&it->alice, buf_view(&message)), ERR_CORRUPT);
}

static void rfc_6_3_1_padding_is_zero(void **state)
{
	struct pair *it = *state;
	struct mls_group *group = it->bob.group;
	const struct mls_content content = {.group_id = bytes_text("a group"),
					    .epoch = 1,
					    .sender = {MLS_SENDER_MEMBER, 1},
					    .type = MLS_APPLICATION,
					    .application = bytes_text("x")};
	for (int good = 0; good < 2; good++) {
		AUTO(buf_done) struct buf message = BUF_INIT;
		AUTO(mls_draft_done) struct mls_draft draft = {0};
		struct mls_key_step step;
		check_ok(mls_draft_sign(&it->bob.env, &content, MLS_PRIVATE_MESSAGE,
					it->bob.client.signature_key,
					buf_view(&group->public.context_bytes), &draft));
		buf_add(&draft.signature, good ? "\0\0" : "\0\1",
			2); /* behind the auth data */
		check_ok(mls_secret_tree_next(&group->secrets, 1, MLS_RATCHET_APPLICATION,
					      &step));
		mls_draft_private(&draft, group->public.suite, &it->bob.random, &content,
				  &group->epoch.sender_data, &step.key, 4, &message);
		mls_secret_tree_use(&group->secrets, &step);
		check_err(party_try(&it->alice, buf_view(&message)),
			  good ? ERR_OK : ERR_BAD);
	}
}

static void our_own_messages_are_not_news(void **state)
{
	struct pair *it = *state;
	AUTO(buf_done) struct buf said = party_say(&it->alice, "hello");
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = party_commit(&it->alice, &options);

	check_err(party_try(&it->alice, buf_view(&said)), ERR_GONE);
	check_err(party_try(&it->alice, buf_view(&staged->commit)), ERR_EXISTS);
	mls_staged_free(&staged);
}

static void what_is_no_message_of_a_group_is_refused(void **state)
{
	struct pair *it = *state;
	AUTO(buf_done) struct buf info = BUF_INIT;

	check_ok(mls_group_info(it->alice.group, &it->alice.env, false, &info));
	check_err(party_try(&it->bob, buf_view(&info)), ERR_BAD);
	check_err(party_try(&it->bob, bytes_of(NULL, 0)), ERR_TRUNCATED);
	check_err(party_try(&it->bob, bytes_of("\0\2\0\1", 4)), ERR_UNKNOWN_TYPE);
	check_err(party_try(&it->bob, bytes_of("\0\1\0\6", 4)), ERR_UNKNOWN_TYPE);
}

static void what_is_too_big_is_refused_before_it_is_read(void **state)
{
	struct pair *it = *state;
	AUTO(buf_done) struct buf big = BUF_INIT;
	AUTO(buf_done) struct buf out = BUF_INIT;

	mls_message_head(&big, MLS_PUBLIC_MESSAGE);
	memset(buf_room(&big, MLS_MESSAGE_MAX), 0, MLS_MESSAGE_MAX);
	big.len += MLS_MESSAGE_MAX;
	check_err(party_try(&it->bob, buf_view(&big)), ERR_TOO_BIG);
	check_err(mls_group_protect(it->bob.group, &it->bob.env, buf_view(&big),
				    bytes_of(NULL, 0), 0, &out),
		  ERR_TOO_BIG);
	check_err(mls_group_protect(it->bob.group, &it->bob.env, bytes_of(NULL, 0),
				    bytes_of(NULL, 0), SIZE_MAX, &out),
		  ERR_TOO_BIG);
	assert_int_equal(out.len, 0);
}

static void rfc_9_1_a_ratchet_is_wound_forward_so_far_only(void **state)
{
	struct pair *it = *state;
	struct mls_key_step step;

	for (int i = 0; i <= MLS_FORWARD_MAX; i++) {
		check_ok(mls_secret_tree_next(&it->alice.group->secrets, 0,
					      MLS_RATCHET_APPLICATION, &step));
		mls_secret_tree_use(&it->alice.group->secrets, &step);
	}
	AUTO(buf_done) struct buf far = party_say(&it->alice, "far away");
	check_err(party_try(&it->bob, buf_view(&far)), ERR_TOO_BIG);
	/* The flood ends with the epoch. */
	AUTO(buf_done) struct buf commit = party_update(&it->alice);
	party_take(&it->bob, &commit);
	AUTO(buf_done) struct buf near = party_say(&it->alice, "near");
	party_hear(&it->bob, &near, 0, "near");
}

#define PAIR(fn) cmocka_unit_test_setup_teardown(fn, make_pair, end_pair)

CHECK_MAIN(PAIR(a_damaged_application_message_leaves_no_trace),
	   PAIR(a_damaged_commit_leaves_no_trace),
	   PAIR(a_damaged_encrypted_commit_leaves_no_trace),
	   PAIR(a_damaged_proposal_leaves_no_trace),
	   PAIR(a_damaged_welcome_lets_nobody_in), PAIR(a_damaged_key_package_is_refused),
	   PAIR(a_damaged_group_info_lets_nobody_in),
	   PAIR(rfc_6_no_application_data_in_the_clear),
	   PAIR(rfc_6_1_no_sender_that_is_nobody),
	   PAIR(messages_of_other_epochs_and_groups_are_refused),
	   PAIR(rfc_6_2_a_member_without_the_membership_key_is_none),
	   PAIR(rfc_6_3_1_padding_is_zero), PAIR(our_own_messages_are_not_news),
	   PAIR(what_is_no_message_of_a_group_is_refused),
	   PAIR(what_is_too_big_is_refused_before_it_is_read),
	   PAIR(rfc_9_1_a_ratchet_is_wound_forward_so_far_only))
