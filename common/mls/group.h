/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A group as one of its members sees it (RFC 9420): making and joining one, sending and
 *  receiving, proposals and commits.
 *
 *  Nothing is changed on error. Making or receiving a commit changes nothing either: the
 *  outcome is a value (struct mls_staged) that can be stored, dropped, or merged once the
 *  delivery service has said which commit of the epoch counts. What was sent must be stored
 *  with state.h before it leaves the machine, else a crash would use a key twice.
 *
 *  Errors that every call may give: those of the hooks in the env. Messages of another
 *  group: ERR_NOT_FOUND; of another epoch: ERR_STALE_EPOCH; malformed or against the rules:
 *  ERR_BAD, ERR_TRUNCATED, ERR_UNKNOWN_TYPE, ERR_TOO_BIG; not by who it says, or for a
 *  state that differs from ours: ERR_CORRUPT; from a sender that may not: ERR_FORBIDDEN;
 *  seen before: ERR_GONE, ERR_EXISTS; by ourselves: ERR_EXISTS. A group that one was
 *  removed from: ERR_NOT_MEMBER; one that ended with a ReInit, or was loaded in part only:
 *  ERR_STATE.
 *
 *  Owns: struct mls_group, ended with mls_group_free(). Thread: one at a time for a group
 *  and all that was staged from it. */
#ifndef CHAT_MLS_GROUP_H
#define CHAT_MLS_GROUP_H

#include "common/mls/env.h"
#include "common/mls/keypackage.h"
#include "common/mls/stage.h"

struct mls_group;

void mls_group_free(struct mls_group **group);

/** A commit that was made or received and is not merged yet. */
struct mls_staged {
	struct mls_summary summary;
	bool removed;           /**< we are not in the group afterwards */
	struct mls_hash base;   /**< interim transcript hash of the group it is for */
	struct mls_group *next; /**< NULL if removed */
	/* Of one that we made: */
	struct buf commit;     /**< MLSMessage to send */
	struct buf group_info; /**< MLSMessage for newcomers, without tree */
	struct buf *welcomes;  /**< MLSMessages; one per added leaf, or one for all */
	size_t welcome_count;
};

void mls_staged_free(struct mls_staged **staged);

/** Begin a group with ourselves as only member. @extensions is the list for its context.
 *  Errors: ERR_UNKNOWN_TYPE for a suite that is not in the env; ERR_BAD for extensions that
 *  the client does not support. */
enum err mls_group_create(const struct mls_env *env, uint16_t suite,
			  struct bytes group_id, const struct mls_client *client,
			  struct bytes extensions, struct mls_group **ret) MUST_CHECK;

/** Join by @welcome (MLSMessage) with the tree inside, or in @tree if it is not. @old is
 *  the group that this one continues or branches from, NULL if neither. @ret_package gets
 *  the reference of the key package that was used: delete its keys together with storing
 *  the group. Whether one is in a group of that id already is for the caller to check.
 *  Errors: ERR_NOT_FOUND when it is for none of our key packages, a PSK is missing or there
 *  is no tree; ERR_STATE when it continues a group and @old is missing. */
enum err mls_group_join(const struct mls_env *env, struct bytes welcome,
			struct bytes tree, const struct mls_group *old,
			struct mls_group **ret, struct mls_hash *ret_package) MUST_CHECK;

#define MLS_NO_LEAF UINT32_MAX

/** Join by a commit of our own from @info (MLSMessage with a GroupInfo). @replaces is the
 *  leaf of ours that the commit removes, or MLS_NO_LEAF. The staged commit becomes a group
 *  with mls_staged_start() once it was accepted. */
enum err mls_group_join_external(const struct mls_env *env, struct bytes info,
				 struct bytes tree, const struct mls_client *client,
				 uint32_t replaces, struct bytes authenticated_data,
				 struct mls_staged **ret) MUST_CHECK;

/** What a message turned out to be. */
enum mls_event_kind {
	MLS_EVENT_APPLICATION,
	MLS_EVENT_PROPOSAL,
	MLS_EVENT_COMMIT,
};

struct mls_event {
	enum mls_event_kind kind;
	struct mls_sender sender;
	struct buf authenticated_data;
	struct buf data;           /**< application data */
	struct mls_hash ref;       /**< of a proposal */
	uint16_t proposal_type;    /**< of a proposal */
	struct mls_staged *staged; /**< of a commit */
};

void mls_event_done(struct mls_event *event);

/** Take a message (MLSMessage) of the group. Application data uses up its key, a proposal
 *  is kept for a commit, a commit is staged and changes nothing. */
enum err mls_group_process(struct mls_group *group, const struct mls_env *env,
			   struct bytes message, struct mls_event *ret) MUST_CHECK;
/** Make @staged the state of the group and free it. A commit that removed us leaves a group
 *  that refuses everything. Errors: ERR_STALE_EPOCH if it is for another state; it stays. */
enum err mls_group_merge(struct mls_group *group, struct mls_staged **staged) MUST_CHECK;
/** The group of an external commit of ours; frees @staged.
 *  Errors: ERR_STATE when it was not staged by mls_group_join_external(). */
enum err mls_staged_start(struct mls_staged **staged, struct mls_group **ret) MUST_CHECK;

/** Seal @data for the group as MLSMessage, with @padding zeroes, and use up a key.
 *  Errors: ERR_STATE while proposals wait for a commit (section 12.4). */
enum err mls_group_protect(struct mls_group *group, const struct mls_env *env,
			   struct bytes data, struct bytes authenticated_data,
			   size_t padding, struct buf *out) MUST_CHECK;

/** How handshake messages are wrapped. */
struct mls_wrap {
	bool encrypt; /**< as PrivateMessage */
	struct bytes authenticated_data;
	size_t padding; /**< of a PrivateMessage */
};

/** Propose and keep it for a commit. Not for updates, which have keys. */
enum err mls_group_propose(struct mls_group *group, const struct mls_env *env,
			   const struct mls_proposal *proposal,
			   const struct mls_wrap *wrap, struct buf *out) MUST_CHECK;
/** Propose a new leaf for ourselves; @client NULL keeps what the leaf says. */
enum err mls_group_propose_update(struct mls_group *group, const struct mls_env *env,
				  const struct mls_client *client,
				  const struct mls_wrap *wrap,
				  struct buf *out) MUST_CHECK;
/** Propose from outside (section 12.1.8): @sender EXTERNAL with its index, or NEW_PROPOSAL
 *  with an Add; signed with the key of @public_key. */
enum err mls_external_propose(const struct mls_env *env, struct bytes group_id,
			      uint64_t epoch, const struct mls_sender *sender,
			      struct bytes public_key,
			      const struct mls_proposal *proposal,
			      struct buf *out) MUST_CHECK;

struct mls_commit_options {
	const struct mls_proposal *proposals; /**< by value, beside those that wait */
	size_t count;
	bool leave_pending; /**< cover none of the proposals that wait */
	bool no_path;       /**< leave the path out where it may be */
	bool one_welcome;   /**< for all newcomers; else one each */
	bool tree_in_welcome;
	const struct mls_client
		*client; /**< what our leaf says from now on, NULL: the same */
	struct mls_wrap wrap;
};

/** Make a commit of @options and of the proposals that wait, are still valid, and go together.
 *  Should the tree be against the rules with all of them (ERR_BAD), then leave_pending
 *  leaves them out: a member that proposes nonsense can stop nobody. The group
 *  stays as it is, but for a handshake key that is used up if the commit is encrypted. */
enum err mls_group_commit(struct mls_group *group, const struct mls_env *env,
			  const struct mls_commit_options *options,
			  struct mls_staged **ret) MUST_CHECK;

/** Start the group that @old's ReInit asks for, or with @reinit false a branch of it, and
 *  make its first commit, which adds the owners of @packages (KeyPackages). The new group
 *  is in the staged commit; take it with mls_staged_start(). @group_id and @client as in
 *  mls_group_create(). */
enum err mls_group_continue(const struct mls_group *old, const struct mls_env *env,
			    bool reinit, struct bytes group_id,
			    const struct mls_client *client,
			    const struct mls_key_package *packages, size_t count,
			    struct mls_staged **ret) MUST_CHECK;

/** Looking at a group. */
struct mls_view mls_group_view(const struct mls_group *group);
uint32_t mls_group_own_leaf(const struct mls_group *group);
size_t mls_group_pending(const struct mls_group *group);
/** Whether we are in it and it has not ended. */
bool mls_group_is_active(const struct mls_group *group);
/** Valid until the next change of the group. */
struct bytes mls_group_authenticator(const struct mls_group *group);
/** Forget the proposals that wait and the keys of our own updates among them. */
void mls_group_clear_pending(struct mls_group *group);

/** Section 8.5. Errors: ERR_TOO_BIG over KDF_OUT_MAX. */
enum err mls_group_export(const struct mls_group *group, struct bytes label,
			  struct bytes context, uint8_t *ret, size_t len) MUST_CHECK;
/** Add a GroupInfo (MLSMessage) for external commits to @out. */
enum err mls_group_info(const struct mls_group *group, const struct mls_env *env,
			bool with_tree, struct buf *out) MUST_CHECK;
/** Add the tree as vector to @out. Errors: ERR_STATE if it is not loaded. */
enum err mls_group_tree(const struct mls_group *group, struct buf *out) MUST_CHECK;

#endif
