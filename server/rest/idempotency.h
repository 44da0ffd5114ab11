/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Idempotency-Key: a call that comes again with the same key gets the first answer again
 *  and does nothing. A key that is a UUIDv7 is the cid of the message that it sends, which
 *  the log itself remembers for ever; any other is remembered for a week. Thread: as said. */
#ifndef CHAT_REST_IDEMPOTENCY_H
#define CHAT_REST_IDEMPOTENCY_H

#include "server/rest/call.h"

/** Whether the call has a key to remember. Thread: loop. */
bool idempotency_wanted(const struct call *call);
/** Look for the answer of the first time; *ret_again says that the call has it now.
 *  Errors: ERR_CONFLICT when the key was used for something else. Thread: writer. */
enum err idempotency_find(struct call *call, struct store *store,
			  bool *ret_again) MUST_CHECK;
/** Remember the answer of the call. Thread: writer. */
enum err idempotency_keep(struct call *call, struct store *store) MUST_CHECK;

/** The id of the message that the call sends: the one in the arguments, else the key when it
 *  is one, else a new one. Thread: any. */
struct id idempotency_cid(const struct call *call, const struct id *given,
			  uint64_t now_ms);

#endif
