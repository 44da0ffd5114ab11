/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom to ask: see ask.h. Standard input may be anything, so the terminal is opened. While it
 * is silent the signals wait that would end or stop us: they find it as it was. */
#include "client/unlock/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

struct silent {
	int fd;
	int signals; /* readable when one waits */
	struct termios before;
	sigset_t mask;
};

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

static void hold_signals(struct silent *silent)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(ending); i++)
		sigaddset(&set, ending[i]);
	pthread_sigmask(SIG_BLOCK, &set, &silent->mask);
	silent->signals = signalfd(-1, &set, SFD_CLOEXEC);
}

/* The terminal without echo, and what was typed before forgotten. False: there is none. */
static bool open_silent(struct silent *ret_silent)
{
	struct termios termios;

	ret_silent->fd = open_terminal();
	if (ret_silent->fd < 0)
		return false;
	if (tcgetattr(ret_silent->fd, &ret_silent->before) != 0) {
		close(ret_silent->fd);
		return false;
	}
	hold_signals(ret_silent);
	termios = ret_silent->before;
	termios.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(ret_silent->fd, TCSAFLUSH, &termios);
	return true;
}

/* A signal that has waited comes here, so this may be the end, or a stop. */
static void close_silent(struct silent *silent)
{
	tcsetattr(silent->fd, TCSAFLUSH, &silent->before);
	close(silent->fd);
	if (silent->signals >= 0)
		close(silent->signals);
	pthread_sigmask(SIG_SETMASK, &silent->mask, NULL);
}

/* Until a signal waits, a line does where one is @wanted, or after @ms (-1: never). True: a
 * signal waits. */
static bool wait_silent(const struct silent *silent, bool wanted, int ms)
{
	struct pollfd fds[] = {{.fd = silent->signals, .events = POLLIN},
			       {.fd = wanted ? silent->fd : -1, .events = POLLIN}};

	while (poll(fds, ARRAY_LEN(fds), ms) < 0 && errno == EINTR)
		;
	return fds[0].revents != 0;
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
	struct silent silent;
	enum err err = ERR_SHUT;

	for (bool caught = true; caught && open_silent(&silent); close_silent(&silent)) {
		dprintf(silent.fd, "%s", prompt);
		caught = wait_silent(&silent, true, -1);
		if (!caught)
			err = read_line(silent.fd, ret);
		dprintf(silent.fd, "\n");
	}
	return err;
}

static void terminal_pause(const struct ask *ask, unsigned seconds)
{
	struct silent silent;

	if (!open_silent(&silent)) {
		while (seconds > 0)
			seconds = sleep(seconds);
		return;
	}
	wait_silent(&silent, false, (int)seconds * 1000);
	close_silent(&silent);
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
