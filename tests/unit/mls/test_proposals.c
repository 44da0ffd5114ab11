/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a commit or a proposal must not be. Each test is named after the section that says
 * so; the control is the first one: a commit that is right but for its tag. */
#include "common/mls/proposals.h"

#include "common/mls/codec.h"
#include "common/mls/leaf.h"
#include "common/mls/member.h"
#include "common/mls/treecheck.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_evil.h"

static void refuse_list(struct scene *it, const struct mls_proposal *list, size_t count,
			enum err want)
{
	scene_refuse(it,
		     &(struct evil){.proposals = list, .count = count, .path = &it->path},
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
	scene_refuse(it,
		     &(struct evil){.proposals = &remove,
				    .count = 1,
				    .refs = buf_view(&refs),
				    .path = &it->path},
		     ERR_BAD);
	/* The update twice. */
	evil_ref(&update, &refs);
	scene_refuse(it, &(struct evil){.refs = buf_view(&refs), .path = &it->path},
		     ERR_BAD);
}

static void rfc_12_2_no_client_added_twice(void **state)
{
	struct scene *it = *state;
	AUTO(party_done) struct party dave = {0};
	party_init(&dave, "dave", 4);
	AUTO(buf_done) struct buf one = party_package(&dave);
	AUTO(buf_done) struct buf two = party_package(&dave);
	const struct mls_proposal adds[2] = {party_add(&one), party_add(&two)};

	scene_refuse(it, &(struct evil){.proposals = adds, .count = 2}, ERR_BAD);
	scene_refuse(it, &(struct evil){.proposals = adds, .count = 1}, ERR_CORRUPT);
}

static void rfc_12_2_no_client_added_that_is_a_member(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf package = party_package(&it->carol);
	const struct mls_proposal list[2] = {party_add(&package),
					     {.type = MLS_REMOVE, .remove = 2}};

	scene_refuse(it, &(struct evil){.proposals = list, .count = 1}, ERR_BAD);
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
		scene_refuse(it, &(struct evil){.proposals = &add, .count = 1},
			     rows[i].want);
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
	scene_refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	add = party_add(&good);
	add.add.version = 2;
	scene_refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	add = party_add(&good);
	add.add.init_key = add.add.leaf.encryption_key;
	scene_refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
	add = party_add(&good);
	add.add.init_key = bytes_of(nonce, 32); /* the signature is of another one */
	scene_refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_CORRUPT);
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
		scene_refuse(it, &(struct evil){.proposals = &add, .count = 1}, ERR_BAD);
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

static void rfc_12_4_2_no_reference_to_what_never_came(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf refs = BUF_INIT;

	buf_add_u8(&refs, 2);
	buf_add_vec(&refs, bytes_of(nonce, 32));
	scene_refuse(it, &(struct evil){.refs = buf_view(&refs), .path = &it->path},
		     ERR_NOT_FOUND);
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

	scene_refuse(it, &(struct evil){.path = &it->path, .sender = sender}, ERR_BAD);
	scene_refuse(it,
		     &(struct evil){.proposals = twice,
				    .count = 2,
				    .path = &it->path,
				    .sender = sender},
		     ERR_BAD);
	scene_refuse(it,
		     &(struct evil){.proposals = removes,
				    .count = 3,
				    .path = &it->path,
				    .sender = sender},
		     ERR_BAD);
	scene_refuse(it,
		     &(struct evil){.proposals = more,
				    .count = 2,
				    .path = &it->path,
				    .sender = sender},
		     ERR_BAD);
	party_take(&it->alice, &proposal);
	evil_ref(&proposal, &refs);
	scene_refuse(it,
		     &(struct evil){.proposals = &init,
				    .count = 1,
				    .refs = buf_view(&refs),
				    .path = &it->path,
				    .sender = sender},
		     ERR_BAD);
	scene_refuse(it, &(struct evil){.proposals = &init, .count = 1, .sender = sender},
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
	   SCENE(rfc_13_4_no_extension_twice),
	   SCENE(rfc_12_4_2_no_reference_to_what_never_came),
	   SCENE(rfc_12_4_3_2_what_an_external_commit_has),
	   SCENE(rfc_12_2_the_list_alone_is_judged),
	   SCENE(rfc_7_3_each_leaf_has_the_source_of_its_place),
	   SCENE(a_commit_after_a_reinit_is_refused))
