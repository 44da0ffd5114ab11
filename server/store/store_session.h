/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Devices, sessions and the refresh tokens that prolong them. Tokens are stored as
 *  hashes; a family of refresh tokens is a session. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_SESSION_H
#define CHAT_STORE_SESSION_H

#include "server/store/row.h"
#include "server/store/store.h"

/** session.kind: how the log-in was proved. */
enum session_kind {
	SESSION_PASSWORD = 1,
	SESSION_SOCKET,
	SESSION_SSH_KEY,
	SESSION_HOSTED,
	SESSION_BOT,
};

#define TOKEN_HASH_LEN 32

struct device_row {
	int64_t key;
	struct id id;
	int64_t account;
	char name[LIMIT_DISPLAY + 1];
	uint64_t created_ms, seen_ms;
	bool revoked;
};

/** Known by its id; ERR_EXISTS when another account has that id. */
enum err store_device_add(struct store *store, int64_t account, const struct id *id,
			  struct bytes name, int64_t *ret_key) MUST_CHECK;
enum err store_device_by_id(struct store *store, const struct id *id,
			    struct device_row *ret) MUST_CHECK;
enum err store_device_rename(struct store *store, const struct id *id,
			     struct bytes name) MUST_CHECK;
/** It was used now; @name {NULL, 0} leaves the name as it is. */
enum err store_device_seen(struct store *store, int64_t key,
			   struct bytes name) MUST_CHECK;

struct session_row {
	int64_t key;
	struct id id;
	int64_t account;
	struct id user;
	enum account_state account_state;
	unsigned rights;  /**< the account's */
	struct id device; /**< zero: none */
	char device_name[LIMIT_DISPLAY + 1];
	enum session_kind kind;
	unsigned scope;
	uint64_t created_ms, seen_ms, expires_ms; /**< expires 0: never */
	bool revoked;
	char client[LIMIT_CLIENT + 1];
	char address[64];
};

struct session_new {
	struct id id;
	int64_t account;
	int64_t device; /**< key, 0: none */
	enum session_kind kind;
	unsigned scope;
	uint64_t expires_ms;
	struct bytes client, address;
};

enum err store_session_add(struct store *store, const struct session_new *in,
			   int64_t *ret_key) MUST_CHECK;
enum err store_session_by_id(struct store *store, const struct id *id,
			     struct session_row *ret) MUST_CHECK;
/** The newest of @account on @device that began by @kind and was not revoked. */
enum err store_session_current(struct store *store, int64_t account, int64_t device,
			       enum session_kind kind,
			       struct session_row *ret) MUST_CHECK;
enum err store_session_get(struct store *store, int64_t key,
			   struct session_row *ret) MUST_CHECK;
/** {NULL, 0} leaves a text as it is. */
enum err store_session_seen(struct store *store, int64_t key, struct bytes client,
			    struct bytes address) MUST_CHECK;
/** Let it live until @expires_ms. */
enum err store_session_stretch(struct store *store, int64_t key,
			       uint64_t expires_ms) MUST_CHECK;
/** Revoke one; nothing when it is revoked already. */
enum err store_session_revoke(struct store *store, int64_t key) MUST_CHECK;
/** Revoke all of @account but the session @except (0: none); @visit is called with the id
 *  of each that was live (may be NULL). */
enum err store_session_revoke_all(struct store *store, int64_t account, int64_t except,
				  void (*visit)(const struct id *session, void *ctx),
				  void *ctx) MUST_CHECK;

struct session_list {
	struct session_row *rows;
	size_t count, cap;
	bool more; /**< go on before the key of the last row */
};

void session_list_done(struct session_list *list);
/** The live ones that began before the one with the key @before (0: all), newest first. */
enum err store_session_list(struct store *store, int64_t account, int64_t before,
			    size_t limit, struct session_list *ret_list) MUST_CHECK;

/** The ids of sessions revoked since @since_ms and not expired, to fill the list in memory
 *  that every frame is checked against. */
enum err store_session_revoked(struct store *store, uint64_t since_ms,
			       void (*visit)(const struct id *session, void *ctx),
			       void *ctx) MUST_CHECK;

struct refresh_row {
	int64_t key;
	int64_t session;
	uint64_t created_ms, expires_ms;
	uint64_t replaced_ms; /**< a successor was made; 0: it is the newest */
	uint64_t used_ms;     /**< the first use of this one; 0: not yet */
	bool successor_used;  /**< then this one is dead for good */
};

/** Add a token; @before (its key, 0: none) gets it as its successor. */
enum err store_refresh_add(struct store *store, int64_t session,
			   const uint8_t hash[TOKEN_HASH_LEN], uint64_t expires_ms,
			   int64_t before) MUST_CHECK;
enum err store_refresh_get(struct store *store, const uint8_t hash[TOKEN_HASH_LEN],
			   struct refresh_row *ret) MUST_CHECK;
enum err store_refresh_used(struct store *store, int64_t key) MUST_CHECK;
/** Forget tokens that expired before @before_ms; at most @limit, for slices. */
enum err store_refresh_expire(struct store *store, uint64_t before_ms,
			      size_t limit) MUST_CHECK;

#endif
