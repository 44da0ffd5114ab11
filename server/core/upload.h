/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Files that people send. A file is announced by name and size, its bytes come in order in
 *  as many pieces as the sender likes, and when they are whole it belongs to whoever sent
 *  it until a message names it; then to everybody who may read that message, and to nobody
 *  else. What no message names is collected. @folder is files/ of the data folder.
 *  Thread: the store's (the writer, where not said otherwise). */
#ifndef CHAT_CORE_UPLOAD_H
#define CHAT_CORE_UPLOAD_H

#include "server/core/actor.h"
#include "server/store/store_upload.h"

/** What the configuration allows. */
struct upload_limits {
	uint64_t most; /**< bytes of one file; 0: none is taken */
	uint64_t
		quota; /**< bytes of one account where it has no quota of its own; 0: any */
};

/** Errors: ERR_FORBIDDEN, ERR_TOO_BIG, ERR_QUOTA. */
enum err upload_new(struct store *store, const struct actor *actor, struct bytes name,
		    uint64_t size, const struct upload_limits *limits,
		    struct upload_row *ret_row) MUST_CHECK;
/** One's own. Errors: ERR_NOT_FOUND. Thread: reader. */
enum err upload_own(struct store *store, const struct actor *actor, const struct id *id,
		    struct upload_row *ret_row) MUST_CHECK;
/** Of a piece @data that begins at @offset: cut away what is there already.
 *  Errors: ERR_STATE (a gap before it), ERR_TOO_BIG (more than was announced). Thread: any. */
enum err upload_rest(const struct upload_row *row, uint64_t offset,
		     struct bytes *data) MUST_CHECK;
/** @row has @to bytes on the disk now, and is kept for another day.
 *  Errors: ERR_STATE when it has not what @row says any more. */
enum err upload_move(struct store *store, struct upload_row *row, uint64_t to) MUST_CHECK;
/** All bytes lie at @path, and these are their hash and type. The file at @path is not
 *  needed any more once this is committed. Errors: ERR_STATE, ERR_STORE, ERR_IO. */
enum err upload_finish(struct store *store, const char *folder, struct upload_row *row,
		       const char *path, const char *type) MUST_CHECK;
/** Let one's own file go that no message names. Errors: ERR_NOT_FOUND, ERR_STATE. */
enum err upload_drop(struct store *store, const struct actor *actor,
		     const struct id *id) MUST_CHECK;
/** What counts on the actor; *ret_quota 0: any. Thread: reader. */
enum err upload_usage(struct store *store, const struct actor *actor,
		      const struct upload_limits *limits, uint64_t *ret_used,
		      uint64_t *ret_quota) MUST_CHECK;

/** A whole file that the actor may read. Errors: ERR_NOT_FOUND, also for who may not; one's
 *  own that is not whole yet: ERR_STATE. Thread: reader. */
enum err file_may_read(struct store *store, const struct actor *actor,
		       const struct id *id, struct upload_row *ret_row) MUST_CHECK;

/** One slice of collecting: files that nobody may ask for. *ret_count: how many went. */
enum err upload_collect(struct store *store, const char *folder,
			size_t *ret_count) MUST_CHECK;
/** The same for bytes that no file has. It removes what is on the disk and must know that
 *  what it sees is committed, so it runs alone, outside of a transaction. */
enum err upload_collect_blobs(struct store *store, const char *folder,
			      size_t *ret_count) MUST_CHECK;

#endif
