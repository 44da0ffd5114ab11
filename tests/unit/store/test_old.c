/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database as an older program left it, with what people had in it (schema/NNNN.sql and
 * schema/NNNN_content.sql), in the hands of this one: every row of every table that there
 * was is still there, people read what they wrote, and the copy made before can be opened
 * and holds the same.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/os/file.h"
#include "server/core/sync.h"
#include "server/store/driver_sqlite.h"
#include "server/store/migrate.h"
#include "server/store/store_account.h"
#include "server/store/store_room.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

#define SCRIPT_MOST (1 << 20)

/* What a version left out or wrote otherwise on purpose; each with its reason. */
static const char *const changed[] = {
	"meta",     /* has the version itself */
	"delivery", /* version 2: never used in 1 */
	"hook_in",  /* the same */
	"hook_out", /* the same */
	"ssh_key",  /* the same */
	"ticket",   /* the same */
};

static void read_script(const char *name, struct buf *ret_script)
{
	AUTO(str_done) struct str path = STR_INIT;
	const char *top = getenv("top_srcdir");

	str_addf(&path, "%s/tests/unit/store/schema/%s", top ? top : ".", name);
	check_ok(file_read(path.ptr, SCRIPT_MOST, ret_script));
	buf_add_u8(ret_script, 0);
}

static sqlite3 *open_raw(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void run_raw(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
}

/* A file as the program of version 1 left it. */
static void make_old(const char *path)
{
	AUTO(buf_done) struct buf schema = BUF_INIT;
	AUTO(buf_done) struct buf content = BUF_INIT;
	struct driver_config config = {.path = path};
	void *born;

	read_script("0001.sql", &schema);
	read_script("0001_content.sql", &content);
	check_ok(driver_sqlite.open(driver_sqlite.ctx, &config, &born));
	driver_sqlite.close(born);
	sqlite3 *db = open_raw(path);
	run_raw(db, (const char *)schema.ptr);
	run_raw(db, "begin");
	run_raw(db, (const char *)content.ptr);
	run_raw(db, "insert into meta (name, num) values ('schema', 1); commit");
	sqlite3_close(db);
}

static bool is_changed(const char *table)
{
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		if (strcmp(table, changed[i]) == 0)
			return true;
	return false;
}

/* The columns of @table, quoted and separated by commas. */
static void columns_of(sqlite3 *db, const char *table, struct str *ret_columns)
{
	AUTO(str_done) struct str sql = STR_INIT;
	sqlite3_stmt *stmt;

	str_clear(ret_columns);
	str_addf(&sql, "select name from pragma_table_info('%s') order by cid", table);
	assert_int_equal(sqlite3_prepare_v2(db, sql.ptr, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		str_addf(ret_columns, "%s\"%s\"", ret_columns->len ? "," : "",
			 (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

static void add_rows(sqlite3 *db, const char *table, const char *columns, struct str *out)
{
	AUTO(str_done) struct str sql = STR_INIT;
	sqlite3_stmt *stmt;

	str_addf(&sql, "select %s from %s order by %s", columns, table, columns);
	assert_int_equal(sqlite3_prepare_v2(db, sql.ptr, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		str_addf(out, "%s:", table);
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *text = (const char *)sqlite3_column_text(stmt, i);
			int len = sqlite3_column_bytes(stmt, i);
			str_addf(out, " %d/", sqlite3_column_type(stmt, i));
			str_add_len(out, text ? text : "", (size_t)len);
		}
		str_add_char(out, '\n');
	}
	sqlite3_finalize(stmt);
}

/* Every row of the tables and columns that version 1 had, read from @path. The list is
 * made of @old, the file before. */
static void dump(const char *path, const char *old, struct str *out)
{
	AUTO(str_done) struct str columns = STR_INIT;
	sqlite3 *db = open_raw(path), *before = open_raw(old);
	sqlite3_stmt *tables;

	assert_int_equal(sqlite3_prepare_v2(before,
					    "select name from sqlite_schema where type "
					    "= 'table' order by name",
					    -1, &tables, NULL),
			 SQLITE_OK);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(tables, 0);
		if (is_changed(table))
			continue;
		columns_of(before, table, &columns);
		add_rows(db, table, columns.ptr, out);
	}
	sqlite3_finalize(tables);
	sqlite3_close(before);
	sqlite3_close(db);
}

struct fixture {
	struct scratch scratch;
	struct fake_clock clock;
	struct str path, copy;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	scratch_init(&fixture->scratch);
	fake_clock_init(&fixture->clock, 1800000000000);
	fixture->path = fixture->copy = STR_INIT;
	scratch_file(&fixture->scratch, "chat.db", &fixture->path);
	scratch_file(&fixture->scratch, "chat.db.before-2", &fixture->copy);
	make_old(fixture->path.ptr);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	str_done(&fixture->path);
	str_done(&fixture->copy);
	scratch_done(&fixture->scratch);
	free(fixture);
	return 0;
}

static enum err open_store(struct fixture *fixture, const char *path,
			   struct store *ret_store)
{
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = path,
		.clock = &fixture->clock.clock,
	};

	return store_open(ret_store, &config);
}

static void every_row_is_still_there(void **state)
{
	struct fixture *fixture = *state;
	AUTO(str_done) struct str before = STR_INIT;
	AUTO(str_done) struct str after = STR_INIT;
	AUTO(str_done) struct str kept = STR_INIT;
	struct store store;

	dump(fixture->path.ptr, fixture->path.ptr, &before);
	assert_true(before.len > 4000);
	check_ok(open_store(fixture, fixture->path.ptr, &store));
	check_ok(store_check(&store));
	store_close(&store);
	dump(fixture->copy.ptr, fixture->copy.ptr, &kept);
	assert_string_equal(kept.ptr, before.ptr);
	dump(fixture->path.ptr, fixture->copy.ptr, &after);
	assert_string_equal(after.ptr, before.ptr);
}

static struct actor somebody(struct store *store, const char *name)
{
	struct account_row row = {0};

	check_ok(store_account_by_name(store, bytes_text(name), &row));
	struct actor actor = {.user = row.id, .scope = SCOPE_ALL};
	return actor;
}

static void people_read_what_they_wrote(void **state)
{
	static const char *const want[] = {"The tomatoes are ripe.",
					   "I bring salt and bread. Grün, too: 🌿",
					   "At eight, under the tree.",
					   "",
					   "@bob, bring the ladder.",
					   "I come.",
					   "in a thread",
					   "you are named"};
	struct fixture *fixture = *state;
	struct store store;
	struct sync_page page;
	struct id garden;
	size_t at = 0;

	check_ok(open_store(fixture, fixture->path.ptr, &store));
	struct actor bob = somebody(&store, "bob");
	check_ok(store_room_by_slug(&store, bytes_text("garden"), &garden));
	check_ok(sync_fetch(&store, &bob, &garden, FETCH_AFTER, 0, 200, &page));
	assert_int_equal(page.head, 21);
	assert_int_equal(page.events.count, 21);
	for (size_t i = 0; i < page.events.count; i++) {
		const struct event_row *row = &page.events.rows[i];
		assert_int_equal(row->seq, i + 1);
		if (row->kind != EVENT_MESSAGE)
			continue;
		assert_true(at < sizeof(want) / sizeof(want[0]));
		assert_true(bytes_equal(row->text, bytes_text(want[at])));
		assert_int_equal(row->deleted, want[at][0] == '\0');
		assert_int_equal(row->edited, at == 2);
		at++;
	}
	assert_int_equal(at, sizeof(want) / sizeof(want[0]));
	sync_page_done(&page);
	store_close(&store);
}

static void a_newer_file_is_refused_and_left_alone(void **state)
{
	struct fixture *fixture = *state;
	AUTO(str_done) struct str before = STR_INIT;
	AUTO(str_done) struct str after = STR_INIT;
	struct store store;

	sqlite3 *db = open_raw(fixture->path.ptr);
	run_raw(db, "update meta set num = 999 where name = 'schema'");
	sqlite3_close(db);
	dump(fixture->path.ptr, fixture->path.ptr, &before);
	check_err(open_store(fixture, fixture->path.ptr, &store), ERR_NEWER);
	dump(fixture->path.ptr, fixture->path.ptr, &after);
	assert_string_equal(after.ptr, before.ptr);
	assert_int_not_equal(access(fixture->copy.ptr, F_OK), 0);
}

#define OLD_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(OLD_TEST(every_row_is_still_there), OLD_TEST(people_read_what_they_wrote),
	   OLD_TEST(a_newer_file_is_refused_and_left_alone))
