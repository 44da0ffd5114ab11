/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The list of proposals that a commit covers: collecting, judging (RFC 9420 section 12.2)
 *  and applying it (section 12.3). Thread: that of the group. */
#ifndef CHAT_MLS_PROPOSALS_H
#define CHAT_MLS_PROPOSALS_H

#include "common/mls/public.h"

/** Items with views into the commit and into the proposals that wait; valid as long as
 *  both. */
struct mls_items {
	struct mls_item *list;
	size_t count;
	size_t cap;
};

void mls_items_done(struct mls_items *items);
void mls_items_add(struct mls_items *items, const struct mls_item *item);
/** The proposals of @commit by @committer. Errors: ERR_NOT_FOUND for a reference to one
 *  that we have not got. */
enum err mls_items_collect(const struct mls_public *public,
			   const struct mls_commit *commit,
			   const struct mls_sender *committer,
			   struct mls_items *ret) MUST_CHECK;

/** Judge one proposal by itself: when it arrives and again in a commit. @extensions are
 *  those that the group will have.
 *  Errors: ERR_BAD, ERR_CORRUPT, ERR_EXPIRED, ERR_FORBIDDEN, those of the hooks. */
enum err mls_proposal_check(const struct mls_public *public, const struct mls_env *env,
			    struct bytes extensions, const struct mls_sender *sender,
			    const struct mls_proposal *proposal) MUST_CHECK;
/** Judge the list, single proposals included. @path_leaf is the committer's new leaf,
 *  NULL without path. Errors: as above. */
enum err mls_items_check(const struct mls_public *public, const struct mls_env *env,
			 const struct mls_items *items,
			 const struct mls_sender *committer,
			 const struct mls_leaf *path_leaf) MUST_CHECK;
/** Whether a commit of them must have a path (section 12.4). */
bool mls_items_need_path(const struct mls_items *items);
/** The first proposal of @type, NULL without one. */
const struct mls_proposal *mls_items_find(const struct mls_items *items, uint16_t type);
size_t mls_items_count(const struct mls_items *items, uint16_t type);

/** Apply a list that was judged to @tree; @added gets the leaf nodes that came.
 *  Errors: ERR_TOO_BIG; the tree may be changed nevertheless. */
enum err mls_items_apply(const struct mls_items *items, struct mls_tree *tree,
			 struct mls_nodes *added) MUST_CHECK;

#endif
