/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The public half of a commit: from the state of a group to the next one, on a copy
 *  (RFC 9420 section 12.4). Who makes a commit, who receives one and who only follows go
 *  through the same steps. Thread: that of the group. */
#ifndef CHAT_MLS_STAGE_H
#define CHAT_MLS_STAGE_H

#include "common/mls/proposals.h"

/** A commit under way. Its items are views: it must not outlive the message and the group
 *  it was begun from. */
struct mls_step {
	struct mls_public next;
	struct mls_items items;
	struct mls_nodes added;      /**< leaf nodes of those who are added */
	struct mls_sender committer; /**< with the leaf it has afterwards */
	const struct mls_leaf
		*old_leaf; /**< what the committer's leaf replaces, or NULL */
};

void mls_step_done(struct mls_step *step);

/** Judge the proposals and apply them to a copy of @public. @items are taken. @path_leaf is
 *  the committer's leaf in the path, NULL without path.
 *  Errors: ERR_STATE for a group that has ended, those of mls_items_check(). */
enum err mls_step_begin(const struct mls_public *public, const struct mls_env *env,
			struct mls_items *items, const struct mls_sender *committer,
			const struct mls_leaf *path_leaf,
			struct mls_step *ret) MUST_CHECK;
/** The committer's leaf and its path as they came. Errors: ERR_BAD, ERR_CORRUPT, those of
 *  the hook. */
enum err mls_step_merge_path(struct mls_step *step, const struct mls_env *env,
			     const struct mls_path *path) MUST_CHECK;
/** Once the tree is complete: judge it and the commit as a whole, then make the
 *  provisional context. Errors: ERR_BAD, those of the hook. */
enum err mls_step_judge(struct mls_step *step, const struct mls_public *public,
			const struct mls_env *env, const struct mls_leaf *path_leaf,
			struct bytes authenticated_data) MUST_CHECK;
/** All of the above for a commit that was received and whose signature was verified. */
enum err mls_step_receive(const struct mls_public *public, const struct mls_env *env,
			  const struct mls_authenticated *content,
			  struct mls_step *ret) MUST_CHECK;
/** The context with the new confirmed transcript hash. */
void mls_step_confirm(struct mls_step *step, const struct mls_public *public,
		      uint16_t wire_format, struct bytes content, struct bytes signature);
/** The interim transcript hash, which ends the step. */
void mls_step_tag(struct mls_step *step, const struct mls_hash *tag);

/** What a commit did, for display and bookkeeping. Owns its lists. */
struct mls_summary {
	struct mls_sender committer; /**< with the leaf it has afterwards */
	struct mls_nodes added;      /**< leaves, in the tree afterwards */
	struct mls_nodes removed;    /**< leaves, in the tree before */
	struct mls_nodes updated;    /**< leaves, in both; the committer's aside */
	bool has_path;
	bool extensions; /**< the GroupContext extensions were replaced */
	bool reinit;     /**< the group has ended */
};

void mls_summary_done(struct mls_summary *summary);
void mls_step_summary(const struct mls_step *step, bool has_path,
		      struct mls_summary *ret);

#endif
