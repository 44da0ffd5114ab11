/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The one loop of the client: terminal, signals, wakes of other threads, sources and
 *  times of the app. It sleeps until one of them has something.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_LOOP_H
#define CHAT_CLIENT_LOOP_H

#include "client/app.h"

struct loop {
	struct app *app;
	int wake_fd;   /**< an eventfd */
	int signal_fd; /**< −1: none are taken */
};

/** Block the signals that the loop takes; before any other thread starts.
 *  Errors: ERR_INTERNAL. */
enum err loop_init(struct loop *loop) MUST_CHECK;
void loop_done(struct loop *loop);
/** For app_init(): safe from any thread; @ctx is the loop. */
void loop_wake(void *ctx);
/** Ctrl-Z: stand still until SIGCONT, with the terminal given back meanwhile. The whole
 *  foreground group stops, as if the terminal had sent the signal. */
void loop_suspend(struct app *app);
/** Run until app_quit(); returns the exit code. SIGINT and SIGTERM end it with 128 plus
 *  their number unless the app had ended anyway; so does SIGHUP where there is no screen,
 *  and with one 0. Those that were ignored when we were started stay so. */
int loop_run(struct loop *loop, struct app *app);

#endif
