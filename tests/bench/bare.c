/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of the statements come from the server's table, the settings of the connection
 * are those of its driver: one insert for each message; then, once per transaction, the
 * head of each room and the counter of each member that took part. The log is moved into
 * the file when it is as long as the server lets it become.
 */
#include "tests/bench/bare.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/clock_real.h"
#include "common/proto/kind.h"
#include "server/store/driver.h"
#include "tests/bench/daemon.h"
#include "tests/bench/mark.h"

enum {
	ARGS = 16,
	LOG_PAGES = 4096,
	LOG_GROUP = 2000,
	DISK_WRITES = 200,
	DISK_BYTES = 4096
};

struct place_of {
	sqlite3_int64 room, account, head, ord;
};

struct bare {
	sqlite3 *db;
	sqlite3_stmt *event, *room, *member, *begin, *commit;
	int log_pages;
	struct place_of *senders;
	unsigned count;
	struct clock clock;
	uint64_t number;
};

static void must(struct bare *bare, int rc, const char *what)
{
	if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		give_up("%s: %s", what, sqlite3_errmsg(bare->db));
}

static sqlite3_stmt *prepare(struct bare *bare, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	must(bare,
	     sqlite3_prepare_v3(bare->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
				NULL),
	     sql);
	return stmt;
}

/* SQLite numbers $n by first appearance; what is not bound is NULL. */
static int slot(sqlite3_stmt *stmt, unsigned number)
{
	char name[8];

	snprintf(name, sizeof(name), "$%u", number);
	return sqlite3_bind_parameter_index(stmt, name);
}

static void bind_numbers(sqlite3_stmt *stmt, const sqlite3_int64 *values, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sqlite3_bind_int64(stmt, slot(stmt, i + 1), values[i]);
}

static void run(struct bare *bare, sqlite3_stmt *stmt)
{
	must(bare, sqlite3_step(stmt), "step");
	must(bare, sqlite3_reset(stmt), "reset");
}

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	((struct bare *)ctx)->log_pages = pages;
	return SQLITE_OK;
}

static void open_bare(struct bare *bare, const char *path)
{
	must(bare, sqlite3_open(path, &bare->db), path);
	must(bare,
	     sqlite3_exec(bare->db,
			  "pragma foreign_keys=on; pragma trusted_schema=off;"
			  "pragma temp_store=memory; pragma mmap_size=0;"
			  "pragma cache_size=-16000; pragma synchronous=full;"
			  "pragma wal_autocheckpoint=0; pragma journal_mode=wal",
			  NULL, NULL, NULL),
	     "settings");
	sqlite3_wal_hook(bare->db, on_commit, bare);
	bare->event = prepare(bare, stmt_sql(STMT_event_add));
	bare->room = prepare(bare, stmt_sql(STMT_room_head));
	bare->member = prepare(bare, stmt_sql(STMT_member_said));
	bare->begin = prepare(bare, "begin immediate");
	bare->commit = prepare(bare, "commit");
}

void bare_free(struct bare **pointer)
{
	struct bare *bare = *pointer;

	if (!bare)
		return;
	sqlite3_finalize(bare->event);
	sqlite3_finalize(bare->room);
	sqlite3_finalize(bare->member);
	sqlite3_finalize(bare->begin);
	sqlite3_finalize(bare->commit);
	sqlite3_close(bare->db);
	mem_free(bare->senders);
	mem_free(bare);
	*pointer = NULL;
}

static void find_senders(struct bare *bare)
{
	sqlite3_stmt *stmt =
		prepare(bare, "select m.room, m.account, r.head, r.ord"
			      " from account a join member m on m.account = a.key"
			      " join room r on r.key = m.room"
			      " where a.name = 'user' || ?1");

	bare->senders = mem_alloc(bare->count, sizeof(*bare->senders));
	for (unsigned i = 0; i < bare->count; i++) {
		sqlite3_bind_int64(stmt, 1, i);
		if (sqlite3_step(stmt) != SQLITE_ROW)
			give_up("no user%u in the database", i);
		bare->senders[i] = (struct place_of){
			.room = sqlite3_column_int64(stmt, 0),
			.account = sqlite3_column_int64(stmt, 1),
			.head = sqlite3_column_int64(stmt, 2),
			.ord = sqlite3_column_int64(stmt, 3),
		};
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
}

static void add_event(struct bare *bare, struct place_of *at, sqlite3_int64 now_ms)
{
	struct mark mark = {.who = 0xfffffe, .number = (uint32_t)bare->number++};
	uint8_t random[10] = {0};
	char text[MARK_TEXT];

	mark_write(&mark, text);
	memcpy(random + 3, &bare->number, 7); /* behind the bits of version and variant */
	struct id cid = id_v7((uint64_t)now_ms, random);
	bind_numbers(bare->event,
		     (sqlite3_int64[]){at->room, ++at->head, ++at->ord, now_ms,
				       EVENT_MESSAGE, at->account},
		     6);
	sqlite3_bind_blob(bare->event, slot(bare->event, 8), cid.bytes, ID_LEN,
			  SQLITE_STATIC);
	sqlite3_bind_text(bare->event, slot(bare->event, 12), text, MARK_TEXT,
			  SQLITE_STATIC);
	sqlite3_bind_int64(bare->event, slot(bare->event, 14), 0);
	run(bare, bare->event);
}

static void write_group(struct bare *bare, unsigned group)
{
	unsigned senders = bare->count;
	sqlite3_int64 now_ms = (sqlite3_int64)clock_now_ms(&bare->clock);
	unsigned first = (unsigned)(bare->number % senders);

	run(bare, bare->begin);
	for (unsigned i = 0; i < group; i++)
		add_event(bare, &bare->senders[(first + i) % senders], now_ms);
	for (unsigned i = 0; i < group && i < senders; i++) {
		struct place_of *at = &bare->senders[(first + i) % senders];
		bind_numbers(bare->room,
			     (sqlite3_int64[]){at->room, at->head, at->ord, now_ms, 1},
			     5);
		run(bare, bare->room);
		bind_numbers(bare->member,
			     (sqlite3_int64[]){at->room, at->account, 1, now_ms}, 4);
		run(bare, bare->member);
	}
	run(bare, bare->commit);
	if (bare->log_pages > LOG_PAGES) {
		must(bare,
		     sqlite3_wal_checkpoint_v2(bare->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
					       NULL, NULL),
		     "checkpoint");
		bare->log_pages = 0;
	}
}

/* Until the log has its full length once: from then on it is overwritten, which a disk does
 * faster than making a file longer. A server is in that state most of its life. */
static void stretch_log(struct bare *bare)
{
	do
		write_group(bare, LOG_GROUP);
	while (bare->log_pages > 0);
}

struct bare *bare_new(const char *path, unsigned senders)
{
	struct bare *bare = mem_new(struct bare);

	*bare = (struct bare){.clock = clock_real(), .count = senders};
	open_bare(bare, path);
	find_senders(bare);
	stretch_log(bare);
	return bare;
}

uint64_t bare_send(struct bare *bare, unsigned group, double seconds)
{
	uint64_t before = bare->number;
	double until = now_s() + seconds;

	while (now_s() < until)
		write_group(bare, group);
	return bare->number - before;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bare_disk(const char *folder, double *ret_p50, double *ret_p99)
{
	AUTO(str_done) struct str path = STR_INIT;
	double took[DISK_WRITES];
	char page[DISK_BYTES];

	memset(page, 'x', sizeof(page));
	str_addf(&path, "%s/disk", folder);
	int fd = open(path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (unsigned i = 0; i < DISK_WRITES; i++) {
		double start = now_s();
		if (write(fd, page, sizeof(page)) != sizeof(page) || fdatasync(fd) != 0)
			give_up("%s: %s", path.ptr, strerror(errno));
		took[i] = (now_s() - start) * 1000;
	}
	close(fd);
	unlink(path.ptr);
	qsort(took, DISK_WRITES, sizeof(*took), by_value);
	*ret_p50 = took[DISK_WRITES / 2];
	*ret_p99 = took[DISK_WRITES * 99 / 100];
}
