/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sd_notify(3) and sd_listen_fds(3), as their manual pages write the protocol down.
 */
#include "server/obs/notify.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/base/opt.h"

void notify_say(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(address.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* the abstract name space */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL,
			      (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	(void)sent; /* a manager that does not listen will notice by itself */
	close(fd);
}

void notify_reloading(void)
{
	struct timespec now;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 (unsigned long long)now.tv_sec * 1000000 +
			 (unsigned long long)now.tv_nsec / 1000);
	notify_say(text);
}

/* The variable @name as a number, when the one with the process id names us. */
static int64_t number_for_us(const char *name, const char *pid_name)
{
	const char *text = getenv(name), *pid = getenv(pid_name);
	int64_t value = 0, owner = 0;

	if (!text || opt_parse_int(text, &value) != ERR_OK)
		return 0;
	if (pid && (opt_parse_int(pid, &owner) != ERR_OK || owner != getpid()))
		return 0;
	return value;
}

uint64_t notify_watchdog_ms(void)
{
	int64_t usec = number_for_us("WATCHDOG_USEC", "WATCHDOG_PID");

	return usec > 0 ? (uint64_t)usec / 1000 : 0;
}

unsigned notify_sockets(void)
{
	int64_t count =
		getenv("LISTEN_PID") ? number_for_us("LISTEN_FDS", "LISTEN_PID") : 0;

	unsetenv("LISTEN_PID");
	if (count < 0 || count > NOTIFY_MOST_FDS)
		return 0;
	for (int fd = NOTIFY_FIRST_FD; fd < NOTIFY_FIRST_FD + count; fd++) {
		int flags = fcntl(fd, F_GETFL);
		if (flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
		    fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
			return 0;
	}
	return (unsigned)count;
}
