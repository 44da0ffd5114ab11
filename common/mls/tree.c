/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nodes and their arrangement. A node holds its own encoding and a view of it; it is made
 * once and shared until the last tree lets go, so there is no such thing as a half-changed
 * node.
 */
#include "common/mls/tree.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/mls/codec.h"
#include "common/mls/limits.h"
#include "common/mls/node.h"

void mls_nodes_done(struct mls_nodes *nodes)
{
	mem_free(nodes->list);
	*nodes = (struct mls_nodes){0};
}

void mls_nodes_add(struct mls_nodes *nodes, uint32_t node)
{
	if (nodes->count == nodes->cap) {
		nodes->cap = mem_grow(nodes->cap, nodes->count + 1);
		nodes->list = mem_resize(nodes->list, nodes->cap, sizeof(*nodes->list));
	}
	nodes->list[nodes->count++] = node;
}

static struct mls_node *node_new(struct bytes raw, bool is_leaf)
{
	struct mls_node *node = mem_alloc(1, sizeof(*node) + raw.len);

	node->refs = 1;
	node->is_leaf = is_leaf;
	node->len = raw.len;
	memcpy(node->raw, raw.ptr, raw.len);
	struct rd rd = rd_init(bytes_of(node->raw, node->len));
	if (is_leaf)
		mls_leaf_read(&rd, &node->leaf);
	else
		mls_parent_read(&rd, &node->parent);
	assert(rd_done(&rd) == ERR_OK); /* It was read, or written by us, before. */
	return node;
}

static void node_unref(struct mls_node *node)
{
	if (node && --node->refs == 0)
		mem_free(node);
}

static void tree_resize(struct mls_tree *tree, uint32_t leaves)
{
	uint32_t old = tree_width(tree->leaves), width = tree_width(leaves);

	for (uint32_t i = width; i < old; i++)
		node_unref(tree->nodes[i]);
	tree->nodes = mem_resize(tree->nodes, width, sizeof(*tree->nodes));
	tree->hashes = mem_resize(tree->hashes, width, sizeof(*tree->hashes));
	tree->hashed = mem_resize(tree->hashed, width, sizeof(*tree->hashed));
	for (uint32_t i = old; i < width; i++) {
		tree->nodes[i] = NULL;
		tree->hashed[i] = false;
	}
	tree->leaves = leaves;
}

void mls_tree_done(struct mls_tree *tree)
{
	for (uint32_t i = 0; i < tree_width(tree->leaves); i++)
		node_unref(tree->nodes[i]);
	mem_free(tree->nodes);
	mem_free(tree->hashes);
	mem_free(tree->hashed);
	*tree = (struct mls_tree){0};
}

void mls_tree_copy(const struct mls_tree *tree, struct mls_tree *ret)
{
	uint32_t width = tree_width(tree->leaves);

	*ret = (struct mls_tree){
		.leaves = tree->leaves,
		.nodes = mem_dup(tree->nodes, width * sizeof(*tree->nodes)),
		.hashes = mem_dup(tree->hashes, width * sizeof(*tree->hashes)),
		.hashed = mem_dup(tree->hashed, width * sizeof(*tree->hashed)),
	};
	for (uint32_t i = 0; i < width; i++) {
		if (ret->nodes[i])
			ret->nodes[i]->refs++;
	}
}

/* One optional node of a ratchet_tree; NULL with the reader unharmed for a blank one. */
static struct mls_node *node_read(struct rd *rd, bool is_leaf)
{
	struct mls_leaf leaf;
	struct mls_parent parent;

	if (!rd_present(rd))
		return NULL;
	if (rd_u8(rd) != (is_leaf ? NODE_TYPE_LEAF : NODE_TYPE_PARENT))
		rd_fail(rd, ERR_BAD);
	const uint8_t *start = rd->ptr;
	if (is_leaf)
		mls_leaf_read(rd, &leaf);
	else
		mls_parent_read(rd, &parent);
	return rd->err == ERR_OK ? node_new(rd_since(rd, start), is_leaf) : NULL;
}

enum err mls_tree_decode(struct bytes bytes, struct mls_tree *ret)
{
	struct rd outer = rd_init(bytes);
	struct rd rd = rd_init(rd_vec_max(&outer, MLS_TREE_MAX));
	struct mls_tree tree = {0};
	uint32_t count = 0;
	enum err err = rd_done(&outer);

	while (err == ERR_OK && rd_left(&rd)) {
		if (count == tree_width(tree.leaves)) {
			if (tree.leaves == MLS_LEAVES_MAX) {
				err = ERR_TOO_BIG;
				break;
			}
			tree_resize(&tree, tree.leaves ? 2 * tree.leaves : 1);
		}
		tree.nodes[count] = node_read(&rd, node_is_leaf(count));
		count++;
		err = rd.err;
	}
	/* Section 12.4.3.3: the last node that is sent is not blank. */
	if (err == ERR_OK && (count == 0 || !tree.nodes[count - 1]))
		err = ERR_BAD;
	/* The smallest tree for its members, else the same tree has two hashes. */
	if (err == ERR_OK) {
		uint32_t leaves = tree.leaves;
		mls_tree_truncate(&tree);
		if (tree.leaves != leaves)
			err = ERR_BAD;
	}
	if (err != ERR_OK)
		mls_tree_done(&tree);
	else
		*ret = tree;
	return err;
}

void mls_tree_encode(struct buf *out, const struct mls_tree *tree)
{
	uint32_t width = tree_width(tree->leaves);
	size_t mark = buf_open_vec(out);

	while (width && !tree->nodes[width - 1])
		width--;
	for (uint32_t i = 0; i < width; i++) {
		const struct mls_node *node = tree->nodes[i];
		buf_add_u8(out, node != NULL);
		if (!node)
			continue;
		buf_add_u8(out, node->is_leaf ? NODE_TYPE_LEAF : NODE_TYPE_PARENT);
		buf_add(out, node->raw, node->len);
	}
	buf_close_vec(out, mark);
}

bool mls_tree_is_blank(const struct mls_tree *tree, uint32_t node)
{
	return !tree->nodes[node];
}

const struct mls_leaf *mls_tree_leaf(const struct mls_tree *tree, uint32_t leaf)
{
	if (leaf >= tree->leaves || !tree->nodes[node_of_leaf(leaf)])
		return NULL;
	return &tree->nodes[node_of_leaf(leaf)]->leaf;
}

const struct mls_parent *mls_tree_parent(const struct mls_tree *tree, uint32_t node)
{
	assert(!node_is_leaf(node));
	return tree->nodes[node] ? &tree->nodes[node]->parent : NULL;
}

struct bytes mls_tree_key(const struct mls_tree *tree, uint32_t node)
{
	const struct mls_node *it = tree->nodes[node];

	return it->is_leaf ? it->leaf.encryption_key : it->parent.encryption_key;
}

uint32_t mls_tree_members(const struct mls_tree *tree)
{
	uint32_t count = 0;

	for (uint32_t leaf = 0; leaf < tree->leaves; leaf++)
		count += tree->nodes[node_of_leaf(leaf)] != NULL;
	return count;
}

/* Put @node (or NULL) in place and forget the hashes of all that is above. */
static void tree_put(struct mls_tree *tree, uint32_t at, struct mls_node *node)
{
	const uint32_t root = tree_root(tree->leaves);

	node_unref(tree->nodes[at]);
	tree->nodes[at] = node;
	for (uint32_t i = at;; i = node_parent(i)) {
		tree->hashed[i] = false;
		if (i == root)
			break;
	}
}

void mls_tree_set_leaf(struct mls_tree *tree, uint32_t index, const struct mls_leaf *leaf)
{
	tree_put(tree, node_of_leaf(index), node_new(leaf->raw, true));
}

void mls_tree_set_parent(struct mls_tree *tree, uint32_t node,
			 const struct mls_parent *parent)
{
	AUTO(buf_done) struct buf raw = BUF_INIT;

	assert(!node_is_leaf(node));
	mls_parent_encode(&raw, parent);
	tree_put(tree, node, node_new(buf_view(&raw), false));
}

void mls_tree_blank_path(struct mls_tree *tree, uint32_t leaf)
{
	const uint32_t root = tree_root(tree->leaves);

	for (uint32_t node = node_of_leaf(leaf); node != root;) {
		node = node_parent(node);
		if (tree->nodes[node])
			tree_put(tree, node, NULL);
	}
}

enum err mls_tree_free_leaf(struct mls_tree *tree, uint32_t *ret_index)
{
	uint32_t leaf = 0;

	while (leaf < tree->leaves && tree->nodes[node_of_leaf(leaf)])
		leaf++;
	if (leaf == tree->leaves) {
		if (tree->leaves >= MLS_LEAVES_MAX)
			return ERR_TOO_BIG;
		tree_resize(tree, tree->leaves ? 2 * tree->leaves : 1);
	}
	*ret_index = leaf;
	return ERR_OK;
}

/* Insert @leaf into the rising list of @parent. */
static void unmerged_add(struct mls_tree *tree, uint32_t node, uint32_t leaf)
{
	AUTO(buf_done) struct buf list = BUF_INIT;
	struct mls_parent parent = *mls_tree_parent(tree, node);
	bool done = false;

	for (size_t i = 0; i < mls_u32_count(parent.unmerged); i++) {
		uint32_t other = mls_u32_at(parent.unmerged, i);
		if (!done && leaf <= other) {
			buf_add_u32(&list, leaf);
			done = true;
		}
		if (other != leaf)
			buf_add_u32(&list, other);
	}
	if (!done)
		buf_add_u32(&list, leaf);
	parent.unmerged = buf_view(&list);
	mls_tree_set_parent(tree, node, &parent);
}

enum err mls_tree_add(struct mls_tree *tree, const struct mls_leaf *leaf,
		      uint32_t *ret_index)
{
	uint32_t index;
	enum err err = mls_tree_free_leaf(tree, &index);

	if (err != ERR_OK)
		return err;
	mls_tree_set_leaf(tree, index, leaf);
	const uint32_t root = tree_root(tree->leaves);
	for (uint32_t node = node_of_leaf(index); node != root;) {
		node = node_parent(node);
		if (tree->nodes[node])
			unmerged_add(tree, node, index);
	}
	*ret_index = index;
	return ERR_OK;
}

void mls_tree_update(struct mls_tree *tree, uint32_t index, const struct mls_leaf *leaf)
{
	mls_tree_set_leaf(tree, index, leaf);
	mls_tree_blank_path(tree, index);
}

void mls_tree_remove(struct mls_tree *tree, uint32_t index)
{
	tree_put(tree, node_of_leaf(index), NULL);
	mls_tree_blank_path(tree, index);
}

static bool has_members(const struct mls_tree *tree, uint32_t first, uint32_t last)
{
	for (uint32_t leaf = first; leaf <= last; leaf++) {
		if (tree->nodes[node_of_leaf(leaf)])
			return true;
	}
	return false;
}

void mls_tree_truncate(struct mls_tree *tree)
{
	uint32_t leaves = tree->leaves;

	while (leaves > 1 && !has_members(tree, leaves / 2, leaves - 1))
		leaves /= 2;
	if (leaves != tree->leaves)
		tree_resize(tree, leaves);
}

void mls_tree_resolution(const struct mls_tree *tree, uint32_t node,
			 struct mls_nodes *out)
{
	/* Each level leaves at most one right child waiting. */
	uint32_t stack[TREE_LEVELS_MAX + 1];
	size_t depth = 0;

	stack[depth++] = node;
	while (depth) {
		node = stack[--depth];
		if (tree->nodes[node]) {
			mls_nodes_add(out, node);
			if (node_is_leaf(node))
				continue;
			struct bytes unmerged = tree->nodes[node]->parent.unmerged;
			for (size_t i = 0; i < mls_u32_count(unmerged); i++)
				mls_nodes_add(out, node_of_leaf(mls_u32_at(unmerged, i)));
		} else if (!node_is_leaf(node)) {
			stack[depth++] = node_right(node);
			stack[depth++] = node_left(node);
		}
	}
}

size_t mls_tree_filtered_path(const struct mls_tree *tree, uint32_t leaf,
			      uint32_t ret_path[TREE_LEVELS_MAX])
{
	const uint32_t root = tree_root(tree->leaves);
	size_t count = 0;

	for (uint32_t node = node_of_leaf(leaf); node != root; node = node_parent(node)) {
		uint32_t other = node_sibling(node);
		/* Below an empty resolution there is no member, and the other way round. */
		if (has_members(tree, node_first_leaf(other), node_last_leaf(other)))
			ret_path[count++] = node_parent(node);
	}
	return count;
}
