/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/group.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mls/codec.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

/* Alice makes a group and adds bob, then carol: leaves 0, 1, 2. */
struct trio {
	struct party alice, bob, carol;
};

static int make_trio(void **state)
{
	struct trio *it = calloc(1, sizeof(*it));
	struct party *const bob[] = {&it->bob};

	party_init(&it->alice, "alice", 1);
	party_init(&it->bob, "bob", 2);
	party_init(&it->carol, "carol", 3);
	party_create(&it->alice, bytes_of(NULL, 0));
	party_invite(&it->alice, &it->bob, NULL, 0);
	party_invite(&it->alice, &it->carol, bob, 1);
	*state = it;
	return 0;
}

static int end_trio(void **state)
{
	struct trio *it = *state;

	party_done(&it->alice);
	party_done(&it->bob);
	party_done(&it->carol);
	free(it);
	return 0;
}

static void all_agree(const struct trio *it)
{
	assert_true(party_agree(&it->alice, &it->bob));
	assert_true(party_agree(&it->alice, &it->carol));
}

static void who_is_added_agrees_with_who_was_there(void **state)
{
	struct trio *it = *state;

	all_agree(it);
	assert_int_equal(mls_group_own_leaf(it->alice.group), 0);
	assert_int_equal(mls_group_own_leaf(it->bob.group), 1);
	assert_int_equal(mls_group_own_leaf(it->carol.group), 2);
	assert_int_equal(mls_group_view(it->bob.group).context->epoch, 2);
}

static void everybody_hears_everybody(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf a = party_say(&it->alice, "hello from alice");
	AUTO(buf_done) struct buf b = party_say(&it->bob, "hello from bob");
	AUTO(buf_done) struct buf c = party_say(&it->carol, "");

	party_hear(&it->bob, &a, 0, "hello from alice");
	party_hear(&it->carol, &a, 0, "hello from alice");
	party_hear(&it->alice, &b, 1, "hello from bob");
	party_hear(&it->carol, &b, 1, "hello from bob");
	party_hear(&it->alice, &c, 2, "");
}

static void messages_may_come_in_any_order_but_once(void **state)
{
	struct trio *it = *state;
	struct buf said[10];
	char text[24];

	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "number %d", i);
		said[i] = party_say(&it->alice, text);
	}
	for (int i = 9; i >= 0; i -= 2) {
		snprintf(text, sizeof(text), "number %d", i);
		party_hear(&it->bob, &said[i], 0, text);
		check_err(party_try(&it->bob, buf_view(&said[i])), ERR_GONE);
	}
	for (int i = 0; i < 10; i += 2) {
		snprintf(text, sizeof(text), "number %d", i);
		party_hear(&it->bob, &said[i], 0, text);
	}
	for (int i = 0; i < 10; i++) {
		check_err(party_try(&it->bob, buf_view(&said[i])), ERR_GONE);
		buf_done(&said[i]);
	}
}

static void an_empty_commit_renews_the_keys_of_its_maker(void **state)
{
	struct trio *it = *state;

	for (int round = 0; round < 3; round++) {
		struct party *const turn[] = {&it->alice, &it->bob, &it->carol};
		AUTO(buf_done) struct buf commit = party_update(turn[round]);
		for (int i = 0; i < 3; i++) {
			if (i != round)
				party_take(turn[i], &commit);
		}
		all_agree(it);
	}
}

static void making_a_commit_changes_nothing(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf before = party_state(&it->alice);
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = party_commit(&it->alice, &options);
	AUTO(buf_done) struct buf after = party_state(&it->alice);

	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	mls_staged_free(&staged);
}

static void a_commit_that_lost_is_refused_by_merge(void **state)
{
	struct trio *it = *state;
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = party_commit(&it->alice, &options);
	AUTO(buf_done) struct buf winner = party_update(&it->bob);

	party_take(&it->alice, &winner);
	check_err(mls_group_merge(it->alice.group, &staged), ERR_STALE_EPOCH);
	assert_non_null(staged);
	mls_staged_free(&staged);
	party_take(&it->carol, &winner);
	all_agree(it);
}

static void a_received_commit_may_be_dropped_and_come_again(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf commit = party_update(&it->alice);

	check_ok(party_try(&it->bob, buf_view(&commit)));
	check_ok(party_try(&it->bob, buf_view(&commit)));
	party_take(&it->bob, &commit);
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_STALE_EPOCH);
	party_take(&it->carol, &commit);
	all_agree(it);
}

static void handshakes_may_be_encrypted(void **state)
{
	struct trio *it = *state;
	const struct mls_wrap wrap = {.encrypt = true,
				      .padding = 17,
				      .authenticated_data = bytes_text("seq 7")};
	const struct mls_commit_options options = {.wrap = wrap};
	AUTO(buf_done) struct buf proposal = BUF_INIT;
	struct mls_event event;

	check_ok(mls_group_propose_update(it->bob.group, &it->bob.env, NULL, &wrap,
					  &proposal));
	party_take(&it->alice, &proposal);
	party_take(&it->carol, &proposal);
	struct mls_staged *staged = party_commit(&it->alice, &options);
	assert_int_equal(staged->summary.updated.count, 1);
	check_ok(mls_group_process(it->bob.group, &it->bob.env, buf_view(&staged->commit),
				   &event));
	assert_true(
		bytes_equal(buf_view(&event.authenticated_data), bytes_text("seq 7")));
	check_ok(mls_group_merge(it->bob.group, &event.staged));
	mls_event_done(&event);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_group_merge(it->alice.group, &staged));
	all_agree(it);
}

static void proposals_are_committed_by_whoever_comes_next(void **state)
{
	struct trio *it = *state;
	const struct mls_wrap wrap = {0};
	const struct mls_proposal leave = {.type = MLS_REMOVE, .remove = 2};
	AUTO(buf_done) struct buf message = BUF_INIT;

	check_ok(mls_group_propose(it->carol.group, &it->carol.env, &leave, &wrap,
				   &message));
	party_take(&it->alice, &message);
	party_take(&it->bob, &message);
	AUTO(buf_done) struct buf commit = party_update(&it->bob);
	party_take(&it->alice, &commit);
	party_take(&it->carol, &commit);
	assert_true(party_agree(&it->alice, &it->bob));
	assert_false(mls_group_is_active(it->carol.group));
	assert_int_equal(mls_tree_members(mls_group_view(it->alice.group).tree), 2);
}

static void rfc_12_4_while_proposals_wait_nothing_is_said(void **state)
{
	struct trio *it = *state;
	const struct mls_wrap wrap = {0};
	AUTO(buf_done) struct buf message = BUF_INIT;
	AUTO(buf_done) struct buf out = BUF_INIT;

	check_ok(mls_group_propose_update(it->bob.group, &it->bob.env, NULL, &wrap,
					  &message));
	party_take(&it->alice, &message);
	check_err(mls_group_protect(it->alice.group, &it->alice.env, bytes_text("hi"),
				    bytes_text(""), 0, &out),
		  ERR_STATE);
	mls_group_clear_pending(it->alice.group);
	check_ok(mls_group_protect(it->alice.group, &it->alice.env, bytes_text("hi"),
				   bytes_text(""), 0, &out));
}

static void who_is_removed_can_do_nothing_more(void **state)
{
	struct trio *it = *state;
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 1};
	const struct mls_commit_options options = {0};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &remove, NULL);
	AUTO(buf_done) struct buf out = BUF_INIT;
	struct mls_staged *staged = NULL;
	uint8_t exported[32];

	party_take(&it->bob, &commit);
	party_take(&it->carol, &commit);
	assert_true(party_agree(&it->alice, &it->carol));
	AUTO(buf_done) struct buf said = party_say(&it->alice, "bob is gone");
	check_err(party_try(&it->bob, buf_view(&said)), ERR_NOT_MEMBER);
	check_err(mls_group_protect(it->bob.group, &it->bob.env, bytes_text("x"),
				    bytes_text(""), 0, &out),
		  ERR_NOT_MEMBER);
	check_err(mls_group_commit(it->bob.group, &it->bob.env, &options, &staged),
		  ERR_NOT_MEMBER);
	check_err(mls_group_export(it->bob.group, bytes_text("l"), bytes_text(""),
				   exported, 32),
		  ERR_NOT_MEMBER);
	party_hear(&it->carol, &said, 0, "bob is gone");
}

static void an_external_commit_joins_without_anybody_awake(void **state)
{
	struct trio *it = *state;
	AUTO(party_done) struct party dave = {0};
	AUTO(buf_done) struct buf info = BUF_INIT;
	struct mls_staged *staged = NULL;

	party_init(&dave, "dave", 4);
	check_ok(mls_group_info(it->alice.group, &it->alice.env, true, &info));
	check_ok(mls_group_join_external(&dave.env, buf_view(&info), bytes_of(NULL, 0),
					 &dave.client, MLS_NO_LEAF, bytes_text(""),
					 &staged));
	party_take(&it->alice, &staged->commit);
	party_take(&it->bob, &staged->commit);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_staged_start(&staged, &dave.group));
	all_agree(it);
	assert_true(party_agree(&it->alice, &dave));
	AUTO(buf_done) struct buf said = party_say(&dave, "let me in");
	party_hear(&it->bob, &said, 3, "let me in");
}

static void resync_replaces_the_lost_self(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf info = BUF_INIT;
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_staged *staged = NULL;

	check_ok(mls_group_info(it->alice.group, &it->alice.env, false, &info));
	check_ok(mls_group_tree(it->alice.group, &tree));
	mls_group_free(&it->bob.group);
	check_ok(mls_group_join_external(&it->bob.env, buf_view(&info), buf_view(&tree),
					 &it->bob.client, 1, bytes_text(""), &staged));
	party_take(&it->alice, &staged->commit);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_staged_start(&staged, &it->bob.group));
	all_agree(it);
	assert_int_equal(mls_group_own_leaf(it->bob.group), 1);
}

static void a_staged_commit_of_a_group_does_not_start_another(void **state)
{
	struct trio *it = *state;
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = party_commit(&it->alice, &options);
	struct mls_group *group = NULL;

	check_err(mls_staged_start(&staged, &group), ERR_STATE);
	mls_staged_free(&staged);
}

static void psks_of_both_kinds_are_mixed_in(void **state)
{
	struct trio *it = *state;
	const uint8_t nonce[32] = {1};
	const struct mls_proposal psks[2] = {
		{.type = MLS_PSK,
		 .psk = {.type = MLS_PSK_EXTERNAL,
			 .id = bytes_text("shared"),
			 .nonce = bytes_of(nonce, 32)}},
		{.type = MLS_PSK,
		 .psk = {.type = MLS_PSK_RESUMPTION,
			 .usage = MLS_PSK_APPLICATION,
			 .group_id = bytes_text("a group"),
			 .epoch = 2,
			 .nonce = bytes_of(nonce, 32)}},
	};
	const struct mls_commit_options options = {
		.proposals = psks, .count = 2, .no_path = true};
	struct party *const all[] = {&it->alice, &it->bob, &it->carol};

	for (int i = 0; i < 2; i++)
		check_ok(mls_keystore_add_psk(&all[i]->store, bytes_text("shared"),
					      bytes_text("a key of any length")));
	AUTO(buf_done) struct buf update = party_update(&it->alice);
	party_take(&it->bob, &update);
	party_take(&it->carol, &update);
	struct mls_staged *staged = party_commit(&it->alice, &options);
	party_take(&it->bob, &staged->commit);
	/* Carol has not got the external one. */
	check_err(party_try(&it->carol, buf_view(&staged->commit)), ERR_NOT_FOUND);
	check_ok(mls_group_merge(it->alice.group, &staged));
	assert_true(party_agree(&it->alice, &it->bob));
}

static void one_welcome_may_serve_all(void **state)
{
	struct trio *it = *state;
	struct party more[4] = {0};
	struct buf packages[4];
	struct mls_proposal adds[4];
	struct party *const old[] = {&it->bob, &it->carol};

	for (int i = 0; i < 4; i++) {
		char name[24];
		snprintf(name, sizeof(name), "more%d", i);
		party_init(&more[i], name, 100 + (uint64_t)i);
		packages[i] = party_package(&more[i]);
		adds[i] = party_add(&packages[i]);
	}
	const struct mls_commit_options options = {.proposals = adds,
						   .count = 4,
						   .one_welcome = true,
						   .tree_in_welcome = true};
	struct mls_staged *staged = party_commit(&it->alice, &options);
	assert_int_equal(staged->welcome_count, 1);
	for (int i = 0; i < 2; i++)
		party_take(old[i], &staged->commit);
	for (int i = 0; i < 4; i++) {
		struct mls_hash used;
		check_ok(mls_group_join(&more[i].env, buf_view(&staged->welcomes[0]),
					bytes_of(NULL, 0), NULL, &more[i].group, &used));
		assert_int_equal(mls_group_own_leaf(more[i].group), 3 + i);
	}
	check_ok(mls_group_merge(it->alice.group, &staged));
	all_agree(it);
	/* Unmerged leaves commit, and are committed to. */
	for (int i = 0; i < 4; i++) {
		AUTO(buf_done) struct buf commit = party_update(&more[i]);
		party_take(&it->alice, &commit);
		party_take(&it->bob, &commit);
		for (int j = 0; j < 4; j++) {
			if (j != i)
				party_take(&more[j], &commit);
		}
		assert_true(party_agree(&it->alice, &more[i]));
	}
	for (int i = 0; i < 4; i++) {
		party_done(&more[i]);
		buf_done(&packages[i]);
	}
}

static void adds_without_a_path_leave_everybody_else_unmerged(void **state)
{
	struct trio *it = *state;
	AUTO(party_done) struct party dave = {0};
	party_init(&dave, "dave", 4);
	AUTO(buf_done) struct buf package = party_package(&dave);
	struct mls_proposal add = party_add(&package);
	const struct mls_commit_options options = {
		.proposals = &add, .count = 1, .no_path = true};
	struct mls_staged *staged = party_commit(&it->bob, &options);

	assert_false(staged->summary.has_path);
	party_take(&it->alice, &staged->commit);
	party_take(&it->carol, &staged->commit);
	AUTO(buf_done) struct buf welcome = staged->welcomes[0];
	staged->welcomes[0] = BUF_INIT;
	check_ok(mls_group_merge(it->bob.group, &staged));
	party_join(&dave, &welcome, &it->bob);
	all_agree(it);
	AUTO(buf_done) struct buf commit = party_update(&it->alice);
	party_take(&dave, &commit);
	party_take(&it->bob, &commit);
	assert_true(party_agree(&it->alice, &dave));
}

static void the_exporter_gives_everybody_the_same(void **state)
{
	struct trio *it = *state;
	uint8_t a[40], b[40], c[40];

	check_ok(mls_group_export(it->alice.group, bytes_text("file key"),
				  bytes_text("7"), a, 40));
	check_ok(mls_group_export(it->bob.group, bytes_text("file key"), bytes_text("7"),
				  b, 40));
	check_ok(mls_group_export(it->bob.group, bytes_text("file key"), bytes_text("8"),
				  c, 40));
	assert_memory_equal(a, b, 40);
	assert_memory_not_equal(b, c, 40);
}

static void rfc_11_2_a_group_goes_on_in_another_one(void **state)
{
	struct trio *it = *state;
	const struct mls_proposal reinit = {
		.type = MLS_REINIT,
		.reinit = {.group_id = bytes_text("next group"),
			   .version = MLS_VERSION_1,
			   .suite = MLS_SUITE_CHACHA}};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &reinit, NULL);
	AUTO(buf_done) struct buf out = BUF_INIT;
	struct buf packages[2] = {party_package(&it->bob), party_package(&it->carol)};
	struct mls_key_package views[2];
	struct mls_staged *staged = NULL;
	struct mls_group *alice2 = NULL, *bob2 = NULL;
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_hash used;

	party_take(&it->bob, &commit);
	party_take(&it->carol, &commit);
	assert_false(mls_group_is_active(it->bob.group));
	check_err(mls_group_protect(it->bob.group, &it->bob.env, bytes_text("x"),
				    bytes_text(""), 0, &out),
		  ERR_STATE);
	for (int i = 0; i < 2; i++)
		check_ok(mls_key_package_decode(buf_view(&packages[i]), &views[i]));
	check_ok(mls_group_continue(it->alice.group, &it->alice.env, true, bytes_text(""),
				    &it->alice.client, views, 2, &staged));
	AUTO(buf_done) struct buf welcome = staged->welcomes[0];
	staged->welcomes[0] = BUF_INIT;
	check_ok(mls_staged_start(&staged, &alice2));
	check_ok(mls_group_tree(alice2, &tree));
	/* Without the old group the new one cannot be judged. */
	check_err(mls_group_join(&it->bob.env, buf_view(&welcome), buf_view(&tree), NULL,
				 &bob2, &used),
		  ERR_STATE);
	check_ok(mls_group_join(&it->bob.env, buf_view(&welcome), buf_view(&tree),
				it->bob.group, &bob2, &used));
	assert_true(bytes_equal(mls_group_authenticator(alice2),
				mls_group_authenticator(bob2)));
	assert_true(bytes_equal(mls_group_view(bob2).context->group_id,
				bytes_text("next group")));
	mls_group_free(&alice2);
	mls_group_free(&bob2);
	for (int i = 0; i < 2; i++)
		buf_done(&packages[i]);
}

static void rfc_11_3_a_branch_has_some_of_the_members(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf package = party_package(&it->carol);
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_group *alice2 = NULL, *carol2 = NULL;
	struct mls_staged *staged = NULL;
	struct mls_key_package view;
	struct mls_hash used;

	check_ok(mls_key_package_decode(buf_view(&package), &view));
	check_ok(mls_group_continue(it->alice.group, &it->alice.env, false,
				    bytes_text("a branch"), &it->alice.client, &view, 1,
				    &staged));
	AUTO(buf_done) struct buf welcome = staged->welcomes[0];
	staged->welcomes[0] = BUF_INIT;
	check_ok(mls_staged_start(&staged, &alice2));
	check_ok(mls_group_tree(alice2, &tree));
	check_ok(mls_group_join(&it->carol.env, buf_view(&welcome), buf_view(&tree),
				it->carol.group, &carol2, &used));
	assert_true(bytes_equal(mls_group_authenticator(alice2),
				mls_group_authenticator(carol2)));
	mls_group_free(&alice2);
	mls_group_free(&carol2);
	all_agree(it);
}

static void newcomers_and_servers_may_propose_from_outside(void **state)
{
	struct trio *it = *state;
	AUTO(party_done) struct party dave = {0};
	AUTO(buf_done) struct buf senders = BUF_INIT;
	AUTO(buf_done) struct buf list = BUF_INIT;
	AUTO(buf_done) struct buf message = BUF_INIT;
	AUTO(buf_done) struct buf added = BUF_INIT;

	/* Dave's key is the only external sender. */
	party_init(&dave, "dave", 4);
	size_t mark = buf_open_vec(&senders);
	buf_add_vec(&senders, dave.client.signature_key);
	mls_credential_encode(&senders, &dave.client.credential);
	buf_close_vec(&senders, mark);
	mls_extension_encode(&list, MLS_EXT_EXTERNAL_SENDERS, buf_view(&senders));
	const struct mls_proposal allow = {.type = MLS_GROUP_CONTEXT_EXTENSIONS,
					   .extensions = buf_view(&list)};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &allow, NULL);
	party_take(&it->bob, &commit);
	party_take(&it->carol, &commit);

	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	check_ok(mls_external_propose(&dave.env, bytes_text("a group"), 3,
				      &(struct mls_sender){MLS_SENDER_EXTERNAL, 0},
				      dave.client.signature_key, &remove, &message));
	party_take(&it->alice, &message);
	party_take(&it->bob, &message);
	AUTO(buf_done) struct buf package = party_package(&dave);
	struct mls_proposal add = party_add(&package);
	check_ok(mls_external_propose(&dave.env, bytes_text("a group"), 3,
				      &(struct mls_sender){MLS_SENDER_NEW_PROPOSAL, 0},
				      dave.client.signature_key, &add, &added));
	party_take(&it->alice, &added);
	party_take(&it->bob, &added);
	AUTO(buf_done) struct buf welcome = BUF_INIT;
	AUTO(buf_done) struct buf both = party_change(&it->bob, NULL, &welcome);
	party_take(&it->alice, &both);
	party_join(&dave, &welcome, &it->bob);
	assert_true(party_agree(&it->alice, &dave));
	assert_int_equal(mls_group_own_leaf(dave.group), 2);
}

static void a_member_may_change_its_signature_key(void **state)
{
	struct trio *it = *state;
	const uint8_t seed[32] = "another seed for the same client";
	uint8_t key[SIGN_PUBLIC_LEN];

	check_ok(mls_keystore_add_sign(&it->bob.store, bytes_of(seed, 32), key));
	struct mls_client client = it->bob.client;
	client.signature_key = bytes_of(key, sizeof(key));
	const struct mls_commit_options options = {.client = &client};
	struct mls_staged *staged = party_commit(&it->bob, &options);
	party_take(&it->alice, &staged->commit);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_group_merge(it->bob.group, &staged));
	all_agree(it);
	AUTO(buf_done) struct buf said = party_say(&it->bob, "signed anew");
	party_hear(&it->alice, &said, 1, "signed anew");
}

static void the_hooks_decide(void **state)
{
	struct trio *it = *state;
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &remove, NULL);
	AUTO(buf_done) struct buf before = party_state(&it->bob);

	it->bob.proposal_says = ERR_FORBIDDEN;
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_FORBIDDEN);
	it->bob.proposal_says = ERR_OK;
	it->bob.commit_says = ERR_BANNED;
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_BANNED);
	it->bob.commit_says = ERR_OK;
	it->bob.identity_says = ERR_UNVERIFIED;
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_UNVERIFIED);
	it->bob.identity_says = ERR_OK;
	AUTO(buf_done) struct buf after = party_state(&it->bob);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	party_take(&it->bob, &commit);
	assert_true(party_agree(&it->alice, &it->bob));
	assert_true(it->bob.commit_asked > 0);
}

/* A second key store: it signs so many times and is locked then. */
struct locking {
	struct mls_keys inner;
	unsigned left;
};

static enum err sign_or_lock(void *ctx, struct bytes public_key, struct bytes message,
			     uint8_t ret_signature[SIGN_LEN])
{
	struct locking *it = ctx;

	if (it->left == 0)
		return ERR_LOCKED;
	it->left--;
	return it->inner.sign(it->inner.ctx, public_key, message, ret_signature);
}

static enum err no_psk(void *ctx, const struct mls_psk_id *id, struct secret *ret)
{
	return ERR_LOCKED;
}

static enum err no_package(void *ctx, struct bytes ref, struct mls_own_package *ret)
{
	return ERR_LOCKED;
}

/* Everything that signs, with a store that locks after @left signatures. */
static bool try_all(struct party *party, unsigned left)
{
	struct locking store = {.inner = party->keys};
	const struct mls_keys keys = {sign_or_lock, no_psk, no_package, &store};
	const struct mls_wrap wrap = {.encrypt = true};
	const struct mls_commit_options options = {.wrap = wrap};
	struct mls_env env = party->env;
	AUTO(buf_done) struct buf out = BUF_INIT;
	struct mls_staged *staged = NULL;
	bool locked = false;

	env.keys = &keys;
	store.left = left;
	locked |= mls_group_commit(party->group, &env, &options, &staged) != ERR_OK;
	mls_staged_free(&staged);
	store.left = left;
	locked |= mls_group_info(party->group, &env, true, &out) != ERR_OK;
	store.left = left;
	locked |= mls_group_protect(party->group, &env, bytes_text("x"), bytes_text(""),
				    0, &out) != ERR_OK;
	store.left = left;
	locked |=
		mls_group_propose_update(party->group, &env, NULL, &wrap, &out) != ERR_OK;
	return locked;
}

static void a_key_store_that_locks_leaves_no_trace(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf before = party_state(&it->bob);
	AUTO(buf_done) struct buf after = BUF_INIT;

	assert_true(try_all(&it->bob, 0));
	after = party_state(&it->bob);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	/* The leaf of the path, then the message, then the GroupInfo. */
	for (unsigned left = 1; left < 3; left++) {
		struct locking store = {.inner = it->bob.keys, .left = left};
		const struct mls_keys keys = {sign_or_lock, no_psk, no_package, &store};
		const struct mls_commit_options options = {0};
		struct mls_env env = it->bob.env;
		struct mls_staged *staged = NULL;
		env.keys = &keys;
		check_err(mls_group_commit(it->bob.group, &env, &options, &staged),
			  ERR_LOCKED);
		buf_done(&after);
		after = party_state(&it->bob);
		assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	}
	assert_false(try_all(&it->bob, 10));
}

static void a_commit_takes_what_fits_together(void **state)
{
	struct trio *it = *state;
	const struct mls_wrap wrap = {0};
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 1};
	AUTO(buf_done) struct buf update = BUF_INIT;
	AUTO(buf_done) struct buf removal = BUF_INIT;
	AUTO(buf_done) struct buf own = BUF_INIT;

	/* Bob updates, carol wants bob out, alice wants to update herself. */
	check_ok(mls_group_propose_update(it->bob.group, &it->bob.env, NULL, &wrap,
					  &update));
	check_ok(mls_group_propose(it->carol.group, &it->carol.env, &remove, &wrap,
				   &removal));
	check_ok(mls_group_propose_update(it->alice.group, &it->alice.env, NULL, &wrap,
					  &own));
	party_take(&it->alice, &update);
	party_take(&it->alice, &removal);
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = party_commit(&it->alice, &options);
	assert_int_equal(staged->summary.removed.count, 1);
	assert_int_equal(staged->summary.updated.count, 0);
	party_take(&it->carol, &update);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_group_merge(it->alice.group, &staged));
	assert_true(party_agree(&it->alice, &it->carol));
	assert_int_equal(mls_group_pending(it->alice.group), 0);
}

#define TRIO(fn) cmocka_unit_test_setup_teardown(fn, make_trio, end_trio)

CHECK_MAIN(TRIO(who_is_added_agrees_with_who_was_there), TRIO(everybody_hears_everybody),
	   TRIO(messages_may_come_in_any_order_but_once),
	   TRIO(an_empty_commit_renews_the_keys_of_its_maker),
	   TRIO(making_a_commit_changes_nothing),
	   TRIO(a_commit_that_lost_is_refused_by_merge),
	   TRIO(a_received_commit_may_be_dropped_and_come_again),
	   TRIO(handshakes_may_be_encrypted),
	   TRIO(proposals_are_committed_by_whoever_comes_next),
	   TRIO(rfc_12_4_while_proposals_wait_nothing_is_said),
	   TRIO(who_is_removed_can_do_nothing_more),
	   TRIO(an_external_commit_joins_without_anybody_awake),
	   TRIO(resync_replaces_the_lost_self),
	   TRIO(a_staged_commit_of_a_group_does_not_start_another),
	   TRIO(psks_of_both_kinds_are_mixed_in), TRIO(one_welcome_may_serve_all),
	   TRIO(adds_without_a_path_leave_everybody_else_unmerged),
	   TRIO(the_exporter_gives_everybody_the_same),
	   TRIO(rfc_11_2_a_group_goes_on_in_another_one),
	   TRIO(rfc_11_3_a_branch_has_some_of_the_members),
	   TRIO(newcomers_and_servers_may_propose_from_outside),
	   TRIO(a_member_may_change_its_signature_key), TRIO(the_hooks_decide),
	   TRIO(a_key_store_that_locks_leaves_no_trace),
	   TRIO(a_commit_takes_what_fits_together))
