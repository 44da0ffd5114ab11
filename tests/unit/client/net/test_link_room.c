/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/net/link.h"

#include <stdio.h>

#include "common/proto/frame.h"
#include "tests/lib/check.h"
#include "tests/lib/link_scene.h"

static void events_come_in_order_and_once(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says_event(&scene, 'A', 6);
	says_event(&scene, 'A', 7);
	says_event(&scene, 'A', 7);
	says_event(&scene, 'A', 6);
	says_event(&scene, 'A', 8);
	expect_heard(&scene, "A6 A7 A8");
	expect_nothing_sent(&scene);
	scene_done(&scene);
}

static void several_frames_share_a_message(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says(&scene, "{'type':'typing','room':'A,'user':'F,'on':true}\n"
		     "{'type':'typing','room':'A,'user':'F,'on':false}\n");
	expect_heard(&scene, "typing typing");
	scene_done(&scene);
}

static void a_hole_is_fetched(void **state)
{
	char page[600];
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says_event(&scene, 'A', 8);
	expect_heard(&scene, "");
	assert_false(link_caught_up(scene.link));
	snprintf(page, sizeof(page),
		 "{'type':'page','id':%d,'room':'A,'epoch':1,'head':8,'first':6,'last':8,"
		 "'events':["
		 "{'room':'A,'seq':6,'ord':6,'kind':'message','from':'F,'ts':1,'text':'x'"
		 "},"
		 "{'room':'A,'seq':7,'ord':7,'kind':'message','from':'F,'ts':1,'text':'x'"
		 "},"
		 "{'room':'A,'seq':8,'ord':8,'kind':'message','from':'F,'ts':1,'text':'x'"
		 "}],"
		 "'complete_before':false,'complete_after':true}",
		 last_ask(&scene));
	expect_sent(&scene, "'room':'A,'after':5");
	says_event(&scene, 'A', 9); /* while the page is under way */
	says(&scene, page);
	expect_heard(&scene, "A6 A7 A8 covered-A6:8");
	snprintf(page, sizeof(page),
		 "{'type':'page','id':%d,'room':'A,'epoch':1,'head':9,'first':9,'last':9,"
		 "'events':["
		 "{'room':'A,'seq':9,'ord':9,'kind':'message','from':'F,'ts':1,'text':'x'"
		 "}],"
		 "'complete_before':false,'complete_after':true}",
		 last_ask(&scene));
	expect_sent(&scene, "'after':8");
	says(&scene, page);
	expect_heard(&scene, "A9 covered-A9:9");
	assert_true(link_caught_up(scene.link));
	expect_nothing_sent(&scene);
	scene_done(&scene);
}

static void a_room_that_is_behind_is_resumed(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	start(&scene);
	digest(&scene, ROW("A", 1, 7));
	expect_sent(&scene, "{'type':'sub','room':'A,'epoch':1,'seq':5}");
	says_event(&scene, 'A', 9); /* live, before the replay */
	says(&scene, "{'type':'subbed','room':'A,'epoch':1,'head':7,'recovered':true}");
	says_event(&scene, 'A', 6);
	assert_false(link_caught_up(scene.link));
	says_event(&scene, 'A', 7);
	expect_heard(&scene, "digest A6 A7");
	expect_sent(&scene, "'after':7"); /* 8 and 9 */
	scene_done(&scene);
}

static void a_reset_of_the_same_epoch_is_paged(void **state)
{
	char page[400];
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	start(&scene);
	digest(&scene, ROW("A", 1, 7));
	expect_sent(&scene, "'sub'");
	says(&scene, "{'type':'reset','room':'A,'epoch':1,'head':700,'why':'gap'}");
	snprintf(page, sizeof(page),
		 "{'type':'page','id':%d,'room':'A,'epoch':1,'head':700,'first':6,'last':"
		 "205,"
		 "'events':["
		 "{'room':'A,'seq':6,'ord':6,'kind':'message','from':'F,'ts':1,'text':'x'"
		 "}],"
		 "'complete_before':false,'complete_after':false}",
		 last_ask(&scene));
	expect_sent(&scene, "'after':5");
	says(&scene, page);
	expect_heard(&scene, "digest A6 covered-A6:205");
	expect_sent(&scene, "'after':205");
	scene_done(&scene);
}

static void another_epoch_begins_anew(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	start(&scene);
	digest(&scene, ROW("A", 2, 1000));
	expect_heard(&scene, "reset-A2:900 digest");
	expect_sent(&scene, "{'type':'sub','room':'A,'epoch':2,'seq':900}");
	scene_done(&scene);
}

static void a_server_that_lost_events_is_believed(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	start(&scene);
	digest(&scene, ROW("A", 1, 3));
	expect_sent(&scene, "'sub'");
	says(&scene, "{'type':'reset','room':'A,'epoch':1,'head':3,'why':'ahead'}");
	expect_heard(&scene, "digest reset-A1:0");
	expect_sent(&scene, "'after':0");
	scene_done(&scene);
}

static void an_event_of_an_unknown_room_is_asked_about(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says_event(&scene, 'B', 17);
	expect_heard(&scene, "");
	expect_sent(&scene, "{'type':'sub','room':'B}");
	says(&scene, "{'type':'reset','room':'B,'epoch':3,'head':17}");
	expect_heard(&scene, "reset-B3:0");
	expect_sent(&scene, "'room':'B,'after':0");
	scene_done(&scene);
}

static void a_head_that_does_not_exist_is_looked_for_once(void **state)
{
	char page[300];
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says_event(&scene, 'A', 1000000);
	snprintf(page, sizeof(page),
		 "{'type':'page','id':%d,'room':'A,'epoch':1,'head':5,'events':[],"
		 "'complete_before':true,'complete_after':true}",
		 last_ask(&scene));
	expect_sent(&scene, "'fetch'");
	says(&scene, page);
	expect_nothing_sent(&scene);
	assert_true(link_caught_up(scene.link));
	scene_done(&scene);
}

static void a_page_that_leads_nowhere_ends_the_connection(void **state)
{
	char page[300];
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says_event(&scene, 'A', 9);
	snprintf(page, sizeof(page),
		 "{'type':'page','id':%d,'room':'A,'epoch':1,'head':9,'events':[],"
		 "'complete_before':true,'complete_after':false}",
		 last_ask(&scene));
	says(&scene, page);
	assert_int_equal(link_state(scene.link), LINK_WAITING);
	scene_done(&scene);
}

static void on_fetched(enum err err, const struct body_page *page, void *ctx)
{
	*(enum err *)ctx = err;
	assert_true((err == ERR_OK) == (page != NULL));
}

/* Scrolling in room A is answered with @page, which begins with its id. */
static enum err fetch(struct scene *scene, const char *page)
{
	const struct id id = letter('A');
	enum err err = ERR_INTERNAL;
	char text[300];

	link_fetch(scene->link, &id, LINK_BEFORE, 5, 100, on_fetched, &err);
	snprintf(text, sizeof(text), "{'type':'page','id':%d,%s}", last_ask(scene), page);
	expect_sent(scene, "'before':5");
	says(scene, text);
	return err;
}

static void a_page_of_another_room_or_log_is_no_answer(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	check_ok(fetch(&scene, "'room':'A,'epoch':1,'head':5,'events':[],"
			       "'complete_before':true,'complete_after':false"));
	expect_heard(&scene, "");
	assert_int_equal(fetch(&scene, "'room':'A,'epoch':2,'head':0,'events':[],"
				       "'complete_before':true,'complete_after':true"),
			 ERR_STATE);
	expect_heard(&scene, "reset-A2:0");
	assert_int_equal(fetch(&scene, "'room':'B,'epoch':2,'head':5,'events':[],"
				       "'complete_before':true,'complete_after':true"),
			 ERR_BAD);
	assert_int_equal(link_state(scene.link), LINK_WAITING);
	scene_done(&scene);
}

static void few_rooms_catch_up_at_a_time(void **state)
{
	struct scene scene;
	int subs = 0;

	scene_init(&scene);
	for (char c = 'A'; c < 'A' + 20; c++) {
		struct id id = letter(c);
		link_track(scene.link, &id, 1, 5);
	}
	start(&scene);
	for (char c = 'A'; c < 'A' + 20; c++) {
		char row[200];
		snprintf(row, sizeof(row),
			 "{'room':'%c,'kind':'public','security':'plain','epoch':1,"
			 "'head':6,'ord':6}",
			 c);
		digest(&scene, row);
	}
	for (const char *at = scene.sent.ptr; (at = strstr(at, "\"sub\"")); at++)
		subs++;
	assert_int_equal(subs, 8);
	scene_done(&scene);
}

static void a_sub_without_an_answer_ends_the_connection(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	start(&scene);
	digest(&scene, ROW("A", 1, 7));
	assert_true(link_next_ms(scene.link) == 1000 + scene.clock.ms + LINK_ASK_MS);
	pass(&scene, LINK_ASK_MS);
	assert_int_equal(link_state(scene.link), LINK_WAITING);
	scene_done(&scene);
}

static void a_sub_that_a_busy_server_refuses_is_sent_again(void **state)
{
	const struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	start(&scene);
	digest(&scene, ROW("A", 1, 7));
	expect_sent(&scene, "'room':'A,'epoch':1,'seq':5");
	says(&scene, "{'type':'error','code':'busy','field':'room','retry_ms':1000}");
	assert_false(link_caught_up(scene.link));
	pass(&scene, 999);
	expect_nothing_sent(&scene);
	pass(&scene, 1);
	expect_sent(&scene, "'room':'A,'epoch':1,'seq':5");
	pass(&scene, LINK_ASK_MS - 1);
	assert_int_equal(link_state(scene.link), LINK_ONLINE);
	scene_done(&scene);
}

static void the_log_of_the_user_is_resumed_too(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start(&scene);
	digest(&scene, "");
	says(&scene, "{'type':'user_event','useq':5,'kind':'setting','ts':1}");
	says(&scene, "{'type':'user_event','useq':5,'kind':'setting','ts':1}");
	expect_heard(&scene, "digest user5");
	says(&scene, "{'type':'user_event','useq':7,'kind':'setting','ts':1}");
	expect_heard(&scene, "waiting");
	link_hurry(scene.link);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	expect_sent(&scene, "'resume':{'uepoch':1,'useq':5}");
	scene_done(&scene);
}

static void the_rest_of_a_long_digest_is_asked_for(void **state)
{
	char text[400];
	struct scene scene;

	scene_init(&scene);
	start(&scene);
	says(&scene, "{'type':'digest','rooms':[" ROW(
			     "A", 1, 900) "],'cursor':'xyz','more':true}");
	expect_heard(&scene, "reset-A1:800 digest");
	assert_false(link_caught_up(scene.link));
	snprintf(text, sizeof(text),
		 "{'type':'result','id':%d,'status':200,'body':{'rooms':[" ROW("B", 1,
									       900) "]}}",
		 last_ask(&scene));
	expect_sent(&scene, "'op':'rooms','args':{'limit':50,'cursor':'xyz'}");
	expect_sent(&scene, "{'type':'sub','room':'A,'epoch':1,'seq':800}");
	says(&scene, text);
	/* Of a room that far down only the place is kept. */
	expect_heard(&scene, "reset-B1:900 digest");
	expect_nothing_sent(&scene);
	scene_done(&scene);
}

CHECK_MAIN(TEST(the_rest_of_a_long_digest_is_asked_for),
	   TEST(events_come_in_order_and_once), TEST(several_frames_share_a_message),
	   TEST(a_hole_is_fetched), TEST(a_room_that_is_behind_is_resumed),
	   TEST(a_reset_of_the_same_epoch_is_paged), TEST(another_epoch_begins_anew),
	   TEST(a_server_that_lost_events_is_believed),
	   TEST(an_event_of_an_unknown_room_is_asked_about),
	   TEST(a_head_that_does_not_exist_is_looked_for_once),
	   TEST(a_page_that_leads_nowhere_ends_the_connection),
	   TEST(a_page_of_another_room_or_log_is_no_answer),
	   TEST(few_rooms_catch_up_at_a_time),
	   TEST(a_sub_without_an_answer_ends_the_connection),
	   TEST(a_sub_that_a_busy_server_refuses_is_sent_again),
	   TEST(the_log_of_the_user_is_resumed_too))
