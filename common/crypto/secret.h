/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Secrets. `struct secret` is an inline array that its destructor wipes: cheap, for the
 *  many short-lived keys. `struct root` is a locked, guarded page for the few keys that
 *  everything else hangs from (account, device, data and server keys; 8 KiB each).
 *  Neither has a way to be printed. Call crypto_init() before anything in this folder.
 *  Owns: the struct, ended with secret_done() or root_free(). Thread: one at a time. */
#ifndef CHAT_CRYPTO_SECRET_H
#define CHAT_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/str.h"

#define SECRET_MAX 64 /**< an Ed25519 secret key, a SHA-512 value */

struct secret {
	uint8_t len;
	uint8_t bytes[SECRET_MAX];
};

#define SECRET_INIT ((struct secret){0})

/** Make the crypto library ready; any number of times, from any thread.
 *  Errors: ERR_INTERNAL when the system has no randomness. */
enum err crypto_init(void) MUST_CHECK;

/** Wipe and empty. */
void secret_done(struct secret *secret);
/** Replace the content by @len (≤ SECRET_MAX) bytes of @src. */
void secret_set(struct secret *secret, const void *src, size_t len);
/** Make it @len (≤ SECRET_MAX) zero bytes and return where they are, to be filled. */
uint8_t *secret_room(struct secret *secret, size_t len);
/** Move @src to @dst; @src is empty afterwards. */
void secret_move(struct secret *dst, struct secret *src);
/** A view; valid until the next change. */
struct bytes secret_view(const struct secret *secret);
/** Same length and content, in a time that tells only the lengths. */
bool secret_equal(const struct secret *a, const struct secret *b);
bool secret_is_empty(const struct secret *secret);

/** Same length and content in constant time, for tags and codes in plain buffers. */
bool bytes_equal_secret(struct bytes a, struct bytes b);
/** Wipe @len bytes; the compiler will not leave it out. */
void wipe(void *ptr, size_t len);
/** Wipe the content of @buf, then free it: buf_done() for what held secrets. */
void buf_wipe(struct buf *buf);
/** The same for a text. */
void str_wipe(struct str *str);

/** A key in memory of its own: locked, between guard pages, wiped when freed. */
struct root;

/** Copy @len (1 to 4096) bytes of @src; the caller wipes @src. */
struct root *root_new(const void *src, size_t len) MUST_CHECK;
void root_free(struct root **root);
/** Valid as long as @root. */
struct bytes root_view(const struct root *root);

#endif
