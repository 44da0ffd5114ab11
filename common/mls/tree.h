/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The ratchet tree (RFC 9420 sections 4 and 7), public part: nodes, adding, updating and
 *  removing members, resolutions, tree hashes. Nodes never change once made and are shared
 *  by reference count, so that a copy of a tree for a commit under way costs a pointer per
 *  node. Tree hashes are cached per node.
 *
 *  Owns: the struct, ended with mls_tree_done(); views into nodes are valid until the node
 *  is replaced. Thread: one at a time for all trees that share nodes. */
#ifndef CHAT_MLS_TREE_H
#define CHAT_MLS_TREE_H

#include "common/mls/suite.h"
#include "common/mls/treemath.h"
#include "common/mls/types.h"

struct mls_node;

struct mls_tree {
	uint32_t leaves; /**< a power of two, or 0 */
	struct mls_node **nodes;
	struct mls_hash *hashes;
	bool *hashed; /**< which of the hashes are up to date */
};

/** Indices of nodes, growing. */
struct mls_nodes {
	uint32_t *list;
	size_t count;
	size_t cap;
};

void mls_nodes_done(struct mls_nodes *nodes);
void mls_nodes_add(struct mls_nodes *nodes, uint32_t node);

void mls_tree_done(struct mls_tree *tree);
/** A tree of its own that shares the nodes. */
void mls_tree_copy(const struct mls_tree *tree, struct mls_tree *ret);
/** The content of a ratchet_tree vector, header included (section 12.4.3.3).
 *  Errors: ERR_TOO_BIG over MLS_LEAVES_MAX, ERR_BAD, ERR_TRUNCATED, ERR_UNKNOWN_TYPE. */
enum err mls_tree_decode(struct bytes bytes, struct mls_tree *ret) MUST_CHECK;
void mls_tree_encode(struct buf *out, const struct mls_tree *tree);

bool mls_tree_is_blank(const struct mls_tree *tree, uint32_t node);
/** NULL for a blank leaf and for one that is not in the tree. */
const struct mls_leaf *mls_tree_leaf(const struct mls_tree *tree, uint32_t leaf);
/** NULL for a blank node; @node must be a parent in the tree. */
const struct mls_parent *mls_tree_parent(const struct mls_tree *tree, uint32_t node);
/** The encryption key of a node that is not blank. */
struct bytes mls_tree_key(const struct mls_tree *tree, uint32_t node);
/** Members: leaves that are not blank. */
uint32_t mls_tree_members(const struct mls_tree *tree);

/** Put a copy of @leaf (of its raw bytes) at @index, nothing else. */
void mls_tree_set_leaf(struct mls_tree *tree, uint32_t index,
		       const struct mls_leaf *leaf);
void mls_tree_set_parent(struct mls_tree *tree, uint32_t node,
			 const struct mls_parent *parent);
/** Blank all nodes above @leaf. */
void mls_tree_blank_path(struct mls_tree *tree, uint32_t leaf);

/** The leftmost blank leaf, the tree doubled if there is none (section 7.7).
 *  Errors: ERR_TOO_BIG over MLS_LEAVES_MAX. */
enum err mls_tree_free_leaf(struct mls_tree *tree, uint32_t *ret_index) MUST_CHECK;
/** Section 12.1.1. Errors: ERR_TOO_BIG. */
enum err mls_tree_add(struct mls_tree *tree, const struct mls_leaf *leaf,
		      uint32_t *ret_index) MUST_CHECK;
/** Section 12.1.2; @index must be a member. */
void mls_tree_update(struct mls_tree *tree, uint32_t index, const struct mls_leaf *leaf);
/** Section 12.1.3; @index must be a member. The tree is as wide as before until
 *  mls_tree_truncate(). */
void mls_tree_remove(struct mls_tree *tree, uint32_t index);
/** Drop right halves that have no member (section 7.7). */
void mls_tree_truncate(struct mls_tree *tree);

/** The resolution of @node (section 4.1.1), added to @out. */
void mls_tree_resolution(const struct mls_tree *tree, uint32_t node,
			 struct mls_nodes *out);
/** The filtered direct path of @leaf (section 4.1.2), from its leaf's side to the root;
 *  returns its length. */
size_t mls_tree_filtered_path(const struct mls_tree *tree, uint32_t leaf,
			      uint32_t ret_path[TREE_LEVELS_MAX]);

/** The tree hash of @node (section 7.8); hashes what is not cached. */
struct mls_hash mls_tree_hash(struct mls_tree *tree, uint32_t node);
/** The same of the root; an empty tree has none and must not be asked. */
struct mls_hash mls_tree_root_hash(struct mls_tree *tree);
/** The tree hash of @node as if the leaves of the list of uint32 @without were blank and
 *  unmerged nowhere: original_sibling_tree_hash of section 7.9. */
struct mls_hash mls_tree_hash_without(struct mls_tree *tree, uint32_t node,
				      struct bytes without);

#endif
