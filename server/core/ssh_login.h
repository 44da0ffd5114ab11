/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Log-in by a signature of an SSH key. The challenge is the same for everybody and kept
 *  nowhere: a nonce that says when it ends, under a key of the server's. What is kept is
 *  that it was used. An answer names an account by the key in it; who has no key learns
 *  nothing about anybody's, and who has one learns about his own.
 *  Thread: any, where not said otherwise. */
#ifndef CHAT_CORE_SSH_LOGIN_H
#define CHAT_CORE_SSH_LOGIN_H

#include "common/crypto/sshsig.h"
#include "server/core/login.h"
#include "server/core/ssh_key.h"

#define SSH_LOGIN_LIFE_MS 120000 /**< to find a token, type its PIN, touch it */
#define SSH_NONCE_LEN     40     /**< id, end, tag */

struct ssh_nonce {
	struct id id;
	uint64_t expires_ms;
};

/** A fresh nonce, as text. */
void ssh_login_challenge(const struct keys *keys, uint64_t now_ms, struct str *ret_text,
			 uint64_t *ret_expires_ms);

/** What answers it: the fields of the wire, and the rest of the proof. */
struct ssh_answer {
	struct bytes nonce;
	struct bytes server; /**< as dialled; the caller has looked that it is ours */
	struct bytes login;  /**< or {NULL, 0} */
	struct bytes signature;
	struct login_proof proof; /**< device and place; no code */
	bool verify;              /**< policy: every token must verify its user */
	enum key_factor factor;   /**< policy: whether a code follows */
};

/** What was found out without the store. Views are into `blob`. */
struct ssh_proof {
	struct ssh_nonce nonce;
	struct buf blob;
	struct sshsig sig;
};

void ssh_proof_done(struct ssh_proof *proof);

/** Check nonce and signature; costs a verification whoever asks.
 *  Errors: ERR_EXPIRED (also a nonce that is not ours), ERR_BAD, ERR_TOO_BIG, ERR_STATE (of
 *  the signature's form), ERR_BAD_LOGIN (it is not of this message). */
enum err ssh_login_check(const struct keys *keys, const struct ssh_answer *answer,
			 uint64_t now_ms, struct ssh_proof *ret_proof) MUST_CHECK;

/** What comes of a proof: a session, a challenge that stands before it, or a refusal. */
struct ssh_entry {
	struct login_result login; /**< with `asked` only its account is set */
	bool asked;
	struct login_challenge challenge; /**< with `asked` */
	const char *why; /**< with ERR_FORBIDDEN: what is missing, or NULL */
};

/** Let in whoever gave @proof, or ask for a code first. login.refused: ERR_BAD_LOGIN (nobody
 *  has that key, or not that account), ERR_EXPIRED (used before), ERR_FORBIDDEN (`why`; or
 *  the account is suspended). A token's counter that went back is audited and told to the
 *  owner. Errors: ERR_RATE (of codes; challenge.retry_ms is set). Thread: the writer. */
enum err ssh_login_enter(struct store *store, const struct keys *keys,
			 const struct ssh_answer *answer, const struct ssh_proof *proof,
			 struct ssh_entry *ret_entry) MUST_CHECK;

#endif
