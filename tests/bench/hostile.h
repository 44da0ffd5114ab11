/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Connections that mean no good: what scanners, broken programs and attackers send, over and
 *  over, from many addresses. Thread: one. */
#ifndef CHAT_BENCH_HOSTILE_H
#define CHAT_BENCH_HOSTILE_H

#include "tests/bench/crowd.h"

/** @count of them, each of another kind than the one before, while the crowd is served. */
void hostile_wave(struct crowd *crowd, unsigned count);
/** The opposite: a page of history over REST, as @who. */
void hostile_page(struct crowd *crowd, unsigned who);

#endif
