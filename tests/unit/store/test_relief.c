/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log that has become long is moved into the main file in two steps, between groups.
 */
#include "server/store/relief.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/store/driver_fault.h"
#include "server/store/driver_sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

enum { BLOB = 65536, GROUPS_MOST = 1000, TURNS_MOST = 10000 };

struct fixture {
	struct scratch_db db;
	struct fault fault; /* which nothing meets but where it is told to */
	struct store store;
	struct relief relief;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	scratch_db_init(&fixture->db);
	fault_init(&fixture->fault, &driver_sqlite);
	struct store_config config = {
		.driver = &fixture->fault.driver,
		.path = fixture->db.path.ptr,
		.clock = &fixture->db.clock.clock,
	};
	check_ok(store_open(&fixture->store, &config));
	config.reader = true;
	check_ok(relief_init(&fixture->relief, &config));
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	relief_done(&fixture->relief, &fixture->store);
	store_close(&fixture->store);
	scratch_db_done(&fixture->db);
	free(fixture);
	return 0;
}

/* A group of seventeen pages and some. */
static void write_group(struct fixture *fixture, int64_t number)
{
	static uint8_t blob[BLOB];
	struct store *store = &fixture->store;

	memset(blob, (int)number,
	       sizeof(blob)); /* pages that stay the same are not written */
	check_ok(store_begin(store));
	check_ok(store_run(store, STMT_meta_put_data,
			   VALUES(value_text(bytes_text("test")), value_int(number),
				  value_blob(bytes_of(blob, sizeof(blob)))),
			   NULL, NULL));
	check_ok(store_commit(store));
}

static uint64_t left_in_log(struct fixture *fixture)
{
	struct driver_size size;

	check_ok(fixture->store.driver->size(fixture->store.db, &size));
	return size.log_pages;
}

/* Groups until @stage is reached. */
static void write_until(struct fixture *fixture, enum relief_stage stage)
{
	for (int64_t i = 0; i < GROUPS_MOST && fixture->relief.stage != stage; i++) {
		write_group(fixture, i);
		assert_false(relief_go_on(&fixture->relief, &fixture->store));
	}
	assert_int_equal(fixture->relief.stage, stage);
}

static void a_short_log_is_left_alone(void **state)
{
	struct fixture *fixture = *state;

	write_group(fixture, 1);
	assert_false(relief_go_on(&fixture->relief, &fixture->store));
	assert_int_equal(fixture->relief.stage, RELIEF_REST);
	assert_true(left_in_log(fixture) > 0);
}

static void a_long_log_is_moved_while_others_write(void **state)
{
	struct fixture *fixture = *state;

	write_until(fixture, RELIEF_PINNED);
	uint64_t all = left_in_log(fixture);
	assert_true(all > 4096);
	write_until(fixture, RELIEF_SYNCING);
	/* The group behind the reader is left, the rest is moved, the end not reached. */
	assert_in_range(left_in_log(fixture), 1, 100);
	write_group(fixture, 1);
	int turns = 0;
	while (!relief_go_on(&fixture->relief, &fixture->store) && turns++ < TURNS_MOST)
		poll(NULL, 0, 1);
	assert_int_equal(left_in_log(fixture), 0);
	assert_int_equal(fixture->relief.stage, RELIEF_REST);
	write_group(fixture, 2); /* the log begins anew */
	assert_in_range(left_in_log(fixture), 1, 100);
}

static void what_has_begun_is_finished_when_nobody_writes(void **state)
{
	struct fixture *fixture = *state;

	write_until(fixture, RELIEF_PINNED);
	assert_true(relief_finish(&fixture->relief, &fixture->store));
	assert_int_equal(left_in_log(fixture), 0);
	assert_int_equal(fixture->relief.stage, RELIEF_REST);
	write_until(fixture, RELIEF_SYNCING);
	assert_true(relief_finish(&fixture->relief, &fixture->store));
	assert_int_equal(left_in_log(fixture), 0);
}

static off_t log_bytes(struct fixture *fixture)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct stat stat_of;

	str_addf(&path, "%s-wal", fixture->db.path.ptr);
	return stat(path.ptr, &stat_of) == 0 ? stat_of.st_size : 0;
}

/* The next sync would work, and what the first one was about would be nowhere. */
static void after_a_sync_that_failed_the_log_is_kept(void **state)
{
	struct fixture *fixture = *state;

	atomic_store(&fixture->fault.syncs, 0);
	write_until(fixture, RELIEF_SYNCING);
	unsigned before = atomic_load(&fixture->fault.checkpoints);
	for (int turns = 0; fixture->relief.stage != RELIEF_OVER && turns < TURNS_MOST;
	     turns++) {
		assert_false(relief_go_on(&fixture->relief, &fixture->store));
		poll(NULL, 0, 1);
	}
	assert_int_equal(fixture->relief.stage, RELIEF_OVER);
	write_group(fixture, 1);
	assert_false(relief_go_on(&fixture->relief, &fixture->store));
	assert_false(relief_finish(&fixture->relief, &fixture->store));
	assert_int_equal(atomic_load(&fixture->fault.checkpoints), before);
	relief_done(&fixture->relief, &fixture->store);
	fixture->relief = (struct relief){0};
	mailbox_init(&fixture->relief.orders, 0, NULL, NULL);
	store_close(&fixture->store);
	assert_true(log_bytes(fixture) > 4096 * 4096);
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = fixture->db.path.ptr,
		.clock = &fixture->db.clock.clock,
	};
	check_ok(store_open(&fixture->store, &config));
	check_ok(store_check(&fixture->store));
	store_close(&fixture->store); /* and it is moved */
	assert_int_equal(log_bytes(fixture), 0);
	check_ok(store_open(&fixture->store, &config));
}

static void the_end_does_not_move_it_either(void **state)
{
	struct fixture *fixture = *state;

	atomic_store(&fixture->fault.syncs, 0);
	write_until(fixture, RELIEF_SYNCING);
	relief_done(&fixture->relief, &fixture->store);
	fixture->relief = (struct relief){0};
	mailbox_init(&fixture->relief.orders, 0, NULL, NULL);
	store_close(&fixture->store);
	assert_true(log_bytes(fixture) > 4096 * 4096);
}

static void it_may_end_at_any_stage(void **state)
{
	write_until(*state, RELIEF_PINNED);
}

#define RELIEF_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(RELIEF_TEST(a_short_log_is_left_alone),
	   RELIEF_TEST(a_long_log_is_moved_while_others_write),
	   RELIEF_TEST(what_has_begun_is_finished_when_nobody_writes),
	   RELIEF_TEST(after_a_sync_that_failed_the_log_is_kept),
	   RELIEF_TEST(the_end_does_not_move_it_either),
	   RELIEF_TEST(it_may_end_at_any_stage))
