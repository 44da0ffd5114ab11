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
	struct bytes
		media; /**< of one that was sent and is whole: what the server takes it
			      *   for */
	bool done;
};

/** A file that is to be sent, as it was when that was decided. Borrowed during the call. */
struct transfer_file {
	const char *path;
	uint64_t size;
	uint64_t mtime_ns; /**< since 1970 */
	struct id
		cid; /**< of its message: announced again under it, it is the same file */
	struct id
		file; /**< as the server calls it since an earlier try; zero: nothing yet */
};

struct transfer;

/** Called as it goes on, with ERR_OK; what->done: it is through. ERR_QUEUED: it waits for the
 *  connection. Any other error is the end of it. Not called after app_free(). */
typedef void transfer_fn(struct app *app, enum err err, const struct transferred *what,
			 void *ctx);

/** What there is at @path. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_BAD (no regular file),
 *  ERR_IO. Thread: any. */
enum err transfer_look(const char *path, uint64_t *ret_size,
		       uint64_t *ret_mtime_ns) MUST_CHECK;
/** Upload @file, from where the server has it; what->file can be sent with a message when it
 *  is done. It ends with ERR_FILE_CHANGED when it is another one than it was, before or
 *  meanwhile; what the server has then is what was read, by its hash.
 *  Owns: itself; *@ret_transfer is for transfer_cancel() until it has ended.
 *  Errors, with nothing called: ERR_FILE_GONE, ERR_FILE_CHANGED, ERR_FORBIDDEN, ERR_IO. */
enum err transfer_send(struct app *app, const struct transfer_file *file, transfer_fn *fn,
		       void *ctx, struct transfer **ret_transfer) MUST_CHECK;
/** Stop; nothing is called any more. */
void transfer_cancel(struct transfer **transfer);
/** Download @file into the folder @folder, under a name that is not there yet. */
void transfer_save(struct app *app, const struct id *file, const char *folder,
		   transfer_fn *fn, void *ctx);
/** Download @file, at most @most bytes, into the empty file @fd, which is taken. Also
 *  ERR_TOO_BIG. */
void transfer_fetch(struct app *app, const struct id *file, int fd, uint64_t most,
		    transfer_fn *fn, void *ctx);
/** There is a session again: what waits to be tried again is tried now. */
void transfers_hurry(struct app *app);
/** The program ends: close what is open, remove what is not whole. */
void transfers_done(struct app *app);

#endif
