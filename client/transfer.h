/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bytes of files between the disk and the server, a piece at a time over the connection
 *  that is there anyway. A connection that breaks costs the piece that was under way; what
 *  the server has acknowledged is not sent again. Thread: ui. */
#ifndef CHAT_CLIENT_TRANSFER_H
#define CHAT_CLIENT_TRANSFER_H

#include "client/app.h"

/** What has become of one. Borrowed during the call. */
struct transferred {
	struct id file;
	const char *name; /**< as people see it; not neutralised */
	const char *path; /**< on this machine */
	uint64_t size, at;
	bool done;
};

/** Called as it goes on, with ERR_OK; what->done: it is through. ERR_QUEUED: it waits for the
 *  connection. Any other error is the end of it. Not called after app_free(). */
typedef void transfer_fn(struct app *app, enum err err, const struct transferred *what,
			 void *ctx);

/** Upload the file at @path; what->file can be sent with a message when it is done.
 *  Errors, with nothing called: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_BAD (no regular file),
 *  ERR_IO. */
enum err transfer_send(struct app *app, const char *path, transfer_fn *fn,
		       void *ctx) MUST_CHECK;
/** Download @file into the folder @folder, under a name that is not there yet. */
void transfer_save(struct app *app, const struct id *file, const char *folder,
		   transfer_fn *fn, void *ctx);
/** The program ends: close what is open, remove what is not whole. */
void transfers_done(struct app *app);

#endif
