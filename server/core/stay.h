/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which part of a room's log a member may see: all of it, or the times of membership.
 *  Thread: the store's. */
#ifndef CHAT_CORE_STAY_H
#define CHAT_CORE_STAY_H

#include <stdbool.h>

#include "server/store/store_member.h"

/** The visible intervals of a seat that passed the gate, rising, not overlapping. */
enum err stay_visible(struct store *store, const struct seat_row *seat,
		      struct stay_list *ret_stays) MUST_CHECK;
/** Whether @seq lies in one of them. */
bool stay_covers(const struct stay_list *stays, uint64_t seq);
/** Whether all of @from to @to lies in one of them. */
bool stay_covers_range(const struct stay_list *stays, uint64_t from, uint64_t to);

#endif
