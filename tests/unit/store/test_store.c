/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store on a real file: its birth, its statements, its backup, what it refuses.
 */
#include "server/store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/driver_sqlite.h"
#include "server/store/migrate.h"
#include "server/store/store_account.h"
#include "server/store/store_log.h"
#include "server/store/store_room.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

struct fixture {
	struct scratch_db db;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	scratch_db_init(&fixture->db);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	scratch_db_done(&fixture->db);
	free(fixture);
	return 0;
}

static enum err open_at(struct fixture *fixture, const char *path, struct store *ret)
{
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = path,
		.clock = &fixture->db.clock.clock,
	};

	return store_open(ret, &config);
}

/* What the sqlite3 shell would print for a pragma, straight from the file's head
 * (file format, section 1.3). */
static uint32_t head_u32(const char *path, long at)
{
	uint8_t bytes[4];
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fread(bytes, 1, 4, file), 4);
	fclose(file);
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

static void a_new_store_is_born_with_what_cannot_be_changed_later(void **state)
{
	struct fixture *fixture = *state;
	struct store store;
	struct stat st;

	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	store_close(&store);
	assert_int_equal(head_u32(fixture->db.path.ptr, 16) >> 16, 4096); /* page size */
	assert_int_not_equal(head_u32(fixture->db.path.ptr, 52), 0); /* auto_vacuum … */
	assert_int_equal(head_u32(fixture->db.path.ptr, 64), 1);     /* … incremental */
	assert_int_equal(head_u32(fixture->db.path.ptr, 68),
			 0x63686174); /* application_id */
	assert_int_equal(stat(fixture->db.path.ptr, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	store_close(&store);
}

/* The number of the last parameter. */
static size_t count_args(const char *sql)
{
	size_t most = 0;

	for (; *sql; sql++) {
		if (*sql == '$') {
			size_t n = strtoul(sql + 1, NULL, 10);
			most = n > most ? n : most;
		}
	}
	return most;
}

static void every_statement_is_understood(void **state)
{
	struct fixture *fixture = *state;
	struct value nulls[32] = {{VALUE_NULL, 0, {NULL, 0}}};
	struct store store;

	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	for (int i = 0; i < STMT_COUNT; i++) {
		check_ok(store_begin(&store));
		enum err err = store_run(&store, (enum stmt)i, nulls,
					 count_args(stmt_sql(i)), NULL, NULL);
		if (err != ERR_OK && err != ERR_BAD)
			fail_msg("%s: %s", stmt_name(i), err_word(err));
		store_rollback(&store);
	}
	store_close(&store);
}

static void a_reader_cannot_write(void **state)
{
	struct fixture *fixture = *state;
	struct store store, reader;
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = fixture->db.path.ptr,
		.clock = &fixture->db.clock.clock,
		.reader = true,
	};

	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	check_ok(store_open(&reader, &config));
	check_err(store_run(&reader, STMT_meta_put,
			    VALUES(value_text(bytes_text("x")), value_int(1)), NULL,
			    NULL),
		  ERR_STORE);
	store_close(&reader);
	store_close(&store);
}

static void what_is_not_ours_is_refused_by_name(void **state)
{
	struct fixture *fixture = *state;
	static const char junk[] = "this is a letter to my aunt, and no database at all, "
				   "which anybody can see who looks at its first line: "
				   "Dear aunt, thank you for the socks.";
	struct store store;
	int fd = open(fixture->db.path.ptr, O_CREAT | O_WRONLY, 0600);

	assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
	close(fd);
	check_err(open_at(fixture, fixture->db.path.ptr, &store), ERR_CORRUPT);
	assert_int_equal(truncate(fixture->db.path.ptr, 0), 0);
	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	check_ok(store_run(&store, STMT_meta_put,
			   VALUES(value_text(bytes_text("schema")),
				  value_int(migrate_newest(migrate_sqlite) + 1)),
			   NULL, NULL));
	store_close(&store);
	check_err(open_at(fixture, fixture->db.path.ptr, &store), ERR_NEWER);
	check_err(open_at(fixture, fixture->db.folder.path, &store), ERR_STORE);
}

/* A fresh database with one account and one room of it. */
static void populate(struct store *store, struct id *ret_user, struct id *ret_room)
{
	struct account_new account = {
		.id = {.bytes = {1}},
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.name = bytes_text("alice"),
		.display = bytes_text("Alice"),
	};
	struct room_add room = {
		.id = {.bytes = {2}},
		.kind = ROOM_PUBLIC,
		.security = SECURITY_PLAIN,
		.history = HISTORY_ALL,
		.slug = bytes_text("ops"),
		.now_ms = 5,
	};
	int64_t key;

	check_ok(store_account_add(store, &account, &key));
	check_ok(store_room_add(store, &room, &key));
	*ret_user = account.id;
	*ret_room = room.id;
}

static void epochs_of(struct store *store, const struct id *user, const struct id *room,
		      uint64_t *ret_epoch, uint64_t *ret_uepoch)
{
	struct seat_row seat;
	uint64_t useq;
	int64_t account;

	check_ok(store_seat_get(store, room, user, &seat));
	*ret_epoch = seat.epoch;
	check_ok(store_log_where(store, user, &account, ret_uepoch, &useq));
}

static void a_restored_backup_begins_new_epochs_once(void **state)
{
	struct fixture *fixture = *state;
	AUTO(str_done) struct str copy = STR_INIT;
	struct id user, room;
	uint64_t epoch, uepoch, again, uagain;
	struct store store;

	scratch_file(&fixture->db.folder, "copy.db", &copy);
	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	populate(&store, &user, &room);
	epochs_of(&store, &user, &room, &epoch, &uepoch);
	assert_int_equal(epoch, 1);
	assert_int_equal(uepoch, 1);
	check_ok(store_backup(&store, copy.ptr));
	check_err(store_backup(&store, copy.ptr), ERR_EXISTS);
	store_close(&store);

	check_ok(open_at(fixture, fixture->db.path.ptr,
			 &store)); /* the original goes on */
	epochs_of(&store, &user, &room, &again, &uagain);
	assert_int_equal(again, 1);
	store_close(&store);
	check_ok(open_at(fixture, copy.ptr, &store));
	epochs_of(&store, &user, &room, &epoch, &uepoch);
	assert_true(epoch > 1 && uepoch > 1);
	store_close(&store);
	fixture->db.clock.ms += 1000;
	check_ok(open_at(fixture, copy.ptr, &store)); /* opened again, it is no restore */
	epochs_of(&store, &user, &room, &again, &uagain);
	assert_int_equal(again, epoch);
	assert_int_equal(uagain, uepoch);
	store_close(&store);
}

static void two_restores_of_one_copy_differ(void **state)
{
	struct fixture *fixture = *state;
	AUTO(str_done) struct str one = STR_INIT;
	AUTO(str_done) struct str two = STR_INIT;
	struct id user, room;
	uint64_t first, second, uepoch;
	struct store store;

	scratch_file(&fixture->db.folder, "one.db", &one);
	scratch_file(&fixture->db.folder, "two.db", &two);
	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	populate(&store, &user, &room);
	check_ok(store_backup(&store, one.ptr));
	check_ok(store_backup(&store, two.ptr));
	store_close(&store);
	check_ok(open_at(fixture, one.ptr, &store));
	epochs_of(&store, &user, &room, &first, &uepoch);
	store_close(&store);
	fixture->db.clock.ms++;
	check_ok(open_at(fixture, two.ptr, &store));
	epochs_of(&store, &user, &room, &second, &uepoch);
	store_close(&store);
	assert_true(second != first);
}

static void a_slug_is_never_given_to_another_room(void **state)
{
	struct fixture *fixture = *state;
	struct room_add other = {
		.id = {.bytes = {3}},
		.kind = ROOM_PUBLIC,
		.security = SECURITY_PLAIN,
		.history = HISTORY_ALL,
		.slug = bytes_text("ops"),
	};
	struct id user, room, found;
	struct seat_row seat;
	struct store store;
	int64_t key;

	check_ok(open_at(fixture, fixture->db.path.ptr, &store));
	populate(&store, &user, &room);
	check_err(store_room_add(&store, &other, &key), ERR_EXISTS);
	check_ok(store_seat_get(&store, &room, &user, &seat));
	check_ok(store_room_set_slug(&store, seat.room, bytes_text("operations")));
	check_ok(store_room_by_slug(&store, bytes_text("ops"), &found));
	assert_true(id_equal(&found, &room));
	check_ok(store_room_by_slug(&store, bytes_text("operations"), &found));
	assert_true(id_equal(&found, &room));
	check_err(store_room_by_slug(&store, bytes_text("op"), &found), ERR_NOT_FOUND);
	other.slug = bytes_text("other");
	check_ok(store_room_add(&store, &other, &key));
	check_err(store_room_set_slug(&store, key, bytes_text("ops")), ERR_EXISTS);
	store_close(&store);
}

#define STORE_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(STORE_TEST(a_new_store_is_born_with_what_cannot_be_changed_later),
	   STORE_TEST(every_statement_is_understood), STORE_TEST(a_reader_cannot_write),
	   STORE_TEST(what_is_not_ours_is_refused_by_name),
	   STORE_TEST(a_restored_backup_begins_new_epochs_once),
	   STORE_TEST(two_restores_of_one_copy_differ),
	   STORE_TEST(a_slug_is_never_given_to_another_room))
