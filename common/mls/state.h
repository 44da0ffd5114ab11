/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Groups and staged commits as bytes, for storage. A group is a set of records, so that a
 *  message sent or received writes one or a few small ones and not the tree, and so that a
 *  program that only wants to send need not read the tree.
 *
 *  Records are secret: whoever stores them encrypts them. Their first bytes are a version;
 *  newer ones are refused with ERR_NEWER. Thread: that of the group. */
#ifndef CHAT_MLS_STATE_H
#define CHAT_MLS_STATE_H

#include "common/mls/group.h"

enum mls_part {
	MLS_PART_CORE = 1,    /**< context, epoch secrets, own private keys; index 0 */
	MLS_PART_TREE = 2,    /**< index 0 */
	MLS_PART_PENDING = 3, /**< proposals that wait, keys of own updates; index 0 */
	MLS_PART_SECRET = 4,  /**< of the secret tree; the index is that of the node */
};

/** Where records go. */
struct mls_sink {
	/** Everything that is stored of the group is void. */
	void (*clear)(void *ctx);
	/** Store @record in place of what was there; an empty one removes it. */
	void (*put)(void *ctx, enum mls_part part, uint32_t index, struct bytes record);
	void *ctx;
};

/** Write what changed since the last saving or loading; all of it after a merge. Do it in
 *  one transaction with whatever the change was about, before a message leaves. */
void mls_state_save(struct mls_group *group, const struct mls_sink *sink);

/** Begin a group from its core record. It can send application data once the records of
 *  MLS_PART_SECRET for which mls_state_is_own() holds are loaded too; for anything else it
 *  needs all. Errors: ERR_NEWER, ERR_UNKNOWN_TYPE for a suite that is not in @suites,
 *  ERR_BAD, ERR_TRUNCATED. */
enum err mls_state_load(const struct mls_suites *suites, struct bytes core,
			struct mls_group **ret) MUST_CHECK;
/** Add another record. Errors: as above, ERR_CORRUPT for a tree that is not of this epoch.
 *  On error the group is no longer to be used. */
enum err mls_state_load_part(struct mls_group *group, enum mls_part part, uint32_t index,
			     struct bytes record) MUST_CHECK;
/** Whether the record of node @index is needed to send. */
bool mls_state_is_own(const struct mls_group *group, uint32_t index);

/** The whole group as one record, added to @out. */
void mls_state_pack(const struct mls_group *group, struct buf *out);
enum err mls_state_unpack(const struct mls_suites *suites, struct bytes bytes,
			  struct mls_group **ret) MUST_CHECK;

/** A staged commit as one record, added to @out: to be stored before it is sent. */
void mls_staged_pack(const struct mls_staged *staged, struct buf *out);
enum err mls_staged_unpack(const struct mls_suites *suites, struct bytes bytes,
			   struct mls_staged **ret) MUST_CHECK;

#endif
