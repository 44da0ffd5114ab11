/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The inside of struct mls_group, for group.c, commit making, joining and state.c only;
 *  users see group.h. Thread: that of the group. */
#ifndef CHAT_MLS_MEMBER_H
#define CHAT_MLS_MEMBER_H

#include "common/mls/group.h"
#include "common/mls/limits.h"
#include "common/mls/schedule.h"
#include "common/mls/secrettree.h"
#include "common/mls/treekem.h"

/** The resumption secret of an epoch that is over (section 8.6). */
struct mls_resumption {
	uint64_t epoch;
	struct secret secret;
};

struct mls_group {
	struct mls_public public;
	struct mls_epoch epoch;
	struct mls_secret_tree secrets;
	struct mls_private private;
	uint8_t signature_key
		[SIGN_PUBLIC_LEN]; /**< of our leaf, for use without the tree */
	struct mls_resumption past[MLS_RESUMPTION_MAX]; /**< newest first */
	size_t past_count;
	struct hpke_key *updates; /**< leaf keys of our Update proposals that wait */
	size_t update_count;
	bool removed;
	bool saved;           /**< state.h has all of it but what changed since */
	bool pending_changed; /**< since then; includes updates */
};

struct mls_group *mls_group_new(void);
/** Whether the group can do more than send application data. Errors: ERR_NOT_MEMBER,
 *  ERR_STATE. */
enum err mls_group_usable(const struct mls_group *group) MUST_CHECK;

/** A pre-shared key: one of this group's own past epochs, else from the key store. */
enum err mls_group_psk(const struct mls_group *group, const struct mls_env *env,
		       const struct mls_psk_id *id, struct secret *ret) MUST_CHECK;

/** What a step needs to become a group. */
struct mls_turn {
	const struct secret *init;
	const struct secret *commit;
	struct secret psk;
	struct secret joiner; /**< out */
};

/** The psk_secret of the PSK proposals in @items. */
enum err mls_group_psk_secret(const struct mls_group *group, const struct mls_env *env,
			      const struct mls_items *items,
			      struct secret *ret) MUST_CHECK;
/** Derive the epoch of @step, whose context is confirmed, into @next; the secret tree is
 *  started. Returns the confirmation tag. @next->public stays empty. */
struct mls_hash mls_group_turn(struct mls_group *next, const struct mls_step *step,
			       struct mls_turn *turn);
/** Complete @next: take the public state of @step, inherit from @group (NULL: nothing). */
void mls_group_enter(struct mls_group *next, struct mls_step *step,
		     const struct mls_group *group);

/** GroupInfo of @group with the extension list @extensions, added to @out. */
enum err mls_group_info_make(const struct mls_group *group, const struct mls_env *env,
			     struct bytes extensions, struct buf *out) MUST_CHECK;
/** The extension list of a GroupInfo: the external key, the tree. */
void mls_group_info_extensions(const struct mls_group *group, bool external, bool tree,
			       struct buf *out);

#endif
