/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History `all` shows a member the whole log, `joined` what was written while in the room.
 */
#include "server/core/stay.h"

enum err stay_visible(struct store *store, const struct seat_row *seat,
		      struct stay_list *ret_stays)
{
	if (seat->history == HISTORY_JOINED) {
		return store_stay_list(store, seat->room, seat->account, ret_stays);
	}
	ret_stays->rows[0] = (struct stay_row){.from_seq = 0, .to_seq = UINT64_MAX};
	ret_stays->count = 1;
	return ERR_OK;
}

bool stay_covers_range(const struct stay_list *stays, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < stays->count; i++) {
		if (stays->rows[i].from_seq <= from && to <= stays->rows[i].to_seq) {
			return true;
		}
	}
	return false;
}

bool stay_covers(const struct stay_list *stays, uint64_t seq)
{
	return stay_covers_range(stays, seq, seq);
}
