/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What check finds and what retention cuts, on the hall's rooms. Damage is done with SQL,
 * which nothing but a test can.
 */
#include <stdio.h>
#include <string.h>

#include "server/store/store_check.h"
#include "server/store/store_cut.h"
#include "server/store/store_notification.h"
#include "server/store/store_people.h"
#include "server/store/store_search.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

#define HOUR 3600000u

static void on_found(const char *what, void *ctx)
{
	str_addf(ctx, "%s\n", what);
}

/* What is found is one line with @words in it; nothing for NULL. */
static void expect(struct hall *hall, const char *words)
{
	AUTO(str_done) struct str found = STR_INIT;
	enum err err = store_check_rows(&hall->store, on_found, &found);

	if (!words) {
		assert_string_equal(found.ptr, "");
		check_ok(err);
		return;
	}
	check_err(err, ERR_CORRUPT);
	if (!strstr(found.ptr, words))
		print_message("# found: %s", found.ptr);
	assert_non_null(strstr(found.ptr, words));
	assert_ptr_equal(strchr(found.ptr, '\n'), found.ptr + found.len - 1);
}

static void damage(struct hall *hall, const char *sql)
{
	check_ok(hall->store.driver->script(hall->store.db, sql));
}

static struct id talk(struct hall *hall)
{
	struct id room = hall_room(hall, ROOM_PRIVATE, NULL, ALICE, WITH(BOB, CAROL));

	for (int i = 0; i < 5; i++)
		hall_say(hall, i % 3, &room, "a line", NULL);
	return room;
}

static void what_the_hall_did_is_sound(void **state)
{
	struct hall *hall = *state;

	talk(hall);
	expect(hall, NULL);
	check_ok(store_check(&hall->store));
}

static void index_all(struct hall *hall)
{
	for (bool more = true; more;)
		check_ok(store_search_index(&hall->store, 100, &more));
}

/* What no search would show: a word that leads nowhere, a message without its words. */
static void the_index_of_words_is_checked(void **state)
{
	static const char forget[] =
		"insert into message_fts (message_fts, rowid, body)"
		" select 'delete', key, body from event where kind = 1 and seq = 6";
	static const char *const harms[] = {
		"update event set body = 'another line' where kind = 1 and seq = 6",
		"update event set body = null where kind = 1 and seq = 6",
		"insert into message_fts (rowid, body) values (4711, 'from nowhere')",
		forget,
	};
	struct hall *hall = *state;

	for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
		AUTO(str_done) struct str found = STR_INIT;
		const struct driver *driver = hall->store.driver;
		talk(hall);
		check_ok(driver->check(hall->store.db, on_found, &found));
		index_all(hall);
		talk(hall); /* not in the index yet */
		check_ok(driver->check(hall->store.db, on_found, &found));
		assert_string_equal(found.ptr, "");
		damage(hall, "savepoint harm");
		damage(hall, harms[i]);
		check_err(driver->check(hall->store.db, on_found, &found), ERR_CORRUPT);
		assert_string_equal(found.ptr,
				    "the index of words does not fit the messages\n");
		damage(hall, "rollback to harm; release harm");
		str_clear(&found);
		check_ok(driver->check(hall->store.db, on_found, &found));
	}
}

/* More than fits into a slice: words of their own, so that the index is large. */
static void say_much(struct hall *hall, const struct id *room)
{
	char text[200];

	for (unsigned i = 0; i < 3000; i++) {
		size_t len = 0;
		for (unsigned word = 0; word < 12; word++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "w%ux%u ",
						i, word * 7919);
		hall_say(hall, ALICE, room, text, NULL);
	}
}

static void words_taken_out_leave_the_index_slice_by_slice(void **state)
{
	struct hall *hall = *state;
	struct id room = talk(hall);
	unsigned slices = 0;

	say_much(hall, &room);
	index_all(hall);
	check_ok(store_search_change(&hall->store, 6, bytes_text("a line"),
				     bytes_text("another")));
	for (bool more = true; more; slices++) {
		assert_in_range(slices, 0, 1000);
		check_ok(store_search_tidy(&hall->store, 0, &more));
	}
	assert_true(slices > 2);
}

static void each_rule_finds_its_damage(void **state)
{
	static const struct {
		const char *harm, *heal, *words;
	} cases[] = {
		{"update room set head = head + 1", "update room set head = head - 1",
		 "newest event"},
		{"update room set ord = ord + 1", "update room set ord = ord - 1",
		 "unread-worthy"},
		{"update room set members = 9", "update room set members = 3",
		 "members as counted: 9, members there: 3"},
		{"update event set ts = ts - 1000 where seq = 5",
		 "update event set ts = ts + 1000 where seq = 5", "older than"},
		{"update member set got_seq = 99 where account = 1",
		 "update member set got_seq = 0 where account = 1", "has read up to"},
		{"update account set files = 7 where name = 'alice'",
		 "update account set files = 0", "user alice: bytes"},
		{"update account set useq = useq - 1 where name = 'bob'",
		 "update account set useq = useq + 1 where name = 'bob'",
		 "user bob: head of the log"},
		{"insert into blob (hash, size, refs, created_ms) values (x'abcd', 1, 2, "
		 "0)",
		 "delete from blob", "file abcd: uses as counted: 2, uses there: 0"},
		{"insert into thread (root, room, replies, last_seq, last_ts)"
		 " select key, room, 0, 1, 1 from event where seq = 4;"
		 "update event set thread = (select cid from event where seq = 4)"
		 " where seq = 5",
		 "update event set thread = null; delete from thread", "replies"},
		{"delete from event where seq = 5", NULL, "in its sequence"},
	};
	struct hall *hall = *state;

	talk(hall);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		damage(hall, cases[i].harm);
		expect(hall, cases[i].words);
		if (cases[i].heal) {
			damage(hall, cases[i].heal);
			expect(hall, NULL);
		}
	}
}

static void an_orphan_is_named_by_the_engine(void **state)
{
	struct hall *hall = *state;
	AUTO(str_done) struct str found = STR_INIT;

	talk(hall);
	damage(hall,
	       "pragma foreign_keys = off; update event set sender = 4711 where seq = 5;"
	       "pragma foreign_keys = on");
	check_err(hall->store.driver->check(hall->store.db, on_found, &found),
		  ERR_CORRUPT);
	assert_non_null(strstr(found.ptr, "a row of event"));
	assert_non_null(strstr(found.ptr, "a row of account"));
}

/* Cut all that is due, slice by slice; returns how many events went. */
static size_t cut(struct hall *hall, uint64_t usual_ms, size_t limit)
{
	struct cut_row rows[8];
	size_t count, total = 0, gone;

	check_ok(store_cut_due(&hall->store, store_now(&hall->store), usual_ms, 0, 8,
			       rows, &count));
	for (size_t i = 0; i < count; i++) {
		do {
			check_ok(store_cut(&hall->store, &rows[i],
					   store_now(&hall->store), limit, &gone));
			assert_true(gone <= limit);
			total += gone;
		} while (gone > 0);
	}
	return total;
}

static void what_is_old_goes_and_the_rest_stays_dense(void **state)
{
	struct hall *hall = *state;
	struct id room = talk(hall);
	AUTO(str_done) struct str texts = STR_INIT;
	struct sync_page page;

	hall->clock.ms += 2 * HOUR;
	hall_say(hall, ALICE, &room, "new", NULL);
	assert_int_equal(cut(hall, 3 * HOUR, 3), 0);
	assert_true(cut(hall, HOUR, 3) >= 5);
	expect(hall, NULL);
	check_ok(store_check(&hall->store));
	check_ok(sync_fetch(&hall->store, &hall->who[BOB], &room, FETCH_BEFORE, 0, 50,
			    &page));
	hall_texts(&page.events, &texts);
	assert_int_equal(page.events.count, 1);
	assert_non_null(strstr(texts.ptr, "new"));
	assert_true(page.complete_before);
	sync_page_done(&page);
}

/* How many messages have @words in them, for all that alice may see. */
static size_t count_found(struct hall *hall, const char *words)
{
	struct search_filter filter = {.match = words};
	struct event_list list = {0};
	int64_t below;

	check_ok(store_search(&hall->store, hall->keys[ALICE], &filter, 50, &list,
			      &below));
	size_t count = list.count;
	event_list_done(&list);
	return count;
}

static void keys_that_come_back_are_found_and_can_be_changed(void **state)
{
	struct hall *hall = *state;
	struct post_ack ack;
	struct post post = {0};

	talk(hall);
	index_all(hall);
	hall->clock.ms += 2 * HOUR;
	assert_true(cut(hall, HOUR, 3) >= 5); /* the newest of all is among them */
	check_ok(store_check(&hall->store));
	struct id room = talk(hall);
	hall_say(hall, ALICE, &room, "a line", &post.target);
	index_all(hall);
	assert_int_equal(count_found(hall, "\"line\""), 6);
	post.room = room;
	post.cid = hall_cid(hall);
	check_ok(post_delete(&hall->store, &hall->who[ALICE], &post, &ack,
			     hall_news(hall)));
	assert_int_equal(count_found(hall, "\"line\""), 5);
	check_ok(store_check(&hall->store));
	hall->clock.ms += 2 * HOUR;
	assert_true(cut(hall, HOUR, 3) >= 6);
	assert_int_equal(count_found(hall, "\"line\""), 0);
	check_ok(store_check(&hall->store));
}

/* As a program left it that did not let its end go back. */
static void an_index_that_nobody_knows_the_end_of_is_made_anew(void **state)
{
	struct hall *hall = *state;
	int64_t upto;

	talk(hall);
	index_all(hall);
	damage(hall, "insert into message_fts (message_fts, rowid, body)"
		     " select 'delete', key, body from event where kind = 1 and seq >= 5;"
		     "update meta set name = 'search_upto', num = 4711"
		     " where name = 'search_end'");
	talk(hall);
	assert_true(count_found(hall, "\"line\"") < 5);
	index_all(hall);
	assert_int_equal(count_found(hall, "\"line\""), 10);
	check_ok(store_check(&hall->store));
	check_err(store_num(&hall->store, STMT_meta_get,
			    VALUES(value_text(bytes_text("search_upto"))), &upto),
		  ERR_NOT_FOUND);
}

static void note(struct hall *hall, int who)
{
	check_ok(store_notification_add(
		&hall->store, &(struct notification_new){.account = hall->keys[who],
							 .why = WHY_INVITE,
							 .sender = hall->keys[ALICE]}));
}

/* Who tells of new ones goes on behind the last key that it has seen. */
static void a_notification_is_fresh_though_the_newest_were_removed(void **state)
{
	struct hall *hall = *state;

	for (int i = 0; i < 2; i++) {
		struct notification_list list = {0};
		int64_t last;
		note(hall, CAROL);
		note(hall, BOB);
		check_ok(store_notification_last(&hall->store, &last));
		if (i == 0) {
			check_ok(store_account_empty(&hall->store, hall->keys[BOB]));
		} else {
			hall->clock.ms += HOUR;
			check_ok(store_notification_prune(&hall->store,
							  store_now(&hall->store), 100));
		}
		note(hall, CAROL);
		check_ok(store_notification_fresh(&hall->store, last, 10, &list));
		assert_int_equal(list.count, 1);
		notification_list_done(&list);
	}
}

static void what_hangs_on_old_events_goes_with_them(void **state)
{
	struct hall *hall = *state;

	talk(hall);
	damage(hall,
	       "insert into reaction (event, account, emoji, ts)"
	       " select key, 1, '+', 1 from event where seq = 5;"
	       "insert into pin (room, event, pinned_by, ts)"
	       " select room, key, 1, 1 from event where seq = 5;"
	       "insert into edit_version (event, seq, ts, body)"
	       " select key, 5, 1, 'before' from event where seq = 5;"
	       "insert into thread (root, room, replies, last_seq, last_ts)"
	       " select key, room, 0, 1, 1 from event where seq = 5;"
	       "insert into thread_member (root, account, follows)"
	       " select key, 1, 1 from event where seq = 5;"
	       "insert into file (id, account, size, created_ms)"
	       " values (zeroblob(16), 1, 0, 0);"
	       "insert into event_file (event, file) select key, 1 from event where seq "
	       "= 5;"
	       "insert into report (id, room, event, reporter, why, ts)"
	       " select zeroblob(16), room, key, 1, 'why', 1 from event where seq = 5");
	hall->clock.ms += 2 * HOUR;
	assert_true(cut(hall, HOUR, 200) >= 5);
	check_ok(store_check(&hall->store));
	damage(hall,
	       "insert into meta (name, num) select 'left', "
	       "(select count(*) from reaction) + (select count(*) from pin) +"
	       "(select count(*) from edit_version) + (select count(*) from thread) +"
	       "(select count(*) from thread_member) + (select count(*) from mention) +"
	       "(select count(*) from event_file) + (select count(*) from event) +"
	       "(select count(*) from report where event is not null) +"
	       "(select count(*) from file where expires_ms is null)");
	int64_t left = -1;
	check_ok(store_num(&hall->store, STMT_meta_get,
			   VALUES(value_text(bytes_text("left"))), &left));
	assert_int_equal(left, 0);
}

static void a_room_of_its_own_time_keeps_it(void **state)
{
	struct hall *hall = *state;
	struct id forever = talk(hall), brief = talk(hall);
	int64_t ms = 0;

	check_ok(store_room_set_retention(&hall->store, &forever, 0));
	check_ok(store_room_set_retention(&hall->store, &brief, HOUR));
	check_ok(store_room_retention(&hall->store, &brief, &ms));
	assert_int_equal(ms, HOUR);
	hall->clock.ms += 2 * HOUR;
	assert_true(cut(hall, 0, 200) > 0);
	struct room_view view = hall_view(hall, ALICE, &forever);
	assert_int_equal(cut(hall, HOUR, 200), 0);
	assert_true(view.room.head >= 5);
	check_ok(store_room_set_retention(&hall->store, &forever, -1));
	assert_true(cut(hall, HOUR, 200) >= 5);
	check_err(store_room_set_retention(&hall->store, &(struct id){{1}}, 0),
		  ERR_NO_ROOM);
}

static void stats_count_what_is_there(void **state)
{
	struct hall *hall = *state;
	struct store_stats stats;

	talk(hall);
	check_ok(store_stats(&hall->store, &stats));
	assert_int_equal(stats.people, PEOPLE);
	assert_int_equal(stats.private, 1);
	assert_true(stats.events >= 5);
	assert_int_equal(stats.oldest_ms, hall->clock.ms);
	assert_true(stats.size.pages > 10 && stats.size.page_bytes == 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HALL_TEST(what_the_hall_did_is_sound),
		HALL_TEST(the_index_of_words_is_checked),
		HALL_TEST(words_taken_out_leave_the_index_slice_by_slice),
		HALL_TEST(each_rule_finds_its_damage),
		HALL_TEST(an_orphan_is_named_by_the_engine),
		HALL_TEST(what_is_old_goes_and_the_rest_stays_dense),
		HALL_TEST(keys_that_come_back_are_found_and_can_be_changed),
		HALL_TEST(an_index_that_nobody_knows_the_end_of_is_made_anew),
		HALL_TEST(a_notification_is_fresh_though_the_newest_were_removed),
		HALL_TEST(what_hangs_on_old_events_goes_with_them),
		HALL_TEST(a_room_of_its_own_time_keeps_it),
		HALL_TEST(stats_count_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
