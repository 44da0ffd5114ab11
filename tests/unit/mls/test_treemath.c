/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/treemath.h"

#include "common/mls/limits.h"
#include "tests/lib/check.h"

/* RFC 9420 appendix C, the tree of eleven leaves' worth of a full one. */
static void levels_are_the_low_ones(void **state)
{
	assert_int_equal(node_level(0), 0);
	assert_int_equal(node_level(1), 1);
	assert_int_equal(node_level(3), 2);
	assert_int_equal(node_level(7), 3);
	assert_int_equal(node_level(11), 2);
	assert_int_equal(node_level(14), 0);
}

static void children_and_parents_point_at_each_other(void **state)
{
	const uint32_t root = tree_root(MLS_LEAVES_MAX);

	for (uint32_t node = 0; node < tree_width(MLS_LEAVES_MAX); node++) {
		if (!node_is_leaf(node)) {
			assert_int_equal(node_parent(node_left(node)), node);
			assert_int_equal(node_parent(node_right(node)), node);
			assert_int_equal(node_sibling(node_left(node)), node_right(node));
			assert_int_equal(node_sibling(node_right(node)), node_left(node));
			assert_true(node_is_below(node_left(node), node));
			assert_false(node_is_below(node, node_left(node)));
		}
		assert_true(node_is_below(node, root));
		assert_true(node_level(node) < TREE_LEVELS_MAX);
	}
}

static void a_node_spans_its_leaves(void **state)
{
	for (uint32_t node = 0; node < tree_width(64); node++) {
		for (uint32_t leaf = 0; leaf < 64; leaf++) {
			bool inside = leaf >= node_first_leaf(node) &&
				      leaf <= node_last_leaf(node);
			assert_int_equal(inside, node_is_below(node_of_leaf(leaf), node));
		}
	}
}

static void the_common_ancestor_is_the_lowest(void **state)
{
	for (uint32_t a = 0; a < 32; a++) {
		for (uint32_t b = 0; b < 32; b++) {
			uint32_t x = node_of_leaf(a), y = node_of_leaf(b);
			uint32_t common = node_common(x, y);
			assert_true(node_is_below(x, common) && node_is_below(y, common));
			assert_int_equal(common, node_common(y, x));
			if (a != b)
				assert_int_not_equal(node_child_towards(common, x),
						     node_child_towards(common, y));
		}
	}
}

CHECK_MAIN(TEST(levels_are_the_low_ones), TEST(children_and_parents_point_at_each_other),
	   TEST(a_node_spans_its_leaves), TEST(the_common_ancestor_is_the_lowest))
