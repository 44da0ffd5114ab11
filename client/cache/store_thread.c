/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread, two mailboxes. All jobs that waited are one transaction with one fsync; each
 * is a part of it that can fail alone. While nothing waits the thread sleeps.
 */
#include "client/cache/store_thread.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>

#include "common/base/mem.h"

struct store_thread {
	struct cache *cache;
	struct mailbox todo, done;
	pthread_t thread;
	bool threaded;
	unsigned waiting; /* the owner's */
};

static struct store_job *job_of(struct mail *mail)
{
	return CONTAINER_OF(mail, struct store_job, mail);
}

static void run_job(struct store_job *job, struct cache *cache)
{
	enum err err = cache_part_begin(cache);

	if (err == ERR_OK)
		err = cache_part_end(cache, job->run(job, cache));
	job->err = err;
}

/* When the end of the transaction fails, nothing of it happened: for nobody. */
static void run_jobs(struct store_thread *store, struct mail *jobs)
{
	enum err err = cache_begin(store->cache);

	for (struct mail *mail = jobs; mail && err == ERR_OK; mail = mail->next)
		run_job(job_of(mail), store->cache);
	if (err == ERR_OK)
		err = cache_commit(store->cache);
	while (jobs) {
		struct mail *mail = jobs;
		jobs = mail->next;
		if (err != ERR_OK)
			job_of(mail)->err = err;
		bool put = mailbox_put(&store->done, mail);
		assert(put); /* the box of answers is unbounded and closed last */
	}
}

static void *thread_main(void *arg)
{
	struct store_thread *store = arg;

	for (struct mail *jobs; (jobs = mailbox_wait(&store->todo));)
		run_jobs(store, jobs);
	return NULL;
}

/* Signals belong to the thread with the loop. */
static enum err spawn(struct store_thread *store)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&store->thread, NULL, thread_main, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? ERR_INTERNAL : ERR_OK;
}

enum err store_start(struct cache **cache, bool threaded, mailbox_wake_fn *wake,
		     void *ctx, struct store_thread **ret_store)
{
	struct store_thread *store = mem_new(struct store_thread);

	store->cache = *cache;
	store->threaded = threaded;
	mailbox_init(&store->todo, 0, NULL, NULL);
	mailbox_init(&store->done, 0, wake, ctx);
	enum err err = threaded ? spawn(store) : ERR_OK;
	if (err != ERR_OK) {
		mailbox_done(&store->todo);
		mailbox_done(&store->done);
		mem_free(store);
		return err;
	}
	*cache = NULL;
	*ret_store = store;
	return ERR_OK;
}

void store_submit(struct store_thread *store, struct store_job *job)
{
	store->waiting++;
	if (!store->threaded) {
		job->mail.next = NULL;
		run_jobs(store, &job->mail);
		return;
	}
	/* Unbounded: what the user types and the server may send is bounded elsewhere. */
	bool put = mailbox_put(&store->todo, &job->mail);
	assert(put);
}

unsigned store_waiting(const struct store_thread *store)
{
	return store->waiting;
}

unsigned store_reap(struct store_thread *store)
{
	unsigned count = 0;

	for (struct mail *mail = mailbox_take(&store->done); mail; count++) {
		struct store_job *job = job_of(mail);
		mail = mail->next;
		store->waiting--;
		job->done(job, job->err);
	}
	return count;
}

void store_stop(struct store_thread **store)
{
	if (!*store)
		return;
	mailbox_close(&(*store)->todo);
	if ((*store)->threaded)
		pthread_join((*store)->thread, NULL);
	/* An answer may be a reason for another job: that one is done here. */
	(*store)->threaded = false;
	while (store_reap(*store) > 0)
		continue;
	mailbox_done(&(*store)->todo);
	mailbox_done(&(*store)->done);
	cache_free(&(*store)->cache);
	mem_free(*store);
	*store = NULL;
}
