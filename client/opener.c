/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing on this machine starts because of what others write: only when the person says so,
 * and only what the configuration names. The program gets a session of its own and
 * /dev/null for a terminal; who has ended is found when the next is started.
 */
#include "client/opener.h"

#include <string.h>
#include <sys/wait.h>

#include "client/profile.h"
#include "client/unlock/source.h"
#include "common/base/mem.h"
#include "common/os/spawn.h"

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
	const struct spawn spawn = {.argv = argv,
				    .fds = {SPAWN_NULL, SPAWN_NULL, SPAWN_NULL},
				    .group = SPAWN_SESSION};
	return spawn_start(&spawn, place);
}
