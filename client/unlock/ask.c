/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom to ask: see ask.h. Standard input may be anything, so the terminal is opened. */
#include "client/unlock/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	/* In the background a read would stop us until somebody looks. */
	if (fd >= 0 && tcgetpgrp(fd) != getpgrp()) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The terminal without echo, and what was typed before forgotten; -1: there is none. */
static int open_silent(struct termios *ret_before)
{
	struct termios silent;
	int fd = open_terminal();

	if (fd >= 0 && tcgetattr(fd, ret_before) != 0) {
		close(fd);
		return -1;
	}
	if (fd >= 0) {
		silent = *ret_before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(fd, TCSAFLUSH, &silent);
	}
	return fd;
}

static void close_silent(int fd, const struct termios *before)
{
	tcsetattr(fd, TCSAFLUSH, before);
	close(fd);
}

static enum err read_line(int fd, struct buf *ret)
{
	char c;

	for (size_t len = 0;;) {
		ssize_t got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_SHUT;
		if (c == '\n')
			return ERR_OK;
		if (len++ < ASK_MOST)
			buf_add_u8(ret, (uint8_t)c);
	}
}

static enum err terminal_secret(const struct ask *ask, const char *prompt,
				struct buf *ret)
{
	struct termios before;
	int fd = open_silent(&before);

	if (fd < 0)
		return ERR_SHUT;
	dprintf(fd, "%s", prompt);
	enum err err = read_line(fd, ret);
	dprintf(fd, "\n");
	close_silent(fd, &before);
	return err;
}

static void terminal_pause(const struct ask *ask, unsigned seconds)
{
	struct termios before;
	int fd = open_silent(&before);

	while (seconds > 0)
		seconds = sleep(seconds);
	if (fd >= 0)
		close_silent(fd, &before);
}

static void terminal_say(const struct ask *ask, const char *text)
{
	fprintf(stderr, "chat-client: %s\n", text);
}

const struct ask ask_terminal = {
	.secret = terminal_secret, .pause = terminal_pause, .say = terminal_say};

static enum err nobody_secret(const struct ask *ask, const char *prompt, struct buf *ret)
{
	return ERR_SHUT;
}

static void nobody_say(const struct ask *ask, const char *text)
{
}

static void nobody_pause(const struct ask *ask, unsigned seconds)
{
}

const struct ask ask_nobody = {
	.secret = nobody_secret, .pause = nobody_pause, .say = nobody_say};

static enum err answer_secret(const struct ask *ask, const char *prompt, struct buf *ret)
{
	buf_add_bytes(ret, ask->answer);
	return ERR_OK;
}

struct ask ask_answer(struct bytes answer)
{
	return (struct ask){.secret = answer_secret,
			    .pause = nobody_pause,
			    .say = nobody_say,
			    .answer = answer};
}
