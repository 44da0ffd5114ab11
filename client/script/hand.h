/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The side that hands a command over: what a process does that is not the owner.
 *  Blocks; nothing else runs in that process. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_HAND_H
#define CHAT_CLIENT_SCRIPT_HAND_H

#include "client/script/owner.h"
#include "client/script/request.h"
#include "common/base/clock.h"

/** Let the owner of @dir do @request, or become the owner.
 *  ERR_OK and *@ret_owner NULL: done, *@ret_code is what to exit with. ERR_OK and
 *  *@ret_owner set: there is no owner (any more), do it here; what an earlier one had
 *  stored is found again by the request's cid, which is given to a send or call here.
 *  Errors: ERR_LOCKED when the owner did not answer for OWNER_WAIT_MS; ERR_TIMEOUT when it
 *  ended in the middle of what must not be done or printed twice; those of owner_take(). */
enum err hand_over(const char *dir, struct request *request, const struct clock *clock,
		   struct owner **ret_owner, int *ret_code) MUST_CHECK;

/** Become the owner of @dir for a screen. A script that owns it steps back (a follower goes
 *  on as one who hands over) or ends soon; another screen does not.
 *  Errors: ERR_LOCKED; those of owner_take(). */
enum err hand_demand(const char *dir, const struct clock *clock,
		     struct owner **ret_owner) MUST_CHECK;

#endif
