/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only place that asks the machine for the time. */
#include "common/os/clock_real.h"

#include <stddef.h>
#include <time.h>

static uint64_t read_ms(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static uint64_t now_ms(void *ctx)
{
	return read_ms(CLOCK_REALTIME);
}

static uint64_t mono_ms(void *ctx)
{
	return read_ms(CLOCK_MONOTONIC);
}

struct clock clock_real(void)
{
	return (struct clock){.now_ms = now_ms, .mono_ms = mono_ms, .ctx = NULL};
}
