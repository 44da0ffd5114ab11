/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fences of time and number: who dawdles is hung up on at a deadline that its bytes do
 * not move, whether it dawdles over the head, the body, the answer or the next request;
 * and who stands behind a proxy is counted as itself.
 */
#include <sys/socket.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/echo.h"
#include "tests/lib/tls.h"

#define HEAD    "GET /echo HTTP/1.1\r\nHost: test\r\n"
#define POST    "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 50\r\n\r\n"
#define HEAD_MS 10000
#define BODY_MS 30000
#define IDLE_MS 30000

static void check_ends(struct peer_socket *peer)
{
	assert_int_equal(peer_expect_close(peer), 0);
	peer_close(peer);
}

static void silence_ends_after_ten_seconds(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;

	peer_open_tcp(&peer, f->port);
	echo_check_alive(f); /* it has been accepted: accepts are in order */
	echo_skip(f, HEAD_MS);
	check_ends(&peer);
	echo_check_alive(f);
}

static void a_head_byte_by_byte_ends_as_soon(void **state)
{
	struct echo_server *f = *state;
	static const char head[] = HEAD "X-Slow: loris";
	struct peer_socket peer;

	peer_open_tcp(&peer, f->port);
	for (size_t i = 0; i < sizeof(head) - 1; i++) {
		peer_send(&peer, &head[i], 1);
		echo_skip(f, HEAD_MS / (sizeof(head) - 1) + 1);
		echo_check_alive(f);
	}
	check_ends(&peer);
}

static void a_body_byte_by_byte_ends_too(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;

	peer_open_tcp(&peer, f->port);
	peer_send(&peer, POST, sizeof(POST) - 1);
	for (int i = 0; i < 31; i++) {
		peer_send(&peer, "x", 1);
		echo_skip(f, BODY_MS / 30);
		echo_check_alive(f);
	}
	check_ends(&peer);
	assert_int_equal(atomic_load(&f->requests), 31); /* those of the others */
}

static void idle_keep_alive_ends(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;
	struct answer answer;

	peer_open_tcp(&peer, f->port);
	for (int i = 0; i < 3; i++) {
		peer_print(&peer, HEAD "\r\n");
		peer_answer(&peer, &answer);
		assert_int_equal(answer.status, 200);
		answer_done(&answer);
		echo_skip(f, HEAD_MS); /* less than may pass between requests */
		echo_check_alive(f);
	}
	echo_skip(f, IDLE_MS);
	check_ends(&peer);
}

static void a_websocket_must_go_on(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket quiet, halfway;

	echo_open(f, &quiet);
	echo_open(f, &halfway);
	peer_frame(&halfway, 0x01, "beginning", 9);
	peer_sync(&halfway);
	echo_skip(f, LIMIT_LOGIN_MS);
	assert_int_equal(peer_expect_close(&quiet), CLOSE_PROTOCOL);
	assert_int_equal(peer_expect_close(&halfway), CLOSE_PROTOCOL);
	peer_close(&quiet);
	peer_close(&halfway);
	echo_check_alive(f);
}

/* ---- before the handshake of TLS is over ---- */

/* The beginning of one: a record of 512 bytes, a ClientHello, its version. */
static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and no more";

static void a_silent_tls_client_ends_as_soon(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;

	peer_open_tcp(&peer, f->tls_port);
	echo_check_alive(f);
	echo_skip(f, HEAD_MS);
	check_ends(&peer);
	echo_check_alive(f);
}

static void half_a_tls_hello_byte_by_byte_ends_too(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;

	peer_open_tcp(&peer, f->tls_port);
	for (size_t i = 0; i < sizeof(hello) - 1; i++) {
		peer_send(&peer, &hello[i], 1);
		echo_skip(f, HEAD_MS / (sizeof(hello) - 1) + 1);
		echo_check_alive(f);
	}
	check_ends(&peer);
}

static void who_only_shakes_hands_ends_too(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;

	peer_open_tcp(&peer, f->tls_port);
	struct tls *tls = tls_connect(peer.fd);
	echo_check_alive(f);
	echo_skip(f, HEAD_MS);
	peer_expect_end(&peer); /* after tickets for the next session */
	tls_free(&tls);
	peer_close(&peer);
	echo_check_alive(f);
}

/* ---- behind a proxy ---- */

static int status_as(struct echo_server *f, const char *path, const char *client)
{
	struct str text = STR_INIT;

	str_addf(&text,
		 "GET %s HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: %s\r\n"
		 "Connection: Upgrade\r\nUpgrade: websocket\r\n"
		 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat.v1\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		 path, client);
	int status = echo_status(f, text.ptr, text.len);

	str_done(&text);
	return status;
}

/* Wrong tokens of one client behind the proxy close the door to that client alone. */
static void clients_of_a_proxy_are_told_apart(void **state)
{
	struct echo_server *f = *state;
	static const char path[] = "/v1/ws/rooms/aaaaaaaaaaaaaaaaaaaaaaaaaa?token=wrong";
	int status = 401;

	for (int i = 0; i < 40 && status == 401; i++) {
		status = status_as(f, path, "192.0.2.1");
	}
	assert_int_equal(status, 429);
	assert_int_equal(status_as(f, path, "192.0.2.2"), 401);
	/* what the client itself wrote to the left does not count */
	assert_int_equal(status_as(f, path, "192.0.2.3, 192.0.2.1"), 429);
}

static void nobody_else_is_believed(void **state)
{
	struct echo_server *f = *state;
	static const char path[] = "/v1/ws/rooms/aaaaaaaaaaaaaaaaaaaaaaaaaa?token=wrong";
	int status = 401;

	for (int i = 0; i < 40 && status == 401; i++) {
		status = status_as(f, path, i % 2 ? "192.0.2.1" : "192.0.2.2");
	}
	assert_int_equal(status, 429);
	assert_int_equal(status_as(f, path, "192.0.2.99"), 429);
}

static void each_client_of_a_proxy_has_its_share_of_connections(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peers[51];

	for (size_t i = 0; i < ARRAY_LEN(peers); i++) {
		peer_open_tcp(&peers[i], f->port);
		int status = peer_upgrade(&peers[i], "/v1/ws",
					  "X-Forwarded-For: 192.0.2.1\r\n");

		assert_int_equal(status, i < 50 ? 101 : 429);
	}
	assert_int_equal(status_as(f, "/v1/ws", "192.0.2.2"), 101);
	for (size_t i = 0; i < ARRAY_LEN(peers); i++) {
		peer_close(&peers[i]);
	}
}

/* Too long to be read: it must not make the client the proxy. */
static void a_client_cannot_write_so_much_that_it_becomes_the_proxy(void **state)
{
	struct echo_server *f = *state;
	struct str text = STR_INIT;

	for (unsigned i = 0; i < 300; i++) {
		str_add(&text, "192.0.2.3, ");
	}
	str_add(&text, "192.0.2.1");
	assert_int_equal(status_as(f, "/v1/ws", text.ptr), 400);
	text.ptr[1100] = '\0';
	assert_int_equal(status_as(f, "/v1/ws", text.ptr), 101);
	str_done(&text);
}

#define OVER_TLS(fn) \
	cmocka_unit_test_setup_teardown(fn, echo_set_up_with_tls, echo_tear_down)
#define BEHIND_PROXY(fn) \
	cmocka_unit_test_setup_teardown(fn, echo_set_up_behind_proxy, echo_tear_down)

CHECK_MAIN(WITH_ECHO(silence_ends_after_ten_seconds),
	   WITH_ECHO(a_head_byte_by_byte_ends_as_soon),
	   WITH_ECHO(a_body_byte_by_byte_ends_too), WITH_ECHO(idle_keep_alive_ends),
	   WITH_ECHO(a_websocket_must_go_on), OVER_TLS(a_silent_tls_client_ends_as_soon),
	   OVER_TLS(half_a_tls_hello_byte_by_byte_ends_too),
	   OVER_TLS(who_only_shakes_hands_ends_too),
	   BEHIND_PROXY(clients_of_a_proxy_are_told_apart),
	   WITH_ECHO(nobody_else_is_believed),
	   BEHIND_PROXY(each_client_of_a_proxy_has_its_share_of_connections),
	   BEHIND_PROXY(a_client_cannot_write_so_much_that_it_becomes_the_proxy))
