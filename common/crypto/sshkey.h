/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Public SSH keys: the blob as agents and signatures carry it, and the line as it stands in
 *  a .pub file. Two types are taken, ssh-ed25519 and sk-ssh-ed25519@openssh.com (a FIDO2
 *  token); decision 0060 says why no others. Thread: any. */
#ifndef CHAT_CRYPTO_SSHKEY_H
#define CHAT_CRYPTO_SSHKEY_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/crypto/hash.h"
#include "common/crypto/sign.h"

#define SSHKEY_BLOB_MOST 512  /**< type, 32 bytes and an application of 255 */
#define SSHKEY_LINE_MOST 1024 /**< the blob in base64, its type and a comment */
#define SSHKEY_NAME_MOST 255  /**< of an application: "ssh:" and what its owner chose */

struct sshkey {
	bool sk;                  /**< it lives in a FIDO2 token */
	struct bytes blob;        /**< borrowed, as all views here */
	struct bytes point;       /**< SIGN_PUBLIC_LEN bytes */
	struct bytes application; /**< of a token's key; else {NULL, 0} */
};

/** Take a key blob apart. @ret_key borrows from @blob.
 *  Errors: ERR_BAD (not a key), ERR_STATE (a type that is not taken). */
enum err sshkey_parse(struct bytes blob, struct sshkey *ret_key) MUST_CHECK;

/** Read the one line of a .pub file: type, base64, comment. Options as in authorized_keys,
 *  more than one line and private keys are refused. The blob goes into @ret_blob (replaced),
 *  which @ret_key borrows from; @ret_comment (may be empty) borrows from @line.
 *  Errors: ERR_BAD, ERR_STATE, ERR_TOO_BIG; *ret_why is English, to be translated. */
enum err sshkey_parse_line(struct bytes line, struct buf *ret_blob,
			   struct sshkey *ret_key, struct bytes *ret_comment,
			   const char **ret_why) MUST_CHECK;

/** "ssh-ed25519" or "sk-ssh-ed25519@openssh.com". */
const char *sshkey_type(const struct sshkey *key);

/** SHA-256 of the blob, and its usual text, "SHA256:…". */
void sshkey_fingerprint(struct bytes blob, uint8_t ret_hash[SHA256_LEN]);
void sshkey_fingerprint_text(const uint8_t hash[SHA256_LEN], struct str *out);

/** Base64 as SSH writes it (RFC 4648 section 4, padded). Spaces and line ends are refused.
 *  Errors: ERR_BAD; @ret is then unchanged. */
enum err sshkey_base64(struct bytes text, struct buf *ret) MUST_CHECK;
/** Append the text of @bytes; @pad: with = at its end. */
void sshkey_base64_add(struct str *out, struct bytes bytes, bool pad);

#endif
