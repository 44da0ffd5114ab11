/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files, folders and locks. What is replaced is either the old file or the new one,
 * whatever happens in between; so the new one is on disk before it gets the name.
 */
#include "common/os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define READ_STEP 65536

enum err file_err(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR: return ERR_NOT_FOUND;
	case EEXIST: return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS: return ERR_FORBIDDEN;
	case ENOSPC:
	case EDQUOT: return ERR_STORE;
	default: return ERR_IO;
	}
}

/* close(2) that leaves errno alone. */
static void close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

/* @size: what there is to read, by all that is known. There is room for it and for the look
 * behind it from the beginning: a buffer that grows leaves its old content behind, and that
 * may be a key. */
static enum err read_all(int fd, size_t size, size_t most, struct buf *buf)
{
	size_t start = buf->len, room = (size < most ? size : most) + 1;

	for (;;) {
		ssize_t got = read(fd, buf_room(buf, room), room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return file_err(errno);
		if (got == 0)
			return ERR_OK;
		buf->len += (size_t)got;
		if (buf->len - start > most)
			return ERR_TOO_BIG;
		room -= (size_t)got;
		if (room == 0)
			room = READ_STEP; /* more than was said */
	}
}

/* O_NONBLOCK: a FIFO in the place of the file must not hang us. */
static enum err open_regular(const char *path, struct stat *st, int *ret_fd)
{
	AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, st) < 0)
		return file_err(errno);
	if (!S_ISREG(st->st_mode))
		return ERR_BAD;
	*ret_fd = fd;
	fd = -1;
	return ERR_OK;
}

static enum err read_file(const char *path, size_t most, bool secret, struct buf *buf)
{
	AUTO(close_fd) int fd = -1;
	size_t before = buf->len;
	struct stat st;

	enum err err = open_regular(path, &st, &fd);
	if (err != ERR_OK)
		return err;
	/* root does for a server what its user would: that user's files are good enough */
	bool owned = st.st_uid == geteuid() || st.st_uid == 0 || geteuid() == 0;
	if (secret && (!owned || (st.st_mode & 077))) {
		errno = EPERM;
		return ERR_FORBIDDEN;
	}
	err = read_all(fd, (size_t)st.st_size, most, buf);
	if (err != ERR_OK)
		buf->len = before;
	return err;
}

enum err file_read(const char *path, size_t most, struct buf *buf)
{
	return read_file(path, most, false, buf);
}

enum err file_read_secret(const char *path, size_t most, struct buf *buf)
{
	return read_file(path, most, true, buf);
}

static enum err write_all(int fd, struct bytes bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.ptr, bytes.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return file_err(errno);
		bytes = bytes_of(bytes.ptr + put, bytes.len - (size_t)put);
	}
	return fsync(fd) == 0 ? ERR_OK : file_err(errno);
}

/* The folder that @path is in: what stands before its last slash. */
static void add_folder(struct str *folder, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		str_add(folder, ".");
	else
		str_add_len(folder, path, slash == path ? 1 : (size_t)(slash - path));
}

static enum err sync_folder(const char *path)
{
	AUTO(str_done) struct str folder = STR_INIT;

	add_folder(&folder, path);
	AUTO(close_fd) int fd = open(folder.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return file_err(errno);
	return ERR_OK;
}

enum err file_replace(const char *path, struct bytes bytes, mode_t mode)
{
	AUTO(str_done) struct str temporary = STR_INIT;

	str_addf(&temporary, "%s.XXXXXX", path);
	AUTO(close_fd) int fd = mkostemp(temporary.ptr, O_CLOEXEC);
	if (fd < 0)
		return file_err(errno);
	enum err err = fchmod(fd, mode) == 0 ? write_all(fd, bytes) : file_err(errno);
	if (err == ERR_OK && rename(temporary.ptr, path) < 0)
		err = file_err(errno);
	if (err == ERR_OK)
		return sync_folder(path);
	int saved = errno;
	unlink(temporary.ptr);
	errno = saved;
	return err;
}

enum err file_sync(const char *path)
{
	AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return file_err(errno);
	return ERR_OK;
}

enum err file_move(const char *from, const char *to)
{
	enum err err = file_sync(from);

	if (err == ERR_OK && rename(from, to) < 0)
		err = file_err(errno);
	return err == ERR_OK ? sync_folder(to) : err;
}

enum err file_link(const char *from, const char *to)
{
	enum err err = file_sync(from);

	if (err == ERR_OK && unlink(to) < 0 && errno != ENOENT)
		err = file_err(errno);
	if (err == ERR_OK && link(from, to) < 0)
		err = file_err(errno);
	return err == ERR_OK ? sync_folder(to) : err;
}

static enum err make_folder(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return ERR_OK;
	if (errno != EEXIST)
		return file_err(errno);
	if (stat(path, &st) < 0)
		return file_err(errno);
	return S_ISDIR(st.st_mode) ? ERR_OK : ERR_EXISTS;
}

enum err file_make_private(const char *path)
{
	AUTO(mem_freep) char *copy = mem_strdup(path);

	for (char *slash = strchr(copy + (*copy == '/'), '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		enum err err = make_folder(copy);
		*slash = '/';
		if (err != ERR_OK)
			return err;
	}
	return make_folder(copy);
}

enum err file_lock(const char *path, int *ret_fd)
{
	AUTO(close_fd)
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return file_err(errno);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? ERR_LOCKED : file_err(errno);
	*ret_fd = fd;
	fd = -1;
	return ERR_OK;
}

void file_unlock(int *fd)
{
	close_fd(fd);
}
