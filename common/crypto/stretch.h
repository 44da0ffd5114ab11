/* SPDX-License-Identifier: GPL-3.0-or-later */
/** From a passphrase to a key: Argon2id (RFC 9106). For keys that open files; passwords of
 *  accounts are password.h's. Thread: any, but it takes a while and a lot of memory. */
#ifndef CHAT_CRYPTO_STRETCH_H
#define CHAT_CRYPTO_STRETCH_H

#include "common/crypto/password.h"
#include "common/crypto/secret.h"

#define STRETCH_SALT_LEN 16
#define STRETCH_KEY_LEN  32

/** 64 MiB three times over: a tenth of a second here, and what RFC 9106 section 4 gives for
 *  machines with little memory. */
#define STRETCH_COST_DEFAULT ((struct password_cost){.passes = 3, .memory = 64u << 20})

/** Whether @cost, as it stands in a file, is one that we would pay. */
bool stretch_may(struct password_cost cost);

/** Errors: ERR_BAD (a cost that stretch_may() refuses), ERR_BUSY (no memory for it). */
enum err stretch(struct bytes passphrase, const uint8_t salt[STRETCH_SALT_LEN],
		 struct password_cost cost, struct secret *ret_key) MUST_CHECK;

#endif
