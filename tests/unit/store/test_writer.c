/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Group commit: what is run together, what fails alone, what fails together.
 */
#include "server/store/writer.h"

#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/store/driver_fault.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

struct fixture {
	struct scratch_db db;
	struct fault fault;
	struct writer *writer;
	sem_t woken;
	int order; /* of the next done() */
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	scratch_db_init(&fixture->db);
	fault_init(&fixture->fault, &driver_sqlite);
	sem_init(&fixture->woken, 0, 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	writer_free(&fixture->writer);
	sem_destroy(&fixture->woken);
	scratch_db_done(&fixture->db);
	free(fixture);
	return 0;
}

static void wake(void *ctx)
{
	sem_post(&((struct fixture *)ctx)->woken);
}

static void start(struct fixture *fixture, bool inline_mode)
{
	struct writer_config config = {
		.driver = &fixture->fault.driver,
		.path = fixture->db.path.ptr,
		.clock = &fixture->db.clock.clock,
		.readers = 2,
		.inline_mode = inline_mode,
		.most_tasks = 200,
		.most_bytes = 1000,
		.wake = wake,
		.wake_ctx = fixture,
	};

	check_ok(writer_new(&config, &fixture->writer));
}

/* A task that writes a row, and maybe then fails, or waits for the test first. */
struct note {
	struct task task;
	struct fixture *fixture;
	char name[16];
	enum err fails;
	sem_t *started, *gate; /* NULL: do not wait */
	int64_t found;         /* of a reader */
	bool done;
	int order;
	enum err err;
};

static enum err note_run(struct task *task, struct store *store)
{
	struct note *note = CONTAINER_OF(task, struct note, task);

	if (note->gate) {
		sem_post(note->started);
		sem_wait(note->gate);
	}
	enum err err = store_run(store, STMT_meta_put,
				 VALUES(value_text(bytes_text(note->name)), value_int(7)),
				 NULL, NULL);
	return err ? err : note->fails;
}

static enum err look_run(struct task *task, struct store *store)
{
	struct note *note = CONTAINER_OF(task, struct note, task);

	return store_num(store, STMT_meta_get, VALUES(value_text(bytes_text(note->name))),
			 &note->found);
}

static void note_done(struct task *task, enum err err)
{
	struct note *note = CONTAINER_OF(task, struct note, task);

	note->done = true;
	note->err = err;
	note->order = note->fixture->order++;
}

static void note_init(struct note *note, struct fixture *fixture, const char *name, int i)
{
	*note = (struct note){.task = {.run = note_run, .done = note_done},
			      .fixture = fixture};
	snprintf(note->name, sizeof(note->name), "%s%d", name, i);
}

/* Reap until @count tasks in all are back. */
static void wait_for(struct fixture *fixture, int count)
{
	while (fixture->order < count) {
		sem_wait(&fixture->woken);
		writer_reap(fixture->writer);
	}
}

static enum err look(struct fixture *fixture, const char *name, int i)
{
	struct note note;
	int before = fixture->order;

	note_init(&note, fixture, name, i);
	note.task.run = look_run;
	check_ok(reader_submit(fixture->writer, &note.task));
	wait_for(fixture, before + 1);
	return note.err;
}

static void without_threads_a_task_runs_at_once_and_is_done_at_reap(void **state)
{
	struct fixture *fixture = *state;
	struct note one, two;

	start(fixture, true);
	note_init(&one, fixture, "n", 1);
	note_init(&two, fixture, "n", 2);
	two.fails = ERR_FORBIDDEN;
	check_ok(writer_submit(fixture->writer, &one.task));
	check_ok(writer_submit(fixture->writer, &two.task));
	assert_false(one.done);
	assert_int_equal(writer_reap(fixture->writer), 2);
	assert_true(one.done && two.done);
	assert_int_equal(one.order, 0);
	assert_int_equal(two.order, 1);
	check_ok(one.err);
	check_err(two.err, ERR_FORBIDDEN);
	check_ok(look(fixture, "n", 1));
	check_err(look(fixture, "n", 2), ERR_NOT_FOUND);
}

/* Hold the writer inside of a first task while @count more queue up behind it. */
struct crowd {
	struct note first;
	struct note notes[100];
	sem_t started, gate;
};

static void crowd_gather(struct crowd *crowd, struct fixture *fixture)
{
	sem_init(&crowd->started, 0, 0);
	sem_init(&crowd->gate, 0, 0);
	note_init(&crowd->first, fixture, "first", 0);
	crowd->first.started = &crowd->started;
	crowd->first.gate = &crowd->gate;
	check_ok(writer_submit(fixture->writer, &crowd->first.task));
	sem_wait(&crowd->started);
	for (int i = 0; i < 100; i++) {
		note_init(&crowd->notes[i], fixture, "n", i);
		check_ok(writer_submit(fixture->writer, &crowd->notes[i].task));
	}
}

static void crowd_release(struct crowd *crowd, struct fixture *fixture)
{
	int want = fixture->order + 101;

	sem_post(&crowd->gate);
	wait_for(fixture, want);
	sem_destroy(&crowd->started);
	sem_destroy(&crowd->gate);
}

static void what_queues_up_is_committed_together_and_in_order(void **state)
{
	struct fixture *fixture = *state;
	static struct crowd crowd;

	start(fixture, false);
	crowd_gather(&crowd, fixture);
	assert_int_equal(writer_stats(fixture->writer).waiting, 101);
	crowd_release(&crowd, fixture);
	for (int i = 0; i < 100; i++) {
		check_ok(crowd.notes[i].err);
		assert_int_equal(crowd.notes[i].order, i + 1);
	}
	struct writer_stats stats = writer_stats(fixture->writer);
	assert_int_equal(stats.tasks, 101);
	assert_int_equal(stats.commits, 2); /* the first alone, then all the others */
	assert_int_equal(stats.waiting, 0);
	check_ok(look(fixture, "n", 99));
}

static void a_bad_task_fails_alone(void **state)
{
	struct fixture *fixture = *state;
	static struct crowd crowd;

	start(fixture, false);
	crowd_gather(&crowd, fixture);
	crowd.notes[50].fails = ERR_FORBIDDEN;
	crowd_release(&crowd, fixture);
	for (int i = 0; i < 100; i++) {
		check_err(crowd.notes[i].err, i == 50 ? ERR_FORBIDDEN : ERR_OK);
		check_err(look(fixture, "n", i), i == 50 ? ERR_NOT_FOUND : ERR_OK);
	}
}

static void a_commit_that_fails_fails_all_and_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	static struct crowd crowd;

	start(fixture, false);
	crowd_gather(&crowd, fixture);
	crowd.notes[50].fails = ERR_FORBIDDEN;
	atomic_store(&fixture->fault.commits, 1); /* not the first one's, the next */
	crowd_release(&crowd, fixture);
	check_ok(crowd.first.err);
	for (int i = 0; i < 100; i++) {
		check_err(crowd.notes[i].err, ERR_STORE);
		check_err(look(fixture, "n", i), ERR_NOT_FOUND);
	}
	check_err(writer_health(fixture->writer), ERR_STORE);
	assert_int_equal(writer_stats(fixture->writer).failures, 1);

	struct note note; /* and it goes on when the disk does */
	int before = fixture->order;
	note_init(&note, fixture, "after", 0);
	check_ok(writer_submit(fixture->writer, &note.task));
	wait_for(fixture, before + 1);
	check_ok(note.err);
	check_ok(writer_health(fixture->writer));
	check_ok(look(fixture, "after", 0));
}

/* Nobody may be sending any more: who asks /readyz has sent them elsewhere. */
static void a_sick_disk_is_asked_whether_it_is_well(void **state)
{
	struct fixture *fixture = *state;
	struct note note;

	start(fixture, false);
	atomic_store(&fixture->fault.stuck, true);
	note_init(&note, fixture, "n", 0);
	check_ok(writer_submit(fixture->writer, &note.task));
	wait_for(fixture, 1);
	check_err(note.err, ERR_STORE);
	unsigned failed = atomic_load(&fixture->fault.failed);
	while (atomic_load(&fixture->fault.failed) == failed)
		poll(NULL, 0, 10);
	check_err(writer_health(fixture->writer), ERR_STORE);
	atomic_store(&fixture->fault.stuck, false);
	while (writer_health(fixture->writer) != ERR_OK)
		poll(NULL, 0, 10);
}

static void a_transaction_that_cannot_begin_fails_all(void **state)
{
	struct fixture *fixture = *state;
	struct note note;

	start(fixture, true);
	note_init(&note, fixture, "n", 0);
	fixture->fault.err = ERR_BUSY;
	atomic_store(&fixture->fault.begins, 0);
	check_ok(writer_submit(fixture->writer, &note.task));
	writer_reap(fixture->writer);
	check_err(note.err, ERR_BUSY);
	check_err(look(fixture, "n", 0), ERR_NOT_FOUND);
}

static void a_full_queue_refuses_and_leaves_the_task(void **state)
{
	struct fixture *fixture = *state;
	static struct crowd crowd;
	struct note big, more[200];
	int taken = 0;

	start(fixture, false);
	crowd_gather(&crowd, fixture);
	note_init(&big, fixture, "big", 0);
	big.task.size = 1001;
	check_err(writer_submit(fixture->writer, &big.task), ERR_BUSY);
	big.task.size = 1000;
	check_ok(writer_submit(fixture->writer, &big.task));
	for (int i = 0; i < 200; i++) {
		note_init(&more[i], fixture, "more", i);
		if (writer_submit(fixture->writer, &more[i].task) == ERR_OK) {
			taken++;
		}
	}
	assert_int_equal(taken, 99); /* 200 may wait */
	int want = fixture->order + 101 + 1 + taken;
	sem_post(&crowd.gate);
	wait_for(fixture, want);
	assert_int_equal(writer_stats(fixture->writer).bytes, 0);
	sem_destroy(&crowd.started);
	sem_destroy(&crowd.gate);
}

static void what_was_submitted_is_finished_before_the_end(void **state)
{
	struct fixture *fixture = *state;
	static struct crowd crowd;

	start(fixture, false);
	crowd_gather(&crowd, fixture);
	sem_post(&crowd.gate);
	writer_free(&fixture->writer);
	assert_null(fixture->writer);
	for (int i = 0; i < 100; i++) {
		assert_true(crowd.notes[i].done);
		check_ok(crowd.notes[i].err);
	}
	start(fixture, true);
	check_ok(look(fixture, "n", 99));
	sem_destroy(&crowd.started);
	sem_destroy(&crowd.gate);
}

/* Reads, lets the writer commit something, reads again. */
static enum err twice_run(struct task *task, struct store *store)
{
	struct note *note = CONTAINER_OF(task, struct note, task);
	int64_t schema;
	enum err err = store_num(store, STMT_meta_get,
				 VALUES(value_text(bytes_text("schema"))), &schema);

	sem_post(note->started);
	sem_wait(note->gate);
	return err ? err : look_run(task, store);
}

static void a_reader_sees_one_moment(void **state)
{
	struct fixture *fixture = *state;
	struct note read, write;
	sem_t started, gate;

	sem_init(&started, 0, 0);
	sem_init(&gate, 0, 0);
	start(fixture, false);
	note_init(&read, fixture, "n", 0);
	read.task.run = twice_run;
	read.started = &started;
	read.gate = &gate;
	check_ok(reader_submit(fixture->writer, &read.task));
	sem_wait(&started);
	note_init(&write, fixture, "n", 0);
	check_ok(writer_submit(fixture->writer, &write.task));
	wait_for(fixture, 1);
	check_ok(write.err);
	sem_post(&gate);
	wait_for(fixture, 2);
	check_err(read.err, ERR_NOT_FOUND); /* it began before that was there */
	check_ok(look(fixture, "n", 0));
	sem_destroy(&started);
	sem_destroy(&gate);
}

static void a_reader_refuses_to_write(void **state)
{
	struct fixture *fixture = *state;
	struct note note;

	start(fixture, true);
	note_init(&note, fixture, "n", 0);
	check_ok(reader_submit(fixture->writer, &note.task));
	writer_reap(fixture->writer);
	check_err(note.err, ERR_STORE);
}

/* Outside of a transaction: an upkeep asserts that it is. */
static enum err checkpoint_run(struct task *task, struct store *store)
{
	bool more;

	return store->driver->upkeep(store->db, UPKEEP_CHECKPOINT, NULL, &more);
}

static void upkeep_stands_between_groups_and_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct crowd crowd;
	struct note alone;

	start(fixture, false);
	crowd_gather(&crowd, fixture);
	note_init(&alone, fixture, "alone", 0);
	alone.task.run = checkpoint_run;
	alone.task.alone = true;
	check_ok(writer_submit(fixture->writer, &alone.task));
	struct note after;
	note_init(&after, fixture, "after", 0);
	check_ok(writer_submit(fixture->writer, &after.task));
	crowd_release(&crowd, fixture);
	wait_for(fixture, 103);
	check_ok(alone.err);
	assert_int_equal(alone.order, 101);
	assert_int_equal(after.order, 102);
	struct writer_stats stats = writer_stats(fixture->writer);
	assert_int_equal(stats.commits, 3); /* the first, the crowd, what came after */
	assert_int_equal(stats.waiting, 0);
}

#define WRITER_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(WRITER_TEST(without_threads_a_task_runs_at_once_and_is_done_at_reap),
	   WRITER_TEST(what_queues_up_is_committed_together_and_in_order),
	   WRITER_TEST(a_bad_task_fails_alone),
	   WRITER_TEST(upkeep_stands_between_groups_and_in_order),
	   WRITER_TEST(a_commit_that_fails_fails_all_and_leaves_nothing),
	   WRITER_TEST(a_sick_disk_is_asked_whether_it_is_well),
	   WRITER_TEST(a_transaction_that_cannot_begin_fails_all),
	   WRITER_TEST(a_full_queue_refuses_and_leaves_the_task),
	   WRITER_TEST(what_was_submitted_is_finished_before_the_end),
	   WRITER_TEST(a_reader_sees_one_moment), WRITER_TEST(a_reader_refuses_to_write))
