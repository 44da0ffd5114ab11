/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Public SSH keys of accounts. One key may stand in several accounts; it is proved in the
 *  one whose owner has logged in with it first. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_SSH_KEY_H
#define CHAT_STORE_SSH_KEY_H

#include "server/store/row.h"
#include "server/store/store.h"

#define SSH_FINGERPRINT_LEN 32
#define SSH_BLOB_MAX        512 /**< SSHKEY_BLOB_MOST */

struct ssh_key_row {
	int64_t key;
	int64_t account;
	uint8_t fingerprint[SSH_FINGERPRINT_LEN];
	uint8_t blob[SSH_BLOB_MAX];
	size_t blob_len;
	char name[LIMIT_DISPLAY + 1];
	uint32_t counter; /**< of a token, the highest seen */
	bool verify;      /**< the token must verify its user, not only feel a touch */
	uint64_t created_ms;
	uint64_t used_ms; /**< 0: not yet, and so not proved */
};

struct ssh_key_new {
	int64_t account;
	const uint8_t *fingerprint;
	struct bytes blob, name;
	struct bytes application; /**< of a token's, or {NULL, 0} */
	bool verify;
};

/** ERR_EXISTS: the account has it. */
enum err store_ssh_key_add(struct store *store, const struct ssh_key_new *in,
			   int64_t *ret_key) MUST_CHECK;
enum err store_ssh_key_count(struct store *store, int64_t account,
			     int64_t *ret_count) MUST_CHECK;
/** The key with @fingerprint that is @account's. */
enum err store_ssh_key_of(struct store *store, int64_t account,
			  const uint8_t *fingerprint, struct ssh_key_row *ret) MUST_CHECK;
/** The proved one with @fingerprint. */
enum err store_ssh_key_proved(struct store *store, const uint8_t *fingerprint,
			      struct ssh_key_row *ret) MUST_CHECK;
/** Call @visit with each of @account, oldest first, LIMIT_SSH_KEYS at most. */
enum err store_ssh_key_list(struct store *store, int64_t account,
			    void (*visit)(const struct ssh_key_row *row, void *ctx),
			    void *ctx) MUST_CHECK;
/** Somebody has logged in with it. ERR_EXISTS: it is proved in another account. */
enum err store_ssh_key_used(struct store *store, int64_t key,
			    uint32_t counter) MUST_CHECK;
/** @session was begun with @key. */
enum err store_ssh_key_session(struct store *store, int64_t session,
			       int64_t key) MUST_CHECK;
/** End the sessions begun with @key, then remove it; @visit is called with each that was
 *  live. */
enum err store_ssh_key_remove(struct store *store, int64_t key,
			      void (*visit)(const struct id *session, void *ctx),
			      void *ctx) MUST_CHECK;

#endif
