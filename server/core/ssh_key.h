/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The SSH keys of an account: added, listed, removed. Whoever asks has shown a fresh
 *  factor already where one is needed. Thread: the store's (the writer, where not said
 *  otherwise). */
#ifndef CHAT_CORE_SSH_KEY_H
#define CHAT_CORE_SSH_KEY_H

#include "server/core/account.h"
#include "server/store/store_ssh_key.h"

/** What is said of a key: the first 16 bytes of its fingerprint name it on the wire. */
struct id ssh_key_id(const struct ssh_key_row *row);

struct ssh_key_add {
	struct bytes line; /**< as in a .pub file */
	struct bytes name; /**< or {NULL, 0}: the line's comment */
	bool verify;       /**< its token must verify the user */
	struct login_place place;
};

/** Add a key to @account, whose owner is told by mail. *ret_why is English, to be translated.
 *  Errors: ERR_BAD, ERR_STATE (a type that is not taken), ERR_TOO_BIG (of the line, or of the
 *  list), ERR_EXISTS. */
enum err ssh_key_add(struct store *store, const struct keys *keys,
		     const struct account_row *account, const struct ssh_key_add *add,
		     struct ssh_key_row *ret_row, const char **ret_why) MUST_CHECK;

/** Remove the key @id of @account and end the sessions begun with it; the owner is told by
 *  mail. Errors: ERR_NOT_FOUND, ERR_STATE (it is the last way into the account). */
enum err ssh_key_remove(struct store *store, const struct keys *keys,
			const struct account_row *account, const struct id *id,
			const struct login_place *place, login_ended_fn *ended,
			void *ctx) MUST_CHECK;

/** Fill @text with "type fingerprint name" for letters. */
void ssh_key_describe(const struct ssh_key_row *row, struct str *text);

#endif
