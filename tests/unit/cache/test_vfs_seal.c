/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proof that the sealed store is sound, against SQLite itself: what it needs works,
 * nothing can be read off the disk, damage is an error, a crash loses nothing.
 */
#include "client/cache/vfs_seal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "client/cache/key.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/box.h"
#include "tests/unit/cache/fault_vfs.h"

/* One open database over the VFS. */
struct seal_db {
	struct vfs_seal *vfs;
	sqlite3 *sqlite;
};

static void set_key(struct secret *key, uint8_t fill)
{
	memset(secret_room(key, KEY_LEN), fill, KEY_LEN);
}

static int run(struct seal_db *db, const char *sql)
{
	return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
}

/* As the store opens one, but with a plain face for SQL of the test's own. */
static int open_over(struct seal_db *db, struct box *box, uint8_t key_fill,
		     const char *base)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	int reserve = VFS_RESERVE;
	const bool birth = !box_has(box, "t.db");

	set_key(&key, key_fill);
	check_ok(vfs_seal_new(&key, base, &db->vfs));
	int rc = sqlite3_open_v2(box_path(box, "t.db"), &db->sqlite,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
					 SQLITE_OPEN_EXRESCODE,
				 vfs_seal_name(db->vfs));
	if (rc == SQLITE_OK)
		rc = run(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;"
			     "PRAGMA secure_delete=ON; PRAGMA synchronous=FULL");
	if (rc == SQLITE_OK && birth)
		rc = sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_RESERVE_BYTES,
					  &reserve);
	if (rc == SQLITE_OK && birth)
		rc = run(db, "PRAGMA page_size=4096; PRAGMA journal_mode=MEMORY;"
			     "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=7;"
			     "PRAGMA journal_mode=WAL");
	return rc;
}

static void open_db(struct seal_db *db, struct box *box)
{
	assert_int_equal(open_over(db, box, 1, NULL), SQLITE_OK);
}

static void close_db(struct seal_db *db)
{
	sqlite3_close(db->sqlite);
	vfs_seal_free(&db->vfs);
}

static void must(struct seal_db *db, const char *sql)
{
	int rc = run(db, sql);

	if (rc != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db->sqlite));
}

/* The one value that @sql gives, -1 with *ret_rc set when it fails. */
static long long ask(struct seal_db *db, const char *sql, int *ret_rc)
{
	sqlite3_stmt *stmt = NULL;
	long long value = -1;
	int rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	*ret_rc = rc == SQLITE_ROW ? SQLITE_OK : rc;
	return value;
}

static void check_value(struct seal_db *db, const char *sql, long long want)
{
	int rc;
	long long got = ask(db, sql, &rc);

	if (rc != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db->sqlite));
	assert_int_equal(got, want);
}

static void check_whole(struct seal_db *db)
{
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(
		sqlite3_prepare_v2(db->sqlite, "PRAGMA integrity_check", -1, &stmt, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
}

#define MANY "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d) "

static void fill(struct seal_db *db, int count)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		 MANY "INSERT INTO t(body) SELECT 'wombat ' || i || ' quokka '"
		      " || hex(randomblob(40)) FROM n",
		 count);
	must(db, sql);
}

static void all_of_sqlite_that_is_needed_works(void **state)
{
	struct box box;
	struct seal_db db;

	box_init(&box);
	open_db(&db, &box);
	must(&db,
	     "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT);"
	     "CREATE VIRTUAL TABLE f USING fts5(body, content='t', content_rowid='key');"
	     "CREATE TRIGGER i AFTER INSERT ON t BEGIN"
	     " INSERT INTO f(rowid, body) VALUES (new.key, new.body); END");
	fill(&db, 3000);
	check_value(&db, "SELECT count(*) FROM f WHERE f MATCH 'wombat AND 2999'", 1);
	must(&db, "PRAGMA wal_checkpoint(TRUNCATE)");
	must(&db, "DELETE FROM t WHERE key % 3 = 0; PRAGMA incremental_vacuum;"
		  "INSERT INTO f(f) VALUES ('rebuild')");
	must(&db, "VACUUM");
	/* Sorts and joins that would spill to a file on the disk. */
	check_value(&db,
		    "SELECT count(*) FROM (SELECT a.body || b.body AS x FROM t a, t b"
		    " WHERE b.key < 31 GROUP BY x ORDER BY x DESC)",
		    2000 * 20);
	check_whole(&db);
	close_db(&db);
	assert_false(box_has(&box, "t.db-wal"));
	assert_false(box_has(&box, "t.db-journal"));
	assert_false(box_has(&box, "t.db-shm"));

	open_db(&db, &box);
	check_value(&db, "SELECT count(*) FROM t", 2000);
	check_value(&db, "SELECT count(*) FROM f WHERE f MATCH 'wombat AND 2998'", 1);
	check_value(&db, "PRAGMA page_size", 4096);
	check_whole(&db);
	close_db(&db);
	box_done(&box);
}

static const char *const words[] = {"wombat", "quokka", "CREATE TABLE", "SQLite format"};

static size_t count_leaks(struct box *box)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		count += box_leaks(box, words[i]);
	return count;
}

/* Four given bytes turn up by chance once in 2^32 places, so a hit counts only when a
 * second store, with other nonces, has one too. */
static bool leaks_somewhere(void)
{
	struct box box;
	struct seal_db db;
	size_t count = 0;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT);"
		  "CREATE VIRTUAL TABLE f USING fts5(body)");
	fill(&db, 500);
	must(&db, "INSERT INTO f SELECT body FROM t");
	count += count_leaks(&box);
	must(&db, "PRAGMA wal_checkpoint(TRUNCATE)");
	fill(&db, 100);
	count += count_leaks(&box);
	close_db(&db);
	count += count_leaks(&box);
	box_done(&box);
	return count > 0;
}

static void nothing_readable_reaches_the_disk(void **state)
{
	assert_false(leaks_somewhere() && leaks_somewhere());
}

static void a_search_for_leaks_finds_one(void **state)
{
	struct box box;

	box_init(&box);
	box_write(&box, "t.db", bytes_text("....omba...."));
	assert_int_equal(box_leaks(&box, "wombat"), 1);
	box_done(&box);
}

static void another_key_is_told_from_damage(void **state)
{
	struct box box;
	struct seal_db db;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT)");
	close_db(&db);
	assert_int_equal(open_over(&db, &box, 2, NULL), SQLITE_IOERR_DATA);
	assert_true(vfs_seal_wrong_key(db.vfs));
	close_db(&db);

	AUTO(buf_done) struct buf file = box_read(&box, "t.db");
	file.ptr[100] ^= 1;
	box_write(&box, "t.db", buf_view(&file));
	assert_int_equal(open_over(&db, &box, 1, NULL), SQLITE_IOERR_DATA);
	assert_false(vfs_seal_wrong_key(db.vfs));
	close_db(&db);
	box_done(&box);
}

/* Everything that is in the database: -1 for an error. Over the VFS that does not sync. */
static long long digest(struct box *box, int *ret_rc)
{
	struct seal_db db;
	long long sum = -1;

	fault_vfs_register();
	fault_vfs_cut(UINT64_MAX);
	*ret_rc = open_over(&db, box, 1, FAULT_VFS);
	if (*ret_rc == SQLITE_OK)
		sum = ask(&db,
			  "SELECT count(*) * 1000003 + sum(length(body) * key"
			  " + unicode(substr(body, -1))) FROM t",
			  ret_rc);
	close_db(&db);
	return sum;
}

/* Flip a bit of every @step-th byte of @name: an error or the right data. */
static void flip_bits(struct box *from, const char *name, size_t step, bool strict)
{
	struct box box;
	AUTO(buf_done) struct buf file = box_read(from, name);
	int rc;

	box_init(&box);
	box_copy(from, &box);
	long long want = digest(&box, &rc);
	assert_int_equal(rc, SQLITE_OK);
	for (size_t i = 0; i < file.len; i += step) {
		box_copy(from, &box);
		file.ptr[i] ^= (uint8_t)(1 << (i % 8));
		box_write(&box, name, buf_view(&file));
		file.ptr[i] ^= (uint8_t)(1 << (i % 8));
		long long got = digest(&box, &rc);
		if (rc == SQLITE_OK && (strict || got != want))
			fail_msg("byte %zu of %s: flipped and not noticed", i, name);
		if (rc != SQLITE_OK)
			assert_int_equal(rc, SQLITE_IOERR_DATA);
	}
	box_done(&box);
}

static void a_flipped_bit_of_the_database_is_an_error(void **state)
{
	struct box box;
	struct seal_db db;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT)");
	fill(&db, 60);
	close_db(&db);
	flip_bits(&box, "t.db", 37, false);
	box_done(&box);
}

/* A store as kill -9 leaves it: with a log of several transactions. */
static void abandon(struct box *box)
{
	struct box live;
	struct seal_db db;

	box_init(&live);
	open_db(&db, &live);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT)");
	fill(&db, 20);
	must(&db, "PRAGMA wal_checkpoint(TRUNCATE)");
	for (int i = 0; i < 3; i++)
		fill(&db, 5);
	box_copy(&live, box);
	close_db(&db);
	box_done(&live);
}

static void a_flipped_bit_of_the_log_is_an_error(void **state)
{
	struct box box;

	box_init(&box);
	abandon(&box);
	assert_true(box_has(&box, "t.db-wal"));
	flip_bits(&box, "t.db-wal", 7, false);
	box_done(&box);
}

static void a_log_cut_below_its_mark_is_an_error(void **state)
{
	struct box box;
	int rc;

	box_init(&box);
	abandon(&box);
	AUTO(buf_done) struct buf log = box_read(&box, "t.db-wal");
	for (size_t len = 4096; len < log.len; len += 101) {
		box_write(&box, "t.db-wal", bytes_of(log.ptr, len));
		digest(&box, &rc);
		assert_int_equal(rc, SQLITE_IOERR_DATA);
	}
	box_done(&box);
}

static void pages_that_changed_places_are_an_error(void **state)
{
	struct box box;
	struct seal_db db;
	uint8_t page[VFS_PAGE];
	int rc;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT)");
	fill(&db, 200);
	close_db(&db);
	AUTO(buf_done) struct buf file = box_read(&box, "t.db");
	assert_true(file.len >= 6 * VFS_PAGE);
	memcpy(page, file.ptr + 3 * VFS_PAGE, VFS_PAGE);
	memcpy(file.ptr + 3 * VFS_PAGE, file.ptr + 4 * VFS_PAGE, VFS_PAGE);
	memcpy(file.ptr + 4 * VFS_PAGE, page, VFS_PAGE);
	box_write(&box, "t.db", buf_view(&file));
	digest(&box, &rc);
	assert_int_equal(rc, SQLITE_IOERR_DATA);
	box_done(&box);
}

static void a_journal_of_others_is_not_played_back(void **state)
{
	struct box box;
	struct seal_db db;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT)");
	fill(&db, 10);
	close_db(&db);
	uint8_t journal[8192] = {0xd9, 0xd5, 0x05, 0xf9,    0x20,
				 0xa1, 0x63, 0xd7, [11] = 1};
	box_write(&box, "t.db-journal", bytes_of(journal, sizeof(journal)));
	open_db(&db, &box);
	check_value(&db, "SELECT count(*) FROM t", 10);
	check_whole(&db);
	close_db(&db);
	box_done(&box);
}

static void no_journal_and_no_temporary_file_reaches_the_disk(void **state)
{
	struct box box;
	struct seal_db db;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY, body TEXT)");
	assert_int_equal(run(&db, "PRAGMA journal_mode=DELETE"), SQLITE_CANTOPEN);
	must(&db, "PRAGMA temp_store=FILE; PRAGMA cache_size=2");
	must(&db, "CREATE TEMP TABLE x(body)");
	assert_int_not_equal(run(&db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
				      "i+1 FROM n WHERE i<9999)"
				      " INSERT INTO x SELECT hex(randomblob(99)) FROM n"),
			     SQLITE_OK);
	close_db(&db);
	box_done(&box);
}

/* Run @first, then @sql with the power going after each @step-th byte that it writes.
 * @changes: what a reader sees afterwards must differ once @sql had succeeded. */
static void tear(const char *first, const char *sql, bool changes, unsigned step)
{
	struct box start, box;
	struct seal_db db;
	uint64_t total = 0;
	int rc;

	box_init(&start);
	box_init(&box);
	abandon(&start);
	box_copy(&start, &box);
	long long before = digest(&box, &rc);
	assert_int_equal(rc, SQLITE_OK);
	for (uint64_t cut = 0; cut == 0 || cut <= total; cut += step) {
		box_copy(&start, &box);
		fault_vfs_cut(UINT64_MAX);
		assert_int_equal(open_over(&db, &box, 1, FAULT_VFS), SQLITE_OK);
		must(&db, first);
		fault_vfs_cut(cut == 0 ? UINT64_MAX : cut - 1);
		int done = run(&db, sql);
		if (cut == 0)
			total = fault_vfs_written();
		fault_vfs_cut(0);
		close_db(&db);
		long long after = digest(&box, &rc);
		if (rc != SQLITE_OK)
			fail_msg("cut after %llu: error %d", (unsigned long long)cut, rc);
		if (done == SQLITE_OK)
			assert_true((after != before) == changes);
		if (!changes)
			assert_int_equal(after, before);
	}
	assert_true(total >= 4096);
	box_done(&start);
	box_done(&box);
}

#define INSERT "INSERT INTO t(key, body) VALUES (1000, 'quokka')"

static void a_write_torn_at_any_byte_loses_only_itself(void **state)
{
	tear("SELECT 1", INSERT, true, 1);
}

static void a_torn_start_of_a_new_log_loses_only_itself(void **state)
{
	tear("PRAGMA wal_checkpoint(PASSIVE)", INSERT, true, 3);
	tear("PRAGMA wal_checkpoint(TRUNCATE)", INSERT, true, 3);
}

static void a_torn_checkpoint_loses_nothing(void **state)
{
	tear("SELECT 1", "PRAGMA wal_checkpoint(TRUNCATE)", false, 7);
}

/* The child of the kill loop: one row per transaction, each reported when durable. */
static void insert_for_ever(struct box *box, int report)
{
	struct seal_db db;

	if (open_over(&db, box, 1, NULL) != SQLITE_OK)
		_exit(3);
	for (;;) {
		if (run(&db, "INSERT INTO t(body) VALUES (hex(randomblob(900)));"
			     "DELETE FROM t WHERE key = (SELECT max(key) FROM t) - 50") !=
		    SQLITE_OK)
			_exit(4);
		long long row = sqlite3_last_insert_rowid(db.sqlite);
		if (write(report, &row, sizeof(row)) != sizeof(row))
			_exit(5);
	}
}

static void killed_at_any_time_it_keeps_what_it_acknowledged(void **state)
{
	struct box box;
	struct seal_db db;
	long long row, last = 0;
	int rc;

	box_init(&box);
	open_db(&db, &box);
	must(&db, "CREATE TABLE t(key INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT)");
	close_db(&db);
	for (int round = 0; round < 25; round++) {
		int pipes[2];
		assert_int_equal(pipe(pipes), 0);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(pipes[0]);
			insert_for_ever(&box, pipes[1]);
		}
		close(pipes[1]);
		/* Wherever it is a few rows later, also in a checkpoint. */
		for (int i = 0; i < 20 + round * 17 % 300; i++)
			assert_int_equal(read(pipes[0], &row, sizeof(row)), sizeof(row));
		kill(pid, SIGKILL);
		while (read(pipes[0], &row, sizeof(row)) == sizeof(row))
			last = row;
		close(pipes[0]);
		waitpid(pid, NULL, 0);
		last = row > last ? row : last;
		open_db(&db, &box);
		long long max = ask(&db, "SELECT max(key) FROM t", &rc);
		assert_int_equal(rc, SQLITE_OK);
		assert_in_range(max, last, last + 1);
		check_whole(&db);
		close_db(&db);
	}
	box_done(&box);
}

CHECK_MAIN(TEST(all_of_sqlite_that_is_needed_works),
	   TEST(nothing_readable_reaches_the_disk), TEST(a_search_for_leaks_finds_one),
	   TEST(another_key_is_told_from_damage),
	   TEST(a_flipped_bit_of_the_database_is_an_error),
	   TEST(a_flipped_bit_of_the_log_is_an_error),
	   TEST(a_log_cut_below_its_mark_is_an_error),
	   TEST(pages_that_changed_places_are_an_error),
	   TEST(a_journal_of_others_is_not_played_back),
	   TEST(no_journal_and_no_temporary_file_reaches_the_disk),
	   TEST(a_write_torn_at_any_byte_loses_only_itself),
	   TEST(a_torn_start_of_a_new_log_loses_only_itself),
	   TEST(a_torn_checkpoint_loses_nothing),
	   TEST(killed_at_any_time_it_keeps_what_it_acknowledged))
