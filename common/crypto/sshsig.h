/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Signatures of messages by SSH keys, in the layout of OpenSSH's PROTOCOL.sshsig: what
 *  ssh-keygen -Y sign and -Y verify make and check. Made by an agent, never here. A
 *  signature is for a namespace, so that one given for a log-in is good for nothing else.
 *  Thread: any. */
#ifndef CHAT_CRYPTO_SSHSIG_H
#define CHAT_CRYPTO_SSHSIG_H

#include "common/crypto/sshkey.h"

#define SSHSIG_MOST      1024 /**< bytes of a signature of the key types taken */
#define SSHSIG_TEXT_MOST 2048 /**< the same in armour */

/* Flags of a token (WebAuthn section 6.1). */
#define SSHSIG_TOUCHED  0x01 /**< somebody was there */
#define SSHSIG_VERIFIED 0x04 /**< and was recognised: PIN or finger */

/** A signature taken apart; everything is borrowed. */
struct sshsig {
	struct sshkey key;
	struct bytes space;     /**< the namespace */
	struct bytes hash;      /**< "sha512" or "sha256" */
	struct bytes signature; /**< SIGN_LEN bytes */
	uint8_t flags;          /**< of a token's key, else 0 */
	uint32_t counter;       /**< the same */
};

/** The bytes that a key signs for @message under @space. */
void sshsig_data(const char *space, struct bytes message, struct buf *out);

/** Put together what ssh-keygen would write from a key blob and the signature blob that an
 *  agent gave for sshsig_data(). Errors: ERR_BAD when the parts are not of that form. */
enum err sshsig_wrap(struct bytes key, const char *space, struct bytes signature,
		     struct buf *out) MUST_CHECK;

/** From text to bytes: armour (-----BEGIN SSH SIGNATURE-----) or bare base64.
 *  Errors: ERR_BAD, ERR_TOO_BIG; @ret is then unchanged. */
enum err sshsig_unarmour(struct bytes text, struct buf *ret) MUST_CHECK;
/** The armour of @blob. */
void sshsig_armour(struct bytes blob, struct str *out);

/** Take a signature apart. Errors: ERR_BAD, ERR_TOO_BIG, ERR_STATE (another key type). */
enum err sshsig_parse(struct bytes blob, struct sshsig *ret) MUST_CHECK;

/** Whether @sig is of @message under @space, by the key that stands in it. Flags are part
 *  of what is signed, but what they must be is the caller's to say.
 *  Errors: ERR_CORRUPT. */
enum err sshsig_check(const struct sshsig *sig, const char *space,
		      struct bytes message) MUST_CHECK;

#endif
