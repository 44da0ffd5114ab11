/* SPDX-License-Identifier: GPL-3.0-or-later */
/* posix_spawn() with what each of our programs wants of it: whoever starts another one says
 * what it gets, and gets the rest right. */
#include "common/os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "common/os/file.h"

extern char **environ;

static void set_files(const struct spawn *spawn, posix_spawn_file_actions_t *files)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (spawn->fds[fd] == SPAWN_NULL)
			posix_spawn_file_actions_addopen(files, fd, "/dev/null", O_RDWR,
							 0);
		else if (spawn->fds[fd] != SPAWN_OURS)
			posix_spawn_file_actions_adddup2(files, spawn->fds[fd], fd);
	}
	posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
}

static void set_attr(const struct spawn *spawn, posix_spawnattr_t *attr)
{
	static const short groups[] = {
		[SPAWN_SAME] = 0,
		[SPAWN_GROUP] = POSIX_SPAWN_SETPGROUP,
		[SPAWN_SESSION] = POSIX_SPAWN_SETSID,
	};
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setflags(attr,
				 (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
					 groups[spawn->group]));
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
}

enum err spawn_start(const struct spawn *spawn, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	set_files(spawn, &files);
	set_attr(spawn, &attr);
	int failed = posix_spawnp(ret_pid, spawn->argv[0], &files, &attr, spawn->argv,
				  spawn->env ? spawn->env : environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	if (failed)
		errno = failed;
	return failed ? file_err(failed) : ERR_OK;
}
