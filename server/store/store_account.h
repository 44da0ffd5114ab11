/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Accounts, their addresses and their second factors. Names are never used again: a
 *  deleted account keeps its row, emptied. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_ACCOUNT_H
#define CHAT_STORE_ACCOUNT_H

#include "server/store/row.h"
#include "server/store/store.h"

#define ACCOUNT_HASH_MAX \
	160 /**< a password hash as text (crypto_pwhash_STRBYTES is 128) */

/** An account as the server knows it. */
struct account_row {
	int64_t key;
	struct id id;
	enum account_kind kind;
	enum account_state state;
	unsigned rights;
	char name[LIMIT_NAME + 1];
	char display[LIMIT_DISPLAY + 1];
	char about[LIMIT_ABOUT + 1];
	char status[LIMIT_DISPLAY + 1];
	char locale[LIMIT_WORD + 1]; /**< of mails; "" for the server's */
	char email[LIMIT_EMAIL + 1]; /**< the verified one, or the newest; "" for none */
	bool email_verified;
	char password[ACCOUNT_HASH_MAX]; /**< "" for none */
	uint64_t password_ms, created_ms, seen_ms;
	bool totp;             /**< confirmed */
	uint64_t uepoch, useq; /**< where the user log stands */
};

/** Read ACCOUNT_SELECT of stmt_account.def from @col. */
void account_take(const struct value *col, struct account_row *ret);

struct account_new {
	struct id id;
	enum account_kind kind;
	enum account_state state;
	unsigned rights;
	struct bytes name, display;
	struct bytes password; /**< its hash, or {NULL, 0} */
	struct bytes locale;   /**< or {NULL, 0} */
};

/** ERR_EXISTS: the name is taken. */
enum err store_account_add(struct store *store, const struct account_new *in,
			   int64_t *ret_key) MUST_CHECK;
enum err store_account_get(struct store *store, int64_t key,
			   struct account_row *ret) MUST_CHECK;
enum err store_account_by_id(struct store *store, const struct id *id,
			     struct account_row *ret) MUST_CHECK;
enum err store_account_by_name(struct store *store, struct bytes name,
			       struct account_row *ret) MUST_CHECK;
/** Verified addresses only; @folded as email_fold() of core/name.h makes it. */
enum err store_account_by_email(struct store *store, struct bytes folded,
				struct account_row *ret) MUST_CHECK;
enum err store_account_by_uid(struct store *store, int64_t uid,
			      struct account_row *ret) MUST_CHECK;
enum err store_account_set_uid(struct store *store, int64_t key, int64_t uid) MUST_CHECK;
enum err store_account_set_state(struct store *store, int64_t key,
				 enum account_state state) MUST_CHECK;
enum err store_account_set_rights(struct store *store, int64_t key,
				  unsigned rights) MUST_CHECK;
enum err store_account_set_password(struct store *store, int64_t key,
				    struct bytes hash) MUST_CHECK;
/** {NULL, 0} leaves a field as it is. */
enum err store_account_set_profile(struct store *store, int64_t key, struct bytes display,
				   struct bytes about, struct bytes status) MUST_CHECK;
enum err store_account_seen(struct store *store, int64_t key, uint64_t now_ms) MUST_CHECK;
/** Empty the row, its addresses, keys and factors; the name stays taken. */
enum err store_account_erase(struct store *store, int64_t key) MUST_CHECK;
/** Forget accounts that were made before @before_ms and never verified, name and all; at
 *  most @limit, for slices. */
enum err store_account_expire(struct store *store, uint64_t before_ms,
			      size_t limit) MUST_CHECK;
/** How many accounts there are, erased ones left out: 0 means that the first one is born. */
enum err store_account_count(struct store *store, uint64_t *ret_count) MUST_CHECK;

/** Add an address that is not verified yet. */
enum err store_email_add(struct store *store, int64_t account, struct bytes address,
			 struct bytes folded) MUST_CHECK;
/** ERR_EXISTS: another account has verified it meanwhile. The account's other addresses
 *  are removed. */
enum err store_email_verify(struct store *store, int64_t account,
			    struct bytes folded) MUST_CHECK;

struct user_list {
	struct user_row *rows;
	size_t count, cap;
	bool more; /**< go on with @after = the last row's name */
};

void user_list_done(struct user_list *list);
/** A page of users by a statement whose last parameter is @limit + 1. For the store_*.c
 *  files only. */
enum err store_user_page(struct store *store, enum stmt stmt, const struct value *args,
			 size_t count, size_t limit,
			 struct user_list *ret_list) MUST_CHECK;
/** Active accounts whose name begins with @prefix ({"", 0}: all), after @after, by name. */
enum err store_user_search(struct store *store, struct bytes prefix, struct bytes after,
			   size_t limit, struct user_list *ret_list) MUST_CHECK;

#endif
