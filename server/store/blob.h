/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The bytes of files, in the folder files/ beside the database: each under the SHA-256 of
 *  its content, so what is stored twice lies there once, and no name from outside comes
 *  near a path. Rows and counts are store_file.h's. Thread: any; these block. */
#ifndef CHAT_STORE_BLOB_H
#define CHAT_STORE_BLOB_H

#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"

#define BLOB_HASH_LEN 32

/** Errors: those of file_replace() and file_make_private(). */
enum err blob_write(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		    struct bytes bytes) MUST_CHECK;
/** Append the content to @buf. Errors: those of file_read(). */
enum err blob_read(const char *folder, const uint8_t hash[BLOB_HASH_LEN], size_t most,
		   struct buf *buf) MUST_CHECK;
/** Nothing when it is not there. */
void blob_remove(const char *folder, const uint8_t hash[BLOB_HASH_LEN]);

#endif
