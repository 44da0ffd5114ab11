/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Counts of values by size, in buckets that double: bucket i counts values of at most
 *  first << i, the last one all that are larger. Thread: one adds, any reads. */
#ifndef CHAT_BASE_HISTOGRAM_H
#define CHAT_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 16

struct histogram {
	uint64_t first; /**< bound of the first bucket */
	atomic_uint_fast64_t counts[HISTOGRAM_BUCKETS + 1];
	atomic_uint_fast64_t sum;
};

static inline void histogram_add(struct histogram *histogram, uint64_t value)
{
	unsigned at = 0;

	while (at < HISTOGRAM_BUCKETS && value > histogram->first << at)
		at++;
	atomic_fetch_add_explicit(&histogram->counts[at], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&histogram->sum, value, memory_order_relaxed);
}

#endif
