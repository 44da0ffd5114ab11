/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other end of chat-picture. What comes from there may be anything: it is counted, and
 * the head only says how much will be taken at most.
 */
#include "client/picture/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/spawn.h"

#define NAME "chat-picture"

enum err decoder_program(struct str *ret_path)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self));

	if (len > 0 && (size_t)len < sizeof(self)) {
		const char *slash = memrchr(self, '/', (size_t)len);
		size_t folder = slash ? (size_t)(slash - self) : 0;
		str_set_len(ret_path, self, folder);
		str_add(ret_path, "/" NAME);
		if (access(ret_path->ptr, X_OK) == 0)
			return ERR_OK;
	}
	str_set(ret_path, PKGLIBEXECDIR "/" NAME);
	return access(ret_path->ptr, X_OK) == 0 ? ERR_OK : ERR_NOT_FOUND;
}

static bool start(const char *program, int input, int output, unsigned cols,
		  unsigned rows, pid_t *ret_pid)
{
	static char *const nothing[] = {NULL};
	char wide[16], high[16];
	char *const argv[] = {(char *)(uintptr_t)program, wide, high, NULL};
	const struct spawn spawn = {.argv = argv,
				    .env = nothing,
				    .fds = {input, output, SPAWN_NULL},
				    .group = SPAWN_GROUP};

	snprintf(wide, sizeof(wide), "%u", cols);
	snprintf(high, sizeof(high), "%u", rows);
	return spawn_start(&spawn, ret_pid) == ERR_OK;
}

enum err decoder_start(struct decoder *decoder, const char *program, int file,
		       unsigned cols, unsigned rows)
{
	int fds[2];

	*decoder = DECODER_INIT;
	if (lseek(file, 0, SEEK_SET) != 0 || pipe2(fds, O_CLOEXEC) != 0)
		return ERR_IO;
	bool started = fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0 &&
		       start(program, file, fds[1], cols, rows, &decoder->pid);
	close(fds[1]);
	decoder->fd = fds[0];
	if (started)
		return ERR_OK;
	decoder->pid = 0;
	decoder_done(decoder);
	return ERR_IO;
}

/* How long the answer is, as far as is known. */
static enum err wanted(const struct decoder *decoder, size_t *ret_len)
{
	size_t points = 0;
	enum err err = ERR_OK;

	if (decoder->answer.len >= BITMAP_HEAD)
		err = bitmap_expect(decoder->answer.ptr, &points);
	*ret_len = BITMAP_HEAD + points;
	return err;
}

enum err decoder_more(struct decoder *decoder, struct bitmap *ret)
{
	size_t most;

	*ret = BITMAP_INIT;
	for (;;) {
		enum err err = wanted(decoder, &most);
		if (err != ERR_OK)
			return err;
		if (decoder->answer.len == most)
			return bitmap_take(buf_view(&decoder->answer), ret);
		size_t want = most - decoder->answer.len;
		ssize_t got = read(decoder->fd, buf_room(&decoder->answer, want), want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return ERR_QUEUED;
		if (got <= 0)
			return ERR_BAD;
		decoder->answer.len += (size_t)got;
	}
}

void decoder_done(struct decoder *decoder)
{
	if (decoder->pid > 0) {
		kill(decoder->pid, SIGKILL);
		while (waitpid(decoder->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	if (decoder->fd >= 0)
		close(decoder->fd);
	buf_done(&decoder->answer);
	*decoder = DECODER_INIT;
}
