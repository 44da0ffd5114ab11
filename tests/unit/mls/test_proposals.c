/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a commit or a proposal must not be. Each test is named after the section that says
 * so; the control is the first one: a commit that is right but for its tag. */
#include "common/mls/proposals.h"

#include <stdlib.h>

#include "common/mls/codec.h"
#include "common/mls/leaf.h"
#include "common/mls/member.h"
#include "common/mls/treecheck.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_evil.h"

struct scene {
	struct party alice, bob, carol;
	struct buf path_room;
	struct mls_path path; /* a good one of bob's */
};

static int set_up(void **state)
{
	struct scene *it = calloc(1, sizeof(*it));

	party_trio(&it->alice, &it->bob, &it->carol);
	it->path = evil_path(&it->bob, &it->path_room);
	*state = it;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *it = *state;

	party_done(&it->alice);
	party_done(&it->bob);
	party_done(&it->carol);
	buf_done(&it->path_room);
	free(it);
	return 0;
}

/* Bob commits @list with a path; alice must answer @want and stay as she is. */
static void refuse(struct scene *it, const struct evil *evil, enum err want)
{
	AUTO(buf_done) struct buf message = evil_commit(&it->bob, evil);
	AUTO(buf_done) struct buf before = party_state(&it->alice);

	check_err(party_try(&it->alice, buf_view(&message)), want);
	AUTO(buf_done) struct buf after = party_state(&it->alice);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
}

static void refuse_list(struct scene *it, const struct mls_proposal *list, size_t count,
			enum err want)
{
	refuse(it, &(struct evil){.proposals = list, .count = count, .path = &it->path},
	       want);
}

static const uint8_t nonce[32] = {7};

static struct mls_proposal psk_of(uint8_t usage, size_t nonce_len)
{
	return (struct mls_proposal){
		.type = MLS_PSK,
		.psk = {.type = usage ? MLS_PSK_RESUMPTION : MLS_PSK_EXTERNAL,
			.usage = usage,
			.id = bytes_text("id"),
			.group_id = bytes_text("a group"),
			.epoch = 2,
			.nonce = bytes_of(nonce, nonce_len)}};
}

static void the_control_fails_for_its_tag_only(void **state)
{
	struct scene *it = *state;
	const struct mls_proposal context = {.type = MLS_GROUP_CONTEXT_EXTENSIONS};

	refuse_list(it, &context, 1, ERR_CORRUPT);
	refuse_list(it, NULL, 0, ERR_CORRUPT);
}

static void rfc_12_2_no_update_by_the_committer(void **state)
{
	struct scene *it = *state;
	struct mls_proposal update = {.type = MLS_UPDATE};
	const struct mls_place place = {bytes_text("a group"), 1};
	AUTO(buf_done) struct buf bytes = BUF_INIT;

	struct mls_leaf leaf = *mls_tree_leaf(mls_group_view(it->bob.group).tree, 1);
	leaf.source = MLS_LEAF_UPDATE;
	leaf.encryption_key = bytes_of(nonce, 32);
	check_ok(mls_leaf_make(&it->bob.env, &leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &update.update));
	refuse_list(it, &update, 1, ERR_BAD);
}

static void rfc_12_2_no_removal_of_the_committer(void **state)
{
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 1};

	refuse_list(*state, &remove, 1, ERR_BAD);
}

static void rfc_12_2_no_two_proposals_for_one_leaf(void **state)
{
	struct scene *it = *state;
	const struct mls_wrap wrap = {0};
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	const struct mls_proposal twice[2] = {remove, remove};
	AUTO(buf_done) struct buf update = BUF_INIT;
	AUTO(buf_done) struct buf refs = BUF_INIT;

	refuse_list(it, twice, 2, ERR_BAD);
	check_ok(mls_group_propose_update(it->carol.group, &it->carol.env, NULL, &wrap,
					  &update));
	party_take(&it->alice, &update);
	evil_ref(&update, &refs);
	refuse(it,
	       &(struct evil){.proposals = &remove,
			      .count = 1,
			      .refs = buf_view(&refs),
			      .path = &it->path},
	       ERR_BAD);
	/* The update twice. */
	evil_ref(&update, &refs);
	refuse(it, &(struct evil){.refs = buf_view(&refs), .path = &it->path}, ERR_BAD);
}

static void rfc_12_2_no_client_added_twice(void **state)
{
	struct scene *it = *state;
	AUTO(party_done) struct party dave = {0};
	party_init(&dave, "dave", 4);
	AUTO(buf_done) struct buf one = party_package(&dave);
	AUTO(buf_done) struct buf two = party_package(&dave);
	const struct mls_proposal adds[2] = {party_add(&one), party_add(&two)};

	refuse(it, &(struct evil){.proposals = adds, .count = 2}, ERR_BAD);
	refuse(it, &(struct evil){.proposals = adds, .count = 1}, ERR_CORRUPT);
}

static void rfc_12_2_no_client_added_that_is_a_member(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf package = party_package(&it->carol);
	const struct mls_proposal list[2] = {party_add(&package),
					     {.type = MLS_REMOVE, .remove = 2}};

	refuse(it, &(struct evil){.proposals = list, .count = 1}, ERR_BAD);
	/* Unless the same commit removes the old one: but then the path must fit that. */
	AUTO(buf_done) struct buf commit = BUF_INIT;
	const struct mls_commit_options options = {.proposals = list, .count = 2};
	struct mls_staged *staged = party_commit(&it->bob, &options);
	buf_add_bytes(&commit, buf_view(&staged->commit));
	mls_staged_free(&staged);
	check_ok(party_try(&it->alice, buf_view(&commit)));
}

static void rfc_12_2_no_psk_twice(void **state)
{
	const struct mls_proposal psk = psk_of(0, 32);
	const struct mls_proposal twice[2] = {psk, psk};

	refuse_list(*state, twice, 2, ERR_BAD);
}

static void rfc_12_2_one_group_context_extensions_at_most(void **state)
{
	const struct mls_proposal twice[2] = {{.type = MLS_GROUP_CONTEXT_EXTENSIONS},
					      {.type = MLS_GROUP_CONTEXT_EXTENSIONS}};

	refuse_list(*state, twice, 2, ERR_BAD);
	refuse_list(*state, twice, 1, ERR_CORRUPT);
}

static void rfc_12_2_a_reinit_stands_alone(void **state)
{
	const struct mls_proposal list[2] = {
		{.type = MLS_REINIT,
		 .reinit = {.group_id = bytes_text("next"), .version = 1, .suite = 3}},
		psk_of(0, 32)};

	refuse_list(*state, list, 2, ERR_BAD);
	refuse_list(*state, list, 1, ERR_CORRUPT);
}

static void rfc_12_2_no_external_init_by_a_member(void **state)
{
	const struct mls_proposal init = {.type = MLS_EXTERNAL_INIT,
					  .external_init = bytes_of(nonce, 32)};

	refuse_list(*state, &init, 1, ERR_BAD);
}

static void rfc_12_1_1_no_bad_key_package(void **state)
{
	struct scene *it = *state;
	const uint64_t now = PARTY_NOW_MS / 1000;
	AUTO(party_done) struct party dave = {0};
	party_init(&dave, "dave", 4);
	AUTO(buf_done) struct buf good = party_package(&dave);
	AUTO(buf_done) struct buf over = party_package_of(&dave, now - 10, now - 1);
	AUTO(buf_done) struct buf early = party_package_of(&dave, now + 1, now + 10);
	AUTO(buf_done) struct buf longlived = party_package_of(&dave, 0, UINT64_MAX);
	AUTO(buf_done) struct buf backwards = party_package_of(&dave, now + 1, now - 1);
	const struct {
		const struct buf *package;
		enum err want;
	} rows[] = {{&over, ERR_EXPIRED},
		    {&early, ERR_EXPIRED},
		    {&longlived, ERR_BAD},
		    {&backwards, ERR_BAD},
		    {&good, ERR_CORRUPT}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct mls_proposal add = party_add(rows[i].package);
		refuse(it, &(struct evil){.proposals = &add, .count = 1}, rows[i].want);
	}
}

static void rfc_10_1_no_key_package_of_other_parameters(void **state)
{
	struct scene *it = *state;
	AUTO(party_done) struct party dave = {0};
	party_init(&dave, "dave", 4);
	AUTO(buf_done) struct buf good = party_package(&dave);
	struct mls_proposal add = party_add(&good);

	add.add.suite = 1;
	refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	add = party_add(&good);
	add.add.version = 2;
	refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	add = party_add(&good);
	add.add.init_key = add.add.leaf.encryption_key;
	refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	add = party_add(&good);
	add.add.init_key = bytes_of(nonce, 32); /* the signature is of another one */
	refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_CORRUPT);
}

static void rfc_12_1_2_no_update_with_the_old_key(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	struct mls_proposal update = {.type = MLS_UPDATE};
	AUTO(buf_done) struct buf bytes = BUF_INIT;

	struct mls_leaf leaf = *mls_tree_leaf(mls_group_view(it->bob.group).tree, 1);
	leaf.source = MLS_LEAF_UPDATE;
	check_ok(mls_leaf_make(&it->bob.env, &leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &update.update));
	AUTO(buf_done) struct buf message = evil_proposal(&it->bob, &update);
	check_err(party_try(&it->alice, buf_view(&message)), ERR_BAD);
}

static void rfc_7_3_an_update_is_signed_for_its_place(void **state)
{
	struct scene *it = *state;
	const struct mls_place places[2] = {{bytes_text("a group"), 2},
					    {bytes_text("another"), 1}};

	for (int i = 0; i < 2; i++) {
		struct mls_proposal update = {.type = MLS_UPDATE};
		AUTO(buf_done) struct buf bytes = BUF_INIT;
		struct mls_leaf leaf =
			*mls_tree_leaf(mls_group_view(it->bob.group).tree, 1);
		leaf.source = MLS_LEAF_UPDATE;
		leaf.encryption_key = bytes_of(nonce, 32);
		check_ok(mls_leaf_make(&it->bob.env, &leaf, &places[i], &bytes));
		check_ok(mls_leaf_decode(buf_view(&bytes), &update.update));
		AUTO(buf_done) struct buf message = evil_proposal(&it->bob, &update);
		check_err(party_try(&it->alice, buf_view(&message)), ERR_CORRUPT);
	}
}

static void rfc_7_3_capabilities_name_what_the_leaf_uses(void **state)
{
	struct scene *it = *state;
	const uint16_t rows = 4;

	for (uint16_t row = 0; row < rows; row++) {
		AUTO(party_done) struct party dave = {0};
		AUTO(buf_done) struct buf list = BUF_INIT;
		party_init(&dave, "dave", 4);
		if (row == 0) {
			mls_extension_encode(&list, 0xf1aa, bytes_text(""));
			dave.client.leaf_extensions = buf_view(&list);
		}
		AUTO(buf_done) struct buf package = party_package(&dave);
		struct mls_proposal add = party_add(&package);
		if (row == 1)
			add.add.leaf.capabilities.credentials = bytes_of(NULL, 0);
		if (row == 2)
			add.add.leaf.capabilities.suites = bytes_of(NULL, 0);
		if (row == 3)
			add.add.leaf.capabilities.versions = bytes_of(NULL, 0);
		refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	}
}

static void rfc_12_1_3_no_removal_of_nobody(void **state)
{
	const struct mls_proposal blank = {.type = MLS_REMOVE, .remove = 3};
	const struct mls_proposal outside = {.type = MLS_REMOVE, .remove = 4000000000u};

	refuse_list(*state, &blank, 1, ERR_BAD);
	refuse_list(*state, &outside, 1, ERR_BAD);
}

static void rfc_12_1_4_psks_have_long_nonces_and_the_right_usage(void **state)
{
	const struct mls_proposal shorter = psk_of(0, 31);
	const struct mls_proposal reinit = psk_of(MLS_PSK_REINIT, 32);
	const struct mls_proposal branch = psk_of(MLS_PSK_BRANCH, 32);
	const struct mls_proposal unknown = psk_of(0, 32);

	refuse_list(*state, &shorter, 1, ERR_BAD);
	refuse_list(*state, &reinit, 1, ERR_BAD);
	refuse_list(*state, &branch, 1, ERR_BAD);
	refuse_list(*state, &unknown, 1, ERR_NOT_FOUND);
}

static void rfc_12_1_5_no_reinit_to_an_older_version(void **state)
{
	const struct mls_proposal reinit = {
		.type = MLS_REINIT,
		.reinit = {.group_id = bytes_text("next"), .version = 0, .suite = 3}};

	refuse_list(*state, &reinit, 1, ERR_BAD);
}

static void rfc_12_1_7_no_extension_that_a_member_lacks(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf list = BUF_INIT;
	AUTO(buf_done) struct buf required = BUF_INIT;
	AUTO(buf_done) struct buf requiring = BUF_INIT;
	const uint8_t type[2] = {0xf1, 0xaa};

	mls_extension_encode(&list, 0xf1aa, bytes_text("policy"));
	const struct mls_proposal use = {.type = MLS_GROUP_CONTEXT_EXTENSIONS,
					 .extensions = buf_view(&list)};
	refuse_list(it, &use, 1, ERR_BAD);
	for (int which = 0; which < 3; which++) {
		buf_clear(&required);
		buf_clear(&requiring);
		for (int i = 0; i < 3; i++)
			buf_add_vec(&required, bytes_of(type, i == which ? 2 : 0));
		mls_extension_encode(&requiring, MLS_EXT_REQUIRED_CAPABILITIES,
				     buf_view(&required));
		const struct mls_proposal demand = {.type = MLS_GROUP_CONTEXT_EXTENSIONS,
						    .extensions = buf_view(&requiring)};
		refuse_list(it, &demand, 1, ERR_BAD);
	}
}

static void rfc_13_4_no_extension_twice(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf list = BUF_INIT;

	mls_extension_encode(&list, MLS_EXT_APPLICATION_ID, bytes_text("a"));
	mls_extension_encode(&list, MLS_EXT_APPLICATION_ID, bytes_text("b"));
	const struct mls_proposal use = {.type = MLS_GROUP_CONTEXT_EXTENSIONS,
					 .extensions = buf_view(&list)};
	refuse_list(it, &use, 1, ERR_BAD);
}

static void rfc_12_4_a_path_where_one_is_needed(void **state)
{
	struct scene *it = *state;
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	const struct mls_proposal context = {.type = MLS_GROUP_CONTEXT_EXTENSIONS};

	refuse(it, &(struct evil){.proposals = &remove, .count = 1}, ERR_BAD);
	refuse(it, &(struct evil){.proposals = &context, .count = 1}, ERR_BAD);
	refuse(it, &(struct evil){0}, ERR_BAD);
}

static void rfc_12_4_2_no_reference_to_what_never_came(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf refs = BUF_INIT;

	buf_add_u8(&refs, 2);
	buf_add_vec(&refs, bytes_of(nonce, 32));
	refuse(it, &(struct evil){.refs = buf_view(&refs), .path = &it->path},
	       ERR_NOT_FOUND);
}

static void rfc_12_4_2_no_path_with_a_key_of_the_tree(void **state)
{
	struct scene *it = *state;
	const struct mls_tree *tree = mls_group_view(it->alice.group).tree;
	AUTO(buf_done) struct buf nodes = BUF_INIT;
	struct mls_path_node node;
	struct mls_path path = it->path;

	for (size_t at = 0; mls_path_node_next(it->path.nodes, &at, &node);) {
		buf_add_vec(&nodes, mls_tree_leaf(tree, 2)->encryption_key);
		buf_add_vec(&nodes, node.ciphertexts);
	}
	path.nodes = buf_view(&nodes);
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

static void rfc_7_6_as_many_ciphertexts_as_receivers(void **state)
{
	struct scene *it = *state;

	for (int more = 0; more < 2; more++) {
		AUTO(buf_done) struct buf nodes = BUF_INIT;
		struct mls_path_node node;
		struct mls_path path = it->path;
		for (size_t at = 0; mls_path_node_next(it->path.nodes, &at, &node);) {
			size_t mark;
			buf_add_vec(&nodes, node.encryption_key);
			mark = buf_open_vec(&nodes);
			for (int i = 0; i < 2 * more; i++)
				buf_add_bytes(&nodes, node.ciphertexts);
			buf_close_vec(&nodes, mark);
		}
		path.nodes = buf_view(&nodes);
		refuse(it, &(struct evil){.path = &path}, ERR_BAD);
	}
}

static void rfc_7_5_as_many_nodes_as_the_path_has(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf nodes = BUF_INIT;
	struct mls_path path = it->path;

	path.nodes = bytes_of(NULL, 0);
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
	buf_add_bytes(&nodes, it->path.nodes);
	buf_add_bytes(&nodes, it->path.nodes);
	path.nodes = buf_view(&nodes);
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

static void rfc_7_9_2_the_parent_hash_is_recomputed(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_path path = it->path;

	path.leaf.parent_hash = bytes_of(nonce, 32);
	check_ok(mls_leaf_make(&it->bob.env, &path.leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &path.leaf));
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

static void rfc_7_3_the_leaf_of_a_path_is_of_source_commit(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_path path = it->path;

	path.leaf.source = MLS_LEAF_UPDATE;
	check_ok(mls_leaf_make(&it->bob.env, &path.leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &path.leaf));
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

static void rfc_12_4_3_2_what_an_external_commit_has(void **state)
{
	struct scene *it = *state;
	const struct mls_proposal init = {.type = MLS_EXTERNAL_INIT,
					  .external_init = bytes_of(nonce, 32)};
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	const struct mls_proposal other = {.type = MLS_REMOVE, .remove = 0};
	const struct mls_proposal context = {.type = MLS_GROUP_CONTEXT_EXTENSIONS};
	const struct mls_proposal twice[2] = {init, init};
	const struct mls_proposal removes[3] = {init, remove, other};
	const struct mls_proposal more[2] = {init, context};
	const struct mls_sender sender = {MLS_SENDER_NEW_COMMIT, 0};
	AUTO(buf_done) struct buf refs = BUF_INIT;
	AUTO(buf_done) struct buf proposal = evil_proposal(&it->carol, &other);

	refuse(it, &(struct evil){.path = &it->path, .sender = sender}, ERR_BAD);
	refuse(it,
	       &(struct evil){.proposals = twice,
			      .count = 2,
			      .path = &it->path,
			      .sender = sender},
	       ERR_BAD);
	refuse(it,
	       &(struct evil){.proposals = removes,
			      .count = 3,
			      .path = &it->path,
			      .sender = sender},
	       ERR_BAD);
	refuse(it,
	       &(struct evil){.proposals = more,
			      .count = 2,
			      .path = &it->path,
			      .sender = sender},
	       ERR_BAD);
	party_take(&it->alice, &proposal);
	evil_ref(&proposal, &refs);
	refuse(it,
	       &(struct evil){.proposals = &init,
			      .count = 1,
			      .refs = buf_view(&refs),
			      .path = &it->path,
			      .sender = sender},
	       ERR_BAD);
	refuse(it, &(struct evil){.proposals = &init, .count = 1, .sender = sender},
	       ERR_FORBIDDEN);
}

/* The list alone, without a path that would have to fit it. */
static enum err judge(struct scene *it, const struct mls_proposal *list, size_t count,
		      struct mls_sender sender, const struct mls_leaf *path_leaf)
{
	struct mls_items items = {0};

	for (size_t i = 0; i < count; i++)
		mls_items_add(&items,
			      &(struct mls_item){.sender = sender, .proposal = list[i]});
	enum err err = mls_items_check(&it->alice.group->public, &it->alice.env, &items,
				       &sender, path_leaf);
	mls_items_done(&items);
	return err;
}

static void rfc_12_2_the_list_alone_is_judged(void **state)
{
	struct scene *it = *state;
	const struct mls_tree *tree = mls_group_view(it->alice.group).tree;
	const struct mls_sender member = {MLS_SENDER_MEMBER, 1};
	const struct mls_sender newcomer = {MLS_SENDER_NEW_COMMIT, 0};
	const struct mls_proposal removes[2] = {{.type = MLS_REMOVE, .remove = 2},
						{.type = MLS_REMOVE, .remove = 2}};
	const struct mls_proposal resync[2] = {
		{.type = MLS_EXTERNAL_INIT, .external_init = bytes_of(nonce, 32)},
		removes[0]};

	check_ok(judge(it, removes, 1, member, &it->path.leaf));
	check_err(judge(it, removes, 2, member, &it->path.leaf), ERR_BAD);
	check_ok(judge(it, resync, 2, newcomer, &it->path.leaf));
	/* The lost leaf's own key is not to be used again. */
	check_err(judge(it, resync, 2, newcomer, mls_tree_leaf(tree, 2)), ERR_BAD);
}

static void rfc_7_3_each_leaf_has_the_source_of_its_place(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	struct mls_proposal update = {.type = MLS_UPDATE};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	AUTO(buf_done) struct buf package = party_package(&it->carol);
	struct mls_key_package view;

	struct mls_leaf leaf = *mls_tree_leaf(mls_group_view(it->bob.group).tree, 1);
	leaf.source = MLS_LEAF_COMMIT;
	leaf.encryption_key = bytes_of(nonce, 32);
	check_ok(mls_leaf_make(&it->bob.env, &leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &update.update));
	AUTO(buf_done) struct buf message = evil_proposal(&it->bob, &update);
	check_err(party_try(&it->alice, buf_view(&message)), ERR_BAD);

	check_ok(mls_key_package_decode(buf_view(&package), &view));
	view.leaf.source = MLS_LEAF_UPDATE;
	check_err(mls_key_package_check(&it->alice.env, MLS_SUITE_CHACHA, &view),
		  ERR_BAD);
}

static void rfc_12_4_2_the_leaf_of_a_path_is_judged(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_path path = it->path;

	path.leaf.capabilities.suites = bytes_of(NULL, 0);
	check_ok(mls_leaf_make(&it->bob.env, &path.leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &path.leaf));
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

/* All is right with it, parent hashes included, but that the key of node 1 is the old one. */
static void rfc_12_4_2_no_path_with_its_own_old_keys(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	const struct mls_tree *old = mls_group_view(it->alice.group).tree;
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(buf_done) struct buf nodes = BUF_INIT;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_path path = it->path;
	struct mls_path_node low, high;
	size_t at = 0;

	assert_true(mls_path_node_next(it->path.nodes, &at, &low));
	assert_true(mls_path_node_next(it->path.nodes, &at, &high));
	low.encryption_key = mls_tree_key(old, 1);
	mls_tree_copy(old, &tree);
	mls_tree_blank_path(&tree, 1);
	mls_tree_set_parent(&tree, 3,
			    &(struct mls_parent){.encryption_key = high.encryption_key});
	struct mls_hash hash = mls_parent_hash(&tree, 3, 5);
	mls_tree_set_parent(&tree, 1,
			    &(struct mls_parent){.encryption_key = low.encryption_key,
						 .parent_hash = mls_hash_view(&hash)});
	struct mls_hash leaf_hash = mls_parent_hash(&tree, 1, 0);
	path.leaf.parent_hash = mls_hash_view(&leaf_hash);
	check_ok(mls_leaf_make(&it->bob.env, &path.leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &path.leaf));
	buf_add_vec(&nodes, low.encryption_key);
	buf_add_vec(&nodes, low.ciphertexts);
	buf_add_vec(&nodes, high.encryption_key);
	buf_add_vec(&nodes, high.ciphertexts);
	path.nodes = buf_view(&nodes);
	refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

static void a_commit_after_a_reinit_is_refused(void **state)
{
	struct scene *it = *state;
	const struct mls_proposal reinit = {
		.type = MLS_REINIT,
		.reinit = {.group_id = bytes_text("next"), .version = 1, .suite = 3}};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &reinit, NULL);
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = NULL;

	party_take(&it->bob, &commit);
	check_err(mls_group_commit(it->bob.group, &it->bob.env, &options, &staged),
		  ERR_STATE);
}

#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(SCENE(the_control_fails_for_its_tag_only),
	   SCENE(rfc_12_2_no_update_by_the_committer),
	   SCENE(rfc_12_2_no_removal_of_the_committer),
	   SCENE(rfc_12_2_no_two_proposals_for_one_leaf),
	   SCENE(rfc_12_2_no_client_added_twice),
	   SCENE(rfc_12_2_no_client_added_that_is_a_member), SCENE(rfc_12_2_no_psk_twice),
	   SCENE(rfc_12_2_one_group_context_extensions_at_most),
	   SCENE(rfc_12_2_a_reinit_stands_alone),
	   SCENE(rfc_12_2_no_external_init_by_a_member),
	   SCENE(rfc_12_1_1_no_bad_key_package),
	   SCENE(rfc_10_1_no_key_package_of_other_parameters),
	   SCENE(rfc_12_1_2_no_update_with_the_old_key),
	   SCENE(rfc_7_3_an_update_is_signed_for_its_place),
	   SCENE(rfc_7_3_capabilities_name_what_the_leaf_uses),
	   SCENE(rfc_12_1_3_no_removal_of_nobody),
	   SCENE(rfc_12_1_4_psks_have_long_nonces_and_the_right_usage),
	   SCENE(rfc_12_1_5_no_reinit_to_an_older_version),
	   SCENE(rfc_12_1_7_no_extension_that_a_member_lacks),
	   SCENE(rfc_13_4_no_extension_twice), SCENE(rfc_12_4_a_path_where_one_is_needed),
	   SCENE(rfc_12_4_2_no_reference_to_what_never_came),
	   SCENE(rfc_12_4_2_no_path_with_a_key_of_the_tree),
	   SCENE(rfc_7_6_as_many_ciphertexts_as_receivers),
	   SCENE(rfc_7_5_as_many_nodes_as_the_path_has),
	   SCENE(rfc_7_9_2_the_parent_hash_is_recomputed),
	   SCENE(rfc_7_3_the_leaf_of_a_path_is_of_source_commit),
	   SCENE(rfc_12_4_3_2_what_an_external_commit_has),
	   SCENE(rfc_12_2_the_list_alone_is_judged),
	   SCENE(rfc_7_3_each_leaf_has_the_source_of_its_place),
	   SCENE(rfc_12_4_2_the_leaf_of_a_path_is_judged),
	   SCENE(rfc_12_4_2_no_path_with_its_own_old_keys),
	   SCENE(a_commit_after_a_reinit_is_refused))
