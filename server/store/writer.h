/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The threads of the store: one that writes, a few that read, and the box of finished
 *  tasks. The writer takes everything that queued up while the last fsync ran, runs it in
 *  one transaction and commits once (group commit). It alone checkpoints (see relief.h).
 *
 *  Order: tasks of the writer are run, committed and handed back in the order in which
 *  they were submitted. A reader sees every commit whose done() was called before it was
 *  submitted, and maybe later ones: an event may be seen by a read before it is published,
 *  so who joins a read with the live stream compares seq. */
#ifndef CHAT_STORE_WRITER_H
#define CHAT_STORE_WRITER_H

#include "common/base/clock.h"
#include "common/base/histogram.h"
#include "server/store/driver.h"
#include "server/store/task.h"

#define WRITER_READERS_MAX 8

struct writer_config {
	const struct driver *driver;
	const char *path;
	const struct clock *clock;
	const struct random *random; /**< NULL: the system's */
	struct bytes audit_key;      /**< as of store_config */
	unsigned readers;      /**< threads that read; at least 1 connection is opened */
	bool inline_mode;      /**< no threads: submit runs the task, reap calls done() */
	size_t most_tasks;     /**< waiting in each queue; 0: 65536 */
	size_t most_bytes;     /**< their sizes together; 0: 64 MiB */
	bool patient;          /**< what is submitted waits for writer_go() */
	mailbox_wake_fn *wake; /**< called when finished tasks wait; from any thread */
	void *wake_ctx;
};

struct writer;

/** Open the store, bring its schema up to date, start the threads.
 *  Errors: as store_open(); ERR_INTERNAL when a thread cannot be made. Thread: loop. */
enum err writer_new(const struct writer_config *config,
		    struct writer **ret_writer) MUST_CHECK;
/** Finish what was submitted, call the done() that are left, close. Thread: loop. */
void writer_free(struct writer **writer);

/** Give @task to the writing thread. Errors: ERR_BUSY, and the task stays the caller's,
 *  when the queue is full. Thread: loop. */
enum err writer_submit(struct writer *writer, struct task *task) MUST_CHECK;
/** Give @task to a reading thread. Its store refuses to write, and all that it reads is of
 *  one moment. Thread: loop. */
enum err reader_submit(struct writer *writer, struct task *task) MUST_CHECK;
/** Start on what was submitted, where the config says that it waits for this: a turn of the
 *  loop that brings many tasks wakes each thread once, and they make one group. Thread:
 *  loop. */
void writer_go(struct writer *writer);
/** Call done() of every finished task; returns how many. Thread: loop. */
size_t writer_reap(struct writer *writer);

/** Whether a letter or a posting was queued since this was asked last, by a task whose
 *  done() has been called or is about to be. Thread: loop. */
bool writer_mailed(struct writer *writer);

/** The same of notifications. */
bool writer_noticed(struct writer *writer);

/** What the last commit that wrote something said; not ERR_OK makes /readyz fail. While it
 *  is not, the writer tries by itself once a second. Thread: any. */
enum err writer_health(const struct writer *writer) MUST_CHECK;

struct writer_stats {
	uint64_t tasks;    /**< run by the writer */
	uint64_t commits;  /**< tasks / commits is the size of a group */
	uint64_t failures; /**< commits that failed */
	uint64_t checkpoints;
	size_t waiting; /**< in the writer's queue now */
	size_t bytes;
	const struct histogram *commit_us, *group; /**< as long as the writer */
};

/** Thread: any. */
struct writer_stats writer_stats(const struct writer *writer);

#endif
