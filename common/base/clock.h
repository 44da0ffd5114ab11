/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port through which time enters. The real one is common/os/clock_real, the tests
 *  have one that stands still until told otherwise. Thread: any. */
#ifndef CHAT_BASE_CLOCK_H
#define CHAT_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	uint64_t (*now_ms)(void *ctx);  /**< UTC, milliseconds since 1970; may jump */
	uint64_t (*mono_ms)(void *ctx); /**< never goes back; for time-outs */
	void *ctx;
};

static inline uint64_t clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock->ctx);
}

static inline uint64_t clock_mono_ms(const struct clock *clock)
{
	return clock->mono_ms(clock->ctx);
}

#endif
