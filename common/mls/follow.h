/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Following a group without being in it: the server's view. It has no secrets, so it can
 *  check signatures, trees, proposals and policy of handshakes in the clear, but neither
 *  membership and confirmation tags nor what paths encrypt. Thread: one at a time. */
#ifndef CHAT_MLS_FOLLOW_H
#define CHAT_MLS_FOLLOW_H

#include "common/mls/stage.h"

struct mls_follow;

void mls_follow_free(struct mls_follow **follow);

/** Begin with a GroupInfo (MLSMessage) and its tree, inside or in @tree.
 *  Errors: ERR_NOT_FOUND without a tree; ERR_BAD, ERR_CORRUPT, ERR_UNKNOWN_TYPE, those of
 *  the hooks. */
enum err mls_follow_start(const struct mls_env *env, struct bytes info, struct bytes tree,
			  struct mls_follow **ret) MUST_CHECK;

/** What a commit leads to; nothing is changed before mls_follow_merge(). */
struct mls_follow_staged {
	struct mls_public next;
	struct mls_summary summary;
	struct mls_hash base;
};

void mls_follow_staged_free(struct mls_follow_staged **staged);

struct mls_follow_event {
	uint8_t content_type; /**< enum mls_content_type */
	struct mls_sender
		sender;      /**< of a handshake; that of application data is hidden */
	struct mls_hash ref; /**< of a proposal */
	struct mls_follow_staged *staged; /**< of a commit */
};

void mls_follow_event_done(struct mls_follow_event *event);

/** Check a message. A proposal is kept for commits; handshakes must be PublicMessages,
 *  application data is checked for group and epoch only. The policy hook speaks for the
 *  server. Errors: as those of mls_group_process(). */
enum err mls_follow_process(struct mls_follow *follow, const struct mls_env *env,
			    struct bytes message,
			    struct mls_follow_event *ret) MUST_CHECK;
/** Errors: ERR_STALE_EPOCH if it is for another state; @staged stays. */
enum err mls_follow_merge(struct mls_follow *follow,
			  struct mls_follow_staged **staged) MUST_CHECK;

/** Whether @info (MLSMessage) is the GroupInfo of what @staged leads to, signed by a
 *  member, with an external key. Errors: ERR_BAD, ERR_CORRUPT. */
enum err mls_follow_check_info(const struct mls_follow_staged *staged,
			       struct bytes info) MUST_CHECK;

struct mls_view mls_follow_view(const struct mls_follow *follow);
/** Add the tree as vector to @out. */
void mls_follow_tree(const struct mls_follow *follow, struct buf *out);

/** For storage; not secret. */
void mls_follow_pack(const struct mls_follow *follow, struct buf *out);
/** Errors: ERR_NEWER, ERR_UNKNOWN_TYPE, ERR_BAD, ERR_TRUNCATED, ERR_CORRUPT for a tree that
 *  is not of the epoch. */
enum err mls_follow_unpack(const struct mls_suites *suites, struct bytes bytes,
			   struct mls_follow **ret) MUST_CHECK;

#endif
