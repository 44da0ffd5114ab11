/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What SQLite alone can do with the work of a send: the statements of the server on a
 *  copy of its database, in one thread, with no checks, no network and no copies
 *  between threads. Failures end the program. Thread: one. */
#ifndef CHAT_BENCH_BARE_H
#define CHAT_BENCH_BARE_H

#include <stdint.h>

#include "common/base/attr.h"

struct bare;

/** Open the database at @path for the first @senders people, who are alone in their rooms.
 *  Owns: bare_free(). */
struct bare *bare_new(const char *path, unsigned senders) MUST_CHECK;
void bare_free(struct bare **bare);
/** Send for so long, @group messages in a transaction; returns how many. */
uint64_t bare_send(struct bare *bare, unsigned group, double seconds);

/** The time of one write of 4 KiB with fdatasync at the end of a file in @folder, in ms:
 *  half are faster, 99 of 100 are faster. */
void bare_disk(const char *folder, double *ret_p50, double *ret_p99);

#endif
