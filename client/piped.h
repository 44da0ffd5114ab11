/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Lines that come from no terminal, into the linear mode: when each has its turn, and what
 *  the exit code says of them. A line waits for the answer to the one before; a command, and
 *  the end, also for what was said to be stored by the server. What a line would wait for in
 *  vain is bounded by --timeout.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_PIPED_H
#define CHAT_CLIENT_PIPED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/id.h"

struct app;

/** Sets app->piped. */
void piped_new(struct app *app, uint64_t timeout_ms);
/** Before app_done(). */
void piped_free(struct app *app);

/* Of an app whose lines a terminal sends these do nothing. */

/** Whether @line may be taken now; NULL: whether the end may. */
bool piped_may_take(struct app *app, const char *line);
/** @line is taken. False: it must not be done, for the room that was asked for before it
 *  did not open and what is on the screen is another one; that was told. */
bool piped_take(struct app *app, const char *line);
/** The line that was taken last was refused because of @err; ERR_OK: it was not. */
void piped_refused(struct app *app, enum err err);
/** It is the message @cid, on disk. */
void piped_said(struct app *app, const struct id *cid);
/** The exit code: that of the first line that was refused; that of what is queued; 0. */
int piped_code(const struct app *app);

#endif
