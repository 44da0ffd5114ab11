/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The one program that a person may have opened things with: the words of open_command and
 *  the thing behind them, without a shell, apart from the terminal. Thread: ui. */
#ifndef CHAT_CLIENT_OPENER_H
#define CHAT_CLIENT_OPENER_H

#include "client/app.h"

/** Whether open_command is set. */
bool opener_is_set(const struct app *app);
/** Open @what, a web address or a path that cannot be taken for an option.
 *  Errors: ERR_STATE (open_command is not set), ERR_USAGE (its words are none, or too
 *  many), ERR_BUSY (the last ones still run), those of spawn_start(). */
enum err opener_start(struct app *app, const char *what) MUST_CHECK;

#endif
