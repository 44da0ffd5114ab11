/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proof that lws can be what we need: a guest on our own libuv loop, woken by a working
 * thread, with refusals written by us. No frames of ours and no store: an echo.
 */
#include "common/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/echo.h"

#define ROOM "aaaaaaaaaaaaaaaaaaaaaaaaaa"

/* ---- the proof ---- */

static void a_thread_answers_through_the_loop(void **state)
{
	struct echo_server *f = *state;
	struct str heard = STR_INIT;
	struct peer_socket tcp, local;

	peer_open_tcp(&tcp, f->port);
	peer_open_unix(&local, f->socket_path);
	assert_int_equal(peer_upgrade(&tcp, "/v1/ws", ""), 101);
	assert_int_equal(peer_upgrade(&local, "/v1/ws", ""), 101);
	for (int i = 0; i < 200; i++) {
		peer_say(&tcp, "over tcp");
		peer_say(&local, "over the socket");
		assert_true(peer_hear(&tcp, &heard));
		assert_string_equal(heard.ptr, "over tcp");
		assert_true(peer_hear(&local, &heard));
		assert_string_equal(heard.ptr, "over the socket");
	}
	peer_close(&tcp);
	peer_close(&local);
	str_done(&heard);
}

static void large_messages_arrive_whole_from_any_fragments(void **state)
{
	struct echo_server *f = *state;
	struct str heard = STR_INIT;
	struct peer_socket peer;
	char *text = mem_alloc(1, 60001);

	peer_open_tcp(&peer, f->port);
	assert_int_equal(peer_upgrade(&peer, "/v1/ws", ""), 101);
	peer_say(&peer, "first");
	assert_true(peer_hear(&peer, &heard));
	memset(text, 'x', 60000);
	peer_say(&peer, text);
	assert_true(peer_hear(&peer, &heard));
	assert_int_equal(heard.len, 60000);
	for (int i = 0; i < 60; i++) {
		peer_frame(&peer, i == 0 ? 0x01 : i == 59 ? 0x80 : 0x00, text, 1000);
		peer_frame(&peer, 0x89, "in between", 10);
	}
	assert_true(peer_hear(&peer, &heard));
	assert_int_equal(heard.len, 60000);
	assert_memory_equal(heard.ptr, text, 60000);
	peer_close(&peer);
	mem_free(text);
	str_done(&heard);
}

static void check_refused(struct echo_server *f, const char *path, const char *headers,
			  int status, const char *code)
{
	struct str type = STR_INIT, part = STR_INIT;
	struct peer_socket peer;
	struct answer answer;

	peer_open_tcp(&peer, f->port);
	peer_print(&peer, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", path, headers);
	peer_answer(&peer, &answer);
	assert_int_equal(answer.status, status);
	assert_string_equal(answer_header(&answer, "content-type", &type),
			    "application/problem+json");
	str_addf(&part, "\"code\":\"%s\"", code);
	assert_non_null(strstr(answer.body.ptr, part.ptr));
	assert_int_equal(peer_expect_close(&peer), 0);
	answer_done(&answer);
	peer_close(&peer);
	str_done(&type);
	str_done(&part);
}

#define UPGRADE \
	"Connection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define UPGRADE_13 UPGRADE "Sec-WebSocket-Version: 13\r\n"

static void a_refused_handshake_is_answered_with_a_problem(void **state)
{
	struct echo_server *f = *state;

	check_refused(f, "/v1/ws", UPGRADE_13 "Authorization: Bearer bad\r\n", 401,
		      "bad_token");
	check_refused(f, "/v1/ws", UPGRADE_13 "Authorization: Bearer old\r\n", 401,
		      "expired");
	check_refused(f, "/v1/ws", UPGRADE_13 "Authorization: Basic Z29vZA==\r\n", 401,
		      "unauthorized");
	check_refused(f, "/v1/ws/rooms/" ROOM, UPGRADE_13, 401, "unauthorized");
	check_refused(f, "/v1/ws?token=good", UPGRADE_13, 401, "unauthorized");
	check_refused(f, "/v1/ws", UPGRADE_13 "Origin: https://evil.example\r\n", 403,
		      "forbidden");
	check_refused(f, "/v1/elsewhere", UPGRADE_13, 404, "not_found");
	check_refused(f, "/v1/ws/rooms/short", UPGRADE_13, 404, "no_room");
	check_refused(f, "/v1/ws", UPGRADE "Sec-WebSocket-Version: 8\r\n", 426,
		      "upgrade");
	check_refused(f, "/v1/ws", UPGRADE_13 "Sec-WebSocket-Protocol: chat.v9\r\n", 426,
		      "upgrade");
}

static void a_good_token_and_origin_open_each_endpoint(void **state)
{
	struct echo_server *f = *state;
	static const char *const good[][2] = {
		{"/v1/ws",
		 "Authorization: Bearer good\r\nOrigin: https://chat.example\r\n"},
		{"/v1/ws", "Origin: http://test\r\n"},
		{"/v1/ws/rooms/" ROOM "?token=good", ""},
		{"/v1/ws/rooms/" ROOM, "Authorization: Bearer good\r\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct peer_socket peer;

		peer_open_tcp(&peer, f->port);
		assert_int_equal(peer_upgrade(&peer, good[i][0], good[i][1]), 101);
		peer_close(&peer);
	}
}

static void bodies_come_whole_and_connections_live_on(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;
	struct answer answer;

	peer_open_tcp(&peer, f->port);
	for (int i = 0; i < 3; i++) {
		peer_print(&peer, "POST /echo?q=a%%20b HTTP/1.1\r\nHost: test\r\n"
				  "Content-Length: 5\r\n\r\nhe");
		peer_print(&peer, "llo");
		peer_answer(&peer, &answer);
		assert_int_equal(answer.status, 200);
		assert_string_equal(answer.body.ptr, "5:hello:a b");
		answer_done(&answer);
	}
	peer_print(&peer, "POST /echo HTTP/1.1\r\nHost: test\r\n\r\n");
	peer_answer(&peer, &answer);
	assert_string_equal(answer.body.ptr, "0::-");
	answer_done(&answer);
	peer_close(&peer);
}

CHECK_MAIN(WITH_ECHO(a_thread_answers_through_the_loop),
	   WITH_ECHO(large_messages_arrive_whole_from_any_fragments),
	   WITH_ECHO(a_refused_handshake_is_answered_with_a_problem),
	   WITH_ECHO(a_good_token_and_origin_open_each_endpoint),
	   WITH_ECHO(bodies_come_whole_and_connections_live_on))
