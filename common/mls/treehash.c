/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tree hashes, cached and with members left out. The second kind is needed to check parent
 * hashes of nodes that have unmerged leaves: only the paths of the leaves that are left out
 * are hashed anew, the rest comes from the cache.
 */
#include <assert.h>

#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "common/mls/codec.h"
#include "common/mls/node.h"
#include "common/mls/tree.h"

static void add_u8(struct sha256 *hash, uint8_t value)
{
	sha256_add(hash, bytes_of(&value, 1));
}

/* A hash as vector. */
static void add_hash(struct sha256 *hash, const struct mls_hash *value)
{
	add_u8(hash, MLS_HASH_LEN);
	sha256_add(hash, mls_hash_view(value));
}

static struct mls_hash leaf_hash(uint32_t leaf, const struct mls_node *node)
{
	const uint8_t head[] = {NODE_TYPE_LEAF,        (uint8_t)(leaf >> 24),
				(uint8_t)(leaf >> 16), (uint8_t)(leaf >> 8),
				(uint8_t)leaf,         node != NULL};
	struct mls_hash ret;
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, bytes_of(head, sizeof(head)));
	if (node)
		sha256_add(&hash, bytes_of(node->raw, node->len));
	sha256_final(&hash, ret.bytes);
	return ret;
}

static struct mls_hash parent_hash(struct bytes raw, const struct mls_hash *left,
				   const struct mls_hash *right)
{
	const uint8_t head[] = {NODE_TYPE_PARENT, raw.len != 0};
	struct mls_hash ret;
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, bytes_of(head, sizeof(head)));
	sha256_add(&hash, raw);
	add_hash(&hash, left);
	add_hash(&hash, right);
	sha256_final(&hash, ret.bytes);
	return ret;
}

struct mls_hash mls_tree_hash(struct mls_tree *tree, uint32_t node)
{
	/* A level adds both children at most; the one on top is replaced by its own. */
	uint32_t stack[2 * TREE_LEVELS_MAX + 1];
	size_t depth = 0;

	stack[depth++] = node;
	while (depth) {
		uint32_t at = stack[depth - 1];
		const struct mls_node *it = tree->nodes[at];
		if (tree->hashed[at]) {
			depth--;
		} else if (node_is_leaf(at)) {
			tree->hashes[at] = leaf_hash(leaf_of_node(at), it);
			tree->hashed[at] = true;
		} else if (tree->hashed[node_left(at)] && tree->hashed[node_right(at)]) {
			struct bytes raw =
				it ? bytes_of(it->raw, it->len) : bytes_of(NULL, 0);
			tree->hashes[at] = parent_hash(raw, &tree->hashes[node_left(at)],
						       &tree->hashes[node_right(at)]);
			tree->hashed[at] = true;
		} else {
			stack[depth++] = node_right(at);
			stack[depth++] = node_left(at);
		}
	}
	return tree->hashes[node];
}

struct mls_hash mls_tree_root_hash(struct mls_tree *tree)
{
	return mls_tree_hash(tree, tree_root(tree->leaves));
}

/* The encoding of a parent whose unmerged leaves lack those of @without. */
static void parent_without(const struct mls_parent *parent, struct bytes without,
			   struct buf *out)
{
	AUTO(buf_done) struct buf list = BUF_INIT;
	struct mls_parent copy = *parent;

	for (size_t i = 0; i < mls_u32_count(parent->unmerged); i++) {
		uint32_t leaf = mls_u32_at(parent->unmerged, i);
		if (!mls_u32_has(without, leaf))
			buf_add_u32(&list, leaf);
	}
	copy.unmerged = buf_view(&list);
	mls_parent_encode(out, &copy);
}

struct changed {
	uint32_t node;
	struct mls_hash hash;
};

static const struct mls_hash *hash_of(struct mls_tree *tree, const struct changed *list,
				      size_t count, uint32_t node, struct mls_hash *room)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].node == node)
			return &list[i].hash;
	}
	*room = mls_tree_hash(tree, node);
	return room;
}

static struct mls_hash hash_again(struct mls_tree *tree, uint32_t node,
				  struct bytes without, const struct changed *below,
				  size_t count)
{
	AUTO(buf_done) struct buf raw = BUF_INIT;
	struct mls_hash left, right;
	const struct mls_hash *l = hash_of(tree, below, count, node_left(node), &left);
	const struct mls_hash *r = hash_of(tree, below, count, node_right(node), &right);

	if (tree->nodes[node])
		parent_without(&tree->nodes[node]->parent, without, &raw);
	return parent_hash(buf_view(&raw), l, r);
}

struct mls_hash mls_tree_hash_without(struct mls_tree *tree, uint32_t node,
				      struct bytes without)
{
	struct changed *list = mem_alloc(mls_u32_count(without) + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < mls_u32_count(without); i++) {
		uint32_t leaf = mls_u32_at(without, i);
		if (node_is_below(node_of_leaf(leaf), node)) {
			list[count].node = node_of_leaf(leaf);
			list[count++].hash = leaf_hash(leaf, NULL);
		}
	}
	/* Level by level: what was changed below makes its parents change. The list rises,
	 * so that two with the same parent stand beside each other. */
	for (unsigned level = 0; count && level < node_level(node); level++) {
		size_t next = 0;
		for (size_t i = 0; i < count; next++) {
			uint32_t parent = node_parent(list[i].node);
			size_t pair =
				i + 1 < count && node_parent(list[i + 1].node) == parent;
			struct mls_hash hash =
				hash_again(tree, parent, without, &list[i], 1 + pair);
			list[next] = (struct changed){parent, hash};
			i += 1 + pair;
		}
		count = next;
	}
	struct mls_hash ret = count ? list[0].hash : mls_tree_hash(tree, node);
	mem_free(list);
	return ret;
}
