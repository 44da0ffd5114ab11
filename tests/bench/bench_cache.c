/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What sealing costs: the same statements on SQLite as it is and over the sealing VFS, in
 * one run on one disk. The ratio counts, not the times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "client/cache/key.h"
#include "client/cache/vfs_seal.h"

#define ROWS 200000

struct side {
	const char *name;
	struct vfs_seal *vfs; /* NULL: the system's */
	sqlite3 *sqlite;
	char path[300];
};

static void must(int rc, sqlite3 *sqlite, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "bench_cache: %s: %s\n", what, sqlite3_errmsg(sqlite));
	exit(1);
}

static void run(struct side *side, const char *sql)
{
	must(sqlite3_exec(side->sqlite, sql, NULL, NULL, NULL), side->sqlite, sql);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void open_side(struct side *side)
{
	int reserve = VFS_RESERVE;

	must(sqlite3_open_v2(side->path, &side->sqlite,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
			     side->vfs ? vfs_seal_name(side->vfs) : NULL),
	     side->sqlite, "open");
	run(side, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;"
		  "PRAGMA secure_delete=ON; PRAGMA synchronous=FULL;"
		  "PRAGMA cache_size=-2000; PRAGMA mmap_size=0");
	sqlite3_file_control(side->sqlite, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	run(side, "PRAGMA page_size=4096; PRAGMA journal_mode=MEMORY;"
		  "CREATE TABLE IF NOT EXISTS t (key INTEGER PRIMARY KEY, room INTEGER "
		  "NOT NULL,"
		  " seq INTEGER NOT NULL, body TEXT NOT NULL);"
		  "CREATE UNIQUE INDEX IF NOT EXISTS t_seq ON t (room, seq);"
		  "PRAGMA journal_mode=WAL");
}

static void insert(struct side *side, int first, int count, int batch)
{
	static const char body[] =
		"The quick brown fox jumps over the lazy dog, again and again.";
	sqlite3_stmt *stmt;

	must(sqlite3_prepare_v2(side->sqlite, "INSERT INTO t VALUES (?1, ?2, ?3, ?4)", -1,
				&stmt, NULL),
	     side->sqlite, "insert");
	for (int i = first; i < first + count; i++) {
		if ((i - first) % batch == 0)
			run(side, "BEGIN");
		sqlite3_bind_int(stmt, 1, i);
		sqlite3_bind_int(stmt, 2, i % 75);
		sqlite3_bind_int(stmt, 3, i / 75);
		sqlite3_bind_text(stmt, 4, body, -1, SQLITE_STATIC);
		must(sqlite3_step(stmt), side->sqlite, "insert");
		sqlite3_reset(stmt);
		if ((i - first) % batch == batch - 1)
			run(side, "COMMIT");
	}
	sqlite3_finalize(stmt);
}

static double insert_single(struct side *side)
{
	double start = now();

	insert(side, ROWS, 500, 1);
	return now() - start;
}

static double insert_batch(struct side *side)
{
	double start = now();

	insert(side, 0, ROWS, 100);
	return now() - start;
}

/* The newest 200 of each room: a scroll back, 75 times. */
static double read_pages(struct side *side)
{
	sqlite3_stmt *stmt;
	double start = now();
	long bytes = 0;

	must(sqlite3_prepare_v2(
		     side->sqlite,
		     "SELECT body FROM t WHERE room = ?1 ORDER BY seq DESC LIMIT 200", -1,
		     &stmt, NULL),
	     side->sqlite, "page");
	for (int room = 0; room < 75; room++) {
		sqlite3_bind_int(stmt, 1, room);
		while (sqlite3_step(stmt) == SQLITE_ROW)
			bytes += sqlite3_column_bytes(stmt, 0);
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	return bytes > 0 ? now() - start : 0;
}

static double read_all(struct side *side)
{
	double start = now();

	run(side, "SELECT sum(length(body)) FROM t");
	return now() - start;
}

static double reopen(struct side *side)
{
	sqlite3_close(side->sqlite);
	double start = now();
	open_side(side);
	run(side, "SELECT count(*) FROM t WHERE room = 7 AND seq = 7");
	return now() - start;
}

static const struct {
	const char *name;
	double (*run)(struct side *side);
} works[] = {
	{"insert, 100 a transaction", insert_batch},
	{"insert, one a transaction", insert_single},
	{"open and read one row", reopen},
	{"200 newest of 75 rooms", read_pages},
	{"read everything", read_all},
};

int main(void)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	struct side sides[2] = {{.name = "plain"}, {.name = "sealed"}};
	char dir[] = "bench-cache-XXXXXX";

	memset(secret_room(&key, KEY_LEN), 1, KEY_LEN);
	if (!mkdtemp(dir) || vfs_seal_new(&key, NULL, &sides[1].vfs) != ERR_OK)
		return 1;
	for (size_t i = 0; i < 2; i++) {
		snprintf(sides[i].path, sizeof(sides[i].path), "%s/%s.db", dir,
			 sides[i].name);
		open_side(&sides[i]);
	}
	printf("%-28s %10s %10s %6s\n", "200,000 rows, 2 MB of cache", "plain ms",
	       "sealed ms", "ratio");
	for (size_t i = 0; i < ARRAY_LEN(works); i++) {
		double plain = works[i].run(&sides[0]), sealed = works[i].run(&sides[1]);
		printf("%-28s %10.1f %10.1f %6.2f\n", works[i].name, plain, sealed,
		       sealed / plain);
	}
	for (size_t i = 0; i < 2; i++) {
		sqlite3_close(sides[i].sqlite);
		unlink(sides[i].path);
	}
	vfs_seal_free(&sides[1].vfs);
	return rmdir(dir);
}
