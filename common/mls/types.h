/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The objects of RFC 9420 as views: a decoded struct borrows from the bytes that it was
 *  read from and owns nothing, so that decoding allocates nothing and hashing or verifying
 *  works on exactly the bytes that came. Lists stay encoded (their content was checked) and
 *  are walked with the *_next() functions.
 *
 *  x_read(rd, ret) reads one object from within a stream; a failure is left in the reader.
 *  x_decode(bytes, ret) reads exactly one and refuses leftovers. x_encode(buf, x) writes.
 *  Valid as long as the bytes read from. Thread: any. */
#ifndef CHAT_MLS_TYPES_H
#define CHAT_MLS_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"

/* Section 17: registries. */
enum mls_extension_type {
	MLS_EXT_APPLICATION_ID = 1,
	MLS_EXT_RATCHET_TREE = 2,
	MLS_EXT_REQUIRED_CAPABILITIES = 3,
	MLS_EXT_EXTERNAL_PUB = 4,
	MLS_EXT_EXTERNAL_SENDERS = 5,
};

enum mls_credential_type {
	MLS_CREDENTIAL_BASIC = 1,
	MLS_CREDENTIAL_X509 = 2,
};

enum mls_proposal_type {
	MLS_ADD = 1,
	MLS_UPDATE = 2,
	MLS_REMOVE = 3,
	MLS_PSK = 4,
	MLS_REINIT = 5,
	MLS_EXTERNAL_INIT = 6,
	MLS_GROUP_CONTEXT_EXTENSIONS = 7,
};

enum mls_wire_format {
	MLS_PUBLIC_MESSAGE = 1,
	MLS_PRIVATE_MESSAGE = 2,
	MLS_WELCOME = 3,
	MLS_GROUP_INFO = 4,
	MLS_KEY_PACKAGE = 5,
};

enum mls_content_type {
	MLS_APPLICATION = 1,
	MLS_PROPOSAL = 2,
	MLS_COMMIT = 3,
};

enum mls_sender_type {
	MLS_SENDER_MEMBER = 1,
	MLS_SENDER_EXTERNAL = 2,
	MLS_SENDER_NEW_PROPOSAL = 3,
	MLS_SENDER_NEW_COMMIT = 4,
};

enum mls_leaf_source {
	MLS_LEAF_KEY_PACKAGE = 1,
	MLS_LEAF_UPDATE = 2,
	MLS_LEAF_COMMIT = 3,
};

/* Lists of uint16 and of extensions, encoded. */

/** Whether the list of uint16 in @content has @value. */
bool mls_list_has(struct bytes content, uint16_t value);

struct mls_extension {
	uint16_t type;
	struct bytes data;
};

/** Walk @content: start with *@at = 0. False at the end. */
bool mls_extension_next(struct bytes content, size_t *at, struct mls_extension *ret);
/** The data of the extension of @type; false when there is none. */
bool mls_extension_find(struct bytes content, uint16_t type, struct bytes *ret_data);
/** Read a list: well-formed, no type twice (section 13.4), at most MLS_EXTENSIONS_MAX. */
struct bytes mls_extensions_read(struct rd *rd);
/** Write one extension; a list is a vector of them. */
void mls_extension_encode(struct buf *out, uint16_t type, struct bytes data);
/** Whether clients support @type without saying so (section 7.2). */
bool mls_extension_is_default(uint16_t type);
bool mls_proposal_is_default(uint16_t type);

/** Section 11.1. */
struct mls_required {
	struct bytes extensions, proposals, credentials; /**< lists of uint16 */
};

enum err mls_required_decode(struct bytes data, struct mls_required *ret) MUST_CHECK;

/** Section 5.3. */
struct mls_credential {
	uint16_t type;
	struct bytes body; /**< basic: the identity; x509: the encoded certificates */
};

void mls_credential_read(struct rd *rd, struct mls_credential *ret);
void mls_credential_encode(struct buf *out, const struct mls_credential *credential);

/** Walk the content of an external_senders extension (section 12.1.8.1). */
struct mls_external_sender {
	struct bytes signature_key;
	struct mls_credential credential;
};

/** The entry @index. Errors: ERR_BAD for a malformed list, ERR_NOT_FOUND. */
enum err mls_external_sender_get(struct bytes data, uint32_t index,
				 struct mls_external_sender *ret) MUST_CHECK;

/** Section 7.2. */
struct mls_capabilities {
	struct bytes versions, suites, extensions, proposals, credentials;
};

struct mls_leaf {
	struct bytes encryption_key;
	struct bytes signature_key;
	struct mls_credential credential;
	struct mls_capabilities capabilities;
	uint8_t source;      /**< enum mls_leaf_source */
	uint64_t not_before; /**< seconds; of MLS_LEAF_KEY_PACKAGE only */
	uint64_t not_after;
	struct bytes parent_hash; /**< of MLS_LEAF_COMMIT only */
	struct bytes extensions;
	struct bytes signature;
	struct bytes raw;           /**< the whole */
	struct bytes unsigned_part; /**< all before the signature */
};

void mls_leaf_read(struct rd *rd, struct mls_leaf *ret);
enum err mls_leaf_decode(struct bytes bytes, struct mls_leaf *ret) MUST_CHECK;
/** All but the signature, which goes behind. */
void mls_leaf_encode_unsigned(struct buf *out, const struct mls_leaf *leaf);
void mls_leaf_encode(struct buf *out, const struct mls_leaf *leaf);

/** Section 7.1. */
struct mls_parent {
	struct bytes encryption_key;
	struct bytes parent_hash;
	struct bytes unmerged; /**< list of uint32, strictly rising */
};

void mls_parent_read(struct rd *rd, struct mls_parent *ret);
void mls_parent_encode(struct buf *out, const struct mls_parent *parent);
/** Entries of the list of uint32 in @content. */
static inline size_t mls_u32_count(struct bytes content)
{
	return content.len / 4;
}
uint32_t mls_u32_at(struct bytes content, size_t index);
/** Whether the rising list has @value. */
bool mls_u32_has(struct bytes content, uint32_t value);

/** Section 10. */
struct mls_key_package {
	uint16_t version;
	uint16_t suite;
	struct bytes init_key;
	struct mls_leaf leaf;
	struct bytes extensions;
	struct bytes signature;
	struct bytes raw;
	struct bytes unsigned_part;
};

void mls_key_package_read(struct rd *rd, struct mls_key_package *ret);
enum err mls_key_package_decode(struct bytes bytes,
				struct mls_key_package *ret) MUST_CHECK;
void mls_key_package_encode(struct buf *out, const struct mls_key_package *package);

/** Section 8.4. */
enum mls_psk_type {
	MLS_PSK_EXTERNAL = 1,
	MLS_PSK_RESUMPTION = 2,
};

enum mls_psk_usage {
	MLS_PSK_APPLICATION = 1,
	MLS_PSK_REINIT = 2,
	MLS_PSK_BRANCH = 3,
};

struct mls_psk_id {
	uint8_t type;          /**< enum mls_psk_type */
	uint8_t usage;         /**< of MLS_PSK_RESUMPTION only, enum mls_psk_usage */
	struct bytes id;       /**< of MLS_PSK_EXTERNAL only */
	struct bytes group_id; /**< of MLS_PSK_RESUMPTION only */
	uint64_t epoch;
	struct bytes nonce;
};

void mls_psk_id_read(struct rd *rd, struct mls_psk_id *ret);
void mls_psk_id_encode(struct buf *out, const struct mls_psk_id *psk);
/** Walk a checked list of them: start with *@at = 0. */
bool mls_psk_id_next(struct bytes content, size_t *at, struct mls_psk_id *ret);

/** Section 12.1.5. */
struct mls_reinit {
	struct bytes group_id;
	uint16_t version;
	uint16_t suite;
	struct bytes extensions;
};

/** Section 12.1. */
struct mls_proposal {
	uint16_t type; /**< enum mls_proposal_type; other types cannot be read */
	union {
		struct mls_key_package add;
		struct mls_leaf update;
		uint32_t remove;
		struct mls_psk_id psk;
		struct mls_reinit reinit;
		struct bytes external_init; /**< the KEM output */
		struct bytes extensions;    /**< of MLS_GROUP_CONTEXT_EXTENSIONS */
	};
	struct bytes raw;
};

void mls_proposal_read(struct rd *rd, struct mls_proposal *ret);
enum err mls_proposal_decode(struct bytes bytes, struct mls_proposal *ret) MUST_CHECK;
/** Only what stands behind the type: Add, Update, … as objects of their own. */
void mls_proposal_read_body(struct rd *rd, uint16_t type, struct mls_proposal *ret);
void mls_proposal_encode_body(struct buf *out, const struct mls_proposal *proposal);
void mls_proposal_encode(struct buf *out, const struct mls_proposal *proposal);

#endif
