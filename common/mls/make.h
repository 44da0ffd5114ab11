/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Making a commit (RFC 9420 section 12.4.1): one road for members, for newcomers by
 *  external commit and for the first commit of a group. Inside of the library; users see
 *  group.h. Thread: that of the group. */
#ifndef CHAT_MLS_MAKE_H
#define CHAT_MLS_MAKE_H

#include "common/mls/member.h"

struct mls_making {
	const struct mls_env *env;
	const struct mls_public *public; /**< the state it starts from */
	const struct mls_group *group;   /**< the member's group, NULL for a newcomer */
	const struct mls_group
		*psk_group; /**< whose past epochs PSKs may name, or NULL */
	struct mls_sender sender;
	struct bytes signature_key;  /**< of the message */
	const struct mls_leaf *leaf; /**< what the new leaf says; NULL: no path */
	struct secret init;
	struct mls_items items; /**< taken; views that outlive the making */
	const struct mls_wrap *wrap;
	const struct mls_message_key *key; /**< of an encrypted commit */
	bool one_welcome;
	bool tree_in_welcome;
};

void mls_making_done(struct mls_making *making);
/** Errors: as in group.h. */
enum err mls_make(struct mls_making *making, struct mls_staged **ret) MUST_CHECK;

/** By-value proposals: encoded into @room, added to @items as by @sender. Call it once for
 *  a @room. */
enum err mls_make_items(const struct mls_proposal *proposals, size_t count,
			const struct mls_sender *sender, struct buf *room,
			struct mls_items *items) MUST_CHECK;

#endif
