/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening sockets. What can be wrong with an address is found and said here, before the
 * program calls itself started.
 */
#include "server/net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"

#define BACKLOG 4096 /* a reconnect storm; the kernel cuts it to somaxconn */

static enum err failed(int fd, struct str *why, const char *what, const char *where)
{
	int saved = errno;

	str_addf(why, "cannot %s %s: %s", what, where, strerror(saved));
	if (fd >= 0) {
		close(fd);
	}
	switch (saved) {
	case EADDRINUSE: return ERR_EXISTS;
	case EACCES:
	case EPERM: return ERR_FORBIDDEN;
	case EADDRNOTAVAIL: return ERR_BAD;
	default: return ERR_IO;
	}
}

/* Whether a server answers at @address; a stale socket file refuses. */
static bool is_live(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool live = fd >= 0 && (connect(fd, (const struct sockaddr *)address,
					sizeof(*address)) == 0 ||
				errno == EAGAIN);

	if (fd >= 0) {
		close(fd);
	}
	return live;
}

static bool is_socket(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 && S_ISSOCK(info.st_mode);
}

enum err listen_unix(const char *path, mode_t mode, int *ret_fd, struct str *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		str_addf(why, "the socket path %s is longer than %zu bytes", path,
			 sizeof(address.sun_path) - 1);
		return ERR_TOO_BIG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (is_live(&address)) {
		str_addf(why, "the socket %s is in use by a running server", path);
		return ERR_EXISTS;
	}
	if (is_socket(path) && unlink(path) != 0) {
		return failed(-1, why, "remove the stale socket", path);
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* Bound but not listening, nobody can connect before the mode is right. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, mode) != 0 || listen(fd, BACKLOG) != 0) {
		return failed(fd, why, "listen on the socket", path);
	}
	*ret_fd = fd;
	return ERR_OK;
}

static enum err bind_one(const struct addrinfo *info, const char *where, int *ret_fd,
			 struct str *why)
{
	int on = 1, unsent = LIMIT_UNSENT;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		return failed(fd, why, "listen on", where);
	}
	/* Accepted sockets inherit it. A receiver that stalls is seen to before the kernel has
	 * taken megabytes for it, and what waits does so in our queue, where it can be dropped. */
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	*ret_fd = fd;
	return ERR_OK;
}

unsigned listen_port(int fd)
{
	struct sockaddr_storage bound = {0};
	socklen_t len = sizeof(bound);

	if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0 ||
	    bound.ss_family == AF_UNIX) {
		return 0;
	}
	return ntohs(bound.ss_family == AF_INET6
			     ? ((struct sockaddr_in6 *)&bound)->sin6_port
			     : ((struct sockaddr_in *)&bound)->sin_port);
}

enum err listen_tcp(const char *host, unsigned port, int *ret_fd, unsigned *ret_port,
		    struct str *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	struct str text = STR_INIT, where = STR_INIT;
	enum err err;

	str_addf(&text, "%u", port);
	str_addf(&where, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
	int failure = getaddrinfo(host, text.ptr, &hints, &list);

	if (failure != 0) {
		str_addf(why, "cannot listen on %s: %s", where.ptr,
			 gai_strerror(failure));
		err = ERR_BAD;
	} else {
		err = bind_one(list, where.ptr, ret_fd, why);
		freeaddrinfo(list);
	}
	if (err == ERR_OK) {
		*ret_port = listen_port(*ret_fd);
	}
	str_done(&where);
	str_done(&text);
	return err;
}

bool listen_is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, host, &four) == 1) {
		return ntohl(four.s_addr) >> 24 == 127;
	}
	if (inet_pton(AF_INET6, host, &six) == 1) {
		return IN6_IS_ADDR_LOOPBACK(&six);
	}
	return strcmp(host, "localhost") == 0;
}

bool listen_user_name(uint32_t uid, char *dst, size_t size)
{
	struct passwd entry, *found = NULL;
	char memory[4096];

	if (getpwuid_r(uid, &entry, memory, sizeof(memory), &found) != 0 || !found ||
	    strlen(found->pw_name) >= size) {
		return false;
	}
	memcpy(dst, found->pw_name, strlen(found->pw_name) + 1);
	return true;
}

static void name_peer(const struct sockaddr_storage *from, struct peer *peer)
{
	if (from->ss_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr,
			  peer->address, sizeof(peer->address));
		return;
	}
	const struct in6_addr *six = &((const struct sockaddr_in6 *)from)->sin6_addr;

	if (IN6_IS_ADDR_V4MAPPED(six)) {
		inet_ntop(AF_INET, six->s6_addr + 12, peer->address,
			  sizeof(peer->address));
	} else {
		inet_ntop(AF_INET6, six, peer->address, sizeof(peer->address));
	}
}

int listen_accept(int fd, struct peer *ret_peer, enum err *ret_err)
{
	struct sockaddr_storage from = {0};
	socklen_t len = sizeof(from);
	int client =
		accept4(fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	*ret_err = ERR_OK;
	*ret_peer = (struct peer){0};
	if (client < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			*ret_err = ERR_BUSY;
		}
		return -1;
	}
	if (from.ss_family != AF_UNIX) {
		int on = 1;

		/* Without it each TLS handshake waits 40 ms for a delayed ack. */
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		name_peer(&from, ret_peer);
		return client;
	}
	struct ucred who;
	socklen_t size = sizeof(who);

	if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
		close(client);
		return -1;
	}
	ret_peer->local = true;
	ret_peer->uid = who.uid;
	return client;
}
