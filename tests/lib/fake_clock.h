/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A clock that stands still until a test moves it. */
#ifndef CHAT_TESTS_FAKE_CLOCK_H
#define CHAT_TESTS_FAKE_CLOCK_H

#include "common/base/clock.h"

struct fake_clock {
	struct clock clock; /**< the port */
	uint64_t ms; /**< since it was made; what both clocks show is this and a start */
	int64_t jumped_ms; /**< how far the wall clock was put; the other one goes on */
};

#define FAKE_CLOCK_UTC 1763640000000u /**< 2025-11-20T12:00:00Z */

static inline uint64_t fake_clock_now(void *ctx)
{
	const struct fake_clock *fake = ctx;

	return FAKE_CLOCK_UTC + fake->ms + (uint64_t)fake->jumped_ms;
}

static inline uint64_t fake_clock_mono(void *ctx)
{
	return 1000 + ((struct fake_clock *)ctx)->ms;
}

static inline void fake_clock_init(struct fake_clock *fake)
{
	*fake = (struct fake_clock){.clock = {fake_clock_now, fake_clock_mono, fake},
				    .ms = 0};
}

#endif
