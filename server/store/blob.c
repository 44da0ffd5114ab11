/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files/ab/abcdef…: 256 folders, so that none gets too long for tools that list them.
 */
#include "server/store/blob.h"

#include <unistd.h>

#include "common/base/str.h"
#include "common/os/file.h"
#include "server/store/store_check.h"

static void add_path(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		     struct str *path)
{
	str_addf(path, "%s/", folder);
	blob_path(bytes_of(hash, BLOB_HASH_LEN), path);
}

enum err blob_write(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		    struct bytes bytes)
{
	AUTO(str_done) struct str path = STR_INIT;

	str_addf(&path, "%s/%02x", folder, hash[0]);
	enum err err = file_make_private(path.ptr);
	if (err != ERR_OK)
		return err;
	str_clear(&path);
	add_path(folder, hash, &path);
	return file_replace(path.ptr, bytes, 0600);
}

enum err blob_read(const char *folder, const uint8_t hash[BLOB_HASH_LEN], size_t most,
		   struct buf *buf)
{
	AUTO(str_done) struct str path = STR_INIT;

	add_path(folder, hash, &path);
	return file_read(path.ptr, most, buf);
}

void blob_remove(const char *folder, const uint8_t hash[BLOB_HASH_LEN])
{
	AUTO(str_done) struct str path = STR_INIT;

	add_path(folder, hash, &path);
	unlink(path.ptr);
}
