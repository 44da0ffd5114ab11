/* SPDX-License-Identifier: GPL-3.0-or-later */
/** SSH keys made and used in software: what an agent, or a FIDO2 token behind one, would
 *  answer. Flags and counter of the token are the test's to choose. Thread: any. */
#ifndef CHAT_TESTS_SSH_SIGNER_H
#define CHAT_TESTS_SSH_SIGNER_H

#include "common/crypto/sshsig.h"

struct ssh_signer {
	bool sk;
	const char *application; /**< of a token's key */
	uint8_t flags;
	uint32_t counter;
	struct secret secret;
	struct buf blob; /**< the public key */
	struct str line; /**< the same as in a .pub file, with a comment */
};

/** The same @seed makes the same key. */
void ssh_signer_init(struct ssh_signer *signer, unsigned seed, bool sk);
void ssh_signer_done(struct ssh_signer *signer);
/** What an agent answers to the request to sign @data: a signature blob. */
void ssh_signer_answer(const struct ssh_signer *signer, struct bytes data,
		       struct buf *out);
/** The whole signature of @message under @space, in armour. */
void ssh_signer_armour(const struct ssh_signer *signer, const char *space,
		       const char *message, struct str *out);

#endif
