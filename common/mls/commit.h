/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Commits and the paths in them as views (see types.h for what that means).
 *  Thread: any. */
#ifndef CHAT_MLS_COMMIT_H
#define CHAT_MLS_COMMIT_H

#include "common/mls/types.h"

/** Section 12.4. */
struct mls_proposal_or_ref {
	bool is_ref;
	struct bytes ref;
	struct mls_proposal proposal;
};

/** Walk the checked list of a commit: start with *@at = 0. */
bool mls_proposal_or_ref_next(struct bytes content, size_t *at,
			      struct mls_proposal_or_ref *ret);

/** Section 7.6. */
struct mls_ciphertext {
	struct bytes kem_output;
	struct bytes sealed;
};

void mls_ciphertext_read(struct rd *rd, struct mls_ciphertext *ret);

struct mls_path_node {
	struct bytes encryption_key;
	struct bytes ciphertexts; /**< list of struct mls_ciphertext */
};

bool mls_path_node_next(struct bytes content, size_t *at, struct mls_path_node *ret);
bool mls_ciphertext_next(struct bytes content, size_t *at, struct mls_ciphertext *ret);

struct mls_path {
	struct mls_leaf leaf;
	struct bytes nodes; /**< list of struct mls_path_node */
};

void mls_path_read(struct rd *rd, struct mls_path *ret);
enum err mls_path_decode(struct bytes bytes, struct mls_path *ret) MUST_CHECK;
void mls_path_encode(struct buf *out, const struct mls_path *path);

struct mls_commit {
	struct bytes proposals;
	bool has_path;
	struct mls_path path;
};

void mls_commit_read(struct rd *rd, struct mls_commit *ret);
enum err mls_commit_decode(struct bytes bytes, struct mls_commit *ret) MUST_CHECK;
void mls_commit_encode(struct buf *out, const struct mls_commit *commit);

#endif
