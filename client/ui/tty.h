/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The terminal as a file: its modes, its size, and bytes in and out that never block. A
 *  terminal that nobody reads keeps what was written in a queue; whoever draws waits until
 *  the queue is empty, so it is bounded by one frame.
 *  Thread: ui. */
#ifndef CHAT_UI_TTY_H
#define CHAT_UI_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "client/ui/ui.h"
#include "common/base/err.h"
#include "common/base/str.h"

struct tty {
	int fd;               /**< a description of our own, non-blocking */
	struct termios saved; /**< as it was found */
	bool raw;
	bool gone;      /**< EIO, EOF, HUP: nothing will come or go any more */
	struct str out; /**< not taken yet */
};

/** Errors: ERR_IO when @in_fd or @out_fd is no terminal. */
enum err tty_open(struct tty *tty, int in_fd, int out_fd) MUST_CHECK;
/** Restores the modes; gives what is queued 200 ms. */
void tty_close(struct tty *tty);
/** Every key as a byte, no echo, no signals from keys. */
void tty_raw(struct tty *tty);
void tty_restore(struct tty *tty);
void tty_size(const struct tty *tty, int *ret_rows, int *ret_cols);
/** Points of a cell; a usual size where the terminal does not say. */
void tty_cell(const struct tty *tty, int *ret_wide, int *ret_high);
/** Queue, and write what goes. */
void tty_write(struct tty *tty, const char *bytes, size_t len);
/** True: the queue is empty. */
bool tty_flush(struct tty *tty);
/** Like tty_flush(), but waits up to @ms for a slow terminal. */
bool tty_drain(struct tty *tty, int ms);
/** Bytes read, 0 = none there now. Errors: ERR_CLOSED. */
enum err tty_read(struct tty *tty, char *bytes, size_t size, size_t *ret_len) MUST_CHECK;

#endif
