/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The store thread: runs jobs against the cache and gathers all that waited while the
 *  last transaction was written in the next one. Answers come back to the thread that
 *  owns it, through a wake and store_reap(). Inline (tests): a job runs inside
 *  store_submit(), its answer still waits for store_reap(). */
#ifndef CHAT_CLIENT_CACHE_STORE_THREAD_H
#define CHAT_CLIENT_CACHE_STORE_THREAD_H

#include <stdbool.h>

#include "client/cache/cache.h"
#include "common/base/mailbox.h"

/** Embedded first in the struct that carries a job's input and output. */
struct store_job {
	struct mail mail;
	/** On the store thread, inside a transaction that other jobs may share; on failure
	 *  what this job did is undone, and nothing else. */
	enum err (*run)(struct store_job *job, struct cache *cache);
	/** On the owner's thread, from store_reap(): after ERR_OK the change is durable. May
	 *  free the job. */
	void (*done)(struct store_job *job, enum err err);
	enum err err; /**< the store thread's, until done */
};

struct store_thread;

/** Takes *@cache (NULL afterwards). @wake (may be NULL) is called from the store thread
 *  when answers lie ready. @threaded false: inline.
 *  Errors: ERR_INTERNAL, and the cache stays the caller's. */
enum err store_start(struct cache **cache, bool threaded, mailbox_wake_fn *wake,
		     void *ctx, struct store_thread **ret_store) MUST_CHECK;
/** Hand @job over. It always comes back through store_reap(). Thread: the owner. */
void store_submit(struct store_thread *store, struct store_job *job);
/** Jobs whose `done` was not called yet. Thread: the owner. */
unsigned store_waiting(const struct store_thread *store);
/** Call `done` of everything that is finished, in the order of submitting; returns how many.
 *  Thread: the owner. */
unsigned store_reap(struct store_thread *store);
/** Finish all jobs, also those that a `done` submits, call their `done`, close the cache.
 *  Thread: the owner. */
void store_stop(struct store_thread **store);

#endif
