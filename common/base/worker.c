/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pool. Its threads block all signals: signals belong to the thread with the loop.
 */
#include "common/base/worker.h"

#include <assert.h>
#include <signal.h>

#include "common/base/mem.h"

/* What a new thread is told. */
struct start {
	struct worker *worker;
	void *ctx;
};

static void finish(struct worker *worker, struct job *job, void *ctx)
{
	job->run(job, ctx);
	bool put = mailbox_put(worker->done, &job->mail);
	assert(put); /* the box of answers is unbounded and is closed after the pool */
}

static void *thread_main(void *arg)
{
	struct start start = *(struct start *)arg;

	mem_free(arg);
	for (struct mail *mail; (mail = mailbox_wait_one(&start.worker->todo));)
		finish(start.worker, CONTAINER_OF(mail, struct job, mail), start.ctx);
	return NULL;
}

static enum err spawn(struct worker *worker, void *ctx)
{
	struct start *start = mem_new(struct start);
	sigset_t all, before;

	*start = (struct start){worker, ctx};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed =
		pthread_create(&worker->threads[worker->count], NULL, thread_main, start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		mem_free(start);
		return ERR_INTERNAL;
	}
	worker->count++;
	return ERR_OK;
}

enum err worker_start(struct worker *worker, unsigned count, size_t limit,
		      struct mailbox *done, void *const *ctxs)
{
	assert(count <= WORKER_THREADS_MAX);
	*worker = (struct worker){.done = done};
	mailbox_init(&worker->todo, limit, NULL, NULL);
	for (unsigned i = 0; i < WORKER_THREADS_MAX && (i < count || i == 0); i++)
		worker->ctxs[i] = ctxs ? ctxs[i] : NULL;
	for (unsigned i = 0; i < count; i++) {
		if (spawn(worker, worker->ctxs[i]) != ERR_OK) {
			worker_stop(worker);
			return ERR_INTERNAL;
		}
	}
	return ERR_OK;
}

enum err worker_submit(struct worker *worker, struct job *job)
{
	if (worker->stopped)
		return ERR_BUSY;
	if (worker->count == 0) {
		finish(worker, job, worker->ctxs[0]);
		return ERR_OK;
	}
	return mailbox_put(&worker->todo, &job->mail) ? ERR_OK : ERR_BUSY;
}

void worker_stop(struct worker *worker)
{
	mailbox_close(&worker->todo);
	for (unsigned i = 0; i < worker->count; i++)
		pthread_join(worker->threads[i], NULL);
	worker->count = 0;
	worker->stopped = true;
	mailbox_done(&worker->todo);
}

size_t worker_waiting(struct worker *worker)
{
	pthread_mutex_lock(&worker->todo.lock);
	size_t count = worker->todo.count;
	pthread_mutex_unlock(&worker->todo.lock);
	return count;
}
