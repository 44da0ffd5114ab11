/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Second factors: the sealed seed of an authenticator, and the hashes of recovery codes.
 *  Errors, Thread: see store.h. */
#ifndef CHAT_STORE_FACTOR_H
#define CHAT_STORE_FACTOR_H

#include "server/store/store.h"

#define FACTOR_HASH_LEN 32 /**< of a recovery code */

/** Owns: `sealed`, ended with totp_row_done(). */
struct totp_row {
	struct bytes sealed;
	uint64_t created_ms;
	uint64_t confirmed_ms; /**< 0: the first code has not come */
	uint64_t last_step;    /**< the newest step that was spent */
};

void totp_row_done(struct totp_row *row);

/** Keep a seed that waits for its first code, in place of another that waits.
 *  Errors: ERR_EXISTS when a confirmed one is there. */
enum err store_totp_put(struct store *store, int64_t account,
			struct bytes sealed) MUST_CHECK;
enum err store_totp_get(struct store *store, int64_t account,
			struct totp_row *ret) MUST_CHECK;
enum err store_totp_confirm(struct store *store, int64_t account) MUST_CHECK;
/** Errors: ERR_STATE when that step or a later one is spent. */
enum err store_totp_spend(struct store *store, int64_t account, uint64_t step) MUST_CHECK;
/** Forget seed and recovery codes. */
enum err store_totp_drop(struct store *store, int64_t account) MUST_CHECK;

/** Replace all codes by these @count. */
enum err store_recovery_put(struct store *store, int64_t account,
			    const uint8_t (*hashes)[FACTOR_HASH_LEN],
			    size_t count) MUST_CHECK;
/** Errors: ERR_NOT_FOUND for what is none, or was used. */
enum err store_recovery_use(struct store *store, int64_t account,
			    const uint8_t hash[FACTOR_HASH_LEN]) MUST_CHECK;
enum err store_recovery_left(struct store *store, int64_t account,
			     int64_t *ret_count) MUST_CHECK;

#endif
