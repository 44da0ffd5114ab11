/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Catching up: pages, replay, intervals, unread, the user's log.
 */
#include "server/core/sync.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/store/store_log.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

static void say_many(struct hall *hall, int who, const struct id *room, int count)
{
	for (int i = 0; i < count; i++) {
		char text[16];
		snprintf(text, sizeof(text), "%d", i);
		hall_say(hall, who, room, text, NULL);
	}
}

/* Fetch, and compare with "seq:text …" and the two flags. */
static void expect_page(struct hall *hall, int who, const struct id *room,
			enum fetch_where where, uint64_t at, size_t limit,
			const char *texts, bool before, bool after)
{
	AUTO(str_done) struct str got = STR_INIT;
	struct sync_page page;

	check_ok(
		sync_fetch(&hall->store, &hall->who[who], room, where, at, limit, &page));
	hall_texts(&page.events, &got);
	assert_string_equal(got.ptr, texts);
	assert_int_equal(page.complete_before, before);
	assert_int_equal(page.complete_after, after);
	sync_page_done(&page);
}

static void pages_say_whether_there_is_more(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB));

	expect_page(hall, BOB, &room, FETCH_BEFORE, 0, 3, "", true, true);
	say_many(hall, ALICE, &room, 6); /* seq 1 to 6, texts 0 to 5 */
	expect_page(hall, BOB, &room, FETCH_BEFORE, 0, 3, "4:3 5:4 6:5", false, true);
	expect_page(hall, BOB, &room, FETCH_BEFORE, 4, 3, "1:0 2:1 3:2", true, false);
	expect_page(hall, BOB, &room, FETCH_BEFORE, 4, 9, "1:0 2:1 3:2", true, false);
	expect_page(hall, BOB, &room, FETCH_BEFORE, 1, 3, "", true, false);
	expect_page(hall, BOB, &room, FETCH_AFTER, 0, 4, "1:0 2:1 3:2 4:3", true, false);
	expect_page(hall, BOB, &room, FETCH_AFTER, 4, 4, "5:4 6:5", false, true);
	expect_page(hall, BOB, &room, FETCH_AFTER, 6, 4, "", false, true);
	expect_page(hall, BOB, &room, FETCH_AFTER, 9999, 4, "", false, true);
	expect_page(hall, BOB, &room, FETCH_AROUND, 3, 4, "1:0 2:1 3:2 4:3", true, false);
	expect_page(hall, BOB, &room, FETCH_AROUND, 6, 3, "5:4 6:5", false, true);
	expect_page(hall, BOB, &room, FETCH_AROUND, 0, 2, "1:0", true, false);
}

static void a_page_ends_early_rather_than_grow(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB));
	char *big = calloc(1, LIMIT_TEXT + 1);
	struct sync_page page;

	for (int i = 0; i < LIMIT_TEXT; i++) {
		big[i] = '"'; /* two characters each in JSON */
	}
	for (int i = 0; i < 20; i++) {
		hall_say(hall, ALICE, &room, big, NULL);
	}
	free(big);
	check_ok(sync_fetch(&hall->store, &hall->who[BOB], &room, FETCH_BEFORE, 0, 20,
			    &page));
	assert_int_equal(page.last, 20);
	assert_in_range(page.events.count, 6, 8);
	assert_false(page.complete_before);
	assert_true(page.complete_after);
	sync_page_done(&page);
	check_ok(sync_fetch(&hall->store, &hall->who[BOB], &room, FETCH_AFTER, 0, 20,
			    &page));
	assert_int_equal(page.first, 1);
	assert_false(page.complete_after);
	sync_page_done(&page);
	check_ok(sync_fetch(&hall->store, &hall->who[BOB], &room, FETCH_AROUND, 10, 20,
			    &page));
	assert_true(page.first <= 10 && page.last >= 10);
	assert_int_equal(page.events.count, page.last - page.first + 1);
	assert_false(page.complete_before);
	sync_page_done(&page);
	struct sync_resume resume;
	check_ok(sync_resume(&hall->store, &hall->who[BOB], &room, 1, 0, &resume));
	assert_false(resume.recovered);
	sync_resume_done(&resume);
}

static void history_of_a_private_room_is_what_one_was_there_for(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PRIVATE, "plans", ALICE, NOBODY_ELSE),
		  hidden;
	struct member_act bob = {.room = room, .user = hall->who[BOB].user};
	struct event_row event;

	hall_say(hall, ALICE, &room, "secret", &hidden); /* 2 */
	check_ok(member_invite(&hall->store, &hall->who[ALICE], &bob,
			       hall_news(hall)));        /* 3 */
	hall_say(hall, ALICE, &room, "hello bob", NULL); /* 4 */
	check_ok(member_kick(&hall->store, &hall->who[ALICE], &bob,
			     hall_news(hall))); /* 5 */
	struct sync_page page;
	check_err(sync_fetch(&hall->store, &hall->who[BOB], &room, FETCH_BEFORE, 0, 9,
			     &page),
		  ERR_NO_ROOM);
	hall_say(hall, ALICE, &room, "he is gone", NULL); /* 6 */
	check_ok(member_invite(&hall->store, &hall->who[ALICE], &bob,
			       hall_news(hall)));         /* 7 */
	hall_say(hall, ALICE, &room, "back again", NULL); /* 8 */
	expect_page(hall, BOB, &room, FETCH_BEFORE, 0, 9,
		    "3:- 4:hello bob 5:- 7:- 8:back again", true, true);
	expect_page(hall, BOB, &room, FETCH_BEFORE, 7, 1, "5:-", false, false);
	expect_page(hall, BOB, &room, FETCH_AFTER, 1, 2, "3:- 4:hello bob", true, false);
	expect_page(hall, BOB, &room, FETCH_AROUND, 6, 2, "5:- 7:-", false, false);
	expect_page(hall, ALICE, &room, FETCH_AFTER, 5, 9,
		    "6:he is gone 7:- 8:back again", false, true);
	check_err(post_get(&hall->store, &hall->who[BOB], &hidden, &event),
		  ERR_NOT_FOUND);
	struct post react = {.cid = hall_cid(hall),
			     .room = room,
			     .target = hidden,
			     .text = bytes_text("+1")};
	struct post_ack ack;
	check_err(
		post_react(&hall->store, &hall->who[BOB], &react, &ack, hall_news(hall)),
		ERR_NOT_FOUND);
	struct sync_resume resume;
	check_ok(sync_resume(&hall->store, &hall->who[BOB], &room, 1, 4, &resume));
	assert_false(resume.recovered); /* 6 was not for bob */
	sync_resume_done(&resume);
	check_ok(sync_resume(&hall->store, &hall->who[BOB], &room, 1, 7, &resume));
	assert_true(resume.recovered);
	assert_int_equal(resume.events.count, 1);
	sync_resume_done(&resume);
}

static void a_resume_is_whole_or_says_that_it_is_not(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB));
	static const struct {
		uint64_t epoch, seq;
		bool recovered;
		const char *why;
		size_t count;
	} rows[] = {
		{1, LIMIT_REPLAY + 5, true, NULL, 0},
		{1, LIMIT_REPLAY + 4, true, NULL, 1},
		{1, 5, true, NULL, LIMIT_REPLAY},
		{1, 4, false, "gap", 0},
		{1, 0, false, "gap", 0},
		{2, 5, false, "epoch", 0},
		{0, 0, false, "epoch", 0},
		{1, LIMIT_REPLAY + 6, false, "ahead", 0},
	};

	say_many(hall, ALICE, &room, LIMIT_REPLAY + 5);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sync_resume resume;
		check_ok(sync_resume(&hall->store, &hall->who[BOB], &room, rows[i].epoch,
				     rows[i].seq, &resume));
		assert_int_equal(resume.epoch, 1);
		assert_int_equal(resume.head, LIMIT_REPLAY + 5);
		assert_int_equal(resume.recovered, rows[i].recovered);
		assert_int_equal(resume.events.count, rows[i].count);
		if (rows[i].why) {
			assert_string_equal(resume.why, rows[i].why);
		} else if (rows[i].count) {
			assert_int_equal(resume.events.rows[0].seq, rows[i].seq + 1);
		}
		sync_resume_done(&resume);
	}
}

static void unread_is_what_others_said_after_the_marker(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB)), cid;

	say_many(hall, ALICE, &room, 3);            /* 1 2 3 */
	hall_say(hall, BOB, &room, "mine", NULL);   /* 4 */
	hall_say(hall, BOB, &room, "mine", NULL);   /* 5 */
	hall_say(hall, ALICE, &room, "hers", &cid); /* 6 */
	assert_int_equal(hall_view(hall, BOB, &room).unread, 4);
	assert_int_equal(hall_view(hall, ALICE, &room).unread, 2);
	check_ok(receipt_read(&hall->store, &hall->who[BOB], &room, 4, hall_news(hall)));
	assert_int_equal(hall_view(hall, BOB, &room).unread, 1);
	check_ok(receipt_read(&hall->store, &hall->who[BOB], &room, 2, hall_news(hall)));
	assert_int_equal(hall->news.receipt_count, 0); /* it never goes back */
	assert_int_equal(hall_view(hall, BOB, &room).unread, 1);
	check_err(receipt_read(&hall->store, &hall->who[BOB], &room, 7, hall_news(hall)),
		  ERR_BAD);
	struct post react = {.cid = hall_cid(hall),
			     .room = room,
			     .target = cid,
			     .text = bytes_text("+1")};
	struct post_ack ack;
	check_ok(post_react(&hall->store, &hall->who[ALICE], &react, &ack,
			    hall_news(hall)));
	assert_int_equal(hall_view(hall, BOB, &room).unread, 1); /* not worth a mark */
	check_ok(receipt_read(&hall->store, &hall->who[BOB], &room, 7, hall_news(hall)));
	assert_int_equal(hall_view(hall, BOB, &room).unread, 0);
	assert_int_equal(hall->news.receipts[0].kind, RECEIPT_READ);
	assert_int_equal(hall->news.users.rows[0].kind, USER_EVENT_READ);
}

/* Whatever the order of markers and messages, the count equals the one made by hand. */
static void unread_equals_a_count_by_hand(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB));
	int sender[301] = {0};
	uint64_t head = 0, read[2] = {0};

	srandom(7);
	for (int step = 0; step < 300; step++) {
		int who = random() % 2;
		if (random() % 3 && head < 300) {
			head = hall_say(hall, who, &room, "x", NULL);
			sender[head] = who;
		} else {
			uint64_t to = (uint64_t)random() % (head + 1);
			check_ok(receipt_read(&hall->store, &hall->who[who], &room, to,
					      hall_news(hall)));
			read[who] = to > read[who] ? to : read[who];
		}
		for (int i = 0; i < 2; i++) {
			uint64_t count = 0;
			for (uint64_t seq = read[i] + 1; seq <= head; seq++) {
				count += sender[seq] != i;
			}
			assert_int_equal(hall_view(hall, i, &room).unread, count);
		}
	}
}

static void a_marker_by_time_is_the_last_one_up_to_it(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB));
	uint64_t start = hall->clock.ms, seq;

	for (int i = 0; i < 50; i++) {
		hall_say(hall, ALICE, &room, "x", NULL); /* two in each millisecond */
		hall_say(hall, ALICE, &room, "x", NULL);
		hall->clock.ms++;
	}
	static const struct {
		int64_t after;
		uint64_t seq;
	} rows[] = {{-1, 0}, {0, 2}, {1, 4}, {24, 50}, {49, 100}, {9999, 100}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_ok(receipt_seq_at(&hall->store, &hall->who[BOB], &room,
					start + (uint64_t)rows[i].after, &seq));
		assert_int_equal(seq, rows[i].seq);
	}
}

static void delivered_means_one_device_of_every_other(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL));
	uint64_t seq = hall_say(hall, ALICE, &room, "all here?", NULL);
	struct id elsewhere = {.bytes = {77}};
	struct got_row got[] = {{elsewhere, 5}, {room, seq + 9}, {room, seq}};
	bool delivered, read;

	check_ok(receipt_got(&hall->store, &hall->who[BOB], got, 3, hall_news(hall)));
	assert_int_equal(hall->news.receipt_count, 1);
	assert_int_equal(hall->news.receipts[0].seq, seq);
	check_ok(receipt_got(&hall->store, &hall->who[BOB], got, 3, hall_news(hall)));
	assert_int_equal(hall->news.receipt_count, 0); /* another device: no news */
	check_ok(receipt_state(&hall->store, &hall->who[ALICE], &room, seq, &delivered,
			       &read));
	assert_false(delivered);
	check_ok(receipt_read(&hall->store, &hall->who[CAROL], &room, seq,
			      hall_news(hall)));
	check_ok(receipt_state(&hall->store, &hall->who[ALICE], &room, seq, &delivered,
			       &read));
	assert_true(delivered); /* who has read it has got it */
	assert_false(read);
	check_ok(
		receipt_read(&hall->store, &hall->who[BOB], &room, seq, hall_news(hall)));
	check_ok(receipt_state(&hall->store, &hall->who[ALICE], &room, seq, &delivered,
			       &read));
	assert_true(read);
}

static void the_digest_is_a_window_by_recency(void **state)
{
	struct hall *hall = *state;
	struct id rooms[5];
	struct room_list list;

	for (int i = 0; i < 5; i++) {
		char slug[16];
		snprintf(slug, sizeof(slug), "r%d", i);
		rooms[i] = hall_room(hall, ROOM_PUBLIC, slug, ALICE, NOBODY_ELSE);
		hall->clock.ms++;
	}
	hall_say(hall, ALICE, &rooms[1], "newest", NULL);
	check_ok(sync_digest(&hall->store, &hall->who[ALICE], NULL, 3, &list));
	assert_int_equal(list.count, 3);
	assert_true(list.more);
	assert_string_equal(list.rows[0].room.slug, "r1");
	assert_string_equal(list.rows[1].room.slug, "r4");
	assert_string_equal(list.rows[2].room.slug, "r3");
	struct room_cursor cursor = room_list_cursor(&list);
	room_list_done(&list);
	check_ok(sync_digest(&hall->store, &hall->who[ALICE], &cursor, 3, &list));
	assert_int_equal(list.count, 2);
	assert_false(list.more);
	assert_string_equal(list.rows[0].room.slug, "r2");
	assert_string_equal(list.rows[1].room.slug, "r0");
	room_list_done(&list);
}

/* Walk the whole stream with pages of @limit. */
static void stream(struct hall *hall, int who, struct sync_filter filter, size_t limit,
		   struct str *ret_text)
{
	bool complete = false;

	str_clear(ret_text);
	while (!complete) {
		struct sync_history history;
		check_ok(sync_history(&hall->store, &hall->who[who], &filter, limit,
				      &history));
		for (size_t i = 0; i < history.events.count; i++) {
			str_add_len(ret_text,
				    (const char *)history.events.rows[i].text.ptr,
				    history.events.rows[i].text.len);
		}
		filter.before = history.next;
		complete = history.complete;
		sync_history_done(&history);
	}
}

static void the_stream_of_everything_holds_what_one_may_see(void **state)
{
	struct hall *hall = *state;
	struct id ops = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct id plans = hall_room(hall, ROOM_PRIVATE, "plans", ALICE, NOBODY_ELSE);
	struct id pair = hall_room(hall, ROOM_DIRECT, NULL, BOB, WITH(ALICE));
	struct id others = hall_room(hall, ROOM_DIRECT, NULL, CAROL, WITH(DAVE));
	struct member_act invite = {.room = plans, .user = hall->who[BOB].user};
	AUTO(str_done) struct str text = STR_INIT;

	hall_say(hall, ALICE, &ops, "a", NULL);
	hall_say(hall, ALICE, &plans, "b", NULL);
	hall_say(hall, CAROL, &others, "c", NULL);
	hall_say(hall, BOB, &pair, "d", NULL);
	check_ok(
		member_invite(&hall->store, &hall->who[ALICE], &invite, hall_news(hall)));
	hall_say(hall, ALICE, &plans, "e", NULL);
	hall_say(hall, DAVE, &others, "f", NULL);
	hall_say(hall, BOB, &ops, "g", NULL);
	for (size_t limit = 1; limit < 6; limit++) {
		stream(hall, BOB, (struct sync_filter){0}, limit, &text);
		assert_string_equal(text.ptr, "geda");
		stream(hall, ALICE, (struct sync_filter){0}, limit, &text);
		assert_string_equal(text.ptr, "gedba");
		stream(hall, DAVE, (struct sync_filter){0}, limit, &text);
		assert_string_equal(text.ptr, "fc");
		stream(hall, BOB, (struct sync_filter){.peer = hall->who[ALICE].user},
		       limit, &text);
		assert_string_equal(text.ptr, "d");
		stream(hall, BOB, (struct sync_filter){.kind = ROOM_PUBLIC}, limit,
		       &text);
		assert_string_equal(text.ptr, "ga");
		stream(hall, BOB, (struct sync_filter){.peer = hall->who[DAVE].user},
		       limit, &text);
		assert_string_equal(text.ptr, "");
	}
}

static void the_user_log_goes_on_where_a_device_left_it(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct member_act leave = {.room = room};
	struct sync_log log;

	check_ok(sync_log(&hall->store, &hall->who[BOB], 0, 0, &log));
	assert_int_equal(log.useq, 2); /* brought in, and told so */
	assert_int_equal(log.events.count, 0);
	sync_log_done(&log);
	hall_say(hall, ALICE, &room, "x", NULL);
	check_ok(receipt_read(&hall->store, &hall->who[BOB], &room, 3, hall_news(hall)));
	check_ok(sync_log(&hall->store, &hall->who[BOB], 1, 0, &log));
	assert_false(log.reset);
	assert_int_equal(log.events.count, 3);
	assert_int_equal(log.events.rows[0].kind, USER_EVENT_ROOM);
	assert_string_equal(log.events.rows[0].info->room.slug, "ops");
	assert_int_equal(log.events.rows[2].kind, USER_EVENT_READ);
	assert_int_equal(log.events.rows[2].seq, 3);
	sync_log_done(&log);
	check_ok(member_leave(&hall->store, &hall->who[BOB], &leave, hall_news(hall)));
	check_ok(sync_log(&hall->store, &hall->who[BOB], 1, 0, &log));
	assert_null(log.events.rows[0].info); /* no look into a room that was left */
	assert_int_equal(log.events.rows[3].kind, USER_EVENT_LEFT);
	sync_log_done(&log);
	check_ok(sync_log(&hall->store, &hall->who[BOB], 2, 0, &log));
	assert_true(log.reset);
	sync_log_done(&log);
	check_ok(sync_log(&hall->store, &hall->who[BOB], 1, 99, &log));
	assert_true(log.reset);
	sync_log_done(&log);
	hall->clock.ms += 1000;
	check_ok(store_log_prune(&hall->store, hall->clock.ms, 100));
	check_ok(sync_log(&hall->store, &hall->who[BOB], 1, 1, &log));
	assert_true(log.reset); /* what was asked for is not there any more */
	sync_log_done(&log);
	check_ok(sync_log(&hall->store, &hall->who[BOB], 1, 4, &log));
	assert_false(log.reset);
	sync_log_done(&log);
}

CHECK_MAIN(HALL_TEST(pages_say_whether_there_is_more),
	   HALL_TEST(a_page_ends_early_rather_than_grow),
	   HALL_TEST(history_of_a_private_room_is_what_one_was_there_for),
	   HALL_TEST(a_resume_is_whole_or_says_that_it_is_not),
	   HALL_TEST(unread_is_what_others_said_after_the_marker),
	   HALL_TEST(unread_equals_a_count_by_hand),
	   HALL_TEST(a_marker_by_time_is_the_last_one_up_to_it),
	   HALL_TEST(delivered_means_one_device_of_every_other),
	   HALL_TEST(the_digest_is_a_window_by_recency),
	   HALL_TEST(the_stream_of_everything_holds_what_one_may_see),
	   HALL_TEST(the_user_log_goes_on_where_a_device_left_it))
