/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A picture on the server becomes points here: its bytes are fetched into memory, never onto
 *  the disk, and decoded in a process of their own (picture/decoder.h). Thread: ui. */
#ifndef CHAT_CLIENT_PREVIEW_H
#define CHAT_CLIENT_PREVIEW_H

#include "client/app.h"
#include "client/transfer.h"

/** The side of the box that a picture on a page comes in: as many points as a window has
 *  that is not the whole screen. */
#define PREVIEW_PAGE 640

/** Whether this program was built to show pictures, and finds what decodes them. */
bool preview_is_there(void);

/** Called with ERR_OK and *bitmap, which may be taken, or with why there is none; @what tells
 *  its name and size. Once; not after app_done(). */
typedef void preview_fn(struct app *app, enum err err, struct bitmap *bitmap,
			const struct transferred *what, void *ctx);
/** Fetch and decode the file @file, at most @most bytes of it, into a box of @cols x @rows
 *  points. */
void preview_start(struct app *app, const struct id *file, uint64_t most, unsigned cols,
		   unsigned rows, preview_fn *fn, void *ctx);
/** The program ends: kill those that are under way. */
void previews_done(struct app *app);

/** The small picture of @file for the model, which waits for it. */
void preview_small(struct app *app, const struct id *file);

#endif
