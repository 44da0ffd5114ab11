/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A key store in memory: for tests, for programs that keep their keys elsewhere and lend
 *  them for a call, and as the example of how the hook is meant.
 *  Owns: the struct, ended with mls_keystore_done(). Thread: one at a time. */
#ifndef CHAT_MLS_KEYSTORE_H
#define CHAT_MLS_KEYSTORE_H

#include "common/mls/env.h"

struct mls_keystore_sign {
	struct secret secret;
	uint8_t public_key[SIGN_PUBLIC_LEN];
};

struct mls_keystore_psk {
	struct buf id;
	struct secret psk;
};

struct mls_keystore {
	struct mls_keystore_sign *signs;
	size_t sign_count;
	struct mls_keystore_psk *psks;
	size_t psk_count;
	struct mls_own_package *packages;
	size_t package_count;
};

void mls_keystore_done(struct mls_keystore *store);
/** The hook; @store must outlive it. */
struct mls_keys mls_keystore_keys(struct mls_keystore *store);
/** Add the key of a 32-byte @seed; the public half is copied to @ret_public if not NULL.
 *  Errors: ERR_BAD for another length. */
enum err mls_keystore_add_sign(struct mls_keystore *store, struct bytes seed,
			       uint8_t ret_public[SIGN_PUBLIC_LEN]) MUST_CHECK;
/** Add an external PSK. Errors: ERR_TOO_BIG over SECRET_MAX bytes. */
enum err mls_keystore_add_psk(struct mls_keystore *store, struct bytes id,
			      struct bytes psk) MUST_CHECK;
/** Add a key package; it is taken. */
void mls_keystore_add_package(struct mls_keystore *store, struct mls_own_package *own);
/** Delete the one with reference @ref; nothing if there is none. */
void mls_keystore_remove_package(struct mls_keystore *store, struct bytes ref);

#endif
