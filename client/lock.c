/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread per question. The struct unlock is the thread's until it has answered: nobody
 * else looks at it while a question is under way.
 */
#include "client/lock.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"

struct lock_job {
	struct app *app;
	struct app_source source;
	pthread_t thread;
	struct unlock *unlock;
	bool set;
	enum unlock_method method;
	bool presence;
	struct buf secret;
	enum err err;
	lock_fn *fn;
	void *ctx;
};

static void *run(void *arg)
{
	struct lock_job *job = arg;
	struct ask ask = ask_answer(buf_view(&job->secret));
	uint64_t one = 1;

	if (job->set)
		job->err = unlock_set(job->unlock, job->method, job->presence,
				      buf_view(&job->secret), &ask);
	else
		job->err = unlock_try(job->unlock, &ask);
	/* The counter is 0 before: this cannot block or fail. */
	ssize_t put = write(job->source.fd, &one, sizeof(one));
	(void)put;
	return NULL;
}

static void job_free(struct lock_job *job)
{
	app_source_remove(job->app, &job->source);
	if (job->source.fd >= 0)
		close(job->source.fd);
	buf_wipe(&job->secret);
	mem_free(job);
}

static void on_ready(struct app *app, short revents, void *ctx)
{
	struct lock_job *job = ctx;
	lock_fn *fn = job->fn;
	void *fn_ctx = job->ctx;

	pthread_join(job->thread, NULL);
	enum err err = job->err;
	app->lock_job = NULL;
	job_free(job);
	fn(app, err, fn_ctx);
}

static void start(struct app *app, struct lock_job *job, const char *secret, lock_fn *fn,
		  void *ctx)
{
	job->app = app;
	job->unlock = app->unlock;
	job->fn = fn;
	job->ctx = ctx;
	job->source = (struct app_source){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
					  .events = POLLIN,
					  .ready = on_ready,
					  .ctx = job};
	buf_add(&job->secret, secret, strlen(secret));
	if (app->lock_job || !app->unlock || job->source.fd < 0 ||
	    pthread_create(&job->thread, NULL, run, job) != 0) {
		job_free(job);
		fn(app, ERR_BUSY, ctx);
		return;
	}
	app->lock_job = job;
	app_source_add(app, &job->source);
}

void lock_try(struct app *app, const char *secret, lock_fn *fn, void *ctx)
{
	start(app, mem_new(struct lock_job), secret, fn, ctx);
}

void lock_set(struct app *app, enum unlock_method method, bool presence,
	      const char *secret, lock_fn *fn, void *ctx)
{
	struct lock_job *job = mem_new(struct lock_job);

	job->set = true;
	job->method = method;
	job->presence = presence;
	start(app, job, secret, fn, ctx);
}

void lock_end(struct app *app)
{
	struct lock_job *job = app->lock_job;

	if (!job)
		return;
	pthread_join(job->thread, NULL);
	app->lock_job = NULL;
	job_free(job);
}
