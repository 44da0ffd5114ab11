/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The bytes of files, in the folder files/ beside the database: each under the SHA-256 of
 *  its content, so what is stored twice lies there once, and no name from outside comes
 *  near a path. Rows and counts are store_file.h's. Thread: any; these block. */
#ifndef CHAT_STORE_BLOB_H
#define CHAT_STORE_BLOB_H

#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/str.h"

#define BLOB_HASH_LEN 32

/** Errors: those of file_replace() and file_make_private(). */
enum err blob_write(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		    struct bytes bytes) MUST_CHECK;
/** Let the file at @from, which has that content, be it from now on. */
enum err blob_link(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		   const char *from) MUST_CHECK;
/** Append the content to @buf. Errors: those of file_read(). */
enum err blob_read(const char *folder, const uint8_t hash[BLOB_HASH_LEN], size_t most,
		   struct buf *buf) MUST_CHECK;
/** Nothing when it is not there. */
void blob_remove(const char *folder, const uint8_t hash[BLOB_HASH_LEN]);

/** Open it to read; it can be read to its end even when it is removed meanwhile.
 *  Errors: ERR_NOT_FOUND, ERR_IO. */
enum err blob_open(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		   int *ret_fd) MUST_CHECK;

/** Bytes that are not whole yet lie under the id of their file: part/ID below @folder. */
void blob_part_path(const char *folder, const struct id *id, struct str *path);
/** Make the folder that they lie in. */
enum err blob_part_folder(const char *folder) MUST_CHECK;
/** Nothing when they are not there. */
void blob_part_remove(const char *folder, const struct id *id);

#endif
