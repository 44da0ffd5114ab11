/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What waits to be sent: on disk before the input line clears, there until the server
 *  acknowledged it, sent again as often as it takes. The server removes doubles by cid.
 *  Errors as in cache.h. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_OUTBOX_H
#define CHAT_CLIENT_CACHE_CACHE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/cache/cache.h"
#include "client/cache/rows.h"
#include "common/base/id.h"

/** The numbers are stored. */
enum outbox_state {
	OUTBOX_QUEUED =
		1,     /**< to be sent when there is a connection and next_ms is over */
	OUTBOX_SENT,   /**< given to a connection, not acknowledged */
	OUTBOX_FAILED, /**< refused for good: waits for the user */
};

struct cache_send {
	uint64_t order; /**< out only: rising, the order of typing */
	struct id cid;  /**< the message's id from now on */
	struct id room; /**< zero while `dest` is not resolved */
	struct bytes
		dest; /**< as the user wrote it ("@bob"); {NULL, 0} when room is known */
	int kind;     /**< enum event_kind: message, edit, delete, react, unreact */
	struct id target; /**< of edit, delete, react, unreact */
	struct id reply, thread;
	struct bytes text;
	struct bytes sealed;   /**< the ciphertext that goes out, once sealed */
	struct bytes mentions; /**< ids, 16 bytes each */
	struct bytes files;    /**< ids, 16 bytes each */
	struct bytes path;     /**< of the file that goes with it; {NULL, 0}: none */
	uint64_t size;         /**< of that file, … */
	uint64_t mtime_ns;     /**< … and when it was changed, since 1970 */
	struct id upload;   /**< out only: as the server calls it; zero: not announced */
	struct bytes media; /**< out only: what the server takes it for */
	bool quiet;
	enum outbox_state state;
	unsigned attempts;
	enum err error; /**< of the last attempt */
	uint64_t created_ms, next_ms;
};

/** Owns: ended with cache_sends_done(). */
struct cache_sends {
	struct cache_send *sends;
	size_t count;
	struct rows rows;
};

#define CACHE_SENDS_INIT ((struct cache_sends){0})
void cache_sends_done(struct cache_sends *sends);

/** What its event will have as `extra`: its files. Appended; thread: any. */
void cache_send_extra(const struct cache_send *send, struct buf *extra);
/** Whether its file is not (all) on the server: until then it is no message. Thread: any. */
bool cache_send_uploads(const struct cache_send *send);

/** Put @send at the end, as OUTBOX_QUEUED. The same cid with the same content again: ERR_OK
 *  and nothing changes; with other content: ERR_CONFLICT; acknowledged before: ERR_EXISTS. */
enum err cache_outbox_add(struct cache *cache, const struct cache_send *send) MUST_CHECK;
/** Everything that waits or failed, in order. */
enum err cache_outbox_list(struct cache *cache, struct cache_sends *ret_sends) MUST_CHECK;
/** One of them. Errors: ERR_NOT_FOUND. */
enum err cache_outbox_get(struct cache *cache, const struct id *cid,
			  struct cache_sends *ret_sends) MUST_CHECK;
/** How many are queued or sent (not failed). */
enum err cache_outbox_count(struct cache *cache, uint64_t *ret_count) MUST_CHECK;
/** Its dest is this room. Errors: ERR_NOT_FOUND. */
enum err cache_outbox_resolve(struct cache *cache, const struct id *cid,
			      const struct id *room) MUST_CHECK;
/** It was given to a connection (OUTBOX_SENT: attempts + 1), comes back to be tried at
 *  @next_ms (OUTBOX_QUEUED), or was refused for good (OUTBOX_FAILED). Errors:
 *  ERR_NOT_FOUND. */
enum err cache_outbox_state(struct cache *cache, const struct id *cid,
			    enum outbox_state state, enum err error,
			    uint64_t next_ms) MUST_CHECK;
/** Its file was announced to the server, as @file. Errors: ERR_NOT_FOUND. */
enum err cache_outbox_announced(struct cache *cache, const struct id *cid,
				const struct id *file) MUST_CHECK;
/** All of its file is on the server, as @file, and it can be sent. Errors:
 *  ERR_NOT_FOUND. */
enum err cache_outbox_whole(struct cache *cache, const struct id *cid,
			    const struct id *file, struct bytes media) MUST_CHECK;
/** A refused one is to be tried again, with its file, if it has one, as that is now. Errors:
 *  ERR_NOT_FOUND. */
enum err cache_outbox_again(struct cache *cache, const struct id *cid, uint64_t size,
			    uint64_t mtime_ns) MUST_CHECK;
/** After a lost connection: everything sent is queued again. */
enum err cache_outbox_requeue(struct cache *cache) MUST_CHECK;
/** The server has it: in one transaction it leaves the outbox and enters the room's log as
 *  an event of @self. Errors: ERR_NOT_FOUND (an older ack: no harm). */
enum err cache_outbox_ack(struct cache *cache, const struct id *cid,
			  const struct id *self, uint64_t seq, uint64_t ord,
			  uint64_t ts_ms) MUST_CHECK;
/** Taken back by the user. Errors: ERR_NOT_FOUND. */
enum err cache_outbox_remove(struct cache *cache, const struct id *cid) MUST_CHECK;

/** The cid that belongs to @text of `--id TEXT`, @fresh the first time: the same text is
 *  the same message for ever. */
enum err cache_outbox_cid(struct cache *cache, struct bytes text, const struct id *fresh,
			  struct id *ret_cid) MUST_CHECK;

#endif
