/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The public state of a group: context, tree, transcript, proposals that wait. A member
 *  adds secrets to it (group.h), a server that only follows has nothing else (follow.h).
 *  Owns: the struct, ended with mls_public_done(). Thread: one at a time. */
#ifndef CHAT_MLS_PUBLIC_H
#define CHAT_MLS_PUBLIC_H

#include "common/mls/env.h"
#include "common/mls/framing.h"

/** A proposal that was sent and waits for a commit. */
struct mls_pending {
	struct mls_hash ref;
	struct buf bytes; /**< AuthenticatedContent */
};

struct mls_public {
	const struct mls_suite *suite;
	struct buf context_bytes;   /**< GroupContext */
	struct mls_context context; /**< a view of it */
	struct mls_hash interim;    /**< interim_transcript_hash */
	struct mls_hash tag;        /**< confirmation_tag of the last commit */
	struct mls_tree tree;
	struct mls_pending *pending;
	size_t pending_count, pending_cap, pending_bytes;
	struct buf
		reinit; /**< the Proposal of the commit that ended this group, else empty */
	uint8_t birth; /**< enum mls_psk_usage of the one resumption PSK that the first
				commit of a group made from another one must have, else 0 */
};

void mls_public_done(struct mls_public *public);
/** Context and tree as they are now; nothing pending. */
void mls_public_copy(const struct mls_public *public, struct mls_public *ret);
/** Replace the context. */
void mls_public_set_context(struct mls_public *public, const struct mls_context *context);
struct mls_view mls_public_view(const struct mls_public *public);

/** Whether a message is of this group and epoch.
 *  Errors: ERR_NOT_FOUND for another group, ERR_STALE_EPOCH for another epoch. */
enum err mls_public_check_epoch(const struct mls_public *public, struct bytes group_id,
				uint64_t epoch) MUST_CHECK;
/** Whether @content may come from its sender in its wrapping (section 6.1) and is signed
 *  by it. Errors: ERR_FORBIDDEN for a sender that may not, ERR_CORRUPT for the signature. */
enum err mls_public_verify(const struct mls_public *public,
			   const struct mls_authenticated *content) MUST_CHECK;

/** Keep a proposal for a commit; @ret_ref gets its reference.
 *  Errors: ERR_EXISTS if it is kept already, ERR_TOO_BIG when too many are. */
enum err mls_public_keep(struct mls_public *public, struct bytes authenticated,
			 struct mls_hash *ret_ref) MUST_CHECK;
/** The proposal with reference @ref, NULL when there is none. @ret is a view of it. */
const struct mls_pending *mls_public_pending(const struct mls_public *public,
					     struct bytes ref,
					     struct mls_authenticated *ret);

/** Check a GroupInfo against the tree that came with it, in its ratchet_tree extension or
 *  beside it in @tree, and start the public state from both (section 12.4.3.1).
 *  Errors: ERR_NOT_FOUND without a tree, ERR_UNKNOWN_TYPE for a suite that is not ours,
 *  ERR_CORRUPT for a signature, ERR_BAD, those of the hooks. */
enum err mls_public_from_info(const struct mls_env *env,
			      const struct mls_group_info *info, struct bytes tree,
			      struct mls_public *ret) MUST_CHECK;

/** Serialise for storage; nothing in it is secret. */
void mls_public_write(const struct mls_public *public, struct buf *out);
/** The tree goes apart, since it is big and rarely needed. */
void mls_public_write_pending(const struct mls_public *public, struct buf *out);
/** Errors: ERR_BAD, ERR_TRUNCATED, ERR_UNKNOWN_TYPE for a suite that is not in @suites. */
enum err mls_public_read(const struct mls_suites *suites, struct rd *rd,
			 struct mls_public *ret) MUST_CHECK;
enum err mls_public_read_pending(struct mls_public *public,
				 struct bytes bytes) MUST_CHECK;

#endif
