/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The secret tree (RFC 9420 section 9): from encryption_secret to one key and nonce per
 *  message. Secrets are derived when first needed and what they were derived from is wiped
 *  at once (section 9.2). Looking a key up changes nothing; only using it does, so that a
 *  message that turns out to be false costs nothing.
 *
 *  Owns: the struct, ended with mls_secret_tree_done(). Thread: one at a time. */
#ifndef CHAT_MLS_SECRETTREE_H
#define CHAT_MLS_SECRETTREE_H

#include "common/mls/limits.h"
#include "common/mls/suite.h"
#include "common/mls/tree.h"

enum mls_ratchet_kind { MLS_RATCHET_HANDSHAKE, MLS_RATCHET_APPLICATION, MLS_RATCHETS };

/** What protects one message. */
struct mls_message_key {
	uint32_t generation;
	uint8_t key[AEAD_KEY_MAX];
	uint8_t nonce[AEAD_NONCE_MAX];
};

struct mls_ratchet {
	struct secret secret;
	uint32_t generation; /**< of the next key */
	uint32_t skipped_count;
	struct mls_message_key *skipped; /**< rising; at most MLS_SKIPPED_MAX */
};

struct mls_ratchets {
	struct mls_ratchet kind[MLS_RATCHETS];
};

struct mls_secret_tree {
	const struct aead *aead;
	uint32_t leaves;
	struct secret *nodes;          /**< empty where consumed or not derived yet */
	struct mls_ratchets **senders; /**< by leaf; NULL until first used */
	bool *dirty;                   /**< nodes that changed since the last saving */
	struct mls_nodes changed;      /**< the same as a list */
};

/** A key that was looked up and what using it does. */
struct mls_key_step {
	uint32_t leaf;
	enum mls_ratchet_kind kind;
	struct mls_message_key key;
	bool was_skipped;
	struct secret secret; /**< of the ratchet afterwards */
	uint32_t skipped_count;
	struct mls_message_key *skipped; /**< passed over on the way */
};

void mls_message_key_done(struct mls_message_key *key);
void mls_key_step_done(struct mls_key_step *step);

/** @encryption is moved in. */
void mls_secret_tree_init(struct mls_secret_tree *tree, const struct aead *aead,
			  uint32_t leaves, struct secret *encryption);
void mls_secret_tree_done(struct mls_secret_tree *tree);

/** The key of @generation. Errors: ERR_GONE when it was used or given up, ERR_TOO_BIG when
 *  it is more than MLS_FORWARD_MAX ahead, ERR_BAD for a leaf that is not in the tree. */
enum err mls_secret_tree_find(const struct mls_secret_tree *tree, uint32_t leaf,
			      enum mls_ratchet_kind kind, uint32_t generation,
			      struct mls_key_step *ret) MUST_CHECK;
/** Consume what was found; @step is done afterwards. */
void mls_secret_tree_use(struct mls_secret_tree *tree, struct mls_key_step *step);
/** The next key to send with; consume it with mls_secret_tree_use() before it is used.
 *  Errors: as above. */
enum err mls_secret_tree_next(const struct mls_secret_tree *tree, uint32_t leaf,
			      enum mls_ratchet_kind kind,
			      struct mls_key_step *ret) MUST_CHECK;

/** Forget what mls_secret_tree.changed lists. */
void mls_secret_tree_saved(struct mls_secret_tree *tree);
/** Write the record of @node: its secret, or for a leaf in use its ratchets. Nothing for a
 *  node that has neither. */
void mls_secret_tree_write(const struct mls_secret_tree *tree, uint32_t node,
			   struct buf *out);
/** Read one back. Errors: ERR_BAD, ERR_TRUNCATED. */
enum err mls_secret_tree_read(struct mls_secret_tree *tree, uint32_t node,
			      struct bytes record) MUST_CHECK;

#endif
