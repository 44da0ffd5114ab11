/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files/ab/abcdef…: 256 folders, so that none gets too long for tools that list them.
 */
#include "server/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/os/file.h"
#include "server/store/store_check.h"

static void add_path(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		     struct str *path)
{
	str_addf(path, "%s/", folder);
	blob_path(bytes_of(hash, BLOB_HASH_LEN), path);
}

/* The path, in a folder that is there then. */
static enum err make_path(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
			  struct str *path)
{
	str_addf(path, "%s/%02x", folder, hash[0]);
	enum err err = file_make_private(path->ptr);
	str_clear(path);
	add_path(folder, hash, path);
	return err;
}

enum err blob_write(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		    struct bytes bytes)
{
	AUTO(str_done) struct str path = STR_INIT;
	enum err err = make_path(folder, hash, &path);

	return err == ERR_OK ? file_replace(path.ptr, bytes, 0600) : err;
}

enum err blob_link(const char *folder, const uint8_t hash[BLOB_HASH_LEN],
		   const char *from)
{
	AUTO(str_done) struct str path = STR_INIT;
	enum err err = make_path(folder, hash, &path);

	return err == ERR_OK ? file_link(from, path.ptr) : err;
}

enum err blob_open(const char *folder, const uint8_t hash[BLOB_HASH_LEN], int *ret_fd)
{
	AUTO(str_done) struct str path = STR_INIT;

	add_path(folder, hash, &path);
	int fd = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	*ret_fd = fd;
	return ERR_OK;
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

void blob_part_path(const char *folder, const struct id *id, struct str *path)
{
	str_addf(path, "%s/part/%s", folder, id_text(id).text);
}

enum err blob_part_folder(const char *folder)
{
	AUTO(str_done) struct str path = STR_INIT;

	str_addf(&path, "%s/part", folder);
	return file_make_private(path.ptr);
}

void blob_part_remove(const char *folder, const struct id *id)
{
	AUTO(str_done) struct str path = STR_INIT;

	blob_part_path(folder, id, &path);
	unlink(path.ptr);
}
