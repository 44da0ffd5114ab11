/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Hours of the day in which nothing rings. Pure. Thread: any. */
#ifndef CHAT_BASE_QUIET_H
#define CHAT_BASE_QUIET_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "common/base/err.h"

/** Minutes of the day; the end may be before the beginning, past midnight. */
struct quiet_hours {
	unsigned from, to;
};

/** "22:00-07:00". Errors: ERR_BAD. */
enum err quiet_parse(struct bytes text, struct quiet_hours *ret_hours) MUST_CHECK;
/** Whether @minute of the day lies in them. */
bool quiet_at(const struct quiet_hours *hours, unsigned minute);

#endif
