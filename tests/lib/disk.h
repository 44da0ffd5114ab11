/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A disk to be afraid of, between SQLite and the system's: single calls fail, or the power
 *  goes and takes what was not synced with it, whole writes or parts of them. One per
 *  process, for all files. Thread: any. */
#ifndef CHAT_TESTS_DISK_H
#define CHAT_TESTS_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum disk_op {
	DISK_OPEN,
	DISK_READ,
	DISK_WRITE,
	DISK_SYNC,
	DISK_TRUNCATE,
	DISK_SHM,
	DISK_OPS
};

/** From now on SQLite uses it. Once per process. */
void disk_install(void);
/** Let call number @nth of @op from now on (1: the next) fail, and all later ones of it if
 *  @stays; 0: none fails any more. */
void disk_fail(enum disk_op op, unsigned nth, bool stays);
/** Calls that failed since the last disk_fail(). */
unsigned disk_failed(void);
/** Let the power go at call @nth of write or sync from now on: what was not synced is on
 *  the disk or not, write by write and sector by sector, as @seed has it; then the process
 *  ends. */
void disk_cut(unsigned nth, uint64_t seed);
/** Whether a write leaves the bytes beside it alone when the power goes, as the system's
 *  files promise; at first it does not say so, and SQLite fills sectors. */
void disk_promise(bool neighbours);
/** Syncs are answered well and do nothing. */
void disk_lie(void);

#endif
