/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Passwords at rest: Argon2id (RFC 9106) over HMAC-SHA-256 with a pepper that is kept
 *  outside of the database, so that a stolen database alone cannot be guessed at.
 *  Thread: any, but each call takes some 20 ms and 19 MiB: the hash worker's. */
#ifndef CHAT_CRYPTO_PASSWORD_H
#define CHAT_CRYPTO_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"

#define PASSWORD_HASH_MAX 160 /**< bytes of a stored form, terminator included */

/** The stored form, self-describing: pepper number, algorithm, costs, salt, hash. */
struct password_hash {
	char text[PASSWORD_HASH_MAX];
};

/** How much work a guess costs. */
struct password_cost {
	unsigned passes;
	size_t memory; /**< bytes */
};

/** What OWASP and RFC 9106 ask for at least. */
#define PASSWORD_COST_DEFAULT ((struct password_cost){.passes = 2, .memory = 19u << 20})

/** A pepper. New hashes use the newest one; older ones go on verifying until each password
 *  was used once. Borrows the key. */
struct pepper {
	uint32_t number; /**< written into the stored form */
	struct bytes key;
};

/** Errors: ERR_BUSY when the memory for it cannot be had. */
enum err password_hash(const struct pepper *pepper, struct password_cost cost,
		       struct bytes password, struct password_hash *ret_hash) MUST_CHECK;

/** Errors: ERR_BAD_LOGIN when @password is not the one, ERR_CORRUPT when @hash is not a
 *  stored form or names none of the @count @peppers. */
enum err password_verify(const struct pepper *peppers, size_t count, const char *hash,
			 struct bytes password) MUST_CHECK;

/** Whether @hash was made with a lower cost or an older pepper than @pepper. */
bool password_is_dated(const struct pepper *pepper, struct password_cost cost,
		       const char *hash);

#endif
