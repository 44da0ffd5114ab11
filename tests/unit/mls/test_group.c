/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/group.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mls/codec.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

static void who_is_added_agrees_with_who_was_there(void **state)
{
	struct trio *it = *state;

	trio_agrees(it);
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
		trio_agrees(it);
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
	trio_agrees(it);
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
	trio_agrees(it);
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
	trio_agrees(it);
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
	trio_agrees(it);
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
	trio_agrees(it);
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
	trio_agrees(it);
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
	trio_agrees(it);
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
	   TRIO(the_exporter_gives_everybody_the_same))
