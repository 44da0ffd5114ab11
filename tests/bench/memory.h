/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The memory of a process under measurement. Thread: any. */
#ifndef CHAT_BENCH_MEMORY_H
#define CHAT_BENCH_MEMORY_H

#include <sys/types.h>

/** What @pid has in memory, shared pages counted in part (Pss), in KiB; -1 when it is gone
 *  or another user's. */
long memory_pss_kib(pid_t pid);

#endif
