/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conversations with a whole server over real sockets, and what it says to peers that break
 * each column of frame.def.
 */
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/proto/frame.h"
#include "server/net/rate.h"
#include "tests/lib/check.h"
#include "tests/lib/host.h"

/* A UUIDv7 whose end says which one of the test it is. */
static struct id_text cid(unsigned n)
{
	uint8_t random[10] = {0};

	random[9] = (uint8_t)n;
	random[8] = (uint8_t)(n >> 8);
	struct id id = id_v7(1763640000000, random);

	return id_text(&id);
}

struct fixture {
	struct host host;
	struct guest alice, bob;
	struct id lobby;
	struct peer_socket a, b; /* alice and bob, logged in */
	struct str text;
};

static int set_up(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	f->text = STR_INIT;
	host_init(&f->host);
	host_open(&f->host);
	host_guest(&f->host, "alice", &f->alice);
	host_guest(&f->host, "bob", &f->bob);
	f->lobby = host_room(&f->host, "lobby");
	host_run(&f->host);
	host_login(&f->host, &f->a, &f->alice, "");
	host_login(&f->host, &f->b, &f->bob, "");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	peer_close(&f->a);
	peer_close(&f->b);
	guest_done(&f->alice);
	guest_done(&f->bob);
	host_done(&f->host);
	str_done(&f->text);
	mem_free(f);
	return 0;
}

#define PAST_MS  1700000000000u /* long over */
#define LOBBY(f) id_text(&(f)->lobby).text

static void say_text(struct fixture *f, struct peer_socket *peer, unsigned n,
		     const char *text)
{
	host_say(peer,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"%s\"}",
		 cid(n).text, LOBBY(f), text);
}

static void check_part(const struct str *text, const char *part)
{
	if (!strstr(text->ptr, part)) {
		fail_msg("%s is not in %s", part, text->ptr);
	}
}

/* ---- conversations ---- */

static void a_message_is_acknowledged_and_heard_by_the_others(void **state)
{
	struct fixture *f = *state;
	struct peer_socket second;

	host_login(&f->host, &second, &f->alice, "");
	say_text(f, &f->a, 1, "hello");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	check_part(&f->text, cid(1).text);
	peer_expect(&f->b, "\"text\":\"hello\"", &f->text);
	check_part(&f->text, "\"type\":\"event\"");
	check_part(&f->text, cid(1).text);
	peer_expect(&second, "\"text\":\"hello\"", &f->text);
	/* the sending connection hears the next event, not its own */
	say_text(f, &f->b, 2, "hi");
	peer_expect(&f->a, "\"type\":\"event\"", &f->text);
	check_part(&f->text, "\"text\":\"hi\"");
	peer_close(&second);
}

static void the_same_cid_happens_once(void **state)
{
	struct fixture *f = *state;

	say_text(f, &f->a, 1, "once");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	struct str first = STR_INIT;

	str_add(&first, strstr(f->text.ptr, "\"seq\""));
	say_text(f, &f->a, 1, "once");
	peer_expect(&f->a, "\"dup\":true", &f->text);
	assert_memory_equal(strstr(f->text.ptr, "\"seq\""), first.ptr, 10);
	say_text(f, &f->b, 1, "mine");
	peer_expect(&f->b, "\"type\":\"nack\"", &f->text);
	check_part(&f->text, "\"code\":\"conflict\"");
	say_text(f, &f->a, 2, "after");
	peer_expect(&f->b, "\"type\":\"event\"", &f->text);
	check_part(&f->text, "after");
	str_done(&first);
}

static void edits_reactions_and_deletions_take_a_seq_each(void **state)
{
	struct fixture *f = *state;
	static const char *const verbs[] = {
		"\"type\":\"edit\",\"text\":\"better\"",
		"\"type\":\"react\",\"text\":\"👍\"",
		"\"type\":\"unreact\",\"text\":\"👍\"",
		"\"type\":\"delete\"",
	};
	static const char *const kinds[] = {"edit", "react", "unreact", "delete"};

	say_text(f, &f->a, 1, "good");
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
	struct fixture *f = *state;
	unsigned long long seq = 0;
	char *end;

	say_text(f, &f->a, 1, "first");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	seq = strtoull(strstr(f->text.ptr, "\"seq\":") + 6, &end, 10);
	peer_close(&f->b);
	for (unsigned i = 2; i < 12; i++) {
		say_text(f, &f->a, i, "missed");
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
	struct fixture *f = *state;
	unsigned long long expect = 2, seq;
	char *end;

	peer_close(&f->b);
	for (unsigned i = 0; i < 100; i++) {
		say_text(f, &f->a, i, "before");
	}
	peer_open_tcp(&f->b, f->host.server->port);
	assert_int_equal(peer_upgrade(&f->b, "/v1/ws", ""), 101);
	host_say(
		&f->b,
		"{\"type\":\"hello\",\"v\":1,\"batch\":false,\"token\":\"%s\",\"resume\":"
		"{\"rooms\":[[\"%s\",1,1]]}}",
		f->bob.token.ptr, LOBBY(f));
	for (unsigned i = 100; i < 200; i++) {
		say_text(f, &f->a, i, "during");
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

static void typing_is_seen_by_who_looks_and_ends_with_the_connection(void **state)
{
	struct fixture *f = *state;

	host_say(&f->b, "{\"type\":\"focus\",\"room\":\"%s\"}", LOBBY(f));
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\"}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text);
	host_say(&f->a, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":true}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"on\":true");
	check_part(&f->text, id_text(&f->alice.actor.user).text);
	peer_close(&f->a);
	peer_expect(&f->b, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"on\":false");
}

static void receipts_reach_who_looks_and_delivery_the_sender(void **state)
{
	struct fixture *f = *state;

	say_text(f, &f->a, 1, "hello");
	peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
	unsigned long long seq = strtoull(strstr(f->text.ptr, "\"seq\":") + 6, NULL, 10);

	peer_expect(&f->b, "hello", &f->text);
	host_say(&f->b, "{\"type\":\"got\",\"rooms\":[[\"%s\",%llu]]}", LOBBY(f), seq);
	peer_expect(&f->a, "\"type\":\"delivered\"", &f->text);
	check_part(&f->text, id_text(&f->bob.actor.user).text);
	host_say(&f->a, "{\"type\":\"focus\",\"room\":\"%s\"}", LOBBY(f));
	host_say(&f->b, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}", LOBBY(f),
		 seq);
	peer_expect(&f->a, "\"type\":\"receipt\"", &f->text);
	host_say(&f->b, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}", LOBBY(f),
		 seq + 100);
	peer_expect(&f->b, "\"type\":\"error\"", &f->text);
	check_part(&f->text, "\"code\":\"bad\"");
}

static void presence_of_the_watched_is_told(void **state)
{
	struct fixture *f = *state;

	host_say(&f->a, "{\"type\":\"watch\",\"users\":[\"%s\"]}",
		 id_text(&f->bob.actor.user).text);
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"online\"");
	peer_close(&f->b);
	peer_expect(&f->a, "\"type\":\"presence\"", &f->text);
	check_part(&f->text, "\"state\":\"offline\"");
	host_login(&f->host, &f->b, &f->bob, "");
	peer_expect(&f->a, "\"state\":\"online\"", &f->text);
}

static void what_was_acknowledged_is_there_after_a_restart(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 50; i++) {
		say_text(f, &f->a, i, "kept");
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
	struct fixture *f = *state;
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
		say_text(f, &peer, i, "early");
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

static void routes_can_be_called(void **state)
{
	struct fixture *f = *state;

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
	struct fixture *f = *state;
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
	struct fixture *f = *state;

	host_say(&f->b,
		 "{\"type\":\"call\",\"id\":1,\"op\":\"room_leave\",\"args\":{\"room\":"
		 "\"%s\"}}",
		 LOBBY(f));
	peer_expect(&f->b, "\"id\":1", &f->text);
	check_part(&f->text, "\"status\":20");
	say_text(f, &f->a, 1, "behind your back");
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
	struct fixture *f = *state;
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
	struct fixture *f = *state;
	char *long_text = mem_alloc(1, 8001);
	unsigned acked = 0;

	memset(long_text, 'x', 8000);
	for (unsigned i = 0; i < 1200; i++) { /* 10 MB: beyond what sockets buffer */
		say_text(f, &f->a, i, long_text);
		peer_expect(&f->a, "\"type\":\"ack\"", &f->text);
		acked++;
	}
	assert_int_equal(acked, 1200);
	peer_expect(&f->b, "\"type\":\"lag\"", &f->text);
	check_part(&f->text, LOBBY(f));
	say_text(f, &f->a, 2000, "live again");
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
	struct fixture *f = *state;

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
	struct fixture *f = *state;
	struct token_claims claims = {f->bob.actor, clock_now_ms(&f->host.server->clock)};
	struct str text = STR_INIT;

	claims.expires_ms += 2 * TOKEN_LIFE_MS;
	str_add(&text, "{\"type\":\"auth\",\"token\":\"");
	token_issue(&f->host.server->keys.tokens, &claims,
		    clock_now_ms(&f->host.server->clock), &text);
	str_add(&text, "\"}");
	peer_say(&f->b, text.ptr);
	say_text(f, &f->b, 1, "renewed");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
	host_skip(&f->host, TOKEN_LIFE_MS + LIMIT_AUTH_GRACE_MS);
	assert_int_equal(peer_expect_close(&f->a), CLOSE_EXPIRED);
	say_text(f, &f->b, 2, "still here");
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
	struct fixture *f = *state;
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
	say_text(f, &f->b, 1, "alive");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
}

static void silence_is_asked_about_then_ended(void **state)
{
	struct fixture *f = *state;

	host_skip(&f->host, LIMIT_PING_S * 1000);
	host_say(&f->b, "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\"}", LOBBY(f));
	peer_expect(&f->b, "\"type\":\"page\"", &f->text); /* a sign of life */
	peer_wait_ping(&f->a);                             /* not answered */
	host_skip(&f->host, LIMIT_PONG_MS);
	assert_int_equal(peer_expect_close(&f->a), CLOSE_SLOW);
	say_text(f, &f->b, 1, "alive");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
}

static void health_is_told_to_anybody(void **state)
{
	struct fixture *f = *state;
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

/* ---- the per-room endpoint ---- */

static void open_single(struct fixture *f, struct peer_socket *peer,
			const struct guest *guest)
{
	struct str path = STR_INIT;

	str_addf(&path, "/v1/ws/rooms/%s?token=%s", LOBBY(f), guest->token.ptr);
	peer_open_tcp(peer, f->host.server->port);
	assert_int_equal(peer_upgrade(peer, path.ptr, ""), 101);
	str_done(&path);
}

static void the_room_endpoint_speaks_the_small_dialect(void **state)
{
	struct fixture *f = *state;
	struct peer_socket one, two;

	open_single(f, &one, &f->alice);
	open_single(f, &two, &f->bob);
	peer_say(&one, "{\"type\":\"typing\",\"value\":true}");
	peer_expect(&one, "{\"type\":\"typing_ack\",\"value\":true}", &f->text);
	peer_expect(&two, "\"type\":\"typing\"", &f->text);
	check_part(&f->text, "\"value\":true");
	check_part(&f->text, id_text(&f->alice.actor.user).text);
	host_say(&one, "{\"type\":\"send\",\"cid\":\"%s\",\"text\":\"in here\"}",
		 cid(1).text);
	peer_expect(&two, "\"type\":\"message\"", &f->text);
	check_part(&f->text, "\"text\":\"in here\"");
	check_part(&f->text, "\"message_id\"");
	check_part(&f->text, "\"sender_id\"");
	const char *at = strstr(f->text.ptr, "\"created_at\":");
	unsigned long long ts = strtoull(at + 13, NULL, 10);

	peer_expect(&one, "\"type\":\"message\"", &f->text);
	say_text(f, &f->b, 2, "from the big one");
	peer_expect(&one, "from the big one", &f->text);
	check_part(&f->text, "\"type\":\"message\"");
	host_say(&two, "{\"type\":\"read_upto\",\"created_at_ms\":%llu}", ts);
	peer_expect(&two, "\"type\":\"read_ack\"", &f->text);
	assert_int_equal(strtoull(strstr(f->text.ptr, "\"upto\":") + 7, NULL, 10), ts);
	peer_close(&one);
	peer_expect(&two, "\"value\":false", &f->text);
	peer_close(&two);
}

/* ---- abuse: each column of frame.def ---- */

static void open_new(struct fixture *f, struct peer_socket *peer)
{
	peer_open_tcp(peer, f->host.server->port);
	assert_int_equal(peer_upgrade(peer, "/v1/ws", ""), 101);
}

/* What a connection before hello hears for @text: an error with @code, then a close. */
static void check_stranger(struct fixture *f, const char *text, const char *code,
			   int close)
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
static void check_answer(struct fixture *f, const char *text, size_t len,
			 const char *code)
{
	struct str part = STR_INIT;

	peer_frame(&f->a, 0x81, text, len);
	peer_expect(&f->a, "\"code\"", &f->text);
	str_addf(&part, "\"code\":\"%s\"", code);
	check_part(&f->text, part.ptr);
	str_done(&part);
}

static void check_alive(struct fixture *f)
{
	static unsigned n = 1000;

	say_text(f, &f->b, ++n, "alive");
	peer_expect(&f->b, "\"type\":\"ack\"", &f->text);
}

static void strangers_may_say_hello_and_nothing_else(void **state)
{
	struct fixture *f = *state;

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
	struct fixture *f = *state;
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
	struct fixture *f = *state;

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
	struct fixture *f = *state;
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
		{"{\"type\":\"send\",\"text\":\"\xff\xfe\"}", "utf8"},
		{"{\"type\":\"send\",\"text\":\"\xc0\x80\"}", "utf8"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check_answer(f, cases[i].text, strlen(cases[i].text), cases[i].code);
	}
	check_alive(f);
}

static void too_large_texts_are_refused_by_name_and_cid(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = *state;
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
	struct fixture *f = *state;

	for (int i = 0; i < 40; i++) {
		peer_say(&f->a, "{");
	}
	assert_int_equal(peer_expect_close(&f->a), 4503);
	check_alive(f);
}

static void frames_of_a_batch_are_answered_one_by_one(void **state)
{
	struct fixture *f = *state;
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

#define WITH_SERVER(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(a_message_is_acknowledged_and_heard_by_the_others),
		WITH_SERVER(the_same_cid_happens_once),
		WITH_SERVER(edits_reactions_and_deletions_take_a_seq_each),
		WITH_SERVER(who_comes_back_gets_what_was_missed),
		WITH_SERVER(a_replay_under_fire_is_whole_and_in_order),
		WITH_SERVER(typing_is_seen_by_who_looks_and_ends_with_the_connection),
		WITH_SERVER(receipts_reach_who_looks_and_delivery_the_sender),
		WITH_SERVER(presence_of_the_watched_is_told),
		WITH_SERVER(what_was_acknowledged_is_there_after_a_restart),
		WITH_SERVER(what_follows_hello_at_once_is_heard_after_welcome),
		WITH_SERVER(routes_can_be_called),
		WITH_SERVER(a_new_room_is_heard_from_its_first_message),
		WITH_SERVER(who_left_hears_no_more),
		WITH_SERVER(ending_a_session_ends_its_connections_and_token),
		WITH_SERVER(a_stalled_reader_slows_nobody),
		WITH_SERVER(typing_ends_after_six_seconds),
		WITH_SERVER(a_token_that_is_over_ends_the_connection_unless_renewed),
		WITH_SERVER(who_dawdles_is_cut_off),
		WITH_SERVER(silence_is_asked_about_then_ended),
		WITH_SERVER(health_is_told_to_anybody),
		WITH_SERVER(the_room_endpoint_speaks_the_small_dialect),
		WITH_SERVER(strangers_may_say_hello_and_nothing_else),
		WITH_SERVER(wrong_tokens_and_versions_are_named),
		WITH_SERVER(frames_of_the_server_and_second_hellos_are_refused),
		WITH_SERVER(malformed_frames_are_named),
		WITH_SERVER(too_large_texts_are_refused_by_name_and_cid),
		WITH_SERVER(rooms_of_others_are_closed),
		WITH_SERVER(who_keeps_sending_nonsense_is_disconnected),
		WITH_SERVER(frames_of_a_batch_are_answered_one_by_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
