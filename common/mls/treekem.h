/* SPDX-License-Identifier: GPL-3.0-or-later */
/** TreeKEM (RFC 9420 sections 7.4 to 7.6): new keys along a member's path, made known to
 *  everybody else. Thread: that of the tree. */
#ifndef CHAT_MLS_TREEKEM_H
#define CHAT_MLS_TREEKEM_H

#include "common/mls/env.h"

/** The private keys of one member: its leaf's and those of nodes above it. A key is of use
 *  only as long as the tree has its public half; nobody has to remove old ones. */
struct mls_private {
	uint32_t leaf;
	struct hpke_key leaf_key;
	bool has[TREE_LEVELS_MAX];
	struct hpke_key keys[TREE_LEVELS_MAX]; /**< by level of the node, leaf left out */
};

void mls_private_done(struct mls_private *private);
/** The private key of @node of @tree, NULL if this member has none: a blank node, not above
 *  it, or one it is not merged into. */
const struct hpke_key *mls_private_key(const struct mls_private *private,
				       const struct mls_tree *tree, uint32_t node);
/** Drop the keys that @tree no longer has. */
void mls_private_prune(struct mls_private *private, const struct mls_tree *tree);

/** What the maker of a path knows of it. */
struct mls_path_secrets {
	size_t count;
	uint32_t nodes[TREE_LEVELS_MAX]; /**< the filtered direct path */
	struct secret secrets[TREE_LEVELS_MAX];
	struct secret commit_secret;
};

void mls_path_secrets_done(struct mls_path_secrets *secrets);
/** The secret of the lowest node of the path that is above @leaf, for its Welcome; NULL if
 *  there is none. */
const struct secret *mls_path_secret_for(const struct mls_path_secrets *secrets,
					 uint32_t leaf);

/** Give @private->leaf a new leaf node with the fields of @leaf (keys of the path aside)
 *  and new keys along its path, in @tree and in @private; @out gets the leaf node.
 *  Errors: those of the sign hook; the tree is changed nevertheless. */
enum err mls_path_make(const struct mls_env *env, struct mls_tree *tree,
		       struct mls_private *private, const struct mls_leaf *leaf,
		       struct bytes group_id, struct buf *out,
		       struct mls_path_secrets *ret) MUST_CHECK;
/** Encrypt each secret to those who need it, all but the leaf nodes in @added; @out gets
 *  the content of UpdatePath.nodes. @context is the provisional GroupContext.
 *  Errors: ERR_BAD for a key in the tree that is none. */
enum err mls_path_seal(const struct mls_env *env, const struct mls_suite *suite,
		       const struct mls_tree *tree, uint32_t leaf,
		       const struct mls_path_secrets *secrets, struct bytes context,
		       const struct mls_nodes *added, struct buf *out) MUST_CHECK;

/** Put the path of @leaf into @tree after checking all that is public about it: its shape,
 *  that its keys are new, the parent hash. The leaf node itself is checked elsewhere.
 *  Errors: ERR_BAD; the tree may be changed nevertheless. */
enum err mls_path_merge(struct mls_tree *tree, uint32_t leaf, const struct mls_path *path,
			const struct mls_nodes *added) MUST_CHECK;
/** Learn the private keys that a merged path of @sender has for this member.
 *  Errors: ERR_CORRUPT when the ciphertext or the keys are not what they should be. */
enum err mls_path_open(const struct mls_suite *suite, const struct mls_tree *tree,
		       struct mls_private *private, uint32_t sender,
		       const struct mls_path *path, struct bytes context,
		       const struct mls_nodes *added,
		       struct secret *ret_commit) MUST_CHECK;
/** Learn the private keys from the @secret of a node: the lowest of @sender's path that is
 *  above this member. Errors: ERR_CORRUPT, ERR_BAD. */
enum err mls_path_learn(const struct mls_tree *tree, struct mls_private *private,
			uint32_t sender, const struct secret *secret,
			struct secret *ret_commit) MUST_CHECK;

#endif
