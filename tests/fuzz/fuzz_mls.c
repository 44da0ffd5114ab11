/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every object of MLS: what can be read is written as the same bytes. The first byte says
 * which object the rest is. */
/* Covers: common/mls/codec.c common/mls/commit.c common/mls/message.c common/mls/types.c */
#include <assert.h>
#include <stdint.h>

#include "common/mls/codec.h"
#include "common/mls/message.h"
#include "common/mls/tree.h"
#include "common/mls/treecheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct buf *again, struct bytes bytes)
{
	assert(bytes_equal(buf_view(again), bytes));
}

static void message(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_message it;

	if (mls_message_decode(bytes, &it) != ERR_OK)
		return;
	mls_message_encode(&again, &it);
	same(&again, bytes);
}

static void authenticated(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_authenticated it;

	if (mls_authenticated_decode(bytes, &it) != ERR_OK)
		return;
	mls_authenticated_encode(&again, &it);
	same(&again, bytes);
}

static void group_info(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_external_sender sender;
	struct mls_required required;
	struct mls_group_info it;
	struct bytes found;

	if (mls_group_info_decode(bytes, &it) != ERR_OK)
		return;
	mls_group_info_encode(&again, &it);
	same(&again, bytes);
	if (mls_extension_find(it.context.extensions, MLS_EXT_EXTERNAL_SENDERS, &found)) {
		for (uint32_t i = 0;
		     mls_external_sender_get(found, i, &sender) == ERR_OK;)
			i++;
	}
	if (mls_extension_find(it.context.extensions, MLS_EXT_REQUIRED_CAPABILITIES,
			       &found) &&
	    mls_required_decode(found, &required) == ERR_OK)
		(void)mls_list_has(required.proposals, MLS_ADD);
}

static void secrets(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_group_secrets it;
	struct mls_psk_id psk;

	if (mls_group_secrets_decode(bytes, &it) != ERR_OK)
		return;
	for (size_t at = 0; mls_psk_id_next(it.psks, &at, &psk);)
		assert(psk.type == MLS_PSK_EXTERNAL || psk.type == MLS_PSK_RESUMPTION);
	mls_group_secrets_encode(&again, &it);
	same(&again, bytes);
}

static void proposal(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_proposal it;

	if (mls_proposal_decode(bytes, &it) != ERR_OK)
		return;
	mls_proposal_encode(&again, &it);
	same(&again, bytes);
}

static void commit(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_proposal_or_ref item;
	struct mls_path_node node;
	struct mls_ciphertext ciphertext;
	struct mls_commit it;

	if (mls_commit_decode(bytes, &it) != ERR_OK)
		return;
	for (size_t at = 0; mls_proposal_or_ref_next(it.proposals, &at, &item);)
		assert(!item.is_ref || item.ref.len <= bytes.len);
	for (size_t at = 0;
	     it.has_path && mls_path_node_next(it.path.nodes, &at, &node);) {
		for (size_t in = 0;
		     mls_ciphertext_next(node.ciphertexts, &in, &ciphertext);)
			assert(ciphertext.sealed.len <= bytes.len);
	}
	mls_commit_encode(&again, &it);
	same(&again, bytes);
}

static void path(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_path it;

	if (mls_path_decode(bytes, &it) != ERR_OK)
		return;
	mls_path_encode(&again, &it);
	same(&again, bytes);
}

static void leaf(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	struct mls_key_package package;
	struct mls_leaf it;

	if (mls_leaf_decode(bytes, &it) == ERR_OK) {
		mls_leaf_encode(&again, &it);
		same(&again, bytes);
	} else if (mls_key_package_decode(bytes, &package) == ERR_OK) {
		mls_key_package_encode(&again, &package);
		same(&again, bytes);
	}
}

/* A tree of strangers: all checks are safe on it, and what can be done to it too. */
static void tree(struct bytes bytes)
{
	AUTO(buf_done) struct buf again = BUF_INIT;
	AUTO(mls_tree_done) struct mls_tree it = {0};
	AUTO(mls_tree_done) struct mls_tree copy = {0};
	const struct mls_leaf *first = NULL;
	uint32_t index;

	if (mls_tree_decode(bytes, &it) != ERR_OK)
		return;
	mls_tree_encode(&again, &it);
	same(&again, bytes);
	(void)!mls_tree_check_unique(&it);
	(void)!mls_tree_check_parents(&it);
	(void)!mls_tree_check_support(&it, bytes_of(NULL, 0));
	mls_tree_copy(&it, &copy);
	for (uint32_t i = 0; i < it.leaves && !first; i++)
		first = mls_tree_leaf(&it, i);
	if (first && mls_tree_add(&copy, first, &index) == ERR_OK) {
		struct mls_hash before = mls_tree_root_hash(&it);
		struct mls_hash after = mls_tree_root_hash(&copy);
		assert(!mls_hash_equal(&before, mls_hash_view(&after)));
		mls_tree_update(&copy, index, first);
		mls_tree_remove(&copy, index);
		mls_tree_truncate(&copy);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const objects[])(struct bytes) = {
		message, authenticated, group_info, secrets, proposal,
		commit,  path,          leaf,       tree};

	if (size == 0 || crypto_init() != ERR_OK)
		return 0;
	objects[data[0] % ARRAY_LEN(objects)](bytes_of(data + 1, size - 1));
	return 0;
}
