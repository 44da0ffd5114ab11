/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two layers: a tree that gives each leaf one secret, and two ratchets per leaf that give
 * each message one key. mls_secret_tree_find() works on copies; mls_secret_tree_use()
 * does the same steps on the tree itself.
 */
#include "common/mls/secrettree.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"

void mls_message_key_done(struct mls_message_key *key)
{
	wipe(key, sizeof(*key));
}

static void keys_free(struct mls_message_key *keys, uint32_t count)
{
	if (keys)
		wipe(keys, count * sizeof(*keys));
	mem_free(keys);
}

void mls_key_step_done(struct mls_key_step *step)
{
	keys_free(step->skipped, step->skipped_count);
	wipe(step, sizeof(*step));
}

static void ratchets_free(struct mls_ratchets *ratchets)
{
	if (!ratchets)
		return;
	for (unsigned i = 0; i < MLS_RATCHETS; i++)
		keys_free(ratchets->kind[i].skipped, ratchets->kind[i].skipped_count);
	wipe(ratchets, sizeof(*ratchets));
	mem_free(ratchets);
}

void mls_secret_tree_init(struct mls_secret_tree *tree, const struct aead *aead,
			  uint32_t leaves, struct secret *encryption)
{
	const uint32_t width = tree_width(leaves);

	*tree = (struct mls_secret_tree){
		.aead = aead,
		.leaves = leaves,
		.nodes = mem_alloc(width, sizeof(*tree->nodes)),
		.senders = mem_alloc(leaves, sizeof(*tree->senders)),
		.dirty = mem_alloc(width, sizeof(*tree->dirty)),
	};
	if (encryption)
		secret_move(&tree->nodes[tree_root(leaves)], encryption);
}

void mls_secret_tree_done(struct mls_secret_tree *tree)
{
	for (uint32_t i = 0; i < tree->leaves; i++)
		ratchets_free(tree->senders[i]);
	if (tree->nodes)
		wipe(tree->nodes, tree_width(tree->leaves) * sizeof(*tree->nodes));
	mem_free(tree->nodes);
	mem_free(tree->senders);
	mem_free(tree->dirty);
	mls_nodes_done(&tree->changed);
	*tree = (struct mls_secret_tree){0};
}

static void mark(struct mls_secret_tree *tree, uint32_t node)
{
	if (!tree->dirty[node])
		mls_nodes_add(&tree->changed, node);
	tree->dirty[node] = true;
}

void mls_secret_tree_saved(struct mls_secret_tree *tree)
{
	for (size_t i = 0; i < tree->changed.count; i++)
		tree->dirty[tree->changed.list[i]] = false;
	tree->changed.count = 0;
}

/* The lowest node at or above @leaf that still has its secret. */
static enum err find_source(const struct mls_secret_tree *tree, uint32_t leaf,
			    uint32_t *ret)
{
	const uint32_t root = tree_root(tree->leaves);
	uint32_t node = node_of_leaf(leaf);

	while (secret_is_empty(&tree->nodes[node])) {
		if (node == root)
			return ERR_GONE;
		node = node_parent(node);
	}
	*ret = node;
	return ERR_OK;
}

static void derive_child(const struct secret *parent, bool left, struct secret *ret)
{
	mls_expand(parent, "tree", bytes_text(left ? "left" : "right"), MLS_HASH_LEN,
		   ret);
}

static void ratchet_start(const struct secret *leaf, enum mls_ratchet_kind kind,
			  struct secret *ret)
{
	mls_derive(leaf, kind == MLS_RATCHET_HANDSHAKE ? "handshake" : "application",
		   ret);
}

/* The first secret of a ratchet that was not used yet, without changing the tree. */
static enum err peek_start(const struct mls_secret_tree *tree, uint32_t leaf,
			   enum mls_ratchet_kind kind, struct secret *ret)
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	uint32_t node;
	enum err err = find_source(tree, leaf, &node);

	if (err != ERR_OK)
		return err;
	secret = tree->nodes[node];
	while (!node_is_leaf(node)) {
		uint32_t child = node_child_towards(node, node_of_leaf(leaf));
		derive_child(&secret, child == node_left(node), &secret);
		node = child;
	}
	ratchet_start(&secret, kind, ret);
	return ERR_OK;
}

/* Section 9.2: derive down to @leaf, keep what others need, wipe the way down. */
static struct mls_ratchets *start_sender(struct mls_secret_tree *tree, uint32_t leaf)
{
	uint32_t node = 0;
	enum err err = find_source(tree, leaf, &node);

	assert(err == ERR_OK); /* mls_secret_tree_find() went the same way. */
	while (!node_is_leaf(node)) {
		derive_child(&tree->nodes[node], true, &tree->nodes[node_left(node)]);
		derive_child(&tree->nodes[node], false, &tree->nodes[node_right(node)]);
		secret_done(&tree->nodes[node]);
		mark(tree, node);
		mark(tree, node_left(node));
		mark(tree, node_right(node));
		node = node_child_towards(node, node_of_leaf(leaf));
	}
	struct mls_ratchets *ratchets = mem_new(struct mls_ratchets);
	for (unsigned i = 0; i < MLS_RATCHETS; i++)
		ratchet_start(&tree->nodes[node], i, &ratchets->kind[i].secret);
	secret_done(&tree->nodes[node]);
	mark(tree, node);
	tree->senders[leaf] = ratchets;
	return ratchets;
}

static void derive_key(const struct aead *aead, const struct secret *secret,
		       uint32_t generation, struct mls_message_key *ret)
{
	AUTO(secret_done) struct secret part = SECRET_INIT;

	ret->generation = generation;
	mls_derive_tree(secret, "key", generation, aead->key_len, &part);
	memcpy(ret->key, part.bytes, aead->key_len);
	mls_derive_tree(secret, "nonce", generation, aead->nonce_len, &part);
	memcpy(ret->nonce, part.bytes, aead->nonce_len);
}

/* Wind a copy of the ratchet forward to @generation. */
static void wind(const struct aead *aead, uint32_t from, uint32_t generation,
		 struct mls_key_step *step)
{
	const uint32_t passed = generation - from;
	const uint32_t kept = passed < MLS_SKIPPED_MAX ? passed : MLS_SKIPPED_MAX;

	step->skipped = kept ? mem_alloc(kept, sizeof(*step->skipped)) : NULL;
	for (uint32_t at = from; at < generation; at++) {
		if (generation - at <= kept)
			derive_key(aead, &step->secret, at,
				   &step->skipped[step->skipped_count++]);
		mls_derive_tree(&step->secret, "secret", at, MLS_HASH_LEN, &step->secret);
	}
	derive_key(aead, &step->secret, generation, &step->key);
	mls_derive_tree(&step->secret, "secret", generation, MLS_HASH_LEN, &step->secret);
}

static const struct mls_message_key *find_skipped(const struct mls_ratchet *ratchet,
						  uint32_t generation)
{
	for (uint32_t i = 0; i < ratchet->skipped_count; i++) {
		if (ratchet->skipped[i].generation == generation)
			return &ratchet->skipped[i];
	}
	return NULL;
}

enum err mls_secret_tree_find(const struct mls_secret_tree *tree, uint32_t leaf,
			      enum mls_ratchet_kind kind, uint32_t generation,
			      struct mls_key_step *ret)
{
	struct mls_key_step step = {.leaf = leaf, .kind = kind};
	uint32_t from = 0;

	if (leaf >= tree->leaves)
		return ERR_BAD;
	if (tree->senders[leaf]) {
		const struct mls_ratchet *ratchet = &tree->senders[leaf]->kind[kind];
		from = ratchet->generation;
		if (generation < from) {
			const struct mls_message_key *key =
				find_skipped(ratchet, generation);
			if (!key)
				return ERR_GONE;
			step.was_skipped = true;
			step.key = *key;
			*ret = step;
			mls_message_key_done(&step.key);
			return ERR_OK;
		}
		step.secret = ratchet->secret;
	} else {
		enum err err = peek_start(tree, leaf, kind, &step.secret);
		if (err != ERR_OK)
			return err;
	}
	/* The last generation has no successor to count to. */
	enum err err = generation - from > MLS_FORWARD_MAX ? ERR_TOO_BIG : ERR_OK;
	if (err == ERR_OK && generation == UINT32_MAX)
		err = ERR_GONE;
	if (err == ERR_OK) {
		wind(tree->aead, from, generation, &step);
		*ret = step;
	}
	secret_done(&step.secret);
	mls_message_key_done(&step.key);
	return err;
}

static void remove_skipped(struct mls_ratchet *ratchet, uint32_t generation)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < ratchet->skipped_count; i++) {
		if (ratchet->skipped[i].generation != generation)
			ratchet->skipped[kept++] = ratchet->skipped[i];
	}
	wipe(&ratchet->skipped[kept],
	     (ratchet->skipped_count - kept) * sizeof(*ratchet->skipped));
	ratchet->skipped_count = kept;
}

/* Put the keys that were passed over behind the older ones; the oldest are given up. */
static void add_skipped(struct mls_ratchet *ratchet, const struct mls_key_step *step)
{
	const uint32_t total = ratchet->skipped_count + step->skipped_count;
	const uint32_t kept = total < MLS_SKIPPED_MAX ? total : MLS_SKIPPED_MAX;
	const uint32_t old = kept - step->skipped_count;

	if (step->skipped_count == 0)
		return;
	struct mls_message_key *list = mem_alloc(kept, sizeof(*list));
	if (old)
		memcpy(list, ratchet->skipped + ratchet->skipped_count - old,
		       old * sizeof(*list));
	memcpy(list + old, step->skipped, step->skipped_count * sizeof(*list));
	keys_free(ratchet->skipped, ratchet->skipped_count);
	ratchet->skipped = list;
	ratchet->skipped_count = kept;
}

void mls_secret_tree_use(struct mls_secret_tree *tree, struct mls_key_step *step)
{
	struct mls_ratchets *ratchets = tree->senders[step->leaf];

	if (!ratchets)
		ratchets = start_sender(tree, step->leaf);
	struct mls_ratchet *ratchet = &ratchets->kind[step->kind];
	if (step->was_skipped) {
		remove_skipped(ratchet, step->key.generation);
	} else {
		add_skipped(ratchet, step);
		ratchet->secret = step->secret;
		ratchet->generation = step->key.generation + 1;
	}
	mark(tree, node_of_leaf(step->leaf));
	mls_key_step_done(step);
}

enum err mls_secret_tree_next(const struct mls_secret_tree *tree, uint32_t leaf,
			      enum mls_ratchet_kind kind, struct mls_key_step *ret)
{
	uint32_t generation = 0;

	if (leaf < tree->leaves && tree->senders[leaf])
		generation = tree->senders[leaf]->kind[kind].generation;
	return mls_secret_tree_find(tree, leaf, kind, generation, ret);
}

/* Records: what it is, then the content. */
#define RECORD_SECRET   1
#define RECORD_RATCHETS 2

static void ratchet_write(const struct mls_ratchet *ratchet, struct buf *out)
{
	buf_add_bytes(out, secret_view(&ratchet->secret));
	buf_add_u32(out, ratchet->generation);
	buf_add_u8(out, (uint8_t)ratchet->skipped_count);
	for (uint32_t i = 0; i < ratchet->skipped_count; i++) {
		buf_add_u32(out, ratchet->skipped[i].generation);
		buf_add(out, ratchet->skipped[i].key, AEAD_KEY_MAX);
		buf_add(out, ratchet->skipped[i].nonce, AEAD_NONCE_MAX);
	}
}

void mls_secret_tree_write(const struct mls_secret_tree *tree, uint32_t node,
			   struct buf *out)
{
	if (node_is_leaf(node) && tree->senders[leaf_of_node(node)]) {
		const struct mls_ratchets *ratchets = tree->senders[leaf_of_node(node)];
		buf_add_u8(out, RECORD_RATCHETS);
		for (unsigned i = 0; i < MLS_RATCHETS; i++)
			ratchet_write(&ratchets->kind[i], out);
	} else if (!secret_is_empty(&tree->nodes[node])) {
		buf_add_u8(out, RECORD_SECRET);
		buf_add_bytes(out, secret_view(&tree->nodes[node]));
	}
}

static void ratchet_read(struct rd *rd, struct mls_ratchet *ret)
{
	rd_copy(rd, secret_room(&ret->secret, MLS_HASH_LEN), MLS_HASH_LEN);
	ret->generation = rd_u32(rd);
	uint8_t count = rd_u8(rd);
	if (count > MLS_SKIPPED_MAX) {
		rd_fail(rd, ERR_BAD);
		return;
	}
	ret->skipped = count ? mem_alloc(count, sizeof(*ret->skipped)) : NULL;
	ret->skipped_count = count;
	for (uint32_t i = 0; i < count; i++) {
		ret->skipped[i].generation = rd_u32(rd);
		rd_copy(rd, ret->skipped[i].key, AEAD_KEY_MAX);
		rd_copy(rd, ret->skipped[i].nonce, AEAD_NONCE_MAX);
		bool rises = i == 0 ||
			     ret->skipped[i - 1].generation < ret->skipped[i].generation;
		if (!rises || ret->skipped[i].generation >= ret->generation)
			rd_fail(rd, ERR_BAD);
	}
}

enum err mls_secret_tree_read(struct mls_secret_tree *tree, uint32_t node,
			      struct bytes record)
{
	struct rd rd = rd_init(record);

	if (node >= tree_width(tree->leaves))
		return ERR_BAD;
	uint8_t what = rd_u8(&rd);
	if (what == RECORD_SECRET) {
		rd_copy(&rd, secret_room(&tree->nodes[node], MLS_HASH_LEN), MLS_HASH_LEN);
	} else if (what == RECORD_RATCHETS && node_is_leaf(node) &&
		   !tree->senders[leaf_of_node(node)]) {
		struct mls_ratchets *ratchets = mem_new(struct mls_ratchets);
		tree->senders[leaf_of_node(node)] = ratchets;
		for (unsigned i = 0; i < MLS_RATCHETS; i++)
			ratchet_read(&rd, &ratchets->kind[i]);
	} else {
		rd_fail(&rd, ERR_BAD);
	}
	return rd_done(&rd);
}
