/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing on this machine starts because of what others write: only when the person says so,
 * and only what the configuration names. The program gets a session of its own and
 * /dev/null for a terminal; who has ended is found when the next is started.
 */
#include "client/opener.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/profile.h"
#include "client/unlock/source.h"
#include "common/base/mem.h"

extern char **environ;

static bool start(char *const argv[], pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSID);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	int failed = posix_spawnp(ret_pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return failed == 0;
}

/* A place for another one; NULL: all of them still run. */
static pid_t *free_place(struct app *app)
{
	pid_t *place = NULL;

	for (size_t i = 0; i < ARRAY_LEN(app->opened); i++) {
		if (app->opened[i] && waitpid(app->opened[i], NULL, WNOHANG) != 0)
			app->opened[i] = 0;
		if (!app->opened[i])
			place = &app->opened[i];
	}
	return place;
}

static const char *command_of(const struct app *app)
{
	return app->opts ? opts_text(app->opts, OPTION_OPEN_COMMAND) : "";
}

bool opener_is_set(const struct app *app)
{
	return *command_of(app) != '\0';
}

enum err opener_start(struct app *app, const char *what)
{
	const char *command = command_of(app);
	char *argv[SOURCE_WORDS + 2];

	if (!*command)
		return ERR_STATE;
	AUTO(mem_freep) char *words = mem_strndup(command, strlen(command));
	AUTO(mem_freep) char *last = mem_strndup(what, strlen(what));
	size_t count = source_cut(words, argv);
	pid_t *place = free_place(app);
	if (count == 0)
		return ERR_USAGE;
	if (!place)
		return ERR_BUSY;
	argv[count] = last;
	argv[count + 1] = NULL;
	return start(argv, place) ? ERR_OK : ERR_NOT_FOUND;
}
