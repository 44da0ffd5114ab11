/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slices without and with stalled readers take turns, since the tail of a latency belongs to
 * whatever else the machine does just then: a slice is compared with the one before it, and
 * the verdict is the median of these ratios. When the slices without differ among themselves
 * by more than the bar allows there is no verdict on the tail, and that is said.
 */
#include "tests/bench/stall.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "tests/bench/crowd.h"

enum { STALLED = 10, SENDERS = 10, TEXT = 4000, PAIRS = 5 };

#define RATE       60.0 /* messages a second: 240 MB/s to a thousand */
#define P50_RATIO  1.5
#define P99_RATIO  2.0
#define SLICE_S    4.0
#define QUEUE_KIB  1400 /* 1 MiB, and what lws copied of one write */
#define NO_MOVE_S  35.0 /* a connection without progress is ended after thirty */
#define PATIENCE_S 60.0

struct latency {
	double p50_ms, p99_ms, per_s;
};

static int by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The senders say @rate messages a second for @seconds. */
static struct latency pace(struct crowd *crowd, double seconds, double rate)
{
	double start = now_s(), said = 0;
	uint64_t before = crowd->tally.events;

	crowd->sample_count = 0;
	while (now_s() < start + seconds) {
		for (; said < (now_s() - start) * rate; said++)
			guest_say(&crowd->guests[(unsigned)said % SENDERS]);
		crowd_turn(crowd, 0.001);
	}
	struct latency latency = {.per_s = (double)(crowd->tally.events - before) /
					   (now_s() - start)};
	if (crowd->sample_count > 0) {
		qsort(crowd->samples, crowd->sample_count, sizeof(*crowd->samples),
		      by_size);
		latency.p50_ms = crowd->samples[crowd->sample_count / 2] / 1e3;
		latency.p99_ms = crowd->samples[crowd->sample_count * 99 / 100] / 1e3;
	}
	return latency;
}

static void stall(struct crowd *crowd, bool on)
{
	for (unsigned i = 0; i < STALLED; i++)
		guest_stall(&crowd->guests[crowd->scene.people - 1 - i], on);
}

static void open_crowd(struct crowd *crowd, const char *server, unsigned people)
{
	struct scene scene = {.people = people, .room_size = people, .senders = SENDERS};

	crowd_open(crowd, server, &scene);
	crowd->text = TEXT;
	crowd->sample_cap = 8u << 20;
	crowd->samples = mem_alloc(crowd->sample_cap, sizeof(*crowd->samples));
	stall(crowd, true); /* small windows from the first byte on */
	for (unsigned i = 0; i < STALLED; i++)
		crowd->guests[people - 1 - i].stalled = false;
	crowd_invite(crowd, 0.5);
	if (!crowd_gather(crowd, PATIENCE_S))
		give_up("not everybody came in");
}

/* One slice without, one with; what the queues of the stalled ones hold. */
struct pair {
	struct latency without, with;
	double held_kib;
};

static struct pair compare(struct crowd *crowd, double seconds)
{
	struct pair pair;

	pair.without = pace(crowd, seconds, RATE);
	double pss = daemon_pss(&crowd->daemon);
	stall(crowd, true);
	pair.with = pace(crowd, seconds, RATE);
	pair.held_kib = daemon_pss(&crowd->daemon) - pss;
	stall(crowd, false);
	printf("  without: p50 %6.2f, p99 %6.2f ms, %6.0f/s; ten stall: p50 %6.2f, p99 "
	       "%6.2f ms, %6.0f/s; %+5.0f KiB\n",
	       pair.without.p50_ms, pair.without.p99_ms, pair.without.per_s,
	       pair.with.p50_ms, pair.with.p99_ms, pair.with.per_s, pair.held_kib);
	fflush(stdout);
	return pair;
}

static bool judge(const struct pair *pairs, unsigned count, bool soon)
{
	double p50[PAIRS], p99[PAIRS], rate[PAIRS], quiet[PAIRS];
	bool good = true;

	for (unsigned i = 0; i < count; i++) {
		p50[i] = pairs[i].with.p50_ms / pairs[i].without.p50_ms;
		p99[i] = pairs[i].with.p99_ms / pairs[i].without.p99_ms;
		rate[i] = pairs[i].with.per_s / pairs[i].without.per_s;
		quiet[i] = pairs[i].without.p99_ms;
		if (pairs[i].held_kib > STALLED * QUEUE_KIB)
			good = crowd_complain(
				"the stalled ones cost more than their queues");
	}
	qsort(p50, count, sizeof(*p50), by_value);
	qsort(p99, count, sizeof(*p99), by_value);
	qsort(rate, count, sizeof(*rate), by_value);
	qsort(quiet, count, sizeof(*quiet), by_value);
	double noise = quiet[count - 1] / quiet[0];

	printf("  ratios, medians of %u: p50 %.2f, p99 %.2f (%.2f to %.2f), throughput "
	       "%.2f; p99 without stalls differs by %.2f\n",
	       count, p50[count / 2], p99[count / 2], p99[0], p99[count - 1],
	       rate[count / 2], noise);
	if (soon)
		return good;
	if (p50[count / 2] > P50_RATIO)
		good = crowd_complain("the others are slower");
	if (p99[count / 2] > P99_RATIO && noise > P99_RATIO)
		printf("  no verdict on the tail: the machine is too busy\n");
	else if (p99[count / 2] > P99_RATIO)
		good = crowd_complain("the others wait longer at times");
	return good;
}

bool stall_run(const char *server, unsigned people, bool soon)
{
	unsigned count = soon ? 1 : PAIRS;
	struct pair pairs[PAIRS];
	struct crowd crowd;

	open_crowd(&crowd, server, people);
	pace(&crowd, 2, RATE);
	for (unsigned i = 0; i < count; i++) {
		pairs[i] = compare(&crowd, SLICE_S);
		if (!crowd_settle(&crowd, PATIENCE_S))
			give_up("the stalled ones do not catch up");
	}
	bool good = judge(pairs, count, soon);
	if (!soon) {
		stall(&crowd, true);
		pace(&crowd, NO_MOVE_S, RATE / 6);
		stall(&crowd, false);
	}
	if (!crowd_settle(&crowd, PATIENCE_S))
		good = crowd_complain("not everybody has heard everything");
	if (!soon && crowd.tally.slow < STALLED)
		good = crowd_complain("somebody without progress was not ended");
	crowd_print(&crowd);
	good = crowd_is_right(&crowd) && good;
	crowd_close(&crowd);
	return good;
}
