/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/worker.h"

#include <stdatomic.h>

#include "tests/lib/check.h"

struct sum {
	struct job job;
	int in, out;
};

static void square(struct job *job, void *ctx)
{
	struct sum *sum = CONTAINER_OF(job, struct sum, job);

	sum->out = sum->in * sum->in;
}

static void count_wake(void *ctx)
{
	atomic_fetch_add((atomic_int *)ctx, 1);
}

static void run_hundred(unsigned threads)
{
	static struct sum sums[100];
	atomic_int wakes = 0;
	struct mailbox done;
	struct worker worker;
	int got = 0;

	mailbox_init(&done, 0, count_wake, &wakes);
	check_ok(worker_start(&worker, threads, 100, &done, NULL));
	for (int i = 0; i < 100; i++) {
		sums[i] = (struct sum){.job = {.run = square}, .in = i, .out = -1};
		check_ok(worker_submit(&worker, &sums[i].job));
	}
	worker_stop(&worker);
	for (struct mail *mail = mailbox_take(&done); mail; mail = mail->next)
		got++;
	assert_int_equal(got, 100);
	assert_true(wakes >= 1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(sums[i].out, i * i);
	mailbox_done(&done);
}

/* Whoever reaps has done so for the last time by then. */
static void a_stopped_pool_takes_nothing_more(void **state)
{
	for (unsigned threads = 0; threads < 2; threads++) {
		struct sum sum = {.job = {.run = square}, .in = 3, .out = -1};
		struct mailbox done;
		struct worker worker;
		mailbox_init(&done, 0, NULL, NULL);
		check_ok(worker_start(&worker, threads, 1, &done, NULL));
		worker_stop(&worker);
		check_err(worker_submit(&worker, &sum.job), ERR_BUSY);
		assert_int_equal(sum.out, -1);
		assert_null(mailbox_take(&done));
		mailbox_done(&done);
	}
}

static void every_job_is_done_before_stop_returns(void **state)
{
	run_hundred(3);
}

static void without_threads_jobs_run_at_once(void **state)
{
	run_hundred(0);
}

static void a_full_or_closed_box_gives_the_mail_back(void **state)
{
	struct mailbox box;
	struct mail a, b, c;

	mailbox_init(&box, 2, NULL, NULL);
	assert_true(mailbox_put(&box, &a));
	assert_true(mailbox_put(&box, &b));
	assert_false(mailbox_put(&box, &c));
	assert_ptr_equal(mailbox_wait_one(&box), &a);
	mailbox_close(&box);
	assert_false(mailbox_put(&box, &c));
	assert_ptr_equal(mailbox_wait(&box), &b);
	assert_null(mailbox_wait(&box));
	mailbox_done(&box);
}

CHECK_MAIN(TEST(every_job_is_done_before_stop_returns),
	   TEST(a_stopped_pool_takes_nothing_more),
	   TEST(without_threads_jobs_run_at_once),
	   TEST(a_full_or_closed_box_gives_the_mail_back))
