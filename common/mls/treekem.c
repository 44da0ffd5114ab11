/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The maker of a path draws one secret for the lowest node and derives the others upwards;
 * everybody else is told the secret of the lowest node above it and derives the rest. Who
 * was added since a node got its keys (an unmerged leaf) does not have them and is told
 * through its own leaf: which is why a private key counts only if the tree still has its
 * public half.
 */
#include "common/mls/treekem.h"

#include <string.h>

#include "common/mls/codec.h"
#include "common/mls/treecheck.h"

void mls_private_done(struct mls_private *private)
{
	wipe(private, sizeof(*private));
}

const struct hpke_key *mls_private_key(const struct mls_private *private,
				       const struct mls_tree *tree, uint32_t node)
{
	const uint32_t own = node_of_leaf(private->leaf);
	const struct hpke_key *key = NULL;

	if (mls_tree_is_blank(tree, node) || !node_is_below(own, node))
		return NULL;
	if (node == own)
		key = &private->leaf_key;
	else if (private->has[node_level(node) - 1])
		key = &private->keys[node_level(node) - 1];
	if (!key ||
	    !bytes_equal(bytes_of(key->public_key, DH_LEN), mls_tree_key(tree, node)))
		return NULL;
	return key;
}

void mls_private_prune(struct mls_private *private, const struct mls_tree *tree)
{
	const uint32_t root = tree_root(tree->leaves);
	uint32_t node = node_of_leaf(private->leaf);

	for (unsigned level = 0; level < TREE_LEVELS_MAX; level++) {
		bool inside = node != root;
		if (inside)
			node = node_parent(node);
		if (private->has[level] &&
		    (!inside || !mls_private_key(private, tree, node))) {
			hpke_key_done(&private->keys[level]);
			private->has[level] = false;
		}
	}
}

void mls_path_secrets_done(struct mls_path_secrets *secrets)
{
	wipe(secrets, sizeof(*secrets));
}

/* Place in @nodes of the lowest one above @leaf; @count if there is none. */
static size_t lowest_above(const uint32_t *nodes, size_t count, uint32_t leaf)
{
	size_t i = 0;

	while (i < count && !node_is_below(node_of_leaf(leaf), nodes[i]))
		i++;
	return i;
}

const struct secret *mls_path_secret_for(const struct mls_path_secrets *secrets,
					 uint32_t leaf)
{
	size_t i = lowest_above(secrets->nodes, secrets->count, leaf);

	return i < secrets->count ? &secrets->secrets[i] : NULL;
}

/* The child of @node away from @leaf. */
static uint32_t copath_child(uint32_t node, uint32_t leaf)
{
	return node_sibling(node_child_towards(node, node_of_leaf(leaf)));
}

/* Blank the path of @leaf and put @keys on its filtered part, from the root down so that
 * each parent hash covers all that is above (section 7.5). The parent hash for the leaf is
 * empty if there is no node. */
static struct bytes place_keys(struct mls_tree *tree, uint32_t leaf,
			       const uint32_t *nodes, const struct bytes *keys,
			       size_t count, struct mls_hash *room)
{
	struct bytes hash = bytes_of(NULL, 0);

	mls_tree_blank_path(tree, leaf);
	for (size_t i = count; i > 0; i--) {
		struct mls_parent parent = {.encryption_key = keys[i - 1],
					    .parent_hash = hash};
		mls_tree_set_parent(tree, nodes[i - 1], &parent);
		*room = mls_parent_hash(tree, nodes[i - 1],
					copath_child(nodes[i - 1], leaf));
		hash = mls_hash_view(room);
	}
	return hash;
}

/* Section 7.4: the key pair of a node from its path secret. */
static void node_key(const struct secret *path_secret, struct hpke_key *ret)
{
	AUTO(secret_done) struct secret node_secret = SECRET_INIT;

	mls_derive(path_secret, "node", &node_secret);
	hpke_key_derive(secret_view(&node_secret), ret);
}

enum err mls_path_make(const struct mls_env *env, struct mls_tree *tree,
		       struct mls_private *private, const struct mls_leaf *leaf,
		       struct bytes group_id, struct buf *out,
		       struct mls_path_secrets *ret)
{
	const struct mls_place place = {group_id, private->leaf};
	struct bytes keys[TREE_LEVELS_MAX];
	AUTO(secret_done) struct secret next = SECRET_INIT;
	struct mls_leaf made = *leaf;
	struct mls_hash room;

	*ret = (struct mls_path_secrets){0};
	ret->count = mls_tree_filtered_path(tree, private->leaf, ret->nodes);
	random_secret(env->random, MLS_HASH_LEN, &next);
	for (size_t i = 0; i < ret->count; i++) {
		unsigned level = node_level(ret->nodes[i]) - 1;
		ret->secrets[i] = next;
		node_key(&next, &private->keys[level]);
		private->has[level] = true;
		keys[i] = bytes_of(private->keys[level].public_key, DH_LEN);
		mls_derive(&next, "path", &next);
	}
	/* Of no node at all the secret is known to nobody else: any value would do. */
	secret_move(&ret->commit_secret, &next);

	hpke_key_random(env->random, &private->leaf_key);
	made.source = MLS_LEAF_COMMIT;
	made.encryption_key = bytes_of(private->leaf_key.public_key, DH_LEN);
	made.parent_hash =
		place_keys(tree, private->leaf, ret->nodes, keys, ret->count, &room);
	const size_t start = out->len;
	enum err err = mls_leaf_make(env, &made, &place, out);
	if (err == ERR_OK)
		err = mls_leaf_decode(bytes_of(out->ptr + start, out->len - start),
				      &made);
	if (err == ERR_OK)
		mls_tree_set_leaf(tree, private->leaf, &made);
	return err;
}

static bool nodes_have(const struct mls_nodes *nodes, uint32_t node)
{
	for (size_t i = 0; i < nodes->count; i++) {
		if (nodes->list[i] == node)
			return true;
	}
	return false;
}

/* Those to whom the secret of @node, on the path of @leaf, is encrypted. */
static void receivers(const struct mls_tree *tree, uint32_t node, uint32_t leaf,
		      const struct mls_nodes *added, struct mls_nodes *out)
{
	struct mls_nodes all = {0};

	mls_tree_resolution(tree, copath_child(node, leaf), &all);
	for (size_t i = 0; i < all.count; i++) {
		if (!nodes_have(added, all.list[i]))
			mls_nodes_add(out, all.list[i]);
	}
	mls_nodes_done(&all);
}

enum err mls_path_seal(const struct mls_env *env, const struct mls_suite *suite,
		       const struct mls_tree *tree, uint32_t leaf,
		       const struct mls_path_secrets *secrets, struct bytes context,
		       const struct mls_nodes *added, struct buf *out)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < secrets->count && err == ERR_OK; i++) {
		struct mls_nodes to = {0};
		receivers(tree, secrets->nodes[i], leaf, added, &to);
		buf_add_vec(out, mls_tree_key(tree, secrets->nodes[i]));
		size_t mark = buf_open_vec(out);
		for (size_t j = 0; j < to.count && err == ERR_OK; j++)
			err = mls_encrypt(suite, env->random,
					  mls_tree_key(tree, to.list[j]),
					  "UpdatePathNode", context,
					  secret_view(&secrets->secrets[i]), out);
		buf_close_vec(out, mark);
		mls_nodes_done(&to);
	}
	return err;
}

static size_t count_ciphertexts(struct bytes list)
{
	struct mls_ciphertext ciphertext;
	size_t count = 0;

	for (size_t at = 0; mls_ciphertext_next(list, &at, &ciphertext);)
		count++;
	return count;
}

/* Section 12.4.2: none of the keys of a path is in the tree already, nor twice in it. */
static bool keys_are_new(const struct mls_tree *tree, const struct bytes *keys,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (bytes_equal(keys[i], keys[j]))
				return false;
		}
		for (uint32_t node = 0; node < tree_width(tree->leaves); node++) {
			if (!mls_tree_is_blank(tree, node) &&
			    bytes_equal(mls_tree_key(tree, node), keys[i]))
				return false;
		}
	}
	return true;
}

enum err mls_path_merge(struct mls_tree *tree, uint32_t leaf, const struct mls_path *path,
			const struct mls_nodes *added)
{
	uint32_t nodes[TREE_LEVELS_MAX];
	struct bytes keys[TREE_LEVELS_MAX + 1];
	const size_t count = mls_tree_filtered_path(tree, leaf, nodes);
	struct mls_path_node node;
	struct mls_hash room;
	size_t i = 0;

	for (size_t at = 0; mls_path_node_next(path->nodes, &at, &node); i++) {
		struct mls_nodes to = {0};
		if (i == count || node.encryption_key.len != DH_LEN)
			return ERR_BAD;
		receivers(tree, nodes[i], leaf, added, &to);
		size_t wanted = to.count;
		mls_nodes_done(&to);
		if (count_ciphertexts(node.ciphertexts) != wanted)
			return ERR_BAD; /* Section 7.6 */
		keys[i] = node.encryption_key;
	}
	keys[count] = path->leaf.encryption_key;
	if (i != count || !keys_are_new(tree, keys, count + 1))
		return ERR_BAD;
	struct bytes hash = place_keys(tree, leaf, nodes, keys, count, &room);
	if (path->leaf.source != MLS_LEAF_COMMIT ||
	    !bytes_equal(path->leaf.parent_hash, hash))
		return ERR_BAD;
	mls_tree_set_leaf(tree, leaf, &path->leaf);
	return ERR_OK;
}

/* From the secret of nodes[i] up to the root: check each key against the tree, keep it. */
static enum err derive_up(const struct mls_tree *tree, struct mls_private *private,
			  const uint32_t *nodes, size_t count, size_t i,
			  const struct secret *secret, struct secret *ret_commit)
{
	AUTO(secret_done) struct secret next = *secret;
	AUTO(hpke_key_done) struct hpke_key key = {0};

	for (; i < count; i++) {
		unsigned level = node_level(nodes[i]) - 1;
		if (mls_tree_is_blank(tree, nodes[i]))
			return ERR_BAD;
		node_key(&next, &key);
		if (!bytes_equal(bytes_of(key.public_key, DH_LEN),
				 mls_tree_key(tree, nodes[i])))
			return ERR_CORRUPT;
		private->keys[level] = key;
		private->has[level] = true;
		mls_derive(&next, "path", &next);
	}
	secret_move(ret_commit, &next);
	return ERR_OK;
}

enum err mls_path_learn(const struct mls_tree *tree, struct mls_private *private,
			uint32_t sender, const struct secret *secret,
			struct secret *ret_commit)
{
	uint32_t nodes[TREE_LEVELS_MAX];
	const size_t count = mls_tree_filtered_path(tree, sender, nodes);
	const size_t i = lowest_above(nodes, count, private->leaf);

	if (i == count || secret->len != MLS_HASH_LEN)
		return ERR_BAD;
	return derive_up(tree, private, nodes, count, i, secret, ret_commit);
}

/* The ciphertext of @list for the first of @to whose private key this member has. */
static const struct hpke_key *find_own(const struct mls_tree *tree,
				       const struct mls_private *private,
				       const struct mls_nodes *to, struct bytes list,
				       struct mls_ciphertext *ret)
{
	size_t at = 0;

	for (size_t i = 0; i < to->count && mls_ciphertext_next(list, &at, ret); i++) {
		const struct hpke_key *key = mls_private_key(private, tree, to->list[i]);
		if (key)
			return key;
	}
	return NULL;
}

enum err mls_path_open(const struct mls_suite *suite, const struct mls_tree *tree,
		       struct mls_private *private, uint32_t sender,
		       const struct mls_path *path, struct bytes context,
		       const struct mls_nodes *added, struct secret *ret_commit)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	uint32_t nodes[TREE_LEVELS_MAX];
	const size_t count = mls_tree_filtered_path(tree, sender, nodes);
	const size_t i = lowest_above(nodes, count, private->leaf);
	struct mls_path_node node = {0};
	struct mls_ciphertext mine;
	struct mls_nodes to = {0};
	size_t at = 0;

	for (size_t step = 0; step <= i; step++) {
		if (!mls_path_node_next(path->nodes, &at, &node))
			return ERR_BAD;
	}
	receivers(tree, nodes[i], sender, added, &to);
	const struct hpke_key *key =
		find_own(tree, private, &to, node.ciphertexts, &mine);
	mls_nodes_done(&to);
	if (!key)
		return ERR_BAD;
	enum err err = mls_decrypt(suite, key, "UpdatePathNode", context, mine.kem_output,
				   mine.sealed, &plain);
	if (err == ERR_OK && plain.len != MLS_HASH_LEN)
		err = ERR_CORRUPT;
	if (err != ERR_OK)
		return err;
	secret_set(&secret, plain.ptr, plain.len);
	return derive_up(tree, private, nodes, count, i, &secret, ret_commit);
}
