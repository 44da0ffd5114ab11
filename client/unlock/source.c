/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files and programs that know a secret. A program is started without a shell, its words cut
 * at blanks; it has our environment, for a password manager needs its agent, and our standard
 * error, for it may have something to say, but not our standard input, which may be the
 * message that a script sends.
 */
#include "client/unlock/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/clock_real.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "common/os/spawn.h"

size_t source_cut(char *words, char *ret_argv[])
{
	char *rest = words;
	size_t count = 0;

	for (char *word; (word = strsep(&rest, " \t"));) {
		if (*word && count == SOURCE_WORDS)
			return 0;
		if (*word)
			ret_argv[count++] = word;
	}
	ret_argv[count] = NULL;
	return count;
}

/* All that comes until the end of file. */
static enum err read_all(int fd, size_t most, struct buf *ret)
{
	const struct clock clock = clock_real();
	const uint64_t until = clock_mono_ms(&clock) + SOURCE_WAIT_MS;
	uint8_t chunk[256];

	for (;;) {
		uint64_t now = clock_mono_ms(&clock);
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		if (now >= until)
			return ERR_TIMEOUT;
		if (poll(&poll_fd, 1, (int)(until - now)) <= 0)
			continue;
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? ERR_OK : ERR_IO;
		if (ret->len + (size_t)got > most)
			return ERR_TOO_BIG;
		buf_add(ret, chunk, (size_t)got);
		wipe(chunk, sizeof(chunk));
	}
}

/* Its exit status; -1: it was killed. */
static int reap(pid_t pid, bool hurry)
{
	int status = 0;

	if (hurry)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum err run(char *const argv[], size_t most, struct buf *ret, struct str *why)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return ERR_IO;
	const struct spawn spawn = {.argv = argv,
				    .fds = {SPAWN_NULL, fds[1], SPAWN_OURS}};
	enum err started = spawn_start(&spawn, &pid);
	close(fds[1]);
	if (started != ERR_OK) {
		close(fds[0]);
		str_addf(why, _("cannot run %s"), argv[0]);
		return ERR_USAGE;
	}
	enum err err = read_all(fds[0], most, ret);
	close(fds[0]);
	int status = reap(pid, err != ERR_OK);
	if (err == ERR_OK && status != 0)
		err = ERR_IO;
	if (err == ERR_IO)
		str_addf(why, _("%s has failed with exit status %d"), argv[0], status);
	else if (err != ERR_OK)
		str_addf(why, "%s: %s", argv[0], _(err_text(err)));
	return err;
}

static enum err read_command(const char *command, size_t most, struct buf *ret,
			     struct str *why)
{
	AUTO(mem_freep) char *words = mem_strndup(command, strlen(command));
	char *argv[SOURCE_WORDS + 1];

	if (source_cut(words, argv) == 0) {
		str_addf(why, _("%s: a command has 1 to %d words"), command,
			 SOURCE_WORDS);
		return ERR_USAGE;
	}
	return run(argv, most, ret, why);
}

static enum err read_path(const char *path, size_t most, struct buf *ret, struct str *why)
{
	enum err err = file_read_secret(path, most, ret);

	if (err == ERR_FORBIDDEN && access(path, R_OK) == 0)
		str_addf(
			why,
			_("%s: a file with a secret is yours alone: chmod 600, and owned "
			  "by you"),
			path);
	else if (err != ERR_OK)
		str_addf(why, _("cannot read %s: %s"), path, _(err_text(err)));
	return err;
}

static const char *path_of(const struct source *source)
{
	return opts_text(source->opts, source->file);
}

static const char *command_of(const struct source *source)
{
	return opts_text(source->opts, source->command);
}

bool source_given(const struct source *source)
{
	return *path_of(source) || *command_of(source);
}

/* Whether the file is said closer to the person than the command. */
static bool is_path(const struct source *source, bool *ret_both)
{
	enum opt_source path = opts_source(source->opts, source->file);
	enum opt_source command = opts_source(source->opts, source->command);

	*ret_both = *path_of(source) && *command_of(source) && path == command;
	return *path_of(source) && (!*command_of(source) || path > command);
}

enum err source_read(const struct source *source, size_t most, struct buf *ret,
		     struct str *why)
{
	const size_t before = ret->len;
	const struct opt_row *rows = source->opts->rows;
	bool both, path = is_path(source, &both);
	enum err err = ERR_OK;

	if (both) {
		str_addf(why, _("%s and %s are both given; one of them will do"),
			 rows[source->file].name, rows[source->command].name);
		return ERR_USAGE;
	}
	if (path)
		err = read_path(path_of(source), most, ret, why);
	else if (*command_of(source))
		err = read_command(command_of(source), most, ret, why);
	if (err != ERR_OK || ret->len == before)
		return err;
	const uint8_t *end = memchr(ret->ptr + before, '\n', ret->len - before);
	if (end)
		ret->len = (size_t)(end - ret->ptr);
	return ERR_OK;
}
