/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every schema that was ever on main can be opened, and none is edited afterwards: its
 * script stands in schema/NNNN.sql. A new version is recorded by running this program with
 * RECORD_SCHEMA=1; an old fixture never changes.
 */
#include "server/store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/store/driver_sqlite.h"
#include "server/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

/* All scripts up to @version, one per line. */
static void script_of(int version, struct str *ret_script)
{
	str_clear(ret_script);
	for (const struct migrate_step *step = migrate_sqlite; step->script; step++) {
		if (step->version <= version) {
			str_add(ret_script, step->script);
			str_add_char(ret_script, '\n');
		}
	}
}

static void fixture_path(int version, struct str *ret_path)
{
	const char *top = getenv("top_srcdir");

	str_clear(ret_path);
	str_addf(ret_path, "%s/tests/unit/store/schema/%04d.sql", top ? top : ".",
		 version);
}

static void read_fixture(int version, struct str *ret_script)
{
	AUTO(str_done) struct str path = STR_INIT;
	char chunk[4096];

	fixture_path(version, &path);
	FILE *file = fopen(path.ptr, "r");
	assert_non_null(file);
	str_clear(ret_script);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), file)) > 0;) {
		str_add_len(ret_script, chunk, n);
	}
	fclose(file);
}

static void record_newest(void)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str script = STR_INIT;
	int newest = migrate_newest(migrate_sqlite);

	fixture_path(newest, &path);
	script_of(newest, &script);
	FILE *file = fopen(path.ptr, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(script.ptr, 1, script.len, file), script.len);
	assert_int_equal(fclose(file), 0);
}

static void no_released_step_was_edited(void **state)
{
	AUTO(str_done) struct str now = STR_INIT;
	AUTO(str_done) struct str then = STR_INIT;

	if (getenv("RECORD_SCHEMA")) {
		record_newest();
	}
	for (int version = 1; version <= migrate_newest(migrate_sqlite); version++) {
		script_of(version, &now);
		read_fixture(version, &then);
		assert_string_equal(now.ptr, then.ptr);
	}
}

/* A file as the program of @version left it. */
static void make_old(const char *path, int version)
{
	struct driver_config config = {.path = path};
	AUTO(str_done) struct str script = STR_INIT;
	void *db;

	read_fixture(version, &script);
	check_ok(driver_sqlite.open(driver_sqlite.ctx, &config, &db));
	check_ok(driver_sqlite.script(db, script.ptr));
	check_ok(driver_sqlite.run(
		db, STMT_meta_put,
		VALUES(value_text(bytes_text("schema")), value_int(version)), NULL,
		NULL));
	driver_sqlite.close(db);
}

static void every_old_schema_is_brought_up_after_a_copy(void **state)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str copy = STR_INIT;
	int newest = migrate_newest(migrate_sqlite);
	struct fake_clock clock;
	struct scratch scratch;

	scratch_init(&scratch);
	fake_clock_init(&clock, 1700000000000);
	for (int version = 1; version <= newest; version++) {
		struct store_config config = {.driver = &driver_sqlite,
					      .clock = &clock.clock};
		struct store store;
		char name[32];
		int64_t found;
		snprintf(name, sizeof(name), "v%d.db", version);
		scratch_file(&scratch, name, &path);
		make_old(path.ptr, version);
		config.path = path.ptr;
		check_ok(store_open(&store, &config));
		check_ok(store_num(&store, STMT_meta_get,
				   VALUES(value_text(bytes_text("schema"))), &found));
		assert_int_equal(found, newest);
		check_ok(store_check(&store));
		store_close(&store);
		str_clear(&copy);
		str_addf(&copy, "%s.before-%d", path.ptr, version + 1);
		assert_int_equal(access(copy.ptr, F_OK), version < newest ? 0 : -1);
	}
	scratch_done(&scratch);
}

/* A schema of its own with a second version, as the next release may bring it. */
static const struct migrate_step two_steps[] = {
	{0,
	 "create table if not exists meta (name text primary key, num integer not null,"
	 " data blob) strict, without rowid;"},
	{1, "create table old (x integer) strict; insert into old values (7);"},
	{2, "alter table old rename to new;"},
	{2, "create table more (y integer) strict;"},
	{0, NULL},
};

static const struct migrate_step broken_steps[] = {
	{0,
	 "create table if not exists meta (name text primary key, num integer not null,"
	 " data blob) strict, without rowid;"},
	{1, "create table old (x integer) strict; insert into old values (7);"},
	{2, "alter table old rename to new;"},
	{2, "create table more (this is no column list;"},
	{0, NULL},
};

static enum err open_with(const struct migrate_step *steps, const char *path,
			  struct fake_clock *clock, struct store *ret_store)
{
	static struct driver driver; /* outlives the store */
	struct store_config config = {
		.driver = &driver, .path = path, .clock = &clock->clock};

	driver = driver_sqlite;
	driver.steps = steps;
	return store_open(ret_store, &config);
}

static void a_migration_that_fails_leaves_the_old_schema(void **state)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str copy = STR_INIT;
	struct migrate_step first[] = {two_steps[0], two_steps[1], {0, NULL}};
	struct fake_clock clock;
	struct scratch scratch;
	struct store store;

	scratch_init(&scratch);
	fake_clock_init(&clock, 1700000000000);
	scratch_file(&scratch, "chat.db", &path);
	scratch_file(&scratch, "chat.db.before-2", &copy);
	check_ok(open_with(first, path.ptr, &clock, &store));
	store_close(&store);
	assert_int_not_equal(open_with(broken_steps, path.ptr, &clock, &store), ERR_OK);
	assert_int_equal(access(copy.ptr, F_OK), 0);
	check_ok(open_with(first, path.ptr, &clock, &store)); /* as if nothing had been */
	check_ok(store.driver->script(store.db, "insert into old values (8)"));
	store_close(&store);
	check_ok(open_with(two_steps, path.ptr, &clock, &store));
	check_ok(
		store.driver->script(store.db, "insert into more select rowid from new"));
	store_close(&store);
	check_err(open_with(first, path.ptr, &clock, &store), ERR_NEWER);
	scratch_done(&scratch);
}

CHECK_MAIN(TEST(no_released_step_was_edited),
	   TEST(every_old_schema_is_brought_up_after_a_copy),
	   TEST(a_migration_that_fails_leaves_the_old_schema))
