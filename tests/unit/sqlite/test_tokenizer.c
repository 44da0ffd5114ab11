/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a search finds, through FTS5 itself. */
#include "common/sqlite/tokenizer.h"

#include <sqlite3.h>

#include "tests/lib/check.h"

static sqlite3 *open_with(const char *const *texts)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(tokenizer_register(db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "create virtual table t using fts5(body,"
				      " tokenize = 'chat remove_diacritics 2')",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "insert into t values (?1)", -1, &stmt, NULL),
		SQLITE_OK);
	for (; *texts; texts++) {
		sqlite3_bind_text(stmt, 1, *texts, -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	return db;
}

/* The rows found, one digit each, newest first. */
static const char *found(sqlite3 *db, const char *match)
{
	static char rows[32];
	sqlite3_stmt *stmt = NULL;
	size_t count = 0;

	assert_int_equal(
		sqlite3_prepare_v2(
			db, "select rowid from t where t match ?1 order by rowid desc",
			-1, &stmt, NULL),
		SQLITE_OK);
	sqlite3_bind_text(stmt, 1, match, -1, SQLITE_STATIC);
	while (sqlite3_step(stmt) == SQLITE_ROW && count < sizeof(rows) - 1)
		rows[count++] = (char)('0' + sqlite3_column_int(stmt, 0));
	rows[count] = '\0';
	sqlite3_finalize(stmt);
	return rows;
}

static void words_are_found_without_their_case_and_accents(void **state)
{
	static const char *const texts[] = {"The café is CLOSED", "a straße, closed off",
					    "nothing", NULL};
	sqlite3 *db = open_with(texts);

	assert_string_equal(found(db, "\"closed\""), "21");
	assert_string_equal(found(db, "\"CAFE\""), "1");
	assert_string_equal(found(db, "\"clo\"*"), "21");
	assert_string_equal(found(db, "\"closed off\""), "2");
	assert_string_equal(found(db, "\"off closed\""), "");
	assert_string_equal(found(db, "\"clos\""), "");
	sqlite3_close(db);
}

static void words_inside_of_sentences_without_blanks_are_found(void **state)
{
	static const char *const texts[] = {"昨日東京都庁へ行きました",   /* 1 */
					    "明日は北京に行きます",       /* 2 */
					    "会議はミーティングルームで", /* 3 */
					    "안녕하세요 세계",            /* 4 */
					    "สวัสดีชาวโลก",                 /* 5 */
					    NULL};
	sqlite3 *db = open_with(texts);

	assert_string_equal(found(db, "\"東京\""), "1");
	assert_string_equal(found(db, "\"東京都庁\""), "1");
	assert_string_equal(found(db, "\"京東\""), "");
	assert_string_equal(found(db, "\"行き\""), "21");
	assert_string_equal(found(db, "\"ミーティング\""), "3");
	assert_string_equal(found(db, "\"하세요\""), "4");
	assert_string_equal(found(db, "\"ชาวโลก\""), "5");
	sqlite3_close(db);
}

static void one_character_is_found_wherever_it_stands(void **state)
{
	static const char *const texts[] = {"東京", "京都", "上京", "京", "x京y", NULL};
	sqlite3 *db = open_with(texts);

	assert_string_equal(found(db, "\"京\"*"), "54321");
	sqlite3_close(db);
}

static void scripts_may_stand_side_by_side(void **state)
{
	static const char *const texts[] = {"version2東京release", "東京 Release notes",
					    "Re: 東京", NULL};
	sqlite3 *db = open_with(texts);

	assert_string_equal(found(db, "\"東京 release\""), "21");
	assert_string_equal(found(db, "\"東京release\""), "21");
	assert_string_equal(found(db, "\"version2\""), "1");
	assert_string_equal(found(db, "\"re\" AND \"東京\""), "3");
	sqlite3_close(db);
}

static void a_row_that_is_taken_out_leaves_nothing(void **state)
{
	static const char *const texts[] = {"東京 tower", "東京", NULL};
	sqlite3 *db = open_with(texts);

	assert_int_equal(
		sqlite3_exec(db, "delete from t where rowid = 1", NULL, NULL, NULL),
		SQLITE_OK);
	assert_string_equal(found(db, "\"東京\""), "2");
	assert_string_equal(found(db, "\"tower\""), "");
	assert_int_equal(sqlite3_exec(db, "insert into t(t) values ('integrity-check')",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
}

static void text_that_is_no_text_does_no_harm(void **state)
{
	static const char *const texts[] = {"\xe6\x9d", "\xff東\x80京", "", " ", NULL};
	sqlite3 *db = open_with(texts);

	assert_string_equal(found(db, "\"東\"*"), "2");
	sqlite3_close(db);
}

CHECK_MAIN(TEST(words_are_found_without_their_case_and_accents),
	   TEST(words_inside_of_sentences_without_blanks_are_found),
	   TEST(one_character_is_found_wherever_it_stands),
	   TEST(scripts_may_stand_side_by_side),
	   TEST(a_row_that_is_taken_out_leaves_nothing),
	   TEST(text_that_is_no_text_does_no_harm))
