/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the library needs from whoever uses it: randomness, time, private keys, and
 *  answers to the two questions that MLS leaves open: is this credential genuine, and may
 *  this member do that. An env is borrowed for one call; nothing keeps it. Hooks must not
 *  call back into the group they are called for.
 *
 *  Ready implementations: keystore.h (keys in memory), mls_identity_any, mls_policy_any.
 *  Thread: that of the call. */
#ifndef CHAT_MLS_ENV_H
#define CHAT_MLS_ENV_H

#include "common/crypto/random.h"
#include "common/mls/message.h"
#include "common/mls/suite.h"
#include "common/mls/tree.h"

/** What the owner of a key package kept for the day it is used. */
struct mls_own_package {
	struct buf package; /**< the KeyPackage */
	struct hpke_key init_key;
	struct hpke_key leaf_key;
};

void mls_own_package_done(struct mls_own_package *own);

/** Where private keys are. */
struct mls_keys {
	/** Sign with the key that belongs to @public_key. Errors: ERR_NOT_FOUND. */
	enum err (*sign)(void *ctx, struct bytes public_key, struct bytes message,
			 uint8_t ret_signature[SIGN_LEN]);
	/** The pre-shared key @id; resumption secrets of the group at hand are not asked
	 *  for. Errors: ERR_NOT_FOUND. */
	enum err (*psk)(void *ctx, const struct mls_psk_id *id, struct secret *ret);
	/** The key package with reference @ref, by copy. It is for the caller of
	 *  mls_group_join() to delete it once the group is stored (RFC 9420 section 16.8).
	 *  Errors: ERR_NOT_FOUND. */
	enum err (*package)(void *ctx, struct bytes ref, struct mls_own_package *ret);
	void *ctx;
};

/** The Authentication Service (RFC 9420 section 5.3.1). */
struct mls_identity {
	/** Whether the credential of @leaf is genuine and belongs to its signature key; if
	 *  @old is not NULL, also whether it may take the place of that one.
	 *  Errors: any; the message is refused with it. */
	enum err (*leaf)(void *ctx, const struct mls_leaf *leaf,
			 const struct mls_leaf *old);
	/** Whether @sender may be in the list of external senders. */
	enum err (*sender)(void *ctx, const struct mls_external_sender *sender);
	void *ctx;
};

/** Believes everything: for tests and for measuring the core alone. */
extern const struct mls_identity mls_identity_any;

/** The public state of a group, borrowed. */
struct mls_view {
	const struct mls_context *context;
	const struct mls_tree *tree;
};

/** One proposal of a commit and who proposed it. */
struct mls_item {
	struct mls_sender sender;
	struct mls_proposal proposal;
	bool by_ref;      /**< was sent before the commit, not in it */
	struct bytes ref; /**< its reference if so */
};

/** What a commit does, for whoever has to judge it. */
struct mls_change {
	struct mls_sender
		committer; /**< MEMBER or NEW_COMMIT; in either case with the leaf
					  that the committer has afterwards */
	const struct mls_item *items;
	size_t count;
	const struct mls_leaf
		*path_leaf; /**< the committer's new leaf, NULL without path */
	struct bytes authenticated_data;
};

/** The application's rules beyond those of MLS (end of section 12.2). */
struct mls_policy {
	/** Whether @sender may propose @proposal; asked when one arrives and again for each
	 *  one in a commit. @before is the group as it is. Errors: any; refuses. */
	enum err (*proposal)(void *ctx, const struct mls_view *before,
			     const struct mls_sender *sender,
			     const struct mls_proposal *proposal);
	/** Whether the commit as a whole may be; @after has the changed members and
	 *  extensions, its hashes and epoch are still the old ones. */
	enum err (*commit)(void *ctx, const struct mls_view *before,
			   const struct mls_view *after, const struct mls_change *change);
	void *ctx;
};

/** Allows everything. */
extern const struct mls_policy mls_policy_any;

struct mls_env {
	const struct mls_suites *suites;
	const struct random *random;
	const struct mls_keys *keys;
	const struct mls_identity *identity;
	const struct mls_policy *policy;
	/** When what is processed was received, or now for what is made: lifetimes of key
	 *  packages are checked against it. 0: they are not. */
	uint64_t now_ms;
	/** The longest total lifetime of a key package (section 7.2); 0: any. */
	uint64_t lifetime_max_ms;
	/** Joining: check the lifetimes of the members' leaves too. Off by default, since a
	 *  member that was added long ago and has not committed yet is still a member. */
	bool check_tree_lifetimes;
};

/** Sign @content under @label with the key of @public_key and add the signature to @out as
 *  a vector. Errors: those of the hook. */
enum err mls_env_sign(const struct mls_env *env, struct bytes public_key,
		      const char *label, struct bytes content,
		      struct buf *out) MUST_CHECK;

#endif
