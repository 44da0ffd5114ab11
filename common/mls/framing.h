/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Framing (RFC 9420 section 6): signing content and wrapping it as PublicMessage or
 *  PrivateMessage, and the way back. Who may send what is not decided here.
 *  Thread: any. */
#ifndef CHAT_MLS_FRAMING_H
#define CHAT_MLS_FRAMING_H

#include "common/mls/env.h"
#include "common/mls/schedule.h"
#include "common/mls/secrettree.h"

/** Content on its way out: first signed, then wrapped; in between the confirmation tag of a
 *  commit is made from the signature. */
struct mls_draft {
	uint16_t wire_format;
	struct mls_sender sender;
	uint8_t type;
	struct buf content; /**< FramedContent */
	struct buf body;    /**< the part of it behind the content type */
	struct buf signature;
	struct bytes confirmation_tag; /**< borrowed; of a commit only */
};

void mls_draft_done(struct mls_draft *draft);
/** Encode @content and sign it with the key of @public_key. @context is the encoded
 *  GroupContext of the epoch it is sent in. Errors: those of the sign hook. */
enum err mls_draft_sign(const struct mls_env *env, const struct mls_content *content,
			uint16_t wire_format, struct bytes public_key,
			struct bytes context, struct mls_draft *ret) MUST_CHECK;
/** Add the whole MLSMessage to @out; @membership is needed if the sender is a member. */
void mls_draft_public(const struct mls_draft *draft, struct bytes context,
		      const struct secret *membership, struct buf *out);
/** The same as PrivateMessage, with @padding zeroes. @head says group, epoch and
 *  authenticated data. */
void mls_draft_private(const struct mls_draft *draft, const struct mls_suite *suite,
		       const struct random *random, const struct mls_content *head,
		       const struct secret *sender_data,
		       const struct mls_message_key *key, size_t padding,
		       struct buf *out);
/** Add the AuthenticatedContent to @out. */
void mls_draft_authenticated(const struct mls_draft *draft, struct buf *out);

/** A message that was unwrapped: its AuthenticatedContent and a view of it. */
struct mls_opened {
	struct buf bytes;
	struct mls_authenticated view;
};

void mls_opened_done(struct mls_opened *opened);

/** Unwrap a PublicMessage. @membership NULL leaves the tag unchecked: for who cannot.
 *  Errors: ERR_CORRUPT for the tag, ERR_BAD for application data (section 6). */
enum err mls_open_public(const struct mls_public_message *message, struct bytes context,
			 const struct secret *membership,
			 struct mls_opened *ret) MUST_CHECK;
/** Unwrap a PrivateMessage. The key was found but not used: mls_secret_tree_use() with
 *  @ret_step does that when the signature turned out to be right, else the caller ends
 *  @ret_step. Errors: ERR_CORRUPT, ERR_BAD, those of mls_secret_tree_find(). */
enum err mls_open_private(const struct mls_private_message *message,
			  const struct mls_suite *suite, const struct secret *sender_data,
			  const struct mls_secret_tree *secrets, struct mls_opened *ret,
			  struct mls_key_step *ret_step) MUST_CHECK;

/** Verify the signature of @content. Errors: ERR_CORRUPT. */
enum err mls_verify_content(const struct mls_authenticated *content,
			    struct bytes public_key, struct bytes context) MUST_CHECK;

/** Key and nonce for the sender data of @ciphertext (section 6.3.2). */
void mls_sender_data_key(const struct mls_suite *suite, const struct secret *sender_data,
			 struct bytes ciphertext, struct secret *ret_key,
			 struct secret *ret_nonce);

#endif
