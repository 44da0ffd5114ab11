/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A request that comes again: its cid stands in a log already. Thread: the store's. */
#ifndef CHAT_CORE_REPEAT_H
#define CHAT_CORE_REPEAT_H

#include "server/core/post.h"

/** Answer a request for which something failed with @why before it had changed anything:
 *  if the same user has sent the same cid for the same thing, like the first time.
 *  Errors: @why when it is no repetition; ERR_CONFLICT: the cid is used for another one. */
enum err repeat_answer(struct store *store, const struct actor *actor,
		       enum event_kind kind, const struct post *in, enum err why,
		       struct post_ack *ret_ack) MUST_CHECK;

/** Zero or a UUIDv7. Errors: ERR_BAD. */
enum err repeat_check_cid(const struct id *cid) MUST_CHECK;

/** The answer to the first time. */
void repeat_first(const struct event_row *event, struct post_ack *ret_ack);

#endif
