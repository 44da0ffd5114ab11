/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Checks over a whole ratchet tree (RFC 9420 sections 7.3, 7.9.2 and 12.4.3.1).
 *  Thread: that of the tree. */
#ifndef CHAT_MLS_TREECHECK_H
#define CHAT_MLS_TREECHECK_H

#include "common/mls/leaf.h"

/** The parent hash of the non-blank @parent with @sibling as its child on the copath
 *  (section 7.9). */
struct mls_hash mls_parent_hash(struct mls_tree *tree, uint32_t parent, uint32_t sibling);

/** Unmerged leaves where they may be, every parent node signed for by a member, all keys
 *  used once: what a joiner checks of a tree that it was given, the leaves aside.
 *  Errors: ERR_BAD. */
enum err mls_tree_check_parents(struct mls_tree *tree) MUST_CHECK;

/** No encryption key twice among the nodes, no signature key twice among the leaves.
 *  Errors: ERR_BAD. */
enum err mls_tree_check_unique(const struct mls_tree *tree) MUST_CHECK;

/** Every member supports every credential type that is in use and the group's extensions.
 *  Errors: ERR_BAD. */
enum err mls_tree_check_support(const struct mls_tree *tree,
				struct bytes extensions) MUST_CHECK;

/** Each leaf by itself, with its credential and, if the env says so, its lifetime.
 *  Errors: ERR_BAD, ERR_CORRUPT, ERR_EXPIRED, those of the identity hook. */
enum err mls_tree_check_leaves(const struct mls_tree *tree, uint16_t suite,
			       struct bytes group_id,
			       const struct mls_env *env) MUST_CHECK;

#endif
