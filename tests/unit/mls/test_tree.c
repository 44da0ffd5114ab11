/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/tree.h"

#include <stdlib.h>

#include "common/mls/codec.h"
#include "common/mls/limits.h"
#include "common/mls/treecheck.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

/* A leaf that nobody signed, with @number in its keys. */
static void add_leaf(struct mls_tree *tree, uint32_t number, uint32_t want)
{
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	uint8_t key[32] = {1, (uint8_t)(number >> 8), (uint8_t)number};
	struct mls_leaf leaf = {.encryption_key = bytes_of(key, 32),
				.signature_key = bytes_of(key, 32),
				.credential = {.type = MLS_CREDENTIAL_BASIC},
				.source = MLS_LEAF_UPDATE};
	uint32_t index;

	mls_leaf_encode(&bytes, &leaf);
	check_ok(mls_leaf_decode(buf_view(&bytes), &leaf));
	check_ok(mls_tree_add(tree, &leaf, &index));
	assert_int_equal(index, want);
}

static void make(struct mls_tree *tree, uint32_t leaves)
{
	check_ok(crypto_init());
	for (uint32_t i = 0; i < leaves; i++)
		add_leaf(tree, i, i);
}

static void set_parent(struct mls_tree *tree, uint32_t node, const char *unmerged,
		       size_t len)
{
	uint8_t key[32] = {2, (uint8_t)node};

	mls_tree_set_parent(tree, node,
			    &(struct mls_parent){.encryption_key = bytes_of(key, 32),
						 .unmerged = bytes_of(unmerged, len)});
}

static void the_tree_doubles_and_halves(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	make(&tree, 5);

	assert_int_equal(tree.leaves, 8);
	mls_tree_remove(&tree, 4);
	assert_int_equal(tree.leaves, 8);
	mls_tree_truncate(&tree);
	assert_int_equal(tree.leaves, 4);
	mls_tree_remove(&tree, 1);
	mls_tree_remove(&tree, 2);
	mls_tree_remove(&tree, 3);
	mls_tree_truncate(&tree);
	assert_int_equal(tree.leaves, 1);
}

static void rfc_12_1_1_the_leftmost_free_leaf_is_taken(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	make(&tree, 4);

	mls_tree_remove(&tree, 2);
	mls_tree_remove(&tree, 1);
	add_leaf(&tree, 10, 1);
	add_leaf(&tree, 11, 2);
	add_leaf(&tree, 12, 4);
	assert_int_equal(tree.leaves, 8);
	assert_int_equal(mls_tree_members(&tree), 5);
}

static void rfc_12_1_1_a_new_leaf_is_unmerged_above(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	make(&tree, 4);

	mls_tree_remove(&tree, 2);
	set_parent(&tree, 3, "\0\0\0\3", 4);
	add_leaf(&tree, 9, 2);
	struct bytes list = mls_tree_parent(&tree, 3)->unmerged;
	assert_int_equal(mls_u32_count(list), 2);
	assert_int_equal(mls_u32_at(list, 0), 2);
	assert_int_equal(mls_u32_at(list, 1), 3);
	assert_null(mls_tree_parent(&tree, 5));
}

static void rfc_4_1_1_a_resolution_has_the_unmerged_behind_the_node(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(mls_nodes_done) struct mls_nodes nodes = {0};
	make(&tree, 4);

	set_parent(&tree, 1, "\0\0\0\1", 4);
	mls_tree_resolution(&tree, 3, &nodes);
	assert_int_equal(nodes.count, 4);
	assert_int_equal(nodes.list[0], 1);
	assert_int_equal(nodes.list[1], 2);
	assert_int_equal(nodes.list[2], 4);
	assert_int_equal(nodes.list[3], 6);
}

static void rfc_4_1_2_a_filtered_path_leaves_out_what_helps_nobody(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	uint32_t path[TREE_LEVELS_MAX];
	make(&tree, 8);

	assert_int_equal(mls_tree_filtered_path(&tree, 0, path), 3);
	mls_tree_remove(&tree, 1);
	assert_int_equal(mls_tree_filtered_path(&tree, 0, path), 2);
	assert_int_equal(path[0], 3);
	assert_int_equal(path[1], 7);
}

static void a_copy_shares_nodes_and_changes_alone(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(mls_tree_done) struct mls_tree copy = {0};
	make(&tree, 4);
	struct mls_hash before = mls_tree_root_hash(&tree);

	mls_tree_copy(&tree, &copy);
	assert_ptr_equal(mls_tree_leaf(&tree, 1), mls_tree_leaf(&copy, 1));
	mls_tree_remove(&copy, 1);
	assert_non_null(mls_tree_leaf(&tree, 1));
	struct mls_hash after = mls_tree_root_hash(&tree);
	assert_true(mls_hash_equal(&before, mls_hash_view(&after)));
	struct mls_hash other = mls_tree_root_hash(&copy);
	assert_false(mls_hash_equal(&before, mls_hash_view(&other)));
}

/* What is cached is what hashing from scratch gives. */
static void cached_hashes_are_right_after_every_change(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	make(&tree, 6);

	for (uint32_t i = 0; i < 6; i++) {
		AUTO(buf_done) struct buf bytes = BUF_INIT;
		AUTO(mls_tree_done) struct mls_tree fresh = {0};
		struct mls_hash cached = mls_tree_root_hash(&tree);
		mls_tree_encode(&bytes, &tree);
		check_ok(mls_tree_decode(buf_view(&bytes), &fresh));
		struct mls_hash hash = mls_tree_root_hash(&fresh);
		assert_true(mls_hash_equal(&hash, mls_hash_view(&cached)));
		if (i == 0)
			set_parent(&tree, 3, "", 0);
		if (i == 1)
			set_parent(&tree, 7, "\0\0\0\5", 4);
		if (i == 2)
			mls_tree_remove(&tree, 0);
		if (i == 3)
			add_leaf(&tree, 50, 0);
		if (i == 4)
			mls_tree_update(&tree, 5, mls_tree_leaf(&tree, 4));
	}
}

/* Section 7.9: leaving members out hashes as if they had never been there. */
static void hashing_without_members_is_hashing_the_tree_that_lacks_them(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(mls_tree_done) struct mls_tree lacking = {0};
	static const char unmerged[] = "\0\0\0\2\0\0\0\3\0\0\0\6";
	make(&tree, 8);

	set_parent(&tree, 5, unmerged, 8);
	set_parent(&tree, 7, unmerged, 12);
	mls_tree_copy(&tree, &lacking);
	struct mls_hash a =
		mls_tree_hash_without(&tree, 7, bytes_of(unmerged, sizeof(unmerged) - 1));
	mls_tree_remove(&lacking, 2);
	mls_tree_remove(&lacking, 3);
	mls_tree_remove(&lacking, 6);
	set_parent(&lacking, 5, "", 0);
	set_parent(&lacking, 7, "", 0);
	struct mls_hash b = mls_tree_hash(&lacking, 7);
	assert_true(mls_hash_equal(&a, mls_hash_view(&b)));
}

static enum err decode(const char *bytes, size_t len)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};

	return mls_tree_decode(bytes_of(bytes, len), &tree);
}

static void rfc_12_4_3_3_a_tree_ends_with_a_node(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	AUTO(buf_done) struct buf longer = BUF_INIT;
	make(&tree, 2);

	check_err(decode("\0", 1), ERR_BAD);
	check_err(decode("\1\0", 2), ERR_BAD);
	mls_tree_encode(&bytes, &tree);
	struct rd rd = rd_init(buf_view(&bytes));
	struct bytes content = rd_vec(&rd);
	buf_add_varint(&longer, (uint32_t)content.len + 1);
	buf_add_bytes(&longer, content);
	buf_add_u8(&longer, 0);
	check_err(decode((const char *)longer.ptr, longer.len), ERR_BAD);
}

static void rfc_12_4_3_3_leaves_are_at_even_places(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	AUTO(buf_done) struct buf shifted = BUF_INIT;
	make(&tree, 1);

	mls_tree_encode(&bytes, &tree);
	struct rd rd = rd_init(buf_view(&bytes));
	struct bytes content = rd_vec(&rd);
	buf_add_varint(&shifted, (uint32_t)content.len + 1);
	buf_add_u8(&shifted, 0);
	buf_add_bytes(&shifted, content);
	check_err(decode((const char *)shifted.ptr, shifted.len), ERR_BAD);
}

static void a_tree_has_so_many_leaves_only(void **state)
{
	AUTO(buf_done) struct buf blank = BUF_INIT;
	const uint32_t nodes = tree_width(MLS_LEAVES_MAX) + 1;

	buf_add_varint(&blank, nodes);
	memset(buf_room(&blank, nodes), 0, nodes);
	blank.len += nodes;
	check_err(decode((const char *)blank.ptr, blank.len), ERR_TOO_BIG);
}

static void rfc_7_1_unmerged_leaves_rise(void **state)
{
	struct mls_parent parent = {.unmerged = bytes_of("\0\0\0\2\0\0\0\1", 8)};
	AUTO(buf_done) struct buf bytes = BUF_INIT;

	mls_parent_encode(&bytes, &parent);
	struct rd rd = rd_init(buf_view(&bytes));
	mls_parent_read(&rd, &parent);
	check_err(rd_done(&rd), ERR_BAD);
}

/* A real tree of four, all of whose parents have keys. */
static struct mls_tree real(struct party people[4])
{
	static const char *const names[4] = {"alice", "bob", "carol", "dave"};
	struct party *others[3] = {&people[1], &people[2], &people[3]};
	struct mls_tree tree;

	for (unsigned i = 0; i < 4; i++)
		party_init(&people[i], names[i], 1 + i);
	party_create(&people[0], bytes_of(NULL, 0));
	for (unsigned i = 1; i < 4; i++)
		party_invite(&people[0], &people[i], others, i - 1);
	AUTO(buf_done) struct buf commit = party_update(&people[3]);
	party_take(&people[0], &commit);
	mls_tree_copy(mls_group_view(people[0].group).tree, &tree);
	return tree;
}

static void rfc_7_9_2_every_parent_is_vouched_for(void **state)
{
	struct party people[4];
	AUTO(mls_tree_done) struct mls_tree tree = real(people);

	check_ok(mls_tree_check_parents(&tree));
	for (uint32_t node = 1; node < 7; node += 2) {
		AUTO(mls_tree_done) struct mls_tree copy = {0};
		struct mls_parent parent = *mls_tree_parent(&tree, node);
		uint8_t key[32] = {9};
		mls_tree_copy(&tree, &copy);
		parent.encryption_key = bytes_of(key, 32);
		mls_tree_set_parent(&copy, node, &parent);
		check_err(mls_tree_check_parents(&copy), ERR_BAD);
	}
	for (unsigned i = 0; i < 4; i++)
		party_done(&people[i]);
}

static void rfc_12_4_3_1_unmerged_leaves_are_members_below(void **state)
{
	static const char *const lists[] = {"\0\0\0\2", "\0\0\0\7", "\xff\xff\xff\xff"};
	struct party people[4];
	AUTO(mls_tree_done) struct mls_tree tree = real(people);

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		AUTO(mls_tree_done) struct mls_tree copy = {0};
		struct mls_parent parent = *mls_tree_parent(&tree, 1);
		mls_tree_copy(&tree, &copy);
		parent.unmerged = bytes_of(lists[i], 4);
		mls_tree_set_parent(&copy, 1, &parent);
		check_err(mls_tree_check_parents(&copy), ERR_BAD);
	}
	/* In between it is unmerged too. */
	AUTO(mls_tree_done) struct mls_tree copy = {0};
	struct mls_parent root = *mls_tree_parent(&tree, 3);
	mls_tree_copy(&tree, &copy);
	root.unmerged = bytes_of("\0\0\0\1", 4);
	mls_tree_set_parent(&copy, 3, &root);
	check_err(mls_tree_check_parents(&copy), ERR_BAD);
	for (unsigned i = 0; i < 4; i++)
		party_done(&people[i]);
}

static void rfc_7_3_no_key_is_there_twice(void **state)
{
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	make(&tree, 4);

	check_ok(mls_tree_check_unique(&tree));
	add_leaf(&tree, 2, 4);
	check_err(mls_tree_check_unique(&tree), ERR_BAD);
	mls_tree_remove(&tree, 4);
	check_ok(mls_tree_check_unique(&tree));
	set_parent(&tree, 1, "", 0);
	mls_tree_set_parent(&tree, 5, mls_tree_parent(&tree, 1));
	check_err(mls_tree_check_unique(&tree), ERR_BAD);
}

CHECK_MAIN(TEST(the_tree_doubles_and_halves),
	   TEST(rfc_12_1_1_the_leftmost_free_leaf_is_taken),
	   TEST(rfc_12_1_1_a_new_leaf_is_unmerged_above),
	   TEST(rfc_4_1_1_a_resolution_has_the_unmerged_behind_the_node),
	   TEST(rfc_4_1_2_a_filtered_path_leaves_out_what_helps_nobody),
	   TEST(a_copy_shares_nodes_and_changes_alone),
	   TEST(cached_hashes_are_right_after_every_change),
	   TEST(hashing_without_members_is_hashing_the_tree_that_lacks_them),
	   TEST(rfc_12_4_3_3_a_tree_ends_with_a_node),
	   TEST(rfc_12_4_3_3_leaves_are_at_even_places),
	   TEST(a_tree_has_so_many_leaves_only), TEST(rfc_7_1_unmerged_leaves_rise),
	   TEST(rfc_7_9_2_every_parent_is_vouched_for),
	   TEST(rfc_12_4_3_1_unmerged_leaves_are_members_below),
	   TEST(rfc_7_3_no_key_is_there_twice))
