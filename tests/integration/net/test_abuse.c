/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a whole server says to peers that break each column of frame.def, and that it is
 * alive afterwards.
 */
#include "common/proto/frame.h"
#include "tests/lib/duet.h"

#define PAST_MS 1700000000000u /* long over */

static void open_new(struct duet *f, struct peer_socket *peer)
{
	peer_open_tcp(peer, f->host.server->port);
	assert_int_equal(peer_upgrade(peer, "/v1/ws", ""), 101);
}

/* What a connection before hello hears for @text: an error with @code, then a close. */
static void check_stranger(struct duet *f, const char *text, const char *code, int close)
{
	struct str part = STR_INIT;
	struct peer_socket peer;

	open_new(f, &peer);
	peer_say(&peer, text);
	peer_expect(&peer, "\"type\":\"error\"", &f->text);
	str_addf(&part, "\"code\":\"%s\"", code);
	check_part(&f->text, part.ptr);
	assert_int_equal(peer_expect_close(&peer), close);
	peer_close(&peer);
	str_done(&part);
}

/* What alice hears for @text. */
static void check_answer(struct duet *f, const char *text, size_t len, const char *code)
{
	struct str part = STR_INIT;

	peer_frame(&f->a, 0x81, text, len);
	peer_expect(&f->a, "\"code\"", &f->text);
	str_addf(&part, "\"code\":\"%s\"", code);
	check_part(&f->text, part.ptr);
	str_done(&part);
}

static void check_alive(struct duet *f)
{
	static unsigned n = 1000;

	duet_say(f, &f->b, ++n, "alive");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
}

static void strangers_may_say_hello_and_nothing_else(void **state)
{
	struct duet *f = *state;

	for (enum frame_type type = 0; type < FRAME_COUNT; type++) {
		const struct frame_row *row = frame_row(type);
		struct str text = STR_INIT;

		str_addf(&text, "{\"type\":\"%s\"}", row->name);
		if (!(row->dir & FRAME_DIR_C)) {
			check_stranger(f, text.ptr, "unknown_type", 4503);
		} else if (row->state == FRAME_STATE_READY) {
			check_stranger(f, text.ptr, "state", 4503);
		} else {
			check_stranger(f, text.ptr, "bad", 4503);
		}
		str_done(&text);
	}
	check_alive(f);
}

static void wrong_tokens_and_versions_are_named(void **state)
{
	struct duet *f = *state;
	struct str text = STR_INIT;

	check_stranger(f, "{\"type\":\"hello\",\"v\":0,\"token\":\"x\"}", "upgrade",
		       4501);
	check_stranger(f, "{\"type\":\"hello\",\"v\":1}", "unauthorized", 4500);
	check_stranger(f, "{\"type\":\"hello\",\"v\":1,\"token\":\"x.y.z\"}", "bad_token",
		       4500);
	/* one bit of the signature */
	str_addf(&text, "{\"type\":\"hello\",\"v\":1,\"token\":\"%s\"}",
		 f->alice.token.ptr);
	char *last = text.ptr + text.len - 10;

	*last = *last == 'A' ? 'B' : 'A';
	check_stranger(f, text.ptr, "bad_token", 4500);
	/* over since a minute */
	struct token_claims claims = {f->alice.actor, PAST_MS};

	str_set(&text, "{\"type\":\"hello\",\"v\":1,\"token\":\"");
	token_issue(&f->host.server->keys.tokens, &claims, PAST_MS - 1000, &text);
	str_add(&text, "\"}");
	check_stranger(f, text.ptr, "expired", 4001);
	str_done(&text);
	check_alive(f);
}

static void frames_of_the_server_and_second_hellos_are_refused(void **state)
{
	struct duet *f = *state;

	for (enum frame_type type = 0; type < FRAME_COUNT; type++) {
		const struct frame_row *row = frame_row(type);
		struct str text = STR_INIT;

		str_addf(&text, "{\"type\":\"%s\"}", row->name);
		if (!(row->dir & FRAME_DIR_C)) {
			check_answer(f, text.ptr, text.len, "unknown_type");
		} else if (row->state == FRAME_STATE_NEW) {
			check_answer(f, text.ptr, text.len, "state");
		}
		str_done(&text);
	}
	check_alive(f);
}

static void malformed_frames_are_named(void **state)
{
	struct duet *f = *state;
	static const struct {
		const char *text;
		const char *code;
	} cases[] = {
		{"", "bad"},
		{"{", "bad"},
		{"[]", "bad"},
		{"null", "bad"},
		{"{\"type\":5}", "bad"},
		{"{\"type\":\"sing\"}", "unknown_type"},
		{"{\"type\":\"send\"}", "bad"},
		{"{\"type\":\"sub\",\"room\":5}", "bad"},
		{"{\"type\":\"fetch\",\"id\":-1}", "bad"},
		{"{\"type\":\"fetch\",\"id\":1.5}", "bad"},
		{"{\"type\":\"typing\",\"room\":null,\"on\":true}", "bad"},
		{"{\"type\":\"focus\",\"room\":\"UPPERCASE\"}", "bad"},
		{"{\"type\":\"auth\",\"token\":\"nonsense\"}", "bad_token"},
		{"{\"type\":\"call\",\"id\":1,\"op\":\"no_such\"}", "not_found"},
		{"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "bad"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check_answer(f, cases[i].text, strlen(cases[i].text), cases[i].code);
	}
	check_alive(f);
}

/* As deep as a frame is long, whole and cut off, as arrays, as objects and in turns: found
 * while it is read, so no stack and no memory grows with it. */
static void depth_without_end_is_refused(void **state)
{
	static const char *const steps[] = {"[", "{\"a\":", "[{\"a\":"};
	struct duet *f = *state;
	struct str text = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		str_clear(&text);
		while (text.len + 8 < LIMIT_FRAME_CLIENT) {
			str_add(&text, steps[i]);
		}
		check_answer(f, text.ptr, text.len, "bad");
	}
	str_set(&text, "{\"type\":\"typing\",\"deep\":");
	for (unsigned i = 0; i < 10000; i++) {
		str_add(&text, "[");
	}
	for (unsigned i = 0; i < 10000; i++) {
		str_add(&text, "]");
	}
	str_add(&text, "}");
	check_answer(f, text.ptr, text.len, "bad");
	str_done(&text);
	check_alive(f);
}

/* RFC 6455 section 8.1 wants the connection closed with 1007, which lws 5 does; before, the
 * frame is refused by name. */
static void text_that_is_no_utf8_is_refused(void **state)
{
	struct duet *f = *state;
	static const char *const cases[] = {
		"{\"type\":\"send\",\"text\":\"\xff\xfe\"}",
		"{\"type\":\"send\",\"text\":\"\xc0\x80\"}",
		"{\"type\":\"send\",\"text\":\"\xed\xa0\x80\"}",
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer_socket peer;
		bool heard;

		host_login(&f->host, &peer, &f->alice, "");
		peer_say(&peer, cases[i]);
		do {
			heard = peer_hear(&peer, &f->text);
		} while (heard && !strstr(f->text.ptr, "\"code\""));
		if (heard) {
			check_part(&f->text, "\"code\":\"utf8\"");
		} else {
			assert_int_equal(peer.close_code, 1007);
		}
		peer_close(&peer);
	}
	check_alive(f);
}

static void too_large_texts_are_refused_by_name_and_cid(void **state)
{
	struct duet *f = *state;
	struct str text = STR_INIT;

	str_addf(&text, "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"",
		 cid(1).text, LOBBY(f));
	for (size_t i = 0; i <= LIMIT_TEXT; i++) {
		str_add_char(&text, 'x');
	}
	str_add(&text, "\"}");
	peer_say(&f->a, text.ptr);
	peer_expect(&f->a, "\"type\":\"nack\"", &f->text);
	check_part(&f->text, cid(1).text);
	check_part(&f->text, "\"code\":\"too_big\"");
	/* a control character inside a text */
	host_say(&f->a,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":"
		 "\"a\\u001bb\"}",
		 cid(2).text, LOBBY(f));
	peer_expect(&f->a, "\"type\":\"nack\"", &f->text);
	check_part(&f->text, "\"code\":\"bad\"");
	/* a frame beyond its row */
	str_set(&text, "{\"type\":\"auth\",\"token\":\"");
	for (size_t i = 0; i < LIMIT_FRAME_LOGIN; i++) {
		str_add_char(&text, 'x');
	}
	str_add(&text, "\"}");
	check_answer(f, text.ptr, text.len, "too_big");
	/* a message beyond any frame: nothing can be read from it */
	str_clear(&text);
	for (size_t i = 0; i <= LIMIT_FRAME_CLIENT; i++) {
		str_add_char(&text, ' ');
	}
	peer_say(&f->a, text.ptr);
	peer_expect(&f->a, "\"code\":\"too_big\"", &f->text);
	assert_int_equal(peer_expect_close(&f->a), 4503);
	str_done(&text);
	check_alive(f);
}

static void rooms_of_others_are_closed(void **state)
{
	struct duet *f = *state;
	struct id room = {{1, 2, 3}};
	const char *text = id_text(&room).text;
	struct str name = STR_INIT;

	str_add(&name, text);
	host_say(&f->a,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"x\"}",
		 cid(1).text, name.ptr);
	peer_expect(&f->a, "\"type\":\"nack\"", &f->text);
	check_part(&f->text, "\"code\":\"no_room\"");
	host_say(&f->a, "{\"type\":\"sub\",\"room\":\"%s\"}", name.ptr);
	peer_expect(&f->a, "\"code\":\"not_member\"", &f->text);
	host_say(&f->a, "{\"type\":\"focus\",\"room\":\"%s\"}", name.ptr);
	peer_expect(&f->a, "\"code\":\"not_member\"", &f->text);
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", name.ptr);
	peer_expect(&f->a, "\"code\":\"not_member\"", &f->text);
	host_say(&f->a, "{\"type\":\"fetch\",\"id\":3,\"room\":\"%s\"}", name.ptr);
	peer_expect(&f->a, "\"re\":3", &f->text);
	check_part(&f->text, "\"code\":\"no_room\"");
	host_say(&f->a, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":1}", name.ptr);
	peer_expect(&f->a, "\"code\":\"no_room\"", &f->text);
	str_done(&name);
	check_alive(f);
}

static void who_keeps_sending_nonsense_is_disconnected(void **state)
{
	struct duet *f = *state;

	for (int i = 0; i < 40; i++) {
		peer_say(&f->a, "{");
	}
	assert_int_equal(peer_expect_close(&f->a), 4503);
	check_alive(f);
}

static void frames_of_a_batch_are_answered_one_by_one(void **state)
{
	struct duet *f = *state;
	struct peer_socket peer;
	struct str text = STR_INIT;

	host_login(&f->host, &peer, &f->alice, ",\"batch\":true");
	str_addf(&text,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"1\"}\n{"
		 "oops\n"
		 "\n{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"2\"}",
		 cid(1).text, LOBBY(f), cid(2).text, LOBBY(f));
	peer_say(&peer, text.ptr);
	peer_expect(&f->b, "\"text\":\"1\"", &f->text);
	peer_expect(&f->b, "\"text\":\"2\"", &f->text);
	peer_expect(&peer, "\"code\":\"bad\"", &f->text);
	str_done(&text);
	peer_close(&peer);
}

/* ---- limits ---- */

static void one_connection_too_many_is_turned_away(void **state)
{
	struct peer_socket peers[3];
	struct answer answer;
	struct host host;

	host_init(&host);
	host.config.max_connections = 2;
	host_open(&host);
	host_run(&host);
	for (size_t i = 0; i < 2; i++) {
		peer_open_unix(&peers[i], host.socket.ptr);
		assert_int_equal(peer_upgrade(&peers[i], "/v1/ws", ""), 101);
	}
	peer_open_unix(&peers[2], host.socket.ptr);
	peer_answer(&peers[2], &answer);
	assert_int_equal(answer.status, 503);
	check_part(&answer.body, "\"code\":\"busy\"");
	check_part(&answer.body, "\"retry_ms\":5000");
	check_part(&answer.head, "Retry-After: 5\r\n");
	check_part(&answer.head, "Content-Type: application/problem+json\r\n");
	answer_done(&answer);
	assert_int_equal(peer_expect_close(&peers[2]), 0);
	for (size_t i = 0; i < 3; i++) {
		peer_close(&peers[i]);
	}
	host_done(&host);
}

static void who_sends_too_fast_is_told_when_to_come_again(void **state)
{
	struct str text = STR_INIT;
	struct guest alice;
	struct peer_socket peer;
	struct host host;

	host_init(&host);
	host.config.send_rate = 6; /* two at once, then one in ten seconds */
	host_open(&host);
	host_guest(&host, "alice", &alice);
	struct id lobby = host_room(&host, "lobby");

	host_run(&host);
	host_login(&host, &peer, &alice, "");
	for (unsigned i = 0; i < 3; i++) {
		host_say(&peer,
			 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":"
			 "\"x\"}",
			 cid(i).text, id_text(&lobby).text);
	}
	peer_expect(&peer, "\"type\":\"nack\"", &text);
	check_part(&text, cid(2).text);
	check_part(&text, "\"code\":\"rate\"");
	check_part(&text, "\"retry_ms\":");
	host_skip(&host, 10000);
	host_say(&peer,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"x\"}",
		 cid(2).text, id_text(&lobby).text);
	peer_expect(&peer, cid(2).text, &text);
	check_part(&text, "\"type\":\"ack\"");
	peer_close(&peer);
	guest_done(&alice);
	host_done(&host);
	str_done(&text);
}

static void one_address_has_so_many_connections_and_no_more(void **state)
{
	struct peer_socket peers[4];
	struct answer answer;
	struct host host;

	host_init(&host);
	host.config.max_per_address = 3;
	host_open(&host);
	host_run(&host);
	for (size_t i = 0; i < 4; i++) {
		peer_open_tcp(&peers[i], host.server->port);
		peer_print(&peers[i], "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
		peer_answer(&peers[i], &answer);
		assert_int_equal(answer.status, i < 3 ? 200 : 429);
		answer_done(&answer);
	}
	peer_close(&peers[3]);
	/* the Unix socket has other limits */
	peer_open_unix(&peers[3], host.socket.ptr);
	assert_int_equal(peer_upgrade(&peers[3], "/v1/ws", ""), 101);
	for (size_t i = 0; i < 4; i++) {
		peer_close(&peers[i]);
	}
	host_done(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DUET(strangers_may_say_hello_and_nothing_else),
		WITH_DUET(wrong_tokens_and_versions_are_named),
		WITH_DUET(frames_of_the_server_and_second_hellos_are_refused),
		WITH_DUET(malformed_frames_are_named),
		WITH_DUET(depth_without_end_is_refused),
		WITH_DUET(text_that_is_no_utf8_is_refused),
		WITH_DUET(too_large_texts_are_refused_by_name_and_cid),
		WITH_DUET(rooms_of_others_are_closed),
		WITH_DUET(who_keeps_sending_nonsense_is_disconnected),
		WITH_DUET(frames_of_a_batch_are_answered_one_by_one),
		cmocka_unit_test(one_connection_too_many_is_turned_away),
		cmocka_unit_test(who_sends_too_fast_is_told_when_to_come_again),
		cmocka_unit_test(one_address_has_so_many_connections_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
