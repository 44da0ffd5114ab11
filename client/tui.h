/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The person's face of the app: screen or lines, joined to the app's deeds. Thread: ui. */
#ifndef CHAT_CLIENT_TUI_H
#define CHAT_CLIENT_TUI_H

#include "client/app.h"
#include "client/profile.h"

struct tui;

/** Take the terminal over, draw, and hear of @app from now on; before app_start().
 *  Errors: ERR_IO when there is no terminal. */
enum err tui_new(struct app *app, const struct profile *profile,
		 struct tui **ret_tui) MUST_CHECK;
/** Give the terminal back. */
void tui_free(struct tui **tui);

#endif
