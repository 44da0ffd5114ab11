/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How the harness gives up, and what it counts against the server. A mishap of the
 *  harness itself ends it at once; a broken promise is written down, so that one run shows
 *  all of them. Thread: one. */
#ifndef CHAT_TESTS_CRASH_FAIL_H
#define CHAT_TESTS_CRASH_FAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"

/** End the program with @what and errno unless @good. */
void must(bool good, const char *what);
/** Write down a broken promise; the first forty are printed. */
void complain(const char *format, ...) PRINTF(1, 2);
/** How many there were. */
unsigned complaints(void);
/** A line of TAP for the promises so far; counts from one. */
void point(bool good, const char *format, ...) PRINTF(2, 3);
/** The plan; returns the exit status. */
int points_end(void);
void remark(const char *format, ...) PRINTF(1, 2);

/** Milliseconds and microseconds since some moment. */
uint64_t now_ms(void);
uint64_t now_us(void);

#endif
