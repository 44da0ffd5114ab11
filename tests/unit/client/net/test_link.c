/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/net/link.h"

#include <stdio.h>

#include "common/proto/frame.h"
#include "tests/lib/check.h"
#include "tests/lib/link_scene.h"

/* ---- sessions ---- */

static void a_session_begins_with_hello(void **state)
{
	struct id device = letter('D');
	struct scene scene;

	scene_init(&scene);
	scene.token = "a.b.c";
	link_start(scene.link, &scene.address, &device);
	expect_nothing_sent(&scene);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	expect_sent(&scene, "{'type':'hello','v':1,'token':'a.b.c','device':'D");
	expect_heard(&scene, "token dial greeting");
	scene_done(&scene);
}

static void it_waits_for_the_token(void **state)
{
	struct id device = letter('D');
	struct scene scene;

	scene_init(&scene);
	scene.token = NULL;
	link_start(scene.link, &scene.address, &device);
	pass(&scene, 60000);
	expect_heard(&scene, "token");
	link_token(scene.link, "late");
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	expect_sent(&scene, "'token':'late'");
	scene_done(&scene);
}

static void tries_come_less_and_less_often(void **state)
{
	uint64_t before = 0;
	struct id device = letter('D');
	struct scene scene;

	scene_init(&scene);
	link_start(scene.link, &scene.address, &device);
	for (int i = 0; i < 12; i++) {
		pair_shut(scene.pair, scene.number, ERR_UNREACHABLE, TRANSPORT_NO_CODE);
		deliver(&scene);
		assert_int_equal(link_state(scene.link), LINK_WAITING);
		check_err(link_why(scene.link), ERR_UNREACHABLE);
		uint64_t wait = link_next_ms(scene.link) - (1000 + scene.clock.ms);
		uint64_t full = (uint64_t)500 << i > 60000 ? 60000 : (uint64_t)500 << i;
		assert_in_range(wait, full / 2, full);
		assert_true(wait >= before / 4);
		before = wait;
		pass(&scene, wait - 1);
		assert_int_equal(link_state(scene.link), LINK_WAITING);
		pass(&scene, 1);
		assert_int_equal(link_state(scene.link), LINK_CONNECTING);
	}
	scene_done(&scene);
}

static void the_user_need_not_wait(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start(&scene);
	shut(&scene, TRANSPORT_NO_CODE);
	link_hurry(scene.link);
	expect_heard(&scene, "waiting token dial");
	scene_done(&scene);
}

static void goaway_says_when_to_come_back(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start(&scene);
	says(&scene,
	     "{'type':'goaway','why':'restart','reconnect_ms':4321,'resume':true}");
	shut(&scene, CLOSE_GOAWAY);
	assert_int_equal(link_next_ms(scene.link) - (1000 + scene.clock.ms), 4321);
	scene_done(&scene);
}

static void final_close_codes_are_final(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start(&scene);
	shut(&scene, CLOSE_LOGIN);
	assert_int_equal(link_state(scene.link), LINK_OFF);
	check_err(link_why(scene.link), ERR_BAD_TOKEN);
	assert_true(link_next_ms(scene.link) == UINT64_MAX);
	scene_done(&scene);
}

static void a_server_that_never_greets_is_left(void **state)
{
	struct id device = letter('D');
	struct scene scene;

	scene_init(&scene);
	link_start(scene.link, &scene.address, &device);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	pass(&scene, 9999);
	assert_int_equal(link_state(scene.link), LINK_GREETING);
	pass(&scene, 1);
	assert_int_equal(link_state(scene.link), LINK_WAITING);
	assert_int_equal(scene.number, 0);
	scene_done(&scene);
}

static void what_cannot_be_read_ends_the_connection(void **state)
{
	static const char *const bad[] = {
		"nonsense",
		"{'type':'event','room':'A}",
		"{'type':'event','room':7}",
		"{'type':'hello','v':1}",
		"{'type':'ack','cid':'C,'room':'A,'seq':-1,'ts':1}",
		"[]",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct scene scene;
		scene_init(&scene);
		start(&scene);
		says(&scene, bad[i]);
		assert_int_equal(link_state(scene.link), LINK_WAITING);
		scene_done(&scene);
	}
}

static void a_frame_of_a_newer_server_is_passed_over(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	says(&scene, "{'type':'hologram','x':1}");
	says_event(&scene, 'A', 6);
	expect_heard(&scene, "A6");
	scene_done(&scene);
}

static void frames_before_welcome_break_the_protocol(void **state)
{
	struct id device = letter('D');
	struct scene scene;

	scene_init(&scene);
	link_start(scene.link, &scene.address, &device);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	says_event(&scene, 'A', 1);
	expect_heard(&scene, "token dial greeting waiting");
	scene_done(&scene);
}

/* ---- own messages ---- */

static void post_into(struct scene *scene, char cid, char name)
{
	struct id id = letter(cid), room = letter(name);
	AUTO(str_done) struct str frame = STR_INIT;

	str_addf(&frame, "{\"post\":\"%c\"}", cid);
	link_post(scene->link, &id, &room, frame.ptr, frame.len);
}

static void post(struct scene *scene, char cid)
{
	post_into(scene, cid, 'A');
}

static void ack(struct scene *scene, char cid, int seq)
{
	char text[200];

	snprintf(text, sizeof(text), "{'type':'ack','cid':'%c,'room':'A,'seq':%d,'ts':1}",
		 cid, seq);
	says(scene, text);
}

static void a_message_is_sent_until_it_is_acknowledged(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	post(&scene, 'Y');
	post(&scene, 'Y');
	expect_sent(&scene, "\"X\"");
	expect_sent(&scene, "\"Y\"");
	ack(&scene, 'X', 6);
	shut(&scene, TRANSPORT_NO_CODE);
	post(&scene, 'Z');
	expect_nothing_sent(&scene);
	link_hurry(scene.link);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	expect_sent(&scene, "hello");
	welcome(&scene);
	expect_nothing_sent(&scene); /* the room may have changed since it was written */
	digest(&scene, ROW("A", 1, 6));
	expect_sent(&scene, "\"Y\"");
	expect_sent(&scene, "\"Z\"");
	ack(&scene, 'Y', 7);
	ack(&scene, 'Z', 8);
	assert_int_equal(link_posts(scene.link), 0);
	expect_heard(&scene,
		     "ack-A6 waiting token dial greeting welcome online digest ack-A7 "
		     "ack-A8 drained");
	/* The position has moved with the acknowledgements. */
	says_event(&scene, 'A', 9);
	expect_heard(&scene, "A9");
	scene_done(&scene);
}

static void the_event_of_ones_own_message_acknowledges_it(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	says(&scene,
	     "{'type':'event','room':'A,'seq':6,'ord':6,'kind':'message','from':'F,"
	     "'ts':5,'cid':'X,'text':'hi'}");
	assert_int_equal(link_posts(scene.link), 0);
	scene_done(&scene);
}

static void an_acknowledgement_ahead_shows_a_hole(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	expect_sent(&scene, "\"X\"");
	ack(&scene, 'X', 8);
	expect_heard(&scene, "");
	expect_sent(&scene, "'after':5");
	pass(&scene, LINK_ASK_MS - 1);
	assert_int_equal(link_posts(scene.link), 1);
	shut(&scene, TRANSPORT_NO_CODE);
	link_hurry(scene.link);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	welcome(&scene);
	expect_sent(&scene, "hello");
	digest(&scene, ROW("A", 1, 8));
	expect_sent(&scene, "\"X\"");
	scene_done(&scene);
}

static void a_busy_server_is_given_time_and_order_is_kept(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	expect_sent(&scene, "\"X\"");
	says(&scene, "{'type':'nack','cid':'X,'code':'rate','retry_ms':3000}");
	post(&scene, 'Y');
	expect_nothing_sent(&scene);
	pass(&scene, 2999);
	expect_nothing_sent(&scene);
	pass(&scene, 1);
	expect_sent(&scene, "\"X\"");
	expect_sent(&scene, "\"Y\"");
	expect_heard(&scene, "");
	scene_done(&scene);
}

static void a_slow_room_holds_up_no_other(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	expect_sent(&scene, "\"X\"");
	says(&scene, "{'type':'nack','cid':'X,'code':'rate','retry_ms':3000}");
	post(&scene, 'Y');
	expect_nothing_sent(&scene);
	post_into(&scene, 'Z', 'B');
	expect_sent(&scene, "\"Z\"");
	ack(&scene, 'Z', 1);
	expect_nothing_sent(&scene);
	pass(&scene, 3000);
	expect_sent(&scene, "\"X\"");
	expect_sent(&scene, "\"Y\"");
	/* A busy server is left in peace by all. */
	says(&scene, "{'type':'nack','cid':'X,'code':'busy','retry_ms':3000}");
	post_into(&scene, 'W', 'B');
	expect_nothing_sent(&scene);
	pass(&scene, 3000);
	expect_sent(&scene, "\"X\"");
	expect_sent(&scene, "\"W\"");
	scene_done(&scene);
}

static void a_refused_message_is_handed_up_and_forgotten(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	says(&scene, "{'type':'nack','cid':'X,'code':'forbidden'}");
	expect_heard(&scene, "nack drained");
	assert_int_equal(link_posts(scene.link), 0);
	scene_done(&scene);
}

static void without_an_acknowledgement_the_connection_is_dead(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	post(&scene, 'X');
	pass(&scene, LINK_ASK_MS - 1);
	assert_int_equal(link_state(scene.link), LINK_ONLINE);
	pass(&scene, 1);
	assert_int_equal(link_state(scene.link), LINK_WAITING);
	scene_done(&scene);
}

static void not_all_messages_fly_at_once(void **state)
{
	struct scene scene;
	int lines = 0;

	scene_init(&scene);
	start_with_a5(&scene);
	for (int c = 33; c < 33 + 64; c++)
		post(&scene, (char)c);
	assert_false(link_has_room(scene.link));
	for (const char *at = scene.sent.ptr; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 32);
	scene_done(&scene);
}

/* ---- questions ---- */

static void heard_result(enum err err, unsigned status, struct bytes body, void *ctx)
{
	str_addf(&((struct scene *)ctx)->heard, "%s:%u:%.*s ", err_word(err), status,
		 (int)body.len, body.len ? (const char *)body.ptr : "");
}

static void a_call_gets_its_answer(void **state)
{
	char text[300];
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	link_call(scene.link, "users", bytes_text("{\"prefix\":\"al\"}"), heard_result,
		  &scene);
	snprintf(text, sizeof(text),
		 "{'type':'result','id':%d,'status':200,'body':{'a':1}}",
		 last_ask(&scene));
	expect_sent(&scene, "'op':'users','args':{'prefix':'al'}");
	says(&scene, text);
	says(&scene, text);
	expect_heard(&scene, "ok:200:{\"a\":1}");
	link_call(scene.link, "room_join", bytes_of(NULL, 0), heard_result, &scene);
	snprintf(text, sizeof(text),
		 "{'type':'result','id':%d,'status':403,'body':{'type':'about:blank',"
		 "'title':'x','status':403,'code':'banned'}}",
		 last_ask(&scene));
	says(&scene, text);
	assert_memory_equal(scene.heard.ptr, "banned:403:", 11);
	scene_done(&scene);
}

static void a_call_while_offline_fails_at_the_next_tick(void **state)
{
	struct scene scene;

	scene_init(&scene);
	link_call(scene.link, "users", bytes_of(NULL, 0), heard_result, &scene);
	expect_heard(&scene, "");
	pass(&scene, 0);
	expect_heard(&scene, "unreachable:0:");
	scene_done(&scene);
}

static void questions_end_with_the_session(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	link_call(scene.link, "users", bytes_of(NULL, 0), heard_result, &scene);
	shut(&scene, TRANSPORT_NO_CODE);
	expect_heard(&scene, "waiting closed:0:");
	scene_done(&scene);
}

static void a_late_answer_ends_the_session(void **state)
{
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	link_call(scene.link, "users", bytes_of(NULL, 0), heard_result, &scene);
	pass(&scene, LINK_ASK_MS);
	expect_heard(&scene, "timeout:0: waiting");
	scene_done(&scene);
}

/* ---- small talk ---- */

static void got_is_said_once_a_second_and_again_after_a_break(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	link_stored(scene.link, &a, 6);
	pass(&scene, 0);
	expect_sent(&scene, "{'type':'got','rooms':[['A,6]]}");
	link_stored(scene.link, &a, 7);
	link_stored(scene.link, &a, 8);
	pass(&scene, 999);
	expect_nothing_sent(&scene);
	pass(&scene, 1);
	expect_sent(&scene, "['A,8]");
	assert_true(link_next_ms(scene.link) == UINT64_MAX);
	shut(&scene, TRANSPORT_NO_CODE);
	link_hurry(scene.link);
	pair_open(scene.pair, scene.number);
	deliver(&scene);
	welcome(&scene);
	expect_sent(&scene, "hello");
	pass(&scene, 1000);
	expect_sent(&scene, "['A,8]");
	scene_done(&scene);
}

static void the_read_marker_is_told_also_later(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_track(scene.link, &a, 1, 5);
	link_read(scene.link, &a, 4);
	start(&scene);
	digest(&scene, ROW("A", 1, 5));
	pass(&scene, 0);
	expect_sent(&scene, "{'type':'read','room':'A,'seq':4}");
	link_read(scene.link, &a, 3);
	pass(&scene, 5000);
	expect_nothing_sent(&scene);
	link_read(scene.link, &a, 900); /* beyond what there is */
	pass(&scene, 5000);
	expect_nothing_sent(&scene);
	scene_done(&scene);
}

static void typing_is_throttled_and_ends_by_itself(void **state)
{
	struct id a = letter('A'), b = letter('B');
	struct scene scene;

	scene_init(&scene);
	start_with_a5(&scene);
	link_typing(scene.link, &a, true);
	expect_sent(&scene, "{'type':'typing','room':'A,'on':true}");
	pass(&scene, 1000);
	link_typing(scene.link, &a, true);
	expect_nothing_sent(&scene);
	pass(&scene, 3000);
	link_typing(scene.link, &a, true);
	expect_sent(&scene, "'on':true");
	link_typing(scene.link, &b, true);
	expect_sent(&scene, "'room':'A,'on':false");
	expect_sent(&scene, "'room':'B,'on':true");
	pass(&scene, 4999);
	expect_nothing_sent(&scene);
	pass(&scene, 1);
	expect_sent(&scene, "'room':'B,'on':false");
	link_typing(scene.link, &b, false);
	expect_nothing_sent(&scene);
	assert_true(link_next_ms(scene.link) == UINT64_MAX);
	scene_done(&scene);
}

static void focus_is_said_again_in_each_session(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_focus(scene.link, &a);
	expect_nothing_sent(&scene);
	start(&scene);
	expect_sent(&scene, "{'type':'focus','room':'A}");
	link_focus(scene.link, NULL);
	expect_sent(&scene, "{'type':'focus'}");
	scene_done(&scene);
}

static void who_is_away_is_so_in_each_session(void **state)
{
	struct id a = letter('A');
	struct scene scene;

	scene_init(&scene);
	link_away(scene.link, true);
	start(&scene);
	expect_sent(&scene, "{'type':'focus','away':true}");
	link_away(scene.link, true);
	expect_nothing_sent(&scene);
	link_focus(scene.link, &a);
	expect_sent(&scene, "{'type':'focus','room':'A,'away':true}");
	link_away(scene.link, false);
	expect_sent(&scene, "{'type':'focus','room':'A}");
	scene_done(&scene);
}

CHECK_MAIN(TEST(a_session_begins_with_hello), TEST(it_waits_for_the_token),
	   TEST(tries_come_less_and_less_often), TEST(the_user_need_not_wait),
	   TEST(goaway_says_when_to_come_back), TEST(final_close_codes_are_final),
	   TEST(a_server_that_never_greets_is_left),
	   TEST(what_cannot_be_read_ends_the_connection),
	   TEST(a_frame_of_a_newer_server_is_passed_over),
	   TEST(frames_before_welcome_break_the_protocol),
	   TEST(a_message_is_sent_until_it_is_acknowledged),
	   TEST(the_event_of_ones_own_message_acknowledges_it),
	   TEST(an_acknowledgement_ahead_shows_a_hole),
	   TEST(a_busy_server_is_given_time_and_order_is_kept),
	   TEST(a_slow_room_holds_up_no_other),
	   TEST(a_refused_message_is_handed_up_and_forgotten),
	   TEST(without_an_acknowledgement_the_connection_is_dead),
	   TEST(not_all_messages_fly_at_once), TEST(a_call_gets_its_answer),
	   TEST(a_call_while_offline_fails_at_the_next_tick),
	   TEST(questions_end_with_the_session), TEST(a_late_answer_ends_the_session),
	   TEST(got_is_said_once_a_second_and_again_after_a_break),
	   TEST(the_read_marker_is_told_also_later),
	   TEST(typing_is_throttled_and_ends_by_itself),
	   TEST(focus_is_said_again_in_each_session),
	   TEST(who_is_away_is_so_in_each_session))
