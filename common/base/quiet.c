/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two clocks with a dash between them, always five characters each: what is written by
 * programs is read by programs.
 */
#include "common/base/quiet.h"

static bool take_clock(const uint8_t *at, unsigned *ret_minute)
{
	for (int i = 0; i < 5; i++) {
		if (i == 2 ? at[i] != ':' : at[i] < '0' || at[i] > '9')
			return false;
	}
	unsigned hour = (at[0] - '0') * 10u + (at[1] - '0');
	unsigned minute = (at[3] - '0') * 10u + (at[4] - '0');
	*ret_minute = hour * 60 + minute;
	return hour < 24 && minute < 60;
}

enum err quiet_parse(struct bytes text, struct quiet_hours *ret_hours)
{
	struct quiet_hours hours;

	if (text.len != 11 || text.ptr[5] != '-' || !take_clock(text.ptr, &hours.from) ||
	    !take_clock(text.ptr + 6, &hours.to) || hours.from == hours.to)
		return ERR_BAD;
	*ret_hours = hours;
	return ERR_OK;
}

bool quiet_at(const struct quiet_hours *hours, unsigned minute)
{
	if (hours->from < hours->to)
		return minute >= hours->from && minute < hours->to;
	return minute >= hours->from || minute < hours->to;
}
