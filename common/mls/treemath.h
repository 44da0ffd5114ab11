/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Indices of the array tree (RFC 9420 appendix C): leaf l is node 2 × l, a tree of n leaves
 *  (a power of two) has 2 × n - 1 nodes. Pure arithmetic. Thread: any. */
#ifndef CHAT_MLS_TREEMATH_H
#define CHAT_MLS_TREEMATH_H

#include <stdbool.h>
#include <stdint.h>

/** Levels of the largest tree, leaves included. */
#define TREE_LEVELS_MAX 13

static inline uint32_t node_of_leaf(uint32_t leaf)
{
	return 2 * leaf;
}

static inline uint32_t leaf_of_node(uint32_t node)
{
	return node / 2;
}

static inline bool node_is_leaf(uint32_t node)
{
	return (node & 1) == 0;
}

/** Nodes of a tree of @leaves. */
static inline uint32_t tree_width(uint32_t leaves)
{
	return leaves == 0 ? 0 : 2 * leaves - 1;
}

/** 0 for a leaf, one more than its children for a parent. */
unsigned node_level(uint32_t node);
/** The root of a tree of @leaves (> 0). */
uint32_t tree_root(uint32_t leaves);
/** Children; @node must not be a leaf. */
uint32_t node_left(uint32_t node);
uint32_t node_right(uint32_t node);
/** Parent and sibling; @node must not be the root of the tree that is meant. */
uint32_t node_parent(uint32_t node);
uint32_t node_sibling(uint32_t node);
/** Whether @node is @ancestor or below it. */
bool node_is_below(uint32_t node, uint32_t ancestor);
/** First and last leaf below @node. */
uint32_t node_first_leaf(uint32_t node);
uint32_t node_last_leaf(uint32_t node);
/** The lowest node that is above both or one of them. */
uint32_t node_common(uint32_t a, uint32_t b);
/** The child of @ancestor under which @node is; @node is strictly below @ancestor. */
uint32_t node_child_towards(uint32_t ancestor, uint32_t node);

#endif
