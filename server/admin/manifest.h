/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The first file of a backup: what is in it, and the digest of its database.
 *  Thread: one. */
#ifndef CHAT_ADMIN_MANIFEST_H
#define CHAT_ADMIN_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"

#define MANIFEST_NAME "manifest.json"
#define MANIFEST_MOST 4096 /* bytes of its JSON */

struct manifest {
	uint64_t made_ms, newest_ms; /**< newest: of the messages in it, or 0 */
	uint64_t schema;
	uint64_t events, people, rooms;
	uint64_t files, file_bytes; /**< that were there when it was begun */
	uint64_t missing; /**< files that the database knows and were not there */
	bool secrets;
	uint64_t database_bytes;
	uint8_t database_hash[SHA256_LEN];
};

void manifest_write(const struct manifest *manifest, struct buf *out);
/** Errors: ERR_CORRUPT; ERR_NEWER for a form of a later version. */
enum err manifest_read(struct bytes text, struct manifest *ret) MUST_CHECK;

#endif
