/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The messages of RFC 9420 as views (see types.h for what that means): what is framed, the
 *  two framings, Welcome, GroupInfo and the context of a group. Thread: any. */
#ifndef CHAT_MLS_MESSAGE_H
#define CHAT_MLS_MESSAGE_H

#include "common/mls/commit.h"

/** Section 8.1. */
struct mls_context {
	uint16_t version;
	uint16_t suite;
	struct bytes group_id;
	uint64_t epoch;
	struct bytes tree_hash;
	struct bytes confirmed_hash; /**< confirmed_transcript_hash */
	struct bytes extensions;
};

void mls_context_read(struct rd *rd, struct mls_context *ret);
enum err mls_context_decode(struct bytes bytes, struct mls_context *ret) MUST_CHECK;
void mls_context_encode(struct buf *out, const struct mls_context *context);

/** Section 12.4.3. */
struct mls_group_info {
	struct mls_context context;
	struct bytes extensions;
	struct bytes confirmation_tag;
	uint32_t signer;
	struct bytes signature;
	struct bytes unsigned_part;
};

void mls_group_info_read(struct rd *rd, struct mls_group_info *ret);
enum err mls_group_info_decode(struct bytes bytes, struct mls_group_info *ret) MUST_CHECK;
/** All but the signature. */
void mls_group_info_encode_unsigned(struct buf *out, const struct mls_group_info *info);
void mls_group_info_encode(struct buf *out, const struct mls_group_info *info);

/** Section 12.4.3.1. */
struct mls_group_secrets {
	struct bytes joiner_secret;
	bool has_path_secret;
	struct bytes path_secret;
	struct bytes psks; /**< list of struct mls_psk_id */
};

enum err mls_group_secrets_decode(struct bytes bytes,
				  struct mls_group_secrets *ret) MUST_CHECK;
void mls_group_secrets_encode(struct buf *out, const struct mls_group_secrets *secrets);

struct mls_welcome {
	uint16_t suite;
	struct bytes secrets; /**< list of struct mls_welcome_entry */
	struct bytes group_info;
};

struct mls_welcome_entry {
	struct bytes new_member; /**< reference of a key package */
	struct mls_ciphertext secrets;
};

void mls_welcome_read(struct rd *rd, struct mls_welcome *ret);
void mls_welcome_encode(struct buf *out, const struct mls_welcome *welcome);
bool mls_welcome_entry_next(struct bytes content, size_t *at,
			    struct mls_welcome_entry *ret);

/** Section 6. */
struct mls_sender {
	uint8_t type;   /**< enum mls_sender_type */
	uint32_t index; /**< leaf of a member, entry of an external sender */
};

struct mls_content {
	struct bytes group_id;
	uint64_t epoch;
	struct mls_sender sender;
	struct bytes authenticated_data;
	uint8_t type; /**< enum mls_content_type */
	union {
		struct bytes application;
		struct mls_proposal proposal;
		struct mls_commit commit;
	};
	struct bytes raw;
};

void mls_content_read(struct rd *rd, struct mls_content *ret);
void mls_content_encode(struct buf *out, const struct mls_content *content);
/** Only what stands behind the content type. */
void mls_content_read_body(struct rd *rd, uint8_t type, struct mls_content *ret);
void mls_content_encode_body(struct buf *out, const struct mls_content *content);

/** Section 6.1. */
struct mls_auth {
	struct bytes signature;
	struct bytes confirmation_tag; /**< of a commit only */
};

void mls_auth_read(struct rd *rd, uint8_t content_type, struct mls_auth *ret);
void mls_auth_encode(struct buf *out, uint8_t content_type, const struct mls_auth *auth);

/** AuthenticatedContent of section 6. */
struct mls_authenticated {
	uint16_t wire_format;
	struct mls_content content;
	struct mls_auth auth;
};

enum err mls_authenticated_decode(struct bytes bytes,
				  struct mls_authenticated *ret) MUST_CHECK;
void mls_authenticated_encode(struct buf *out, const struct mls_authenticated *content);

/** Section 6.2. */
struct mls_public_message {
	struct mls_content content;
	struct mls_auth auth;
	struct bytes membership_tag; /**< of a member only */
};

/** Section 6.3. */
struct mls_private_message {
	struct bytes group_id;
	uint64_t epoch;
	uint8_t content_type;
	struct bytes authenticated_data;
	struct bytes sender_data;
	struct bytes ciphertext;
};

/** MLSMessage of section 6. */
struct mls_message {
	uint16_t wire_format; /**< enum mls_wire_format */
	union {
		struct mls_public_message public_message;
		struct mls_private_message private_message;
		struct mls_welcome welcome;
		struct mls_group_info group_info;
		struct mls_key_package key_package;
	};
};

/** Errors: ERR_TOO_BIG over the bounds of limits.h, ERR_UNKNOWN_TYPE for an unknown wire format or
 *  proposal type, ERR_BAD, ERR_TRUNCATED. */
enum err mls_message_decode(struct bytes bytes, struct mls_message *ret) MUST_CHECK;
void mls_message_encode(struct buf *out, const struct mls_message *message);
/** Version and wire format, which stand before every message. */
void mls_message_head(struct buf *out, uint16_t wire_format);

#endif
