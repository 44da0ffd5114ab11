/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What SQLite alone can do with the work of a send: the statements of the server on the
 *  database that it left behind, in one thread, with no checks, no network and no copies
 *  between threads. Failures end the program. Thread: one. */
#ifndef CHAT_BENCH_BARE_H
#define CHAT_BENCH_BARE_H

#include <stddef.h>

/** Messages per second on the database at @path, @group of them in a transaction, each from
 *  the next of @senders people, who are alone in their rooms. */
double bare_sends(const char *path, unsigned senders, unsigned group, double seconds);

/** The time of one write of 4 KiB with fdatasync at the end of a file in @folder, in ms:
 *  half are faster, 99 of 100 are faster. */
void bare_disk(const char *folder, double *ret_p50, double *ret_p99);

#endif
