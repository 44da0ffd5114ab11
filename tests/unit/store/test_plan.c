/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How SQLite finds what each row of stmt.def asks for: no statement may walk a table that
 * grows with use, and those that page through a log read it in its order, without sorting.
 */
#include <stdio.h>

#include <sqlite3.h>

#include "common/sqlite/tokenizer.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

/* The steps that walk a table or an index on purpose, in groups by the reason. */
static const struct {
	enum stmt stmt;
	const char *step;
} walks[] = {
	/* few rows, and only they are in the index */
	{STMT_member_rooms, "SCAN room USING INDEX room_broadcast"},
	{STMT_notification_list, "SCAN b USING INDEX room_broadcast"},
	{STMT_blob_unused, "SCAN blob USING INDEX blob_unused"},
	{STMT_file_of_dead_room, "SCAN r USING INDEX room_deleted"},
	{STMT_room_broadcast, "SCAN room USING INDEX room_broadcast"},
	{STMT_room_of_all, "SCAN room USING INDEX room_everyone"},
	{STMT_view_digest, "SCAN r USING INDEX room_broadcast"},
	/* the slice that an inner select has cut */
	{STMT_mail_count, "SCAN k"},
	{STMT_notification_fresh, "SCAN k"},
	{STMT_notification_list, "SCAN j"},
	{STMT_notification_list, "SCAN k"},
	{STMT_notification_list, "SCAN q"},
	{STMT_bot_count, "SCAN k"},
	{STMT_hook_behind, "SCAN k"},
	{STMT_hook_count, "SCAN k"},
	{STMT_hook_outs, "SCAN k"},
	{STMT_posting_count, "SCAN k"},
	{STMT_posting_queue, "SCAN k"},
	{STMT_view_digest, "SCAN k"},
	{STMT_view_public, "SCAN k"},
	/* the directory of public rooms: sorted by activity, which changes with each message */
	{STMT_view_public, "SCAN room USING INDEX room_public"},
	/* small tables */
	{STMT_account_erase_uids, "SCAN unix_uid"},
	{STMT_invite_expire, "SCAN invite"},
	{STMT_mail_count, "SCAN mail USING COVERING INDEX mail_due"},
	{STMT_posting_count, "SCAN posting USING COVERING INDEX posting_queue"},
	/* once, at the start of the server */
	{STMT_bot_token_live, "SCAN t"},
	/* one row, from the end of the table */
	{STMT_audit_last, "SCAN audit"},
	{STMT_notification_end, "SCAN notification"},
	{STMT_search_back, "SCAN x"},
	/* once in the life of a copy, or when a person asks */
	{STMT_account_count, "SCAN account"},
	{STMT_account_epochs, "SCAN account"},
	{STMT_admin_room_named, "SCAN room"},
	{STMT_export_member, "SCAN m"},
	{STMT_room_epochs, "SCAN room"},
	{STMT_stats_accounts, "SCAN account"},
	{STMT_stats_blobs, "SCAN blob"},
	{STMT_stats_events, "SCAN event USING COVERING INDEX sqlite_autoindex_event_2"},
	{STMT_stats_events, "SCAN event"},
	{STMT_stats_mail, "SCAN mail USING COVERING INDEX mail_due"},
	{STMT_stats_rooms, "SCAN room"},
	{STMT_stats_sessions, "SCAN session"},
};

static bool is_allowed(enum stmt stmt, const char *step)
{
	for (size_t i = 0; i < ARRAY_LEN(walks); i++) {
		if (walks[i].stmt == stmt && strcmp(walks[i].step, step) == 0)
			return true;
	}
	return false;
}

static bool is_walk(const char *step)
{
	return strncmp(step, "SCAN ", 5) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0 &&
	       !strstr(step, "VIRTUAL TABLE INDEX");
}

/* Pages of the log of a room, and what is sent on the way of a message. */
static bool must_not_sort(enum stmt stmt)
{
	static const enum stmt paged[] = {
		STMT_event_down,  STMT_event_down_keys, STMT_event_ord, STMT_event_time,
		STMT_event_up,    STMT_event_visible,   STMT_log_list,  STMT_seat_get,
		STMT_search_hits, STMT_search_keys,
	};

	for (size_t i = 0; i < ARRAY_LEN(paged); i++) {
		if (paged[i] == stmt)
			return true;
	}
	return false;
}

/* Append what is wrong with the plan of @id. */
static void check_plan(sqlite3 *sqlite, enum stmt id, struct str *ret_wrong)
{
	AUTO(str_done) struct str sql = STR_INIT;
	sqlite3_stmt *stmt;

	str_addf(&sql, "explain query plan %s", stmt_sql(id));
	if (sqlite3_prepare_v2(sqlite, sql.ptr, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", stmt_name(id), sqlite3_errmsg(sqlite));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);
		bool sorts = strstr(step, "TEMP B-TREE") && must_not_sort(id);
		if (sorts || (is_walk(step) && !is_allowed(id, step)))
			str_addf(ret_wrong, "%s: %s\n", stmt_name(id), step);
	}
	sqlite3_finalize(stmt);
}

static void no_statement_walks_what_grows(void **state)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(str_done) struct str wrong = STR_INIT;
	struct scratch scratch;
	struct fake_clock clock;
	struct store store;
	sqlite3 *sqlite;

	scratch_init(&scratch);
	fake_clock_init(&clock, 1700000000000);
	scratch_file(&scratch, "chat.db", &path);
	struct store_config config = {
		.driver = &driver_sqlite, .path = path.ptr, .clock = &clock.clock};
	check_ok(store_open(&store, &config));
	store_close(&store);
	assert_int_equal(sqlite3_open(path.ptr, &sqlite), SQLITE_OK);
	assert_int_equal(tokenizer_register(sqlite), SQLITE_OK);
	for (unsigned i = 0; i < STMT_COUNT; i++) {
		/* `chat-server check` reads everything */
		if (strncmp(stmt_name((enum stmt)i), "check_", 6) != 0)
			check_plan(sqlite, (enum stmt)i, &wrong);
	}
	sqlite3_close(sqlite);
	scratch_done(&scratch);
	if (wrong.len > 0) /* whole: cmocka cuts what it is told */
		fprintf(stderr, "# not allowed:\n%s", wrong.ptr);
	assert_int_equal(wrong.len, 0);
}

CHECK_MAIN(TEST(no_statement_walks_what_grows))
