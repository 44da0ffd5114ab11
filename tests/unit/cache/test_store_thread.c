/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache/store_thread.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/box.h"

/* Sets a setting; fails when told to, after it wrote. */
struct set {
	struct store_job job;
	char name[16];
	enum err fail;
	enum err got;
	unsigned turn; /**< of being done */
};

static unsigned turns;

static enum err run_set(struct store_job *job, struct cache *cache)
{
	struct set *set = CONTAINER_OF(job, struct set, job);
	enum err err = cache_setting_put(cache, set->name, "1");

	return err == ERR_OK ? set->fail : err;
}

static void done_set(struct store_job *job, enum err err)
{
	struct set *set = CONTAINER_OF(job, struct set, job);

	set->got = err;
	set->turn = ++turns;
}

static void wake(void *ctx)
{
	uint64_t one = 1;

	if (write(*(int *)ctx, &one, sizeof(one)) != sizeof(one))
		abort();
}

static void make_set(struct set *set, unsigned number, enum err fail)
{
	*set = (struct set){.job = {.run = run_set, .done = done_set}, .fail = fail};
	snprintf(set->name, sizeof(set->name), "n%u", number);
	set->got = ERR_INTERNAL;
}

static void open_cache(struct box *box, struct cache **cache)
{
	struct key_source key = key_file(box->dir);

	check_ok(cache_open(box->dir, &key, cache));
}

/* A hundred jobs, every seventh of which fails: the others are kept. */
static void run_hundred(bool threaded)
{
	static struct set sets[100];
	struct box box;
	struct cache *cache;
	struct store_thread *store;
	AUTO(str_done) struct str value = STR_INIT;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	unsigned count = 0;

	turns = 0;
	box_init(&box);
	open_cache(&box, &cache);
	check_ok(store_start(&cache, threaded, wake, &fd, &store));
	assert_null(cache);
	for (unsigned i = 0; i < 100; i++) {
		make_set(&sets[i], i, i % 7 == 0 ? ERR_BAD : ERR_OK);
		store_submit(store, &sets[i].job);
	}
	while (count < 100) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		uint64_t value_read;
		assert_int_equal(poll(&wait, 1, 10000), 1);
		assert_int_equal(read(fd, &value_read, sizeof(value_read)), 8);
		count += store_reap(store);
	}
	store_stop(&store);
	open_cache(&box, &cache);
	for (unsigned i = 0; i < 100; i++) {
		check_err(sets[i].got, sets[i].fail);
		assert_int_equal(sets[i].turn, i + 1);
		check_err(cache_setting_get(cache, sets[i].name, &value),
			  sets[i].fail == ERR_OK ? ERR_OK : ERR_NOT_FOUND);
	}
	cache_free(&cache);
	close(fd);
	box_done(&box);
}

static void jobs_share_transactions_and_fail_alone(void **state)
{
	run_hundred(true);
}

static void inline_jobs_run_at_once_and_answer_when_reaped(void **state)
{
	run_hundred(false);
}

static void stopping_finishes_what_was_submitted(void **state)
{
	static struct set sets[20];
	struct box box;
	struct cache *cache;
	struct store_thread *store;

	turns = 0;
	box_init(&box);
	open_cache(&box, &cache);
	check_ok(store_start(&cache, true, NULL, NULL, &store));
	for (unsigned i = 0; i < 20; i++) {
		make_set(&sets[i], i, ERR_OK);
		store_submit(store, &sets[i].job);
	}
	store_stop(&store);
	for (unsigned i = 0; i < 20; i++)
		check_ok(sets[i].got);
	box_done(&box);
}

/* Submits the next one when it is done. */
struct chain {
	struct set set; /* first */
	struct store_thread *store;
	struct chain *next;
};

static void done_chain(struct store_job *job, enum err err)
{
	struct chain *chain = CONTAINER_OF(job, struct chain, set.job);

	chain->set.got = err;
	if (chain->next)
		store_submit(chain->store, &chain->next->set.job);
}

static void what_an_answer_submits_is_finished_too(void **state)
{
	static struct chain chains[3];
	struct box box;
	struct cache *cache;
	struct store_thread *store;

	box_init(&box);
	open_cache(&box, &cache);
	check_ok(store_start(&cache, true, NULL, NULL, &store));
	for (unsigned i = 0; i < 3; i++) {
		make_set(&chains[i].set, i, ERR_OK);
		chains[i].set.job.done = done_chain;
		chains[i].store = store;
		chains[i].next = i < 2 ? &chains[i + 1] : NULL;
	}
	store_submit(store, &chains[0].set.job);
	store_stop(&store);
	check_ok(chains[2].set.got);
	box_done(&box);
}

CHECK_MAIN(TEST(jobs_share_transactions_and_fail_alone),
	   TEST(inline_jobs_run_at_once_and_answer_when_reaped),
	   TEST(stopping_finishes_what_was_submitted),
	   TEST(what_an_answer_submits_is_finished_too))
