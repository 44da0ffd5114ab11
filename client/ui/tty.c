/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * O_NONBLOCK belongs to the open file description, which is shared with the shell that
 * started us: setting it on fd 0 would break the shell afterwards. So the terminal is
 * opened once more. Where that is refused (the terminal belongs to somebody else, after
 * su) the shared description is used, and every write waits for POLLOUT and is small.
 */
#include "client/ui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What a terminal takes at once after POLLOUT, on the shared description. */
#define SMALL_WRITE 256

static int open_again(int fd)
{
	char path[32];
	int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int again = open(path, flags);
	if (again < 0 && getpgrp() == tcgetpgrp(fd))
		again = open("/dev/tty", flags);
	return again < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : again;
}

enum err tty_open(struct tty *tty, int in_fd, int out_fd)
{
	*tty = (struct tty){.fd = -1, .out = STR_INIT};
	if (!isatty(in_fd) || !isatty(out_fd))
		return ERR_IO;
	tty->fd = open_again(out_fd);
	if (tty->fd < 0 || tcgetattr(tty->fd, &tty->saved) < 0) {
		tty_close(tty);
		return ERR_IO;
	}
	return ERR_OK;
}

void tty_close(struct tty *tty)
{
	if (tty->fd < 0)
		return;
	tty_drain(tty, 200);
	tty_restore(tty);
	close(tty->fd);
	str_done(&tty->out);
	tty->fd = -1;
}

void tty_raw(struct tty *tty)
{
	struct termios raw = tty->saved;

	/* Not cfmakeraw(): it would strip the eighth bit settings of odd terminals. */
	raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | ISTRIP | IXON | BRKINT);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(tty->fd, TCSANOW, &raw);
	tty->raw = true;
}

void tty_restore(struct tty *tty)
{
	/* TCSADRAIN would wait for a terminal that nobody reads. */
	if (tty->raw)
		tcsetattr(tty->fd, TCSANOW, &tty->saved);
	tty->raw = false;
}

void tty_size(const struct tty *tty, int *ret_rows, int *ret_cols)
{
	struct winsize size = {0};

	if (ioctl(tty->fd, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col) {
		*ret_rows = 24;
		*ret_cols = 80;
		return;
	}
	*ret_rows = size.ws_row;
	*ret_cols = size.ws_col;
}

void tty_cell(const struct tty *tty, int *ret_wide, int *ret_high)
{
	struct winsize size = {0};

	*ret_wide = 8;
	*ret_high = 16;
	if (ioctl(tty->fd, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return;
	int wide = size.ws_xpixel / size.ws_col, high = size.ws_ypixel / size.ws_row;
	if (wide < 2 || wide > 100 || high < 4 || high > 200)
		return;
	*ret_wide = wide;
	*ret_high = high;
}

void tty_write(struct tty *tty, const char *bytes, size_t len)
{
	if (tty->gone)
		return;
	str_add_len(&tty->out, bytes, len);
	tty_flush(tty);
}

static bool is_ready(const struct tty *tty, short events, int ms)
{
	struct pollfd poll_fd = {.fd = tty->fd, .events = events};

	return poll(&poll_fd, 1, ms) > 0;
}

bool tty_flush(struct tty *tty)
{
	bool shared = !(fcntl(tty->fd, F_GETFL) & O_NONBLOCK);
	size_t done = 0;

	while (done < tty->out.len && !tty->gone) {
		size_t len = tty->out.len - done;
		if (shared && !is_ready(tty, POLLOUT, 0))
			break;
		if (shared && len > SMALL_WRITE)
			len = SMALL_WRITE;
		ssize_t wrote = write(tty->fd, tty->out.ptr + done, len);
		if (wrote > 0)
			done += (size_t)wrote;
		else if (wrote < 0 && errno == EAGAIN)
			break;
		else if (wrote < 0 && errno != EINTR)
			tty->gone = true;
	}
	str_remove(&tty->out, 0, tty->gone ? tty->out.len : done);
	return tty->out.len == 0;
}

bool tty_drain(struct tty *tty, int ms)
{
	/* The waits add up to no more than @ms unless the terminal takes something. */
	while (!tty_flush(tty)) {
		if (!is_ready(tty, POLLOUT, ms))
			return false;
	}
	return true;
}

enum err tty_read(struct tty *tty, char *bytes, size_t size, size_t *ret_len)
{
	*ret_len = 0;
	if (tty->gone)
		return ERR_CLOSED;
	if (!is_ready(tty, POLLIN, 0))
		return ERR_OK;
	ssize_t got = read(tty->fd, bytes, size);
	if (got > 0)
		*ret_len = (size_t)got;
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		tty->gone = true;
	return tty->gone ? ERR_CLOSED : ERR_OK;
}

void screen_restore(const struct ui_rescue *rescue)
{
	/* One write and one ioctl: what the lists of signal-safety(7) allow. A partial
	 * write is not repeated: better a colour too many than a hang. */
	if (rescue->fd < 0)
		return;
	ssize_t wrote = write(rescue->fd, rescue->bytes, rescue->len);
	(void)wrote;
	tcsetattr(rescue->fd, TCSANOW, &rescue->termios);
}
