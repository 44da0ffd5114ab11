/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conversations with a whole server over real sockets.
 */
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/duet.h"

static void a_message_is_acknowledged_and_heard_by_the_others(void **state)
{
	struct duet *f = *state;
	struct peer_socket second;

	host_login(&f->host, &second, &f->alice, "");
	duet_say(f, &f->a, 1, "hello");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	check_part(&f->text, cid(1).text);
	peer_expect(&f->b, "\"text\":\"hello\"", &f->text);
	check_part(&f->text, "\"type\":\"event\"");
	check_part(&f->text, cid(1).text);
	peer_expect(&second, "\"text\":\"hello\"", &f->text);
	/* the sending connection hears the next event, not its own */
	duet_say(f, &f->b, 2, "hi");
	peer_expect(&f->a, "\"type\":\"event\"", &f->text);
	check_part(&f->text, "\"text\":\"hi\"");
	peer_close(&second);
}

static void the_same_cid_happens_once(void **state)
{
	struct duet *f = *state;

	duet_say(f, &f->a, 1, "once");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	struct str first = STR_INIT;

	str_add(&first, strstr(f->text.ptr, "\"seq\""));
	duet_say(f, &f->a, 1, "once");
	peer_expect(&f->a, "\"dup\":true", &f->text);
	assert_memory_equal(strstr(f->text.ptr, "\"seq\""), first.ptr, 10);
	duet_say(f, &f->b, 1, "mine");
	peer_expect(&f->b, "\"type\":\"nack\"", &f->text);
	check_part(&f->text, "\"code\":\"conflict\"");
	duet_say(f, &f->a, 2, "after");
	peer_expect(&f->b, "\"type\":\"event\"", &f->text);
	check_part(&f->text, "after");
	str_done(&first);
}

static void edits_reactions_and_deletions_take_a_seq_each(void **state)
{
	struct duet *f = *state;
	static const char *const verbs[] = {
		"\"type\":\"edit\",\"text\":\"better\"",
		"\"type\":\"react\",\"text\":\"👍\"",
		"\"type\":\"unreact\",\"text\":\"👍\"",
		"\"type\":\"delete\"",
	};
	static const char *const kinds[] = {"edit", "react", "unreact", "delete"};

	duet_say(f, &f->a, 1, "good");
	peer_expect(&f->b, "good", &f->text);
	for (unsigned i = 0; i < ARRAY_LEN(verbs); i++) {
		struct str kind = STR_INIT;

		host_say(&f->a, "{%s,\"cid\":\"%s\",\"room\":\"%s\",\"target\":\"%s\"}",
			 verbs[i], cid(10 + i).text, LOBBY(f), cid(1).text);
		str_addf(&kind, "\"kind\":\"%s\"", kinds[i]);
		peer_expect(&f->b, "\"type\":\"event\"", &f->text);
		check_part(&f->text, kind.ptr);
		check_part(&f->text, cid(1).text);
		str_done(&kind);
	}
}

static void who_comes_back_gets_what_was_missed(void **state)
{
	struct duet *f = *state;
	unsigned long long seq = 0;
	char *end;

	duet_say(f, &f->a, 1, "first");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	seq = strtoull(strstr(f->text.ptr, "\"seq\":") + 6, &end, 10);
	peer_close(&f->b);
	for (unsigned i = 2; i < 12; i++) {
		duet_say(f, &f->a, i, "missed");
	}
	for (unsigned i = 2; i < 12; i++) {
		peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	}
	host_login(&f->host, &f->b, &f->bob, "");
	host_say(&f->b, "{\"type\":\"sub\",\"room\":\"%s\",\"epoch\":1,\"seq\":%llu}",
		 LOBBY(f), seq);
	peer_expect(&f->b, "\"type\":\"subbed\"", &f->text);
	check_part(&f->text, "\"recovered\":true");
	for (unsigned i = 2; i < 12; i++) {
		struct str part = STR_INIT;

		str_addf(&part, "\"seq\":%llu,", seq + i - 1);
		assert_true(peer_hear(&f->b, &f->text));
		check_part(&f->text, part.ptr);
		check_part(&f->text, cid(i).text);
		str_done(&part);
	}
	host_say(&f->b, "{\"type\":\"sub\",\"room\":\"%s\",\"epoch\":7,\"seq\":1}",
		 LOBBY(f));
	peer_expect(&f->b, "\"type\":\"reset\"", &f->text);
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":5,\"room\":\"%s\",\"limit\":3}",
		 LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text);
	check_part(&f->text, "\"id\":5");
	check_part(&f->text, cid(11).text);
	check_part(&f->text, "\"complete_before\":false");
	check_part(&f->text, "\"complete_after\":true");
}

/* Events committed while a replay is read reach the connection once and in order. */
static void a_replay_under_fire_is_whole_and_in_order(void **state)
{
	struct duet *f = *state;
	unsigned long long expect = 2, seq;
	char *end;

	peer_close(&f->b);
	for (unsigned i = 0; i < 100; i++) {
		duet_say(f, &f->a, i, "before");
	}
	peer_open_tcp(&f->b, f->host.server->port);
	assert_int_equal(peer_upgrade(&f->b, "/v1/ws", ""), 101);
	host_say(
		&f->b,
		"{\"type\":\"hello\",\"v\":1,\"batch\":false,\"token\":\"%s\",\"resume\":"
		"{\"rooms\":[[\"%s\",1,1]]}}",
		f->bob.token.ptr, LOBBY(f));
	for (unsigned i = 100; i < 200; i++) {
		duet_say(f, &f->a, i, "during");
	}
	peer_expect(&f->b, "\"type\":\"subbed\"", &f->text);
	/* 1: alice came; 2: bob came; 3…202: the messages, a live one or two may have been
	 * heard before subbed, then they come again */
	while (expect <= 202) {
		peer_expect(&f->b, "\"type\":\"event\"", &f->text);
		seq = strtoull(strstr(f->text.ptr, "\"seq\":") + 6, &end, 10);
		assert_int_equal(seq, expect);
		expect++;
	}
}

static void what_was_acknowledged_is_there_after_a_restart(void **state)
{
	struct duet *f = *state;

	for (unsigned i = 0; i < 50; i++) {
		duet_say(f, &f->a, i, "kept");
	}
	host_stop(&f->host); /* with most of them under way */
	unsigned acked = 0;

	while (peer_hear(&f->a, &f->text)) {
		acked += strstr(f->text.ptr, "\"type\":\"ack\"") != NULL;
		if (strstr(f->text.ptr, "\"type\":\"goaway\"")) {
			check_part(&f->text, "\"resume\":true");
		}
	}
	assert_int_equal(f->a.close_code, CLOSE_GOAWAY);
	peer_close(&f->a);
	peer_close(&f->b);
	host_open(&f->host);
	host_run(&f->host);
	host_login(&f->host, &f->a, &f->alice, "");
	host_login(&f->host, &f->b, &f->bob, "");
	host_say(&f->a, "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\",\"limit\":200}",
		 LOBBY(f));
	peer_expect(&f->a, "\"type\":\"page\"", &f->text);
	for (unsigned i = 0; i < acked; i++) {
		check_part(&f->text, cid(i).text);
	}
}

static void what_follows_hello_at_once_is_heard_after_welcome(void **state)
{
	struct duet *f = *state;
	struct str hello = STR_INIT;
	struct peer_socket peer;

	peer_open_tcp(&peer, f->host.server->port);
	assert_int_equal(peer_upgrade(&peer, "/v1/ws", ""), 101);
	str_addf(&hello, "{\"type\":\"hello\",\"v\":1,\"token\":\"%s\"}",
		 f->alice.token.ptr);
	struct buf frames = BUF_INIT;

	peer_hold(&peer, &frames);
	peer_say(&peer, hello.ptr);
	for (unsigned i = 0; i < 20; i++) {
		duet_say(f, &peer, i, "early");
	}
	peer_hold(&peer, NULL);
	peer_send(&peer, frames.ptr, frames.len);
	peer_expect(&peer, "\"type\":\"welcome\"", &f->text);
	for (unsigned i = 0; i < 20; i++) {
		peer_expect(&peer, "\"type\":\"ack\"", &f->text);
		check_part(&f->text, cid(i).text);
	}
	buf_done(&frames);
	str_done(&hello);
	peer_close(&peer);
}

/* More than may be under way at once: it is read on as the answers come. */
static void frames_in_a_flood_are_answered_in_order(void **state)
{
	struct duet *f = *state;
	struct buf frames = BUF_INIT;

	peer_hold(&f->a, &frames);
	for (unsigned i = 0; i < 1500; i++) {
		duet_say(f, &f->a, i, "flood");
	}
	peer_hold(&f->a, NULL);
	peer_send(&f->a, frames.ptr, frames.len);
	for (unsigned i = 0; i < 1500; i++) {
		peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
		check_part(&f->text, cid(i).text);
	}
	for (unsigned i = 0; i < 1500; i++) {
		peer_expect(&f->b, "\"type\":\"event\"", &f->text);
		check_part(&f->text, cid(i).text);
	}
	buf_done(&frames);
}

static void routes_can_be_called(void **state)
{
	struct duet *f = *state;

	peer_say(&f->a, "{\"type\":\"call\",\"id\":7,\"op\":\"auth_me\"}");
	peer_expect(&f->a, "\"type\":\"result\"", &f->text);
	check_part(&f->text, "\"id\":7,\"status\":200");
	check_part(&f->text, "\"name\":\"alice\"");
	peer_say(&f->a, "{\"type\":\"call\",\"id\":8,\"op\":\"room_get\",\"args\":"
			"{\"room\":\"nonsense\"}}");
	peer_expect(&f->a, "\"id\":8", &f->text);
	check_part(&f->text, "\"status\":4");
}

/* A direct room is made by its first message; both hear from then on, without a sub. */
static void a_new_room_is_heard_from_its_first_message(void **state)
{
	struct duet *f = *state;
	struct str room = STR_INIT;

	host_say(&f->a,
		 "{\"type\":\"call\",\"id\":1,\"op\":\"user_send\",\"args\":{\"user\":\"%"
		 "s\","
		 "\"cid\":\"%s\",\"text\":\"between us\"}}",
		 id_text(&f->bob.actor.user).text, cid(1).text);
	peer_expect(&f->b, "\"type\":\"user_event\"", &f->text);
	peer_expect(&f->b, "between us", &f->text);
	str_add_len(&room, strstr(f->text.ptr, "\"room\":\"") + 8, ID_TEXT_LEN);
	host_say(&f->b,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"yes\"}",
		 cid(2).text, room.ptr);
	peer_expect(&f->a, "\"text\":\"yes\"", &f->text);
	str_done(&room);
}

static void who_left_hears_no_more(void **state)
{
	struct duet *f = *state;

	host_say(&f->b,
		 "{\"type\":\"call\",\"id\":1,\"op\":\"room_leave\",\"args\":{\"room\":"
		 "\"%s\"}}",
		 LOBBY(f));
	peer_expect(&f->b, "\"id\":1", &f->text);
	check_part(&f->text, "\"status\":20");
	duet_say(f, &f->a, 1, "behind your back");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	host_say(&f->b, "{\"type\":\"sub\",\"room\":\"%s\",\"epoch\":1,\"seq\":1}",
		 LOBBY(f));
	while (peer_hear(&f->b, &f->text) && !strstr(f->text.ptr, "not_member")) {
		assert_null(strstr(f->text.ptr, "behind your back"));
	}
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":2,\"room\":\"%s\"}", LOBBY(f));
	peer_expect(&f->b, "\"re\":2", &f->text);
	check_part(&f->text, "\"code\":\"not_member\"");
}

static void ending_a_session_ends_its_connections_and_token(void **state)
{
	struct duet *f = *state;
	struct peer_socket peer;

	peer_say(&f->b, "{\"type\":\"call\",\"id\":1,\"op\":\"auth_logout\"}");
	assert_int_equal(peer_expect_close(&f->b), CLOSE_REVOKED);
	peer_open_tcp(&peer, f->host.server->port);
	assert_int_equal(peer_upgrade(&peer, "/v1/ws", ""), 101);
	host_say(&peer, "{\"type\":\"hello\",\"v\":1,\"token\":\"%s\"}",
		 f->bob.token.ptr);
	peer_expect(&peer, "\"code\":\"bad_token\"", &f->text);
	assert_int_equal(peer_expect_close(&peer), CLOSE_LOGIN);
	peer_close(&peer);
}

/* One that does not read loses bodies, then gets lag; the others get everything. */
static void a_stalled_reader_slows_nobody(void **state)
{
	struct duet *f = *state;
	char *long_text = mem_alloc(1, 8001);
	unsigned acked = 0;

	memset(long_text, 'x', 8000);
	for (unsigned i = 0; i < 1200; i++) { /* 10 MB: beyond what sockets buffer */
		duet_say(f, &f->a, i, long_text);
		peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
		acked++;
	}
	assert_int_equal(acked, 1200);
	peer_expect(&f->b, "\"type\":\"lag\"", &f->text);
	check_part(&f->text, LOBBY(f));
	duet_say(f, &f->a, 2000, "live again");
	peer_expect(&f->b, "live again", &f->text);
	/* and a page of what was withheld, larger than any one write */
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":9,\"room\":\"%s\",\"before\":1000}",
		 LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text);
	assert_true(f->text.len > 200000 && f->text.len <= LIMIT_FRAME_SERVER);
	assert_int_equal(f->text.ptr[f->text.len - 1], '}');
	mem_free(long_text);
}

static void typing_ends_after_six_seconds(void **state)
{
	struct duet *f = *state;

	host_say(&f->b, "{\"type\":\"focus\",\"room\":\"%s\"}", LOBBY(f));
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\"}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text);
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	peer_expect(&f->b, "\"on\":true", &f->text);
	host_skip(&f->host, LIMIT_TYPING_MS);
	peer_expect(&f->b, "\"on\":false", &f->text);
}

static void a_token_that_is_over_ends_the_connection_unless_renewed(void **state)
{
	struct duet *f = *state;
	struct token_claims claims = {f->bob.actor, clock_now_ms(&f->host.server->clock)};
	struct str text = STR_INIT;

	claims.expires_ms += 2 * TOKEN_LIFE_MS;
	str_add(&text, "{\"type\":\"auth\",\"token\":\"");
	token_issue(&f->host.server->keys.tokens, &claims,
		    clock_now_ms(&f->host.server->clock), &text);
	str_add(&text, "\"}");
	peer_say(&f->b, text.ptr);
	duet_say(f, &f->b, 1, "renewed");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
	host_skip(&f->host, TOKEN_LIFE_MS + LIMIT_AUTH_GRACE_MS);
	assert_int_equal(peer_expect_close(&f->a), CLOSE_EXPIRED);
	duet_say(f, &f->b, 2, "still here");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
	/* somebody else's token does not change who this is */
	str_set(&text, "{\"type\":\"auth\",\"token\":\"");
	claims.actor = f->alice.actor;
	token_issue(&f->host.server->keys.tokens, &claims,
		    clock_now_ms(&f->host.server->clock), &text);
	str_add(&text, "\"}");
	peer_say(&f->b, text.ptr);
	peer_expect(&f->b, "\"code\":\"forbidden\"", &f->text);
	str_done(&text);
}

static void who_dawdles_is_cut_off(void **state)
{
	struct duet *f = *state;
	struct peer_socket silent;

	peer_open_tcp(&silent, f->host.server->port);
	assert_int_equal(peer_upgrade(&silent, "/v1/ws", ""), 101);
	peer_frame(&f->a, 0x01, "{", 1);
	peer_sync(&silent);
	peer_sync(&f->a);
	host_skip(&f->host, LIMIT_LOGIN_MS);
	assert_int_equal(peer_expect_close(&silent), CLOSE_PROTOCOL);
	assert_int_equal(peer_expect_close(&f->a), CLOSE_PROTOCOL);
	peer_close(&silent);
	duet_say(f, &f->b, 1, "alive");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
}

static void silence_is_asked_about_then_ended(void **state)
{
	struct duet *f = *state;

	host_skip(&f->host, LIMIT_PING_S * 1000);
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\"}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text); /* a sign of life */
	peer_wait_ping(&f->a);                             /* not answered */
	host_skip(&f->host, LIMIT_PONG_MS);
	assert_int_equal(peer_expect_close(&f->a), CLOSE_SLOW);
	duet_say(f, &f->b, 1, "alive");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
}

static void health_is_told_to_anybody(void **state)
{
	struct duet *f = *state;
	struct peer_socket peer;
	struct answer answer;

	peer_open_tcp(&peer, f->host.server->port);
	peer_print(&peer, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
	peer_answer(&peer, &answer);
	assert_int_equal(answer.status, 200);
	check_part(&answer.body, "\"status\":\"ok\"");
	answer_done(&answer);
	peer_print(&peer, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
	peer_answer(&peer, &answer);
	assert_int_equal(answer.status, 200);
	answer_done(&answer);
	peer_close(&peer);
}

static void who_is_named_is_told_on_every_device_and_once(void **state)
{
	struct duet *f = *state;
	struct peer_socket again;

	host_login(&f->host, &again, &f->bob, "");
	duet_say(f, &f->a, 1, "well, @bob?");
	peer_expect(&f->b, "\"type\":\"notify\"", &f->text);
	check_part(&f->text, "\"why\":\"mention\"");
	check_part(&f->text, "\"from_name\":\"alice\"");
	check_part(&f->text, "\"text\":\"well, @bob?\"");
	peer_expect(&again, "\"type\":\"notify\"", &f->text);
	peer_close(&again);
	/* who comes back is not told what is old */
	host_login(&f->host, &again, &f->bob, ",\"resume\":{\"uepoch\":1,\"useq\":0}");
	duet_say(f, &f->a, 2, "@bob once more");
	peer_expect(&again, "\"type\":\"notify\"", &f->text);
	check_part(&f->text, "once more");
	peer_close(&again);
}

static void a_log_that_cannot_go_on_is_reset(void **state)
{
	struct duet *f = *state;
	struct peer_socket again;

	/* of another epoch: what this device knows may never have been */
	host_login(&f->host, &again, &f->bob, ",\"resume\":{\"uepoch\":7,\"useq\":3}");
	peer_expect(&again, "\"type\":\"user_reset\"", &f->text);
	check_part(&f->text, "\"uepoch\":1");
	peer_close(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DUET(a_message_is_acknowledged_and_heard_by_the_others),
		WITH_DUET(the_same_cid_happens_once),
		WITH_DUET(edits_reactions_and_deletions_take_a_seq_each),
		WITH_DUET(who_comes_back_gets_what_was_missed),
		WITH_DUET(a_replay_under_fire_is_whole_and_in_order),
		WITH_DUET(what_was_acknowledged_is_there_after_a_restart),
		WITH_DUET(what_follows_hello_at_once_is_heard_after_welcome),
		WITH_DUET(frames_in_a_flood_are_answered_in_order),
		WITH_DUET(routes_can_be_called),
		WITH_DUET(a_new_room_is_heard_from_its_first_message),
		WITH_DUET(who_left_hears_no_more),
		WITH_DUET(ending_a_session_ends_its_connections_and_token),
		WITH_DUET(a_stalled_reader_slows_nobody),
		WITH_DUET(typing_ends_after_six_seconds),
		WITH_DUET(a_token_that_is_over_ends_the_connection_unless_renewed),
		WITH_DUET(who_dawdles_is_cut_off),
		WITH_DUET(silence_is_asked_about_then_ended),
		WITH_DUET(health_is_told_to_anybody),
		WITH_DUET(who_is_named_is_told_on_every_device_and_once),
		WITH_DUET(a_log_that_cannot_go_on_is_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
