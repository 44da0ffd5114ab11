/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A bounded pool of threads for work that blocks (hashing, reading a database). With 0
 *  threads a job runs inside worker_submit(), so that tests are deterministic.
 *  Thread: one owner submits and reaps. */
#ifndef CHAT_BASE_WORKER_H
#define CHAT_BASE_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/base/mailbox.h"

#define WORKER_THREADS_MAX 16 /**< more would only queue on the same two or four cores */

struct job;
/** Runs on a pool thread (or inline). @ctx is what worker_start() got for that thread. */
typedef void job_fn(struct job *job, void *ctx);

/** Embedded first in the struct that carries a job's input and output. */
struct job {
	struct mail mail;
	job_fn *run;
};

struct worker {
	struct mailbox todo;
	struct mailbox *done; /**< where finished jobs go; the owner's */
	void *ctxs[WORKER_THREADS_MAX];
	pthread_t threads[WORKER_THREADS_MAX];
	unsigned count;
	bool stopped;
};

/** Start @count threads (0 to WORKER_THREADS_MAX), each with its own ctxs[i] (@ctxs may be
 *  NULL). @limit bounds the jobs that wait. Finished jobs are put into @done.
 *  Errors: ERR_INTERNAL when a thread cannot be made; then none runs. */
enum err worker_start(struct worker *worker, unsigned count, size_t limit,
		      struct mailbox *done, void *const *ctxs) MUST_CHECK;
/** ERR_BUSY, and the job stays the caller's, when @limit jobs wait already or the pool was
 *  stopped. */
enum err worker_submit(struct worker *worker, struct job *job) MUST_CHECK;
/** Jobs that wait for a thread. */
size_t worker_waiting(struct worker *worker);
/** Finish what was submitted, end the threads. */
void worker_stop(struct worker *worker);

#endif
