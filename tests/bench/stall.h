/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ten of a thousand read nothing: what the others notice of it. Thread: one. */
#ifndef CHAT_BENCH_STALL_H
#define CHAT_BENCH_STALL_H

#include <stdbool.h>

/** Run it with @people; @soon: a small form without a word on speed. False: not well. */
bool stall_run(const char *server, unsigned people, bool soon);

#endif
