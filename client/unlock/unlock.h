/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The key of a profile's store, from however it is kept: found when the program begins,
 *  in memory until it ends, kept in another way on request. What protects against what
 *  stands in doc/decisions/0061. Thread: one at a time; the functions block. */
#ifndef CHAT_CLIENT_UNLOCK_UNLOCK_H
#define CHAT_CLIENT_UNLOCK_UNLOCK_H

#include "client/unlock/ask.h"
#include "client/unlock/box.h"
#include "client/unlock/source.h"
#include "client/unlock/token.h"
#include "common/base/str.h"

#define UNLOCK_PASSPHRASE_MIN 8
#define UNLOCK_TRIES          3 /**< at the terminal, then it ends */

/** What the parts are made of; the program's are unlock_system(), tests bring others. */
struct unlock_parts {
	const struct random *random;
	const struct token *token;                   /**< NULL: there are none */
	enum err (*presence)(const struct ask *ask); /**< pam_check() */
	bool has_presence;
	struct password_cost cost; /**< of new passphrases */
};

struct unlock_parts unlock_system(void);

/** All zero but `parts` and `dir` is not unlocked. */
struct unlock {
	struct unlock_parts parts;
	struct str dir;   /**< of the store */
	struct root *key; /**< the store's */
	struct box kept;  /**< without key: how it is kept */
	uint64_t keep_ms; /**< the kernel's keyring remembers what opened it so long */
};

void unlock_init(struct unlock *unlock, const struct unlock_parts *parts,
		 const char *dir);
void unlock_done(struct unlock *unlock);

/** Get the key, asking @ask as far as it has to be; where there is no store yet, make one.
 *  @passphrase: where it comes from without asking, or NULL; read only when it is needed. The
 *  caller holds the owner lock. @why gets a sentence.
 *  Errors: ERR_SHUT (nobody could be asked, or the answers were wrong), ERR_NOT_FOUND (there
 *  is a store, but no key), ERR_CORRUPT, ERR_NEWER, ERR_FORBIDDEN, ERR_IO; those of
 *  source_read(). */
enum err unlock_open(struct unlock *unlock, const struct ask *ask,
		     const struct source *passphrase, struct str *why) MUST_CHECK;

/** Keep the key in another way, or with another passphrase: the key stays, the store is not
 *  touched. @secret: the new passphrase, or the token's PIN, or "". The new way has to open
 *  the key once before the file is written, @ask being asked what PAM asks: after a failure
 *  it is kept as before. What the keyring remembered is forgotten.
 *  Errors: ERR_WEAK_PASSWORD (too short), ERR_STATE (no token or PAM here), ERR_WRONG_KEY,
 *  those of `presence` and `token`, ERR_IO, ERR_STORE. */
enum err unlock_set(struct unlock *unlock, enum unlock_method method, bool presence,
		    struct bytes secret, const struct ask *ask) MUST_CHECK;
/** Append why unlock_set() has refused with @err, and what to do, translated. */
void unlock_refusal(const struct unlock *unlock, enum unlock_method method, bool presence,
		    enum err err, struct str *out);

/** Whether @ask's answers would unlock it: for a screen that is locked.
 *  Errors: ERR_WRONG_KEY, ERR_FORBIDDEN, ERR_SHUT; ERR_STATE: there is nothing to ask. */
enum err unlock_try(const struct unlock *unlock, const struct ask *ask) MUST_CHECK;
/** Whether unlock_try() has something to ask. */
bool unlock_can_ask(const struct unlock *unlock);

/** "file", "passphrase", "token", "pam": the words of the option; and back. */
const char *unlock_word(const struct box *kept);
/** Errors: ERR_BAD. */
enum err unlock_parse(const char *word, enum unlock_method *ret_method,
		      bool *ret_presence) MUST_CHECK;

#endif
