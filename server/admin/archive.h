/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The file that a backup is: a POSIX tar archive (ustar; `tar -tf` reads it), or the same
 *  sealed with a passphrase. Sealed it begins with the 16 bytes "chat backup 1\n\0\0", the
 *  costs of Argon2id (passes, KiB; 4 bytes each), 16 bytes of salt and the 24 of the stream;
 *  then come chunks of 64 KiB, sealed. Thread: one. */
#ifndef CHAT_ADMIN_ARCHIVE_H
#define CHAT_ADMIN_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/crypto/random.h"

#define ARCHIVE_NAME_MOST 99

struct archive;

struct archive_entry {
	char name[ARCHIVE_NAME_MOST + 1];
	uint64_t size;
};

/** Begin a new archive at @path, which must not exist; it is made 0600. @passphrase: empty
 *  for a plain one. Errors: ERR_EXISTS, ERR_BUSY (memory for the passphrase), and those of
 *  writing: ERR_STORE (no space), ERR_FORBIDDEN, ERR_NOT_FOUND (the folder), ERR_IO. */
enum err archive_create(const char *path, struct bytes passphrase,
			const struct random *random, struct archive **ret) MUST_CHECK;
/** A file called @name with @size bytes, which follow by archive_add(). */
enum err archive_begin(struct archive *archive, const char *name, uint64_t size,
		       uint64_t now_ms) MUST_CHECK;
enum err archive_add(struct archive *archive, struct bytes bytes) MUST_CHECK;
/** Write the end. All of it is on disk then. */
enum err archive_finish(struct archive *archive) MUST_CHECK;

/** Read one. Errors: ERR_WRONG_KEY (not this passphrase), ERR_UNAUTHORIZED (sealed, and no
 *  passphrase was given), ERR_CORRUPT, those of file_read(). */
enum err archive_open(const char *path, struct bytes passphrase,
		      struct archive **ret) MUST_CHECK;
/** The next file in it, skipping what was not read of the one before. Errors: ERR_NOT_FOUND
 *  at its proper end, ERR_CORRUPT, ERR_IO. */
enum err archive_next(struct archive *archive, struct archive_entry *ret) MUST_CHECK;
/** Some bytes of it, borrowed until the next call; *ret_bytes is empty at its end. */
enum err archive_read(struct archive *archive, struct bytes *ret_bytes) MUST_CHECK;
bool archive_is_sealed(const struct archive *archive);
/** Bytes of the archive that were read or written. */
uint64_t archive_bytes(const struct archive *archive);
void archive_free(struct archive **archive);

#endif
