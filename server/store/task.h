/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A unit of work on the store, embedded in the struct that carries its input and output.
 *  Who submits it gives it away until done() is called.
 *  Thread: run() on the thread of the connection, done() on the loop. */
#ifndef CHAT_STORE_TASK_H
#define CHAT_STORE_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/base/mailbox.h"

struct store;
struct task;

/** Does the work. In the writer each run() stands in a savepoint of its own (unless it is
 *  `atomic`): a failure undoes this task and no other. It must not remember anything
 *  outside of @task, since the transaction may still fail to commit. */
typedef enum err task_run_fn(struct task *task, struct store *store);

/** What became of it: ERR_OK is given only after the commit is on disk. ERR_STORE or
 *  ERR_BUSY: nothing of it was stored. Called once, in the order of submitting, from
 *  writer_reap(). Here the answer is sent, the news are published, the task is freed. */
typedef void task_done_fn(struct task *task, enum err err);

struct task {
	struct mail mail;
	task_run_fn *run;
	task_done_fn *done;
	size_t size;  /**< bytes that it holds, for the bound of the queue */
	bool alone;   /**< of the writer: run between two groups and outside of a
		      *   transaction, for a slice of upkeep */
	bool atomic;  /**< run() has changed nothing when it fails: no savepoint for it */
	enum err err; /**< the writer's */
};

#endif
