/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A driver that passes everything on to another one and fails where it is told to: what
 *  a full disk or a broken one does, without one. For tests; the program never makes one. */
#ifndef CHAT_STORE_DRIVER_FAULT_H
#define CHAT_STORE_DRIVER_FAULT_H

#include <stdatomic.h>

#include "server/store/driver.h"

/** What is counted down; at 0 the call fails with `err`, at less nothing happens. */
struct fault {
	struct driver driver; /**< hand this to the store */
	const struct driver *inner;
	enum err err;            /**< what to fail with; ERR_STORE */
	atomic_int opens;        /**< all start at -1: never */
	atomic_int runs;         /**< statements */
	atomic_int begins;       /**< transactions and savepoints */
	atomic_int commits;      /**< of the outermost */
	atomic_int syncs;        /**< of the main file, by a reader; with ERR_IO */
	atomic_uint checkpoints; /**< that were passed on */
	atomic_bool stuck;       /**< every commit fails until this is cleared */
	atomic_bool lies;        /**< every commit is undone, and said to have worked */
	atomic_uint failed;      /**< how often it has failed */
};

/** @fault must outlive the store; nothing of it is freed. Thread: any, but init. */
void fault_init(struct fault *fault, const struct driver *inner);

#endif
