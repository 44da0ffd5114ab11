/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The sessions that a call has ended, kept until the commit and then told to the server:
 *  the data of calls that end sessions. */
#ifndef CHAT_REST_ENDED_H
#define CHAT_REST_ENDED_H

#include "server/core/account.h"
#include "server/rest/call.h"

struct ended {
	struct id *ids;
	size_t count, cap;
	/* of a new password */
	struct password_hash before, hash;
};

/** Make it the data of @call. Thread: loop. */
struct ended *ended_new(struct call *call);
/** A login_ended_fn whose context is a struct ended. Thread: any. */
void ended_add(const struct id *session, void *ctx);
/** Refuse the sessions, unless the call was refused and ended none; finish the call.
 *  Thread: loop. */
void ended_tell(struct call *call);

#endif
