/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Long data under a passphrase: a chain of sealed chunks (XChaCha20-Poly1305 in
 *  libsodium's secretstream) of which none can be left out, moved or cut off unnoticed.
 *  Thread: one at a time per stream. */
#ifndef CHAT_CRYPTO_STREAM_H
#define CHAT_CRYPTO_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/crypto/password.h"
#include "common/crypto/secret.h"

#define STREAM_SALT_LEN 16
#define STREAM_HEAD_LEN 24 /**< what the reader needs before the first chunk */
#define STREAM_MORE     17 /**< bytes that a sealed chunk is longer */

/** Argon2id for keys that are used rarely and guessed at offline. */
#define STREAM_COST ((struct password_cost){.passes = 3, .memory = 64u << 20})

struct stream {
	_Alignas(8) uint8_t state[56];
};

/** The key that @passphrase makes with @salt. Errors: ERR_BUSY when the memory for it
 *  cannot be had. */
enum err stream_key(struct bytes passphrase, const uint8_t salt[STREAM_SALT_LEN],
		    struct password_cost cost, struct secret *ret_key) MUST_CHECK;

/** Begin to seal with @key; *ret_head goes in front. */
void stream_seal_begin(struct stream *stream, const struct secret *key,
		       uint8_t ret_head[STREAM_HEAD_LEN]);
/** Append @plain as one chunk to @out. @ad must be given again to open it; @last: nothing
 *  comes after it. */
void stream_seal(struct stream *stream, struct bytes ad, struct bytes plain, bool last,
		 struct buf *out);

/** Begin to open. Errors: ERR_CORRUPT. */
enum err stream_open_begin(struct stream *stream, const struct secret *key,
			   const uint8_t head[STREAM_HEAD_LEN]) MUST_CHECK;
/** Append what is in @sealed to @out. Errors: ERR_CORRUPT: another key, another order,
 *  another content. */
enum err stream_open(struct stream *stream, struct bytes ad, struct bytes sealed,
		     struct buf *out, bool *ret_last) MUST_CHECK;

#endif
