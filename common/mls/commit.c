/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading and writing commits and the paths in them. Not their meaning: that is in
 * proposals.c and treekem.c.
 */
#include "common/mls/commit.h"

#include <assert.h>

#include "common/mls/codec.h"
#include "common/mls/limits.h"

static void proposal_or_ref_read(struct rd *rd, struct mls_proposal_or_ref *ret)
{
	uint8_t type = rd_u8(rd);

	ret->is_ref = type == 2;
	ret->ref = bytes_of(NULL, 0);
	if (type == 1)
		mls_proposal_read(rd, &ret->proposal);
	else if (type == 2)
		ret->ref = rd_vec_max(rd, MLS_ID_MAX);
	else
		rd_fail(rd, ERR_BAD);
}

/* Walks continue at *@at of a list that was checked when it was read. */
static struct rd walk(struct bytes content, size_t at)
{
	return rd_init(bytes_of(content.ptr + at, content.len - at));
}

static void walked(struct bytes content, size_t *at, const struct rd *rd)
{
	assert(rd->err == ERR_OK);
	*at = content.len - rd_left(rd);
}

bool mls_proposal_or_ref_next(struct bytes content, size_t *at,
			      struct mls_proposal_or_ref *ret)
{
	if (*at >= content.len)
		return false;
	struct rd rd = walk(content, *at);
	proposal_or_ref_read(&rd, ret);
	walked(content, at, &rd);
	return true;
}

void mls_ciphertext_read(struct rd *rd, struct mls_ciphertext *ret)
{
	ret->kem_output = rd_vec_max(rd, MLS_ID_MAX);
	ret->sealed = rd_vec(rd);
}

bool mls_ciphertext_next(struct bytes content, size_t *at, struct mls_ciphertext *ret)
{
	if (*at >= content.len)
		return false;
	struct rd rd = walk(content, *at);
	mls_ciphertext_read(&rd, ret);
	walked(content, at, &rd);
	return true;
}

static void path_node_read(struct rd *rd, struct mls_path_node *ret)
{
	struct mls_ciphertext ciphertext;

	ret->encryption_key = rd_vec_max(rd, MLS_ID_MAX);
	ret->ciphertexts = rd_vec(rd);
	struct rd list = rd_init(ret->ciphertexts);
	while (rd_left(&list) && list.err == ERR_OK)
		mls_ciphertext_read(&list, &ciphertext);
	if (list.err != ERR_OK)
		rd_fail(rd, list.err);
}

bool mls_path_node_next(struct bytes content, size_t *at, struct mls_path_node *ret)
{
	if (*at >= content.len)
		return false;
	struct rd rd = walk(content, *at);
	path_node_read(&rd, ret);
	walked(content, at, &rd);
	return true;
}

void mls_path_read(struct rd *rd, struct mls_path *ret)
{
	struct mls_path_node node;

	mls_leaf_read(rd, &ret->leaf);
	ret->nodes = rd_vec(rd);
	struct rd list = rd_init(ret->nodes);
	while (rd_left(&list) && list.err == ERR_OK)
		path_node_read(&list, &node);
	if (list.err != ERR_OK)
		rd_fail(rd, list.err);
}

enum err mls_path_decode(struct bytes bytes, struct mls_path *ret)
{
	struct rd rd = rd_init(bytes);

	mls_path_read(&rd, ret);
	return rd_done(&rd);
}

void mls_path_encode(struct buf *out, const struct mls_path *path)
{
	mls_leaf_encode(out, &path->leaf);
	buf_add_vec(out, path->nodes);
}

void mls_commit_read(struct rd *rd, struct mls_commit *ret)
{
	struct mls_proposal_or_ref item;
	size_t count = 0;

	ret->proposals = rd_vec(rd);
	struct rd list = rd_init(ret->proposals);
	while (rd_left(&list) && list.err == ERR_OK) {
		if (++count > MLS_PROPOSALS_MAX)
			rd_fail(&list, ERR_TOO_BIG);
		proposal_or_ref_read(&list, &item);
	}
	if (list.err != ERR_OK)
		rd_fail(rd, list.err);
	ret->has_path = rd_present(rd);
	if (ret->has_path)
		mls_path_read(rd, &ret->path);
}

enum err mls_commit_decode(struct bytes bytes, struct mls_commit *ret)
{
	struct rd rd = rd_init(bytes);

	mls_commit_read(&rd, ret);
	return rd_done(&rd);
}

void mls_commit_encode(struct buf *out, const struct mls_commit *commit)
{
	buf_add_vec(out, commit->proposals);
	buf_add_u8(out, commit->has_path);
	if (commit->has_path)
		mls_path_encode(out, &commit->path);
}
