/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk that fails at one call, or from one call on: at opening, writing, syncing, in the
 * log's index, while the log is moved into the file. Each call is tried in turn. Nothing
 * is acknowledged that is not there, nothing is refused that is, and as soon as the disk
 * is well again so is the store, without a restart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/store/driver_sqlite.h"
#include "server/store/vfs_sqlite.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"
#include "tests/lib/disk.h"
#include "tests/lib/hall.h"

enum { SENDS = 5, CALLS_MOST = 400 };

struct ward {
	struct hall *hall;
	struct id room;
	uint64_t stored; /* the head that the room must have */
};

static enum err send_one(struct ward *ward, struct writer *writer)
{
	uint64_t seq;
	enum err err = hall_write(ward->hall, writer, &ward->room,
				  "what the disk may not forget", &seq);

	if (err == ERR_OK) {
		assert_int_equal(seq, ++ward->stored);
	} else if (err != ERR_BUSY) {
		check_err(err, ERR_STORE);
	}
	return err;
}

static enum err open_writer(struct ward *ward, struct writer **ret_writer)
{
	struct writer_config config = {
		.driver = &driver_sqlite,
		.path = ward->hall->path.ptr,
		.clock = &ward->hall->clock.clock,
		.inline_mode = true,
	};

	return writer_new(&config, ret_writer);
}

/* The log is whole and holds what was acknowledged, no more. */
static void look(struct ward *ward)
{
	struct hall *hall = ward->hall;
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
	};

	check_ok(store_open(&hall->store, &config));
	check_ok(store_check(&hall->store));
	assert_int_equal(hall_view(hall, ALICE, &ward->room).room.head, ward->stored);
	store_close(&hall->store);
}

/* False when call @nth is never made: the sweep is over. */
static bool work_with_fault(struct ward *ward, enum disk_op op, unsigned nth, bool stays)
{
	struct writer *writer;

	disk_fail(op, nth, stays);
	enum err err = open_writer(ward, &writer);
	if (err != ERR_OK) {
		check_err(err, ERR_STORE);
		assert_true(disk_failed() > 0);
		disk_fail(op, 0, false);
		return true;
	}
	for (int i = 0; i < SENDS; i++)
		if (send_one(ward, writer) == ERR_OK)
			check_ok(writer_health(writer));
	bool reached = disk_failed() > 0;
	disk_fail(op, 0, false);
	check_ok(send_one(ward, writer));
	check_ok(writer_health(writer));
	/* Closing moves the log into the file, and may meet the fault as well. */
	disk_fail(op, nth, stays);
	writer_free(&writer);
	reached |= disk_failed() > 0;
	disk_fail(op, 0, false);
	return reached;
}

static void sweep(struct hall *hall, enum disk_op op)
{
	struct ward ward = {.hall = hall};

	ward.room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	ward.stored = hall_view(hall, ALICE, &ward.room).room.head;
	store_close(&hall->store);
	unsigned tried = 0;
	for (int stays = 0; stays < 2; stays++)
		for (unsigned nth = 1; nth < CALLS_MOST; nth += 1 + nth / 16, tried++) {
			bool reached = work_with_fault(&ward, op, nth, stays);
			if (tried % 8 == 0 || !reached)
				look(&ward);
			if (!reached)
				break;
		}
	look(&ward);
	assert_true(tried > 2);
	print_message("# %u calls tried\n", tried);
}

static void a_write_that_fails_is_told_and_got_over(void **state)
{
	sweep(*state, DISK_WRITE);
}

static void a_sync_that_fails_is_told_and_got_over(void **state)
{
	sweep(*state, DISK_SYNC);
}

/* What a later sync says of it does not count: the log stays, and the next start moves it. */
static void a_log_that_could_not_be_moved_for_sure_is_kept(void **state)
{
	struct hall *hall = *state;
	struct ward ward = {.hall = hall};
	struct stat log;
	bool more;

	ward.room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	ward.stored = hall_view(hall, ALICE, &ward.room).room.head;
	const struct driver *driver = hall->store.driver;
	disk_fail(DISK_SYNC, 1, true);
	check_err(driver->upkeep(hall->store.db, UPKEEP_CHECKPOINT, NULL, &more), ERR_IO);
	disk_fail(DISK_SYNC, 0, false);
	check_err(driver->upkeep(hall->store.db, UPKEEP_CHECKPOINT, NULL, &more), ERR_IO);
	store_close(&hall->store);
	AUTO(str_done) struct str path = STR_INIT;
	str_addf(&path, "%s-wal", hall->path.ptr);
	assert_int_equal(stat(path.ptr, &log), 0);
	assert_true(log.st_size > 0);
	look(&ward);
	assert_int_not_equal(stat(path.ptr, &log), 0);
}

/* As the system's files are: what a commit writes is joined there. */
static void a_joined_write_that_fails_is_told_and_got_over(void **state)
{
	disk_promise(true);
	sweep(*state, DISK_WRITE);
	disk_promise(false);
}

static void a_sync_of_joined_writes_that_fails_is_told_and_got_over(void **state)
{
	disk_promise(true);
	sweep(*state, DISK_SYNC);
	disk_promise(false);
}

static void a_commit_writes_its_log_at_once(void **state)
{
	struct hall *hall = *state;
	struct ward ward = {.hall = hall};
	struct writer *writer;

	ward.room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	ward.stored = hall_view(hall, ALICE, &ward.room).room.head;
	store_close(&hall->store);
	disk_promise(true);
	check_ok(open_writer(&ward, &writer));
	check_ok(send_one(&ward, writer)); /* with the head of a new log */
	disk_fail(DISK_WRITE, 2, true);
	check_ok(send_one(&ward, writer));
	assert_int_equal(disk_failed(), 0);
	disk_fail(DISK_WRITE, 0, false);
	writer_free(&writer);
	disk_promise(false);
	look(&ward);
}

enum { SPILLED = 500, SPILLED_BYTES = 50000 };

struct spilled {
	int64_t number;
	bool right;
};

static enum err on_spilled(const struct value *col, void *ctx)
{
	struct spilled *spilled = ctx;
	struct bytes data = col_bytes(&col[1]);

	spilled->right = col_int(&col[0]) == spilled->number && data.len == SPILLED_BYTES;
	for (size_t i = 0; i < data.len; i++)
		spilled->right &= data.ptr[i] == (uint8_t)spilled->number;
	return ERR_OK;
}

/* Whether row @number can be read; *ret_right: and says what was put in. */
static enum err get_spilled(struct store *store, int64_t number, bool *ret_right)
{
	struct spilled spilled = {.number = number};
	char name[24];

	snprintf(name, sizeof(name), "spilled%d", (int)number);
	enum err err =
		store_one(store, STMT_meta_get_data, VALUES(value_text(bytes_text(name))),
			  on_spilled, &spilled);
	*ret_right = spilled.right;
	return err;
}

static enum err put_spilled(struct store *store, int64_t number)
{
	static uint8_t data[SPILLED_BYTES];
	char name[24];

	memset(data, (int)number, sizeof(data));
	snprintf(name, sizeof(name), "spilled%d", (int)number);
	return store_run(store, STMT_meta_put_data,
			 VALUES(value_text(bytes_text(name)), value_int(number),
				value_blob(bytes_of(data, sizeof(data)))),
			 NULL, NULL);
}

static void open_store(struct hall *hall)
{
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
	};

	check_ok(store_open(&hall->store, &config));
}

/* A transaction larger than the cache of pages is in the log before it is committed; who
 * reads it back meets a disk that does not write. */
static void spill_and_fail(struct hall *hall, bool stays)
{
	struct store *store = &hall->store;
	enum err err = ERR_OK;
	bool right;

	check_ok(store_begin(store));
	for (int64_t i = 0; i < SPILLED; i++)
		check_ok(put_spilled(store, i));
	disk_fail(DISK_WRITE, 1, stays);
	for (int64_t i = 0; i < SPILLED && err == ERR_OK; i++)
		err = get_spilled(store, i, &right);
	check_err(err, ERR_STORE);
	assert_int_equal(disk_failed() > 0, 1);
	enum err end = store_commit(store);
	disk_fail(DISK_WRITE, 0, false);
	if (stays)
		check_err(end, ERR_STORE);
	/* What was acknowledged is there, whole; and what comes next works. */
	check_ok(store_begin(store));
	check_ok(put_spilled(store, SPILLED));
	check_ok(store_commit(store));
	store_close(store);
	open_store(hall);
	check_ok(store_check(store));
	for (int64_t i = 0; i <= SPILLED; i++) {
		err = get_spilled(store, i, &right);
		if (end == ERR_OK || i == SPILLED) {
			check_ok(err);
			assert_true(right);
		} else {
			check_err(err, ERR_NOT_FOUND);
		}
	}
}

static void what_was_joined_is_not_lost_in_a_failed_read(void **state)
{
	struct hall *hall = *state;

	store_close(&hall->store);
	disk_promise(true);
	open_store(hall);
	spill_and_fail(hall, true);
	spill_and_fail(hall, false);
	disk_promise(false);
}

/* The file itself, without SQLite's own caution around it. */
static void what_could_not_be_written_is_tried_again(void **state)
{
	struct hall *hall = *state;
	struct vfs_joined joined;
	char name[256] = "", back[300], wanted[300];

	snprintf(name, sizeof(name) - 2, "%s-wal", hall->path.ptr);
	store_close(&hall->store);
	disk_promise(true);
	check_ok(vfs_joined_init(&joined));
	sqlite3_file *file = calloc(1, (size_t)joined.vfs.szOsFile);
	assert_int_equal(joined.vfs.xOpen(&joined.vfs, name, file,
					  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
						  SQLITE_OPEN_WAL,
					  NULL),
			 SQLITE_OK);
	const sqlite3_io_methods *methods = file->pMethods;
	for (int i = 0; i < 3; i++) {
		memset(wanted + 100 * i, 'a' + i, 100);
		assert_int_equal(methods->xWrite(file, wanted + 100 * i, 100, 100 * i),
				 SQLITE_OK);
		if (i == 1) {
			disk_fail(DISK_WRITE, 1, false);
			assert_int_not_equal(methods->xRead(file, back, 10, 0),
					     SQLITE_OK);
			assert_int_equal(disk_failed(), 1);
		}
	}
	assert_int_equal(methods->xSync(file, SQLITE_SYNC_NORMAL), SQLITE_OK);
	assert_int_equal(methods->xRead(file, back, sizeof(back), 0), SQLITE_OK);
	assert_memory_equal(back, wanted, sizeof(back));
	methods->xClose(file);
	free(file);
	vfs_joined_done(&joined);
	disk_promise(false);
}

static void a_read_that_fails_is_told_and_got_over(void **state)
{
	sweep(*state, DISK_READ);
}

static void a_file_that_cannot_be_opened_is_told_and_got_over(void **state)
{
	sweep(*state, DISK_OPEN);
}

static void an_index_that_fails_is_told_and_got_over(void **state)
{
	sweep(*state, DISK_SHM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HALL_TEST(a_write_that_fails_is_told_and_got_over),
		HALL_TEST(a_sync_that_fails_is_told_and_got_over),
		HALL_TEST(a_joined_write_that_fails_is_told_and_got_over),
		HALL_TEST(a_sync_of_joined_writes_that_fails_is_told_and_got_over),
		HALL_TEST(a_log_that_could_not_be_moved_for_sure_is_kept),
		HALL_TEST(a_commit_writes_its_log_at_once),
		HALL_TEST(what_was_joined_is_not_lost_in_a_failed_read),
		HALL_TEST(what_could_not_be_written_is_tried_again),
		HALL_TEST(a_read_that_fails_is_told_and_got_over),
		HALL_TEST(a_file_that_cannot_be_opened_is_told_and_got_over),
		HALL_TEST(an_index_that_fails_is_told_and_got_over),
	};

	disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
