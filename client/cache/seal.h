/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Sealed pieces: a run of bytes of the store as it lies on the disk, encrypted and bound
 *  to what it is (role), where it stands (number) and to which generation of a log it
 *  belongs (salt). A piece is its ciphertext, then the tag, then 24 bytes of nonce.
 *  Thread: one at a time. */
#ifndef CHAT_CLIENT_CACHE_SEAL_H
#define CHAT_CLIENT_CACHE_SEAL_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/crypto/secret.h"

#define SEAL_NONCE    24
#define SEAL_TAG      16
#define SEAL_OVERHEAD (SEAL_NONCE + SEAL_TAG)
#define SEAL_ID       8 /**< fingerprint of the key, in clear, to tell a wrong key */

/** The numbers stand in the associated data: never reuse one. */
enum seal_role {
	SEAL_PAGE = 1,   /**< a page of the database; number = page, from 1 */
	SEAL_LOG_HEAD,   /**< the head of the write-ahead log */
	SEAL_LOG_MARK,   /**< how much of the log is durable */
	SEAL_FRAME_HEAD, /**< of a frame of the log; number = frame, from 0 */
	SEAL_FRAME_PAGE,
};

/** What a piece is bound to. */
struct seal_place {
	enum seal_role role;
	uint64_t number;
	uint8_t salt[8]; /**< of the log's generation; zero elsewhere */
};

struct seal;

/** Derives what it needs from @key (KEY_LEN bytes). Owns: the caller, seal_free(). */
struct seal *seal_new(const struct secret *key) MUST_CHECK;
void seal_free(struct seal **seal);
/** SEAL_ID bytes; says nothing about the key. */
const uint8_t *seal_id(const struct seal *seal);
/** Seal @len bytes of @plain to @len + SEAL_OVERHEAD bytes at @ret; @plain may start at @ret. */
void seal_close(struct seal *seal, const struct seal_place *place, const uint8_t *plain,
		size_t len, uint8_t *ret);
/** The reverse; @piece may start at @ret. Errors: ERR_CORRUPT; what is in @ret then is not
 *  for use. */
enum err seal_open(struct seal *seal, const struct seal_place *place,
		   const uint8_t *piece, size_t len, uint8_t *ret) MUST_CHECK;

#endif
