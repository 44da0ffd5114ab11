/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whether what is stored agrees with itself, beyond what the engine sees: sequences without
 *  holes, counters that say what the rows say. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_CHECK_H
#define CHAT_STORE_CHECK_H

#include "common/base/str.h"
#include "server/store/store.h"

/** Read everything and compare; takes a while. @found is called for each thing that is
 *  wrong, with a sentence. Errors: ERR_CORRUPT when there was one. */
enum err store_check_rows(struct store *store, found_fn *found, void *ctx) MUST_CHECK;

/** A file of files/ as the database knows it. */
struct blob_row {
	struct bytes hash; /**< borrowed until the call returns */
	uint64_t size;
};

typedef void blob_fn(const struct blob_row *blob, void *ctx);

/** Call @fn for each file that must be there. */
enum err store_blob_each(struct store *store, blob_fn *fn, void *ctx) MUST_CHECK;

/** Where the bytes of @hash lie, below files/: "ab/abcd…", two digits and then all. */
void blob_path(struct bytes hash, struct str *out);

/** What there is, for people. */
struct store_stats {
	uint64_t people, bots, guests; /**< active accounts */
	uint64_t unverified, suspended, deleted;
	uint64_t sessions;
	uint64_t direct, private, public, broadcast; /**< rooms */
	uint64_t events;
	uint64_t oldest_ms, newest_ms; /**< of the events; 0: there is none */
	uint64_t blobs, blob_bytes;
	uint64_t letters; /**< that wait to be sent */
	uint64_t schema;
	struct driver_size size;
};

enum err store_stats(struct store *store, struct store_stats *ret_stats) MUST_CHECK;

#endif
