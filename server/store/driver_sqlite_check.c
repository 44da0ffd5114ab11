/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite's own checks, as findings. FTS5 checks itself by an INSERT, which a connection that
 * only reads may not do, and which would hold up the writer for seconds. So the pages of the
 * index are copied into a table of the temporary schema, and that one is checked: against
 * the messages that are in the index by now, which is a view. All of it is one snapshot.
 */
#include <string.h>

#include "common/base/str.h"
#include "server/store/driver_sqlite_db.h"

struct check {
	found_fn *found;
	void *ctx;
	bool any;
};

static int on_damage(void *ctx, int count, char **texts, char **names)
{
	struct check *check = ctx;

	if (texts[0] && strcmp(texts[0], "ok") != 0) {
		check->any = true;
		check->found(texts[0], check->ctx);
	}
	return 0;
}

/* table, rowid (NULL without one), the table that is meant, number of the constraint */
static int on_orphan(void *ctx, int count, char **texts, char **names)
{
	struct check *check = ctx;
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "a row of %s (%s) points at a row of %s that is not there",
		 texts[0], texts[1] ? texts[1] : "-", texts[2]);
	check->any = true;
	check->found(text.ptr, check->ctx);
	return 0;
}

/* ---- the index of words ---- */

/* What store_search_index() has put in, in the words of stmt_search.def; the index may be
 * large, so it is copied to a file, which has no name. */
static const char copy_words[] =
	"savepoint words;"
	"create temp view indexed as select key, body from main.event"
	"  where kind = 1 and body is not null and key <= coalesce("
	"    (select num from main.meta where name = 'search_end'), 0);"
	"create virtual table temp.words using fts5 (body, content = 'indexed',"
	"  content_rowid = 'key', tokenize = 'chat remove_diacritics 2');"
	"delete from temp.words_data;"
	"insert into temp.words_data (id, block)"
	"  select id, block from main.message_fts_data;"
	"delete from temp.words_idx;"
	"insert into temp.words_idx (segid, term, pgno)"
	"  select segid, term, pgno from main.message_fts_idx;"
	"delete from temp.words_docsize;"
	"insert into temp.words_docsize (id, sz) select id, sz from "
	"main.message_fts_docsize;"
	"delete from temp.words_config;"
	"insert into temp.words_config (k, v) select k, v from main.message_fts_config;";

/* Rank 1: also against the messages. */
static const char check_words[] =
	"insert into temp.words (words, rank) values ('integrity-check', 1)";

static int run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void allow(sqlite3 *db, bool allow)
{
	/* tables behind a virtual one are written */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, !allow, NULL);
}

static int words_fit(sqlite3 *db, struct check *check)
{
	int rc = run(db, copy_words);

	if (rc == SQLITE_OK)
		rc = run(db, check_words);
	if (rc == SQLITE_CORRUPT_VTAB) {
		check->any = true;
		check->found("the index of words does not fit the messages", check->ctx);
		rc = SQLITE_OK;
	}
	run(db, "rollback to words; release words");
	return rc;
}

static int check_index(sqlite3 *db, bool query_only, struct check *check)
{
	int rc = run(db, "pragma query_only=off");

	run(db, "pragma temp_store=file"); /* refused within a transaction: then memory */
	allow(db, true);
	if (rc == SQLITE_OK)
		rc = words_fit(db, check);
	allow(db, false);
	run(db, "pragma temp_store=memory");
	int back = query_only ? run(db, "pragma query_only=on") : SQLITE_OK;
	return rc == SQLITE_OK ? back : rc;
}

enum err sqlite_db_check(void *arg, found_fn *found, void *ctx)
{
	struct sqlite_db *db = arg;
	struct check check = {.found = found, .ctx = ctx};
	int rc = sqlite3_exec(db->db, "pragma integrity_check", on_damage, &check, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->db, "pragma foreign_key_check", on_orphan, &check,
				  NULL);
	/* a damaged file says so above: what else is said then is of no use */
	if (rc == SQLITE_OK && !check.any)
		rc = check_index(db->db, db->reader, &check);
	if (rc != SQLITE_OK)
		return sqlite_db_fail(db, rc, "check");
	return check.any ? ERR_CORRUPT : ERR_OK;
}
