/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must hold of every row of stmt.def and migrate.def.
 */
#include <stdio.h>

#include <sqlite3.h>

#include "client/cache/db.h"
#include "client/cache/migrate.h"
#include "common/sqlite/tokenizer.h"
#include "tests/lib/check.h"

static const char *const names[] = {
#define STMT(id, sql) #id,
#include "client/cache/stmt.def"
#undef STMT
};

static sqlite3 *open_schema(void)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(":memory:", &sqlite), SQLITE_OK);
	assert_int_equal(tokenizer_register(sqlite), SQLITE_OK);
#define MIGRATE(version, sql) \
	if (sqlite3_exec(sqlite, sql, NULL, NULL, NULL) != SQLITE_OK) \
		fail_msg("%s: %s", sql, sqlite3_errmsg(sqlite));
#include "client/cache/migrate.def"
#undef MIGRATE
	return sqlite;
}

static void rows_are_sorted_and_prepare(void **state)
{
	sqlite3 *sqlite = open_schema();

	for (size_t i = 0; i < STMT_COUNT; i++) {
		sqlite3_stmt *stmt;
		if (i > 0 && strcmp(names[i - 1], names[i]) >= 0)
			fail_msg("%s stands behind %s", names[i], names[i - 1]);
		if (sqlite3_prepare_v2(sqlite, db_stmt_text((enum stmt)i), -1, &stmt,
				       NULL) != SQLITE_OK)
			fail_msg("%s: %s", names[i], sqlite3_errmsg(sqlite));
		sqlite3_finalize(stmt);
	}
	sqlite3_close(sqlite);
}

/* Those that list all rows, by their meaning, of tables that stay small. */
static bool may_scan(const char *name)
{
	static const char *const all[] = {
		"ACCOUNT_GET", "ACCOUNT_POSITION", "ACCOUNT_TOKENS", "OUTBOX_COUNT",
		"OUTBOX_LIST", "OUTBOX_REQUEUE",   "ROOM_LIST",      "ROOM_POSITIONS"};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(all[i], name) == 0)
			return true;
	return false;
}

static void check_plan(sqlite3 *sqlite, size_t id)
{
	sqlite3_stmt *stmt;
	AUTO(str_done) struct str sql = STR_INIT;

	str_addf(&sql, "EXPLAIN QUERY PLAN %s", db_stmt_text((enum stmt)id));
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql.ptr, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);
		bool table = strncmp(step, "SCAN ", 5) == 0 &&
			     strncmp(step, "SCAN CONSTANT", 13) != 0 &&
			     strncmp(step, "SCAN (", 6) != 0 &&
			     strcmp(step, "SCAN h") != 0 && /* a slice, already cut */
			     !strstr(step, "VIRTUAL TABLE INDEX");
		bool sort = strstr(step, "TEMP B-TREE") &&
			    strncmp(names[id], "EVENT", 5) == 0;
		if ((table || sort) && !may_scan(names[id]))
			fail_msg("%s: %s", names[id], step);
	}
	sqlite3_finalize(stmt);
}

static void no_statement_walks_a_table_that_grows(void **state)
{
	sqlite3 *sqlite = open_schema();

	for (size_t i = 0; i < STMT_COUNT; i++)
		check_plan(sqlite, i);
	sqlite3_close(sqlite);
}

/* Deleting a room must not walk the tables that refer to it. */
static void what_refers_to_a_room_is_found_by_an_index(void **state)
{
	sqlite3 *sqlite = open_schema();
	sqlite3_stmt *tables, *keys;

	assert_int_equal(
		sqlite3_prepare_v2(sqlite,
				   "SELECT m.name, k.\"from\" FROM sqlite_schema m,"
				   " pragma_foreign_key_list(m.name) k"
				   " WHERE m.type = 'table' AND k.\"table\" = 'room'",
				   -1, &tables, NULL),
		SQLITE_OK);
	int count = 0;
	for (; sqlite3_step(tables) == SQLITE_ROW; count++) {
		AUTO(str_done) struct str sql = STR_INIT;
		str_addf(&sql, "EXPLAIN QUERY PLAN SELECT 1 FROM %s WHERE %s = 1",
			 (const char *)sqlite3_column_text(tables, 0),
			 (const char *)sqlite3_column_text(tables, 1));
		assert_int_equal(sqlite3_prepare_v2(sqlite, sql.ptr, -1, &keys, NULL),
				 SQLITE_OK);
		assert_int_equal(sqlite3_step(keys), SQLITE_ROW);
		if (strncmp((const char *)sqlite3_column_text(keys, 3), "SEARCH", 6) != 0)
			fail_msg("%s", sql.ptr);
		sqlite3_finalize(keys);
	}
	assert_true(count > 5);
	sqlite3_finalize(tables);
	sqlite3_close(sqlite);
}

CHECK_MAIN(TEST(rows_are_sorted_and_prepare), TEST(no_statement_walks_a_table_that_grows),
	   TEST(what_refers_to_a_room_is_found_by_an_index))
