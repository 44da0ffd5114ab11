/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of the ratchet tree: arithmetic, operations, validation, TreeKEM.
 */
#include <stdlib.h>

#include "common/mls/codec.h"
#include "common/mls/keystore.h"
#include "common/mls/leaf.h"
#include "common/mls/treecheck.h"
#include "common/mls/treekem.h"
#include "tests/lib/aes128gcm.h"
#include "tests/vectors/vector.h"

/* Whether entry @i of the list @name is @node, null standing for none. */
static bool entry_is(const cJSON *vector, const char *name, uint32_t i, bool none,
		     uint32_t node)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(vector, name);
	const cJSON *it = cJSON_GetArrayItem(list, (int)i);

	return none ? cJSON_IsNull(it) : cJSON_IsNumber(it) && number_of(it) == node;
}

/* Lists of a million entries would be walked in square time: take them out as arrays. */
static void list_of(const cJSON *vector, const char *name, int64_t *out, uint32_t count)
{
	const cJSON *it;
	uint32_t i = 0;

	cJSON_ArrayForEach(it, cJSON_GetObjectItemCaseSensitive(vector, name))
	{
		if (i < count)
			out[i++] = cJSON_IsNumber(it) ? (int64_t)it->valuedouble : -1;
	}
}

static enum outcome check_relations(const cJSON *vector, uint32_t width, uint32_t root,
				    int64_t *room)
{
	int64_t *left = room, *right = left + width, *parent = right + width,
		*sibling = parent + width;

	list_of(vector, "left", left, width);
	list_of(vector, "right", right, width);
	list_of(vector, "parent", parent, width);
	list_of(vector, "sibling", sibling, width);
	for (uint32_t node = 0; node < width; node++) {
		bool leaf = node_is_leaf(node), top = node == root;
		NEED(left[node] == (leaf ? -1 : (int64_t)node_left(node)));
		NEED(right[node] == (leaf ? -1 : (int64_t)node_right(node)));
		NEED(parent[node] == (top ? -1 : (int64_t)node_parent(node)));
		NEED(sibling[node] == (top ? -1 : (int64_t)node_sibling(node)));
	}
	return PASSED;
}

enum outcome run_tree_math(const cJSON *vector)
{
	const uint32_t leaves = (uint32_t)number_at(vector, "n_leaves");
	const uint32_t width = tree_width(leaves), root = tree_root(leaves);

	NEED(number_at(vector, "n_nodes") == width);
	NEED(number_at(vector, "root") == root);
	NEED(entry_is(vector, "parent", root, true, 0));
	int64_t *room = calloc(4 * (size_t)width, sizeof(*room));
	enum outcome outcome = check_relations(vector, width, root, room);
	free(room);
	return outcome;
}

enum outcome run_deserialization(const cJSON *vector)
{
	AUTO(buf_done) struct buf header = hex_at(vector, "vlbytes_header");
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct rd rd = rd_init(buf_view(&header));
	uint32_t len = rd_varint(&rd);

	NEED(rd_done(&rd) == ERR_OK);
	NEED(len == number_at(vector, "length"));
	buf_add_varint(&again, len);
	NEED(bytes_equal(buf_view(&again), buf_view(&header)));
	return PASSED;
}

static bool tree_at(const cJSON *vector, const char *name, struct mls_tree *ret)
{
	AUTO(buf_done) struct buf bytes = hex_at(vector, name);

	return mls_tree_decode(buf_view(&bytes), ret) == ERR_OK;
}

static enum outcome apply(struct mls_tree *tree, const struct mls_proposal *proposal,
			  uint32_t sender)
{
	uint32_t index;

	switch (proposal->type) {
	case MLS_ADD:
		NEED(mls_tree_add(tree, &proposal->add.leaf, &index) == ERR_OK);
		break;
	case MLS_UPDATE: mls_tree_update(tree, sender, &proposal->update); break;
	case MLS_REMOVE:
		NEED(mls_tree_leaf(tree, proposal->remove));
		mls_tree_remove(tree, proposal->remove);
		mls_tree_truncate(tree);
		break;
	default: NEED(!"a proposal that changes no tree");
	}
	return PASSED;
}

enum outcome run_tree_operations(const cJSON *vector)
{
	AUTO(buf_done) struct buf bytes = hex_at(vector, "proposal");
	AUTO(buf_done) struct buf after = BUF_INIT;
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	struct mls_proposal proposal;

	if (!suite_at(vector))
		return SKIPPED;
	NEED(tree_at(vector, "tree_before", &tree));
	struct mls_hash hash = mls_tree_root_hash(&tree);
	NEED(is_hex(vector, "tree_hash_before", mls_hash_view(&hash)));
	NEED(mls_proposal_decode(buf_view(&bytes), &proposal) == ERR_OK);
	if (apply(&tree, &proposal, (uint32_t)number_at(vector, "proposal_sender")) ==
	    FAILED)
		return FAILED;
	mls_tree_encode(&after, &tree);
	NEED(is_hex(vector, "tree_after", buf_view(&after)));
	hash = mls_tree_root_hash(&tree);
	NEED(is_hex(vector, "tree_hash_after", mls_hash_view(&hash)));
	return PASSED;
}

static enum outcome check_node(struct mls_tree *tree, uint32_t node, const cJSON *want,
			       const cJSON *hash_hex)
{
	AUTO(mls_nodes_done) struct mls_nodes resolution = {0};
	AUTO(buf_done) struct buf hash_bytes = hex_of(hash_hex);
	const cJSON *it;
	size_t i = 0;

	mls_tree_resolution(tree, node, &resolution);
	NEED(resolution.count == (size_t)cJSON_GetArraySize(want));
	cJSON_ArrayForEach(it, want) NEED(number_of(it) == resolution.list[i++]);
	struct mls_hash hash = mls_tree_hash(tree, node);
	NEED(mls_hash_equal(&hash, buf_view(&hash_bytes)));
	return PASSED;
}

enum outcome run_tree_validation(const cJSON *vector)
{
	const struct mls_suite *suite = suite_at(vector);
	const cJSON *resolutions =
		cJSON_GetObjectItemCaseSensitive(vector, "resolutions");
	const cJSON *hashes = cJSON_GetObjectItemCaseSensitive(vector, "tree_hashes");
	AUTO(buf_done) struct buf group_id = hex_at(vector, "group_id");
	AUTO(buf_done) struct buf again = BUF_INIT;
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	const struct mls_env env = {.identity = &mls_identity_any};

	if (!suite)
		return SKIPPED;
	NEED(tree_at(vector, "tree", &tree));
	mls_tree_encode(&again, &tree);
	NEED(is_hex(vector, "tree", buf_view(&again)));
	NEED((uint32_t)cJSON_GetArraySize(hashes) == tree_width(tree.leaves));
	for (uint32_t node = 0; node < tree_width(tree.leaves); node++) {
		if (check_node(&tree, node, cJSON_GetArrayItem(resolutions, (int)node),
			       cJSON_GetArrayItem(hashes, (int)node)) == FAILED)
			return FAILED;
	}
	NEED(mls_tree_check_parents(&tree) == ERR_OK);
	NEED(mls_tree_check_unique(&tree) == ERR_OK);
	NEED(mls_tree_check_leaves(&tree, suite->id, buf_view(&group_id), &env) ==
	     ERR_OK);
	return PASSED;
}

/* What one treekem case works with. */
struct kem_case {
	const struct mls_suite *suite;
	struct buf group_id;
	struct buf confirmed;
	struct mls_context context;
	struct mls_tree tree;
	struct mls_keystore store;
	struct mls_private *members; /* by leaf */
	bool *is_member;
};

static void kem_case_done(struct kem_case *it)
{
	for (uint32_t i = 0; it->members && i < it->tree.leaves; i++)
		mls_private_done(&it->members[i]);
	free(it->members);
	free(it->is_member);
	buf_done(&it->group_id);
	buf_done(&it->confirmed);
	mls_keystore_done(&it->store);
	mls_tree_done(&it->tree);
}

static enum outcome load_member(struct kem_case *it, const cJSON *json)
{
	const uint32_t leaf = (uint32_t)number_at(json, "index");
	AUTO(buf_done) struct buf encryption = hex_at(json, "encryption_priv");
	AUTO(buf_done) struct buf signature = hex_at(json, "signature_priv");
	const cJSON *one;

	NEED(leaf < it->tree.leaves);
	struct mls_private *private = &it->members[leaf];
	private->leaf = leaf;
	it->is_member[leaf] = true;
	NEED(hpke_key_load(buf_view(&encryption), &private->leaf_key) == ERR_OK);
	NEED(mls_private_key(private, &it->tree, node_of_leaf(leaf)));
	NEED(mls_keystore_add_sign(&it->store, buf_view(&signature), NULL) == ERR_OK);
	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(json, "path_secrets"))
	{
		const uint32_t node = (uint32_t)number_at(one, "node");
		AUTO(secret_done) struct secret secret = SECRET_INIT;
		unsigned level = node_level(node) - 1;

		secret_at(one, "path_secret", &secret);
		mls_derive(&secret, "node", &secret);
		hpke_key_derive(secret_view(&secret), &private->keys[level]);
		private->has[level] = true;
		NEED(mls_private_key(private, &it->tree, node));
	}
	return PASSED;
}

static void context_of(const struct kem_case *it, struct mls_tree *tree, struct buf *out)
{
	struct mls_context context = it->context;
	struct mls_hash hash = mls_tree_root_hash(tree);

	context.tree_hash = mls_hash_view(&hash);
	mls_context_encode(out, &context);
}

/* Every member but the sender reads the path and comes to the same commit secret. */
static enum outcome read_path(const struct kem_case *it, uint32_t sender,
			      const struct mls_path *path, const cJSON *secrets,
			      struct bytes commit_secret, struct mls_tree *merged)
{
	const struct mls_nodes none = {0};
	AUTO(buf_done) struct buf context = BUF_INIT;
	const struct mls_place place = {buf_view(&it->group_id), sender};

	mls_tree_copy(&it->tree, merged);
	NEED(mls_leaf_check(&path->leaf, it->suite->id, &place) == ERR_OK);
	NEED(mls_path_merge(merged, sender, path, &none) == ERR_OK);
	context_of(it, merged, &context);
	for (uint32_t leaf = 0; leaf < it->tree.leaves; leaf++) {
		AUTO(mls_private_done) struct mls_private private = it->members[leaf];
		AUTO(secret_done) struct secret commit = SECRET_INIT;
		const cJSON *want =
			secrets ? cJSON_GetArrayItem(secrets, (int)leaf) : NULL;

		if (!it->is_member[leaf] || leaf == sender)
			continue;
		NEED(mls_path_open(it->suite, merged, &private, sender, path,
				   buf_view(&context), &none, &commit) == ERR_OK);
		NEED(bytes_equal(secret_view(&commit), commit_secret));
		if (!cJSON_IsString(want))
			continue;
		/* The stated secret gives the same keys. */
		AUTO(mls_private_done) struct mls_private other = it->members[leaf];
		AUTO(secret_done) struct secret secret = SECRET_INIT;
		AUTO(buf_done) struct buf hex = hex_of(want);
		secret_set(&secret, hex.ptr, hex.len);
		NEED(mls_path_learn(merged, &other, sender, &secret, &commit) == ERR_OK);
		NEED(bytes_equal(secret_view(&commit), commit_secret));
	}
	return PASSED;
}

static enum outcome make_path(struct kem_case *it, uint32_t sender)
{
	const struct mls_keys keys = mls_keystore_keys(&it->store);
	const struct mls_env env = {.random = &random_system, .keys = &keys};
	const struct mls_nodes none = {0};
	AUTO(mls_tree_done) struct mls_tree tree = {0};
	AUTO(mls_tree_done) struct mls_tree merged = {0};
	AUTO(mls_private_done) struct mls_private private = it->members[sender];
	AUTO(mls_path_secrets_done) struct mls_path_secrets secrets = {0};
	AUTO(buf_done) struct buf leaf = BUF_INIT;
	AUTO(buf_done) struct buf nodes = BUF_INIT;
	AUTO(buf_done) struct buf context = BUF_INIT;
	struct mls_path path;

	mls_tree_copy(&it->tree, &tree);
	struct mls_leaf template = *mls_tree_leaf(&it->tree, sender);
	NEED(mls_path_make(&env, &tree, &private, &template, buf_view(&it->group_id),
			   &leaf, &secrets) == ERR_OK);
	context_of(it, &tree, &context);
	NEED(mls_path_seal(&env, it->suite, &tree, sender, &secrets, buf_view(&context),
			   &none, &nodes) == ERR_OK);
	NEED(mls_leaf_decode(buf_view(&leaf), &path.leaf) == ERR_OK);
	path.nodes = buf_view(&nodes);
	enum outcome outcome = read_path(it, sender, &path, NULL,
					 secret_view(&secrets.commit_secret), &merged);
	if (outcome == PASSED) {
		struct mls_hash a = mls_tree_root_hash(&tree),
				b = mls_tree_root_hash(&merged);
		NEED(mls_hash_equal(&a, mls_hash_view(&b)));
		NEED(mls_tree_check_parents(&merged) == ERR_OK);
	}
	return outcome;
}

enum outcome run_treekem(const cJSON *vector)
{
	AUTO(kem_case_done) struct kem_case it = {.suite = suite_at(vector)};
	const cJSON *one;

	if (!it.suite)
		return SKIPPED;
	it.group_id = hex_at(vector, "group_id");
	it.confirmed = hex_at(vector, "confirmed_transcript_hash");
	it.context = (struct mls_context){.version = MLS_VERSION_1,
					  .suite = it.suite->id,
					  .group_id = buf_view(&it.group_id),
					  .epoch = number_at(vector, "epoch"),
					  .confirmed_hash = buf_view(&it.confirmed)};
	NEED(tree_at(vector, "ratchet_tree", &it.tree));
	it.members = calloc(it.tree.leaves, sizeof(*it.members));
	it.is_member = calloc(it.tree.leaves, sizeof(*it.is_member));
	cJSON_ArrayForEach(one,
			   cJSON_GetObjectItemCaseSensitive(vector, "leaves_private"))
	{
		if (load_member(&it, one) == FAILED)
			return FAILED;
	}
	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(vector, "update_paths"))
	{
		const uint32_t sender = (uint32_t)number_at(one, "sender");
		AUTO(buf_done) struct buf bytes = hex_at(one, "update_path");
		AUTO(buf_done) struct buf commit = hex_at(one, "commit_secret");
		AUTO(mls_tree_done) struct mls_tree merged = {0};
		struct mls_path path;

		NEED(mls_path_decode(buf_view(&bytes), &path) == ERR_OK);
		if (read_path(&it, sender, &path,
			      cJSON_GetObjectItemCaseSensitive(one, "path_secrets"),
			      buf_view(&commit), &merged) == FAILED)
			return FAILED;
		struct mls_hash hash = mls_tree_root_hash(&merged);
		NEED(is_hex(one, "tree_hash_after", mls_hash_view(&hash)));
		if (make_path(&it, sender) == FAILED)
			return FAILED;
	}
	return PASSED;
}
