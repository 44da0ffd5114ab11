/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The link against a server that is the test itself: says() puts a frame into the client's
 * inbox, expect_sent() takes the oldest one that the client has sent, expect_heard() what
 * the link has handed up. Ids are written as one letter.
 */
#include "client/net/link.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/net/transport_pair.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/proto/frame.h"
#include "tests/lib/check.h"
#include "tests/lib/fake_clock.h"

struct scene {
	struct fake_clock clock;
	struct transport_inbox inbox;
	struct transport_pair *pair;
	struct transport *transport;
	struct link *link;
	struct address address;
	uint32_t number;   /* of the connection that the server sees, 0 = none */
	struct str sent;   /* frames, one a line */
	struct str heard;  /* words, separated by blanks */
	const char *token; /* what ops.token answers; NULL = nothing yet */
};

static struct id letter(char c)
{
	struct id id;

	memset(id.bytes, c, sizeof(id.bytes));
	return id;
}

/* ---- what the client does ---- */

static void far_connect(uint32_t link, const struct address *address, void *ctx)
{
	((struct scene *)ctx)->number = link;
}

static void far_gone(uint32_t link, void *ctx)
{
	((struct scene *)ctx)->number = 0;
}

static void far_text(uint32_t link, const char *text, size_t len, void *ctx)
{
	struct scene *scene = ctx;

	str_add_len(&scene->sent, text, len);
	str_add_char(&scene->sent, '\n');
}

static void heard_state(enum link_state state, void *ctx)
{
	static const char *const words[] = {"off",  "waiting",  "token",
					    "dial", "greeting", "online"};

	str_addf(&((struct scene *)ctx)->heard, "%s ", words[state]);
}

static void heard_token(void *ctx)
{
	struct scene *scene = ctx;

	if (scene->token)
		link_token(scene->link, scene->token);
}

static void heard_frame(int type, const void *body, void *ctx)
{
	struct scene *scene = ctx;

	switch (type) {
	case FRAME_EVENT: {
		const struct body_event *event = body;
		str_addf(&scene->heard, "%c%d ", event->room.bytes[0], (int)event->seq);
		break;
	}
	case FRAME_ACK: {
		const struct body_ack *ack = body;
		str_addf(&scene->heard, "ack-%c%d ", ack->room.bytes[0], (int)ack->seq);
		break;
	}
	case FRAME_USER_EVENT:
		str_addf(&scene->heard, "user%d ",
			 (int)((const struct body_user_event *)body)->useq);
		break;
	default: str_addf(&scene->heard, "%s ", frame_row((enum frame_type)type)->name);
	}
}

static void heard_reset(const struct id *room, uint64_t epoch, uint64_t seq, void *ctx)
{
	str_addf(&((struct scene *)ctx)->heard, "reset-%c%d:%d ", room->bytes[0],
		 (int)epoch, (int)seq);
}

static void heard_covered(const struct id *room, uint64_t first, uint64_t last, void *ctx)
{
	str_addf(&((struct scene *)ctx)->heard, "covered-%c%d:%d ", room->bytes[0],
		 (int)first, (int)last);
}

static void heard_drained(void *ctx)
{
	str_add(&((struct scene *)ctx)->heard, "drained ");
}

/* ---- the scene ---- */

static void scene_init(struct scene *scene)
{
	const struct pair_far far = {far_connect, far_text, NULL, far_gone, scene};
	const struct link_ops ops = {heard_state, heard_token,   heard_frame,
				     heard_reset, heard_covered, heard_drained,
				     scene};

	*scene = (struct scene){.address = ADDRESS_INIT,
				.sent = STR_INIT,
				.heard = STR_INIT,
				.token = ""};
	fake_clock_init(&scene->clock);
	transport_inbox_init(&scene->inbox, NULL, NULL);
	scene->pair = transport_pair_new(&scene->inbox, &far);
	scene->transport = transport_pair_port(scene->pair);
	check_ok(address_parse("unix:/run/chat.sock", &scene->address));
	scene->link = link_new(scene->transport, &scene->clock.clock, 1, &ops);
}

static void scene_done(struct scene *scene)
{
	link_free(&scene->link);
	transport_free(&scene->transport);
	transport_inbox_done(&scene->inbox);
	address_done(&scene->address);
	str_done(&scene->sent);
	str_done(&scene->heard);
}

/* Everything that lies in the inbox reaches the link. */
static void deliver(struct scene *scene)
{
	for (struct transport_note *note; (note = transport_inbox_take(&scene->inbox));) {
		while (note) {
			struct transport_note *next = transport_note_next(note);
			link_note(scene->link, &note);
			note = next;
		}
	}
}

/* Replace each 'x (an apostrophe and a letter) by that letter's id in quotes, each other
 * apostrophe by a quote. */
static void unfold(const char *text, struct str *out)
{
	for (; *text; text++) {
		if (*text != '\'') {
			str_add_char(out, *text);
		} else if (text[1] >= 'A' && text[1] <= 'Z') {
			struct id id = letter(*++text);
			str_addf(out, "\"%s\"", id_text(&id).text);
		} else {
			str_add_char(out, '"');
		}
	}
}

static void says(struct scene *scene, const char *text)
{
	AUTO(str_done) struct str frame = STR_INIT;

	unfold(text, &frame);
	pair_text(scene->pair, scene->number, frame.ptr, frame.len);
	deliver(scene);
}

static void says_event(struct scene *scene, char room, int seq)
{
	char text[200];

	snprintf(
		text, sizeof(text),
		"{'type':'event','room':'%c,'seq':%d,'ord':%d,'kind':'message','from':'F,"
		"'ts':5,'text':'hi'}",
		room, seq, seq);
	says(scene, text);
}

static void pass(struct scene *scene, uint64_t ms)
{
	scene->clock.ms += ms;
	link_tick(scene->link);
	deliver(scene);
}

/* The oldest frame sent is this one; parts of it suffice. */
static void expect_sent(struct scene *scene, const char *part)
{
	AUTO(str_done) struct str want = STR_INIT;
	char *end = strchr(scene->sent.ptr, '\n');

	unfold(part, &want);
	if (!end)
		fail_msg("nothing was sent instead of %s", want.ptr);
	*end = '\0';
	if (!strstr(scene->sent.ptr, want.ptr))
		fail_msg("%s was sent instead of %s", scene->sent.ptr, want.ptr);
	str_remove(&scene->sent, 0, (size_t)(end - scene->sent.ptr) + 1);
}

static void expect_nothing_sent(struct scene *scene)
{
	assert_string_equal(scene->sent.ptr, "");
}

static void expect_heard(struct scene *scene, const char *words)
{
	if (scene->heard.len)
		str_cut(&scene->heard, scene->heard.len - 1);
	assert_string_equal(scene->heard.ptr, words);
	str_clear(&scene->heard);
}

/* The id of the question sent last. */
static int last_ask(struct scene *scene)
{
	const char *id = NULL, *at = scene->sent.ptr;

	while ((at = strstr(at, "\"id\":")))
		id = at += 5;
	assert_non_null(id);
	return (int)strtol(id, NULL, 10);
}

static void welcome(struct scene *scene)
{
	says(scene,
	     "{'type':'welcome','v':1,'session':'S,'device':'D,'uepoch':1,'useq':4,"
	     "'now':1,'ping_s':25}");
}

static void start(struct scene *scene)
{
	struct id device = letter('D');

	link_start(scene->link, &scene->address, &device);
	pair_open(scene->pair, scene->number);
	deliver(scene);
	expect_sent(scene, "'type':'hello'");
	welcome(scene);
	expect_heard(scene, "token dial greeting welcome online");
}

static void digest(struct scene *scene, const char *rooms)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "{'type':'digest','rooms':[%s]}", rooms);
	says(scene, text.ptr);
}

#define ROW(room, epoch, head) \
	"{'room':'" room ",'kind':'public','security':'plain','epoch':" #epoch \
	",'head':" #head ",'ord':" #head "}"

/* Online, with room A known up to seq 5 of epoch 1, and nothing missing. */
static void start_with_a5(struct scene *scene)
{
	struct id a = letter('A');

	link_track(scene->link, &a, 1, 5);
	start(scene);
	digest(scene, ROW("A", 1, 5));
	expect_heard(scene, "digest");
	expect_nothing_sent(scene);
	assert_true(link_caught_up(scene->link));
}

static void shut(struct scene *scene, uint16_t code)
{
	pair_shut(scene->pair, scene->number, ERR_CLOSED, code);
	scene->number = 0;
	deliver(scene);
}

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

/* ---- logs ---- */

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
	expect_heard(&scene, "digest reset-A2:900");
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

/* ---- own messages ---- */

static void post(struct scene *scene, char cid)
{
	struct id id = letter(cid), room = letter('A');
	AUTO(str_done) struct str frame = STR_INIT;

	str_addf(&frame, "{\"post\":\"%c\"}", cid);
	link_post(scene->link, &id, &room, frame.ptr, frame.len);
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
	expect_sent(&scene, "\"Y\"");
	expect_sent(&scene, "\"Z\"");
	ack(&scene, 'Y', 7);
	ack(&scene, 'Z', 8);
	assert_int_equal(link_posts(scene.link), 0);
	expect_heard(&scene,
		     "ack-A6 waiting token dial greeting welcome online ack-A7 ack-A8 "
		     "drained");
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
	expect_heard(&scene, "ack-A8 drained");
	expect_sent(&scene, "'after':5");
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

CHECK_MAIN(TEST(a_session_begins_with_hello), TEST(it_waits_for_the_token),
	   TEST(tries_come_less_and_less_often), TEST(the_user_need_not_wait),
	   TEST(goaway_says_when_to_come_back), TEST(final_close_codes_are_final),
	   TEST(a_server_that_never_greets_is_left),
	   TEST(what_cannot_be_read_ends_the_connection),
	   TEST(a_frame_of_a_newer_server_is_passed_over),
	   TEST(frames_before_welcome_break_the_protocol),
	   TEST(events_come_in_order_and_once), TEST(several_frames_share_a_message),
	   TEST(a_hole_is_fetched), TEST(a_room_that_is_behind_is_resumed),
	   TEST(a_reset_of_the_same_epoch_is_paged), TEST(another_epoch_begins_anew),
	   TEST(a_server_that_lost_events_is_believed),
	   TEST(an_event_of_an_unknown_room_is_asked_about),
	   TEST(a_head_that_does_not_exist_is_looked_for_once),
	   TEST(a_page_that_leads_nowhere_ends_the_connection),
	   TEST(few_rooms_catch_up_at_a_time),
	   TEST(a_sub_without_an_answer_ends_the_connection),
	   TEST(the_log_of_the_user_is_resumed_too),
	   TEST(a_message_is_sent_until_it_is_acknowledged),
	   TEST(the_event_of_ones_own_message_acknowledges_it),
	   TEST(an_acknowledgement_ahead_shows_a_hole),
	   TEST(a_busy_server_is_given_time_and_order_is_kept),
	   TEST(a_refused_message_is_handed_up_and_forgotten),
	   TEST(without_an_acknowledgement_the_connection_is_dead),
	   TEST(not_all_messages_fly_at_once), TEST(a_call_gets_its_answer),
	   TEST(a_call_while_offline_fails_at_the_next_tick),
	   TEST(questions_end_with_the_session), TEST(a_late_answer_ends_the_session),
	   TEST(got_is_said_once_a_second_and_again_after_a_break),
	   TEST(the_read_marker_is_told_also_later),
	   TEST(typing_is_throttled_and_ends_by_itself),
	   TEST(focus_is_said_again_in_each_session))
