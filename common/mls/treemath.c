/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The level of a node is the number of one bits at its low end; everything else follows
 * from it. Callers bound their indices, so nothing here can fail.
 */
#include "common/mls/treemath.h"

#include <assert.h>

unsigned node_level(uint32_t node)
{
	return (unsigned)__builtin_ctz(~node);
}

uint32_t tree_root(uint32_t leaves)
{
	return leaves - 1;
}

uint32_t node_left(uint32_t node)
{
	unsigned level = node_level(node);

	assert(level > 0);
	return node ^ (1u << (level - 1));
}

uint32_t node_right(uint32_t node)
{
	unsigned level = node_level(node);

	assert(level > 0);
	return node ^ (3u << (level - 1));
}

uint32_t node_parent(uint32_t node)
{
	unsigned level = node_level(node);

	return (node | 1u << level) & ~(1u << (level + 1));
}

uint32_t node_sibling(uint32_t node)
{
	uint32_t parent = node_parent(node);

	return node < parent ? node_right(parent) : node_left(parent);
}

uint32_t node_first_leaf(uint32_t node)
{
	return (node - ((1u << node_level(node)) - 1)) / 2;
}

uint32_t node_last_leaf(uint32_t node)
{
	return (node + ((1u << node_level(node)) - 1)) / 2;
}

bool node_is_below(uint32_t node, uint32_t ancestor)
{
	uint32_t reach = (1u << node_level(ancestor)) - 1;

	return node >= ancestor - reach && node <= ancestor + reach;
}

uint32_t node_common(uint32_t a, uint32_t b)
{
	while (!node_is_below(b, a))
		a = node_parent(a);
	return a;
}

uint32_t node_child_towards(uint32_t ancestor, uint32_t node)
{
	return node < ancestor ? node_left(ancestor) : node_right(ancestor);
}
