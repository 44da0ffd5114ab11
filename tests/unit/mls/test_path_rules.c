/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the path of a commit must not be; see test_proposals.c. Each test is named after the
 * section that says so. */
#include "common/mls/codec.h"
#include "common/mls/leaf.h"
#include "common/mls/treecheck.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_evil.h"

static const uint8_t other[32] = {7}; /* no hash of anything */

static void rfc_12_4_a_path_where_one_is_needed(void **state)
{
	struct scene *it = *state;
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	const struct mls_proposal context = {.type = MLS_GROUP_CONTEXT_EXTENSIONS};

	scene_refuse(it, &(struct evil){.proposals = &remove, .count = 1}, ERR_BAD);
	scene_refuse(it, &(struct evil){.proposals = &context, .count = 1}, ERR_BAD);
	scene_refuse(it, &(struct evil){0}, ERR_BAD);
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
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
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
		scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
	}
}

static void rfc_7_5_as_many_nodes_as_the_path_has(void **state)
{
	struct scene *it = *state;
	AUTO(buf_done) struct buf nodes = BUF_INIT;
	struct mls_path path = it->path;

	path.nodes = bytes_of(NULL, 0);
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
	buf_add_bytes(&nodes, it->path.nodes);
	buf_add_bytes(&nodes, it->path.nodes);
	path.nodes = buf_view(&nodes);
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

static void rfc_7_9_2_the_parent_hash_is_recomputed(void **state)
{
	struct scene *it = *state;
	const struct mls_place place = {bytes_text("a group"), 1};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct mls_path path = it->path;

	path.leaf.parent_hash = bytes_of(other, sizeof(other));
	check_ok(mls_leaf_make(&it->bob.env, &path.leaf, &place, &bytes));
	check_ok(mls_leaf_decode(buf_view(&bytes), &path.leaf));
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
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
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
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
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
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
	scene_refuse(it, &(struct evil){.path = &path}, ERR_BAD);
}

CHECK_MAIN(SCENE(rfc_12_4_a_path_where_one_is_needed),
	   SCENE(rfc_12_4_2_no_path_with_a_key_of_the_tree),
	   SCENE(rfc_7_6_as_many_ciphertexts_as_receivers),
	   SCENE(rfc_7_5_as_many_nodes_as_the_path_has),
	   SCENE(rfc_7_9_2_the_parent_hash_is_recomputed),
	   SCENE(rfc_7_3_the_leaf_of_a_path_is_of_source_commit),
	   SCENE(rfc_12_4_2_the_leaf_of_a_path_is_judged),
	   SCENE(rfc_12_4_2_no_path_with_its_own_old_keys))
