/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Catching up with one room: subbed and what was missed, or reset. Thread: loop. */
#ifndef CHAT_ON_REPLAY_H
#define CHAT_ON_REPLAY_H

#include "server/on/session.h"

/** Bring @session from (@epoch, @seq) of @room to its head; live events of the room wait
 *  behind. One at a time per room: another one while it runs is ignored. */
void replay_start(struct session *session, const struct id *room, uint64_t epoch,
		  uint64_t seq);

#endif
