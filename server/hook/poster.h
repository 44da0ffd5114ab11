/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port through which requests to other servers leave: one POST each, no redirects, the
 *  answer's status and nothing else of it. Implementations: poster_curl, poster_memory
 *  (tests). Thread: loop; the work happens elsewhere. */
#ifndef CHAT_SERVER_HOOK_POSTER_H
#define CHAT_SERVER_HOOK_POSTER_H

#include "common/base/err.h"
#include "common/base/mailbox.h"
#include "common/base/str.h"

#define POSTER_TRY_MS     15000 /**< a request takes so long, all in all */
#define POSTER_CONNECT_MS 5000
#define POSTER_ANSWER     65536 /**< bytes of an answer that are read, and dropped */

/** A request and what came of it. Who submits it gives it away until `back` comes. */
struct post_out {
	struct mail mail; /**< the poster's */
	const char *url;
	const char *headers; /**< lines "Name: value\n" */
	struct bytes body;
	struct mail *back; /**< put into the poster's box of answers */

	/** ERR_OK: 2xx. ERR_FORBIDDEN: no address that may be asked; ERR_UNREACHABLE,
	 *  ERR_UNTRUSTED, ERR_TIMEOUT; ERR_STATE: another status; ERR_BAD: no such URL. */
	enum err err;
	int status; /**< 0: none came */
	uint64_t retry_after_ms;
};

struct poster {
	/** Errors: ERR_BUSY, and @post stays the caller's. */
	enum err (*submit)(struct poster *poster, struct post_out *post);
	/** Let what is under way fail now: the server ends. */
	void (*hurry)(struct poster *poster);
	/** Everything that was submitted has come back by then. Sets the pointer to NULL. */
	void (*close)(struct poster **poster);
};

#endif
