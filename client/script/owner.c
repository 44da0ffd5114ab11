/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lock and socket. The kernel leaves the lock when the process ends, however it ends, so
 * there is no stale lock; a stale socket is one that lies there while we have the lock,
 * and is simply replaced.
 */
#include "client/script/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/file.h"

#define SOCKET_NAME "owner.sock"
#define BACKLOG     128 /* as many commands may begin in one moment */

struct owner {
	int dir;
	int lock;
	int listener;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_dir(const char *dir)
{
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The socket in the folder that is open as @dir. A socket's path has 108 bytes at most and
 * folders are longer, so it is given relative to the folder. */
static struct sockaddr_un address_in(int dir)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/" SOCKET_NAME, dir);
	return address;
}

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static bool ask_peer(int fd, struct ucred *ret_peer)
{
	socklen_t len = sizeof(*ret_peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret_peer, &len) == 0;
}

static bool is_own(int fd)
{
	struct ucred peer;

	return ask_peer(fd, &peer) && peer.uid == geteuid();
}

pid_t owner_pid(int fd)
{
	struct ucred peer;

	return ask_peer(fd, &peer) ? peer.pid : 0;
}

static enum err start_listening(struct owner *owner)
{
	struct sockaddr_un address = address_in(owner->dir);

	owner->listener = new_socket();
	if (owner->listener < 0)
		return ERR_IO;
	if (unlinkat(owner->dir, SOCKET_NAME, 0) != 0 && errno != ENOENT)
		return ERR_IO;
	if (bind(owner->listener, (struct sockaddr *)&address, sizeof(address)) != 0)
		return ERR_IO;
	/* The folder is 0700; this is for one that somebody opened later. */
	if (fchmodat(owner->dir, SOCKET_NAME, 0600, 0) != 0)
		return ERR_IO;
	return listen(owner->listener, BACKLOG) == 0 ? ERR_OK : ERR_IO;
}

enum err owner_take(const char *dir, struct owner **ret_owner)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct owner *owner = mem_new(struct owner);

	*owner = (struct owner){-1, -1, -1};
	str_addf(&path, "%s/lock", dir);
	enum err err = file_make_private(dir);
	if (err == ERR_OK)
		err = file_lock(path.ptr, &owner->lock);
	if (err == ERR_OK) {
		owner->dir = open_dir(dir);
		err = owner->dir >= 0 ? start_listening(owner) : ERR_IO;
	}
	if (err != ERR_OK) {
		owner_free(&owner);
		return err;
	}
	*ret_owner = owner;
	return ERR_OK;
}

void owner_free(struct owner **owner)
{
	if (!*owner)
		return;
	if ((*owner)->listener >= 0)
		unlinkat((*owner)->dir, SOCKET_NAME, 0);
	close_fd(&(*owner)->listener);
	close_fd(&(*owner)->dir);
	if ((*owner)->lock >= 0)
		file_unlock(&(*owner)->lock);
	mem_free(*owner);
	*owner = NULL;
}

int owner_fd(const struct owner *owner)
{
	return owner->listener;
}

int owner_accept(struct owner *owner)
{
	for (;;) {
		int fd = accept4(owner->listener, NULL, NULL,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 || is_own(fd))
			return fd;
		close(fd);
	}
}

enum err owner_reach(const char *dir, int *ret_fd)
{
	AUTO(close_fd) int folder = open_dir(dir);
	AUTO(close_fd) int fd = new_socket();

	if (folder < 0 || fd < 0)
		return ERR_CLOSED;
	struct sockaddr_un address = address_in(folder);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return ERR_CLOSED;
	if (!is_own(fd))
		return ERR_FORBIDDEN;
	*ret_fd = fd;
	fd = -1;
	return ERR_OK;
}
