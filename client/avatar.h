/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The picture of one's account: a file that is looked at here, then sent as it is. Thread: ui. */
#ifndef CHAT_CLIENT_AVATAR_H
#define CHAT_CLIENT_AVATAR_H

#include "client/app.h"

/** Read the picture in the file @path and send it; @done is called once, later.
 *  Errors, with a sentence in @why, and @done is not called: ERR_BAD (no picture),
 *  ERR_TOO_BIG, those of file_read(). */
enum err avatar_put(struct app *app, const char *path, link_result_fn *done, void *ctx,
		    struct str *why) MUST_CHECK;

#endif
