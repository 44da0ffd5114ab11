/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A joiner gets the tree from somebody who may lie: every parent node must be covered by a
 * chain of hashes that ends in a leaf signed by the member who made the node, else whoever
 * gave the tree could have put a key of its own into it.
 */
#include "common/mls/treecheck.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/mls/codec.h"

struct mls_hash mls_parent_hash(struct mls_tree *tree, uint32_t parent, uint32_t sibling)
{
	AUTO(buf_done) struct buf input = BUF_INIT;
	const struct mls_parent *node = mls_tree_parent(tree, parent);
	struct mls_hash original = mls_tree_hash_without(tree, sibling, node->unmerged);
	struct mls_hash hash;

	buf_add_vec(&input, node->encryption_key);
	buf_add_vec(&input, node->parent_hash);
	buf_add_vec(&input, mls_hash_view(&original));
	sha256(buf_view(&input), hash.bytes);
	return hash;
}

/* Section 12.4.3.1: an unmerged leaf is a member below the node, and every node between
 * them has it too. */
static enum err check_unmerged(const struct mls_tree *tree, uint32_t node)
{
	struct bytes unmerged = mls_tree_parent(tree, node)->unmerged;

	for (size_t i = 0; i < mls_u32_count(unmerged); i++) {
		uint32_t leaf = mls_u32_at(unmerged, i);
		if (!mls_tree_leaf(tree, leaf) ||
		    !node_is_below(node_of_leaf(leaf), node))
			return ERR_BAD;
		for (uint32_t at = node_parent(node_of_leaf(leaf)); at != node;
		     at = node_parent(at)) {
			const struct mls_parent *parent = mls_tree_parent(tree, at);
			if (parent && !mls_u32_has(parent->unmerged, leaf))
				return ERR_BAD;
		}
	}
	return ERR_OK;
}

/* The one node of the resolution of @child that is no unmerged leaf of @node, if all the
 * others are and all of @node's below @child are among them. */
static bool find_updated(const struct mls_tree *tree, uint32_t node, uint32_t child,
			 uint32_t *ret)
{
	struct bytes unmerged = mls_tree_parent(tree, node)->unmerged;
	struct mls_nodes resolution = {0};
	size_t below = 0, others = 0;

	mls_tree_resolution(tree, child, &resolution);
	for (size_t i = 0; i < mls_u32_count(unmerged); i++)
		below += node_is_below(node_of_leaf(mls_u32_at(unmerged, i)), child);
	for (size_t i = 0; i < resolution.count; i++) {
		uint32_t at = resolution.list[i];
		if (node_is_leaf(at) && mls_u32_has(unmerged, leaf_of_node(at))) {
			below--;
		} else {
			*ret = at;
			others++;
		}
	}
	mls_nodes_done(&resolution);
	return others == 1 && below == 0;
}

static struct bytes parent_hash_of(const struct mls_tree *tree, uint32_t node)
{
	if (!node_is_leaf(node))
		return mls_tree_parent(tree, node)->parent_hash;
	return mls_tree_leaf(tree, leaf_of_node(node))->parent_hash;
}

/* Section 7.9.2: exactly one node below @node has its parent hash. */
static enum err check_parent_hash(struct mls_tree *tree, uint32_t node)
{
	const uint32_t child[2] = {node_left(node), node_right(node)};
	unsigned found = 0;

	for (unsigned side = 0; side < 2; side++) {
		uint32_t updated = 0;
		if (!find_updated(tree, node, child[side], &updated))
			continue;
		struct bytes have = parent_hash_of(tree, updated);
		/* A leaf of another source has none; an empty one would be compared below
		 * and never match, but hashing is dear. */
		if (have.len == 0)
			continue;
		struct mls_hash want = mls_parent_hash(tree, node, child[!side]);
		found += mls_hash_equal(&want, have);
	}
	return found == 1 ? ERR_OK : ERR_BAD;
}

enum err mls_tree_check_parents(struct mls_tree *tree)
{
	for (uint32_t node = 1; node < tree_width(tree->leaves); node += 2) {
		if (mls_tree_is_blank(tree, node))
			continue;
		if (mls_tree_key(tree, node).len != DH_LEN)
			return ERR_BAD;
		enum err err = check_unmerged(tree, node);
		if (err == ERR_OK)
			err = check_parent_hash(tree, node);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static int compare_keys(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->len ? memcmp(x->ptr, y->ptr, x->len) : 0;
}

static bool all_differ(struct bytes *keys, size_t count)
{
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < count; i++) {
		if (compare_keys(&keys[i - 1], &keys[i]) == 0)
			return false;
	}
	return true;
}

enum err mls_tree_check_unique(const struct mls_tree *tree)
{
	const uint32_t width = tree_width(tree->leaves);
	struct bytes *keys = mem_alloc(width + 1, sizeof(*keys));
	size_t count = 0;

	for (uint32_t node = 0; node < width; node++) {
		if (!mls_tree_is_blank(tree, node))
			keys[count++] = mls_tree_key(tree, node);
	}
	bool good = all_differ(keys, count);
	count = 0;
	for (uint32_t leaf = 0; leaf < tree->leaves; leaf++) {
		const struct mls_leaf *it = mls_tree_leaf(tree, leaf);
		if (it)
			keys[count++] = it->signature_key;
	}
	good = good && all_differ(keys, count);
	mem_free(keys);
	return good ? ERR_OK : ERR_BAD;
}

enum err mls_tree_check_support(const struct mls_tree *tree, struct bytes extensions)
{
	bool basic = false, x509 = false;

	for (uint32_t leaf = 0; leaf < tree->leaves; leaf++) {
		const struct mls_leaf *it = mls_tree_leaf(tree, leaf);
		if (it) {
			basic |= it->credential.type == MLS_CREDENTIAL_BASIC;
			x509 |= it->credential.type == MLS_CREDENTIAL_X509;
		}
	}
	for (uint32_t leaf = 0; leaf < tree->leaves; leaf++) {
		const struct mls_leaf *it = mls_tree_leaf(tree, leaf);
		if (!it)
			continue;
		struct bytes can = it->capabilities.credentials;
		if ((basic && !mls_list_has(can, MLS_CREDENTIAL_BASIC)) ||
		    (x509 && !mls_list_has(can, MLS_CREDENTIAL_X509)))
			return ERR_BAD;
		enum err err = mls_leaf_check_group(it, extensions);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err mls_tree_check_leaves(const struct mls_tree *tree, uint16_t suite,
			       struct bytes group_id, const struct mls_env *env)
{
	for (uint32_t leaf = 0; leaf < tree->leaves; leaf++) {
		const struct mls_leaf *it = mls_tree_leaf(tree, leaf);
		const struct mls_place place = {group_id, leaf};
		if (!it)
			continue;
		enum err err = mls_leaf_check(it, suite, &place);
		if (err == ERR_OK && env->check_tree_lifetimes)
			err = mls_leaf_check_lifetime(it, env);
		if (err == ERR_OK)
			err = env->identity->leaf(env->identity->ctx, it, NULL);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}
