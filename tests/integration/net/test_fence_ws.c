/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fences around WebSocket frames: each row is a frame that RFC 6455 forbids, or that
 * costs more than it is worth, and how the connection ends: the code of the close frame
 * that the server sends, or 0 for a hang-up. Nobody else notices.
 */
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/echo.h"

#define MASK    "\0\0\0\0" /* the mask that changes nothing */
#define ANY_END (-1)       /* versions of lws differ */

struct row {
	const char *bytes;
	size_t len;
	int code;
};
#define ROW(bytes, code) \
	{ \
		bytes, sizeof(bytes) - 1, code \
	}

static int end_of(struct echo_server *f, const char *bytes, size_t len)
{
	struct str heard = STR_INIT;
	struct peer_socket peer;

	echo_open(f, &peer);
	peer_send(&peer, bytes, len);
	peer_frame(&peer, 0x81, "end", 3); /* if it is not the end, this comes back */
	int code = peer_hear(&peer, &heard) ? -1 : peer.close_code;

	peer_close(&peer);
	str_done(&heard);
	return code;
}

static void check_rows(struct echo_server *f, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int code = end_of(f, rows[i].bytes, rows[i].len);

		if (code < 0 || (rows[i].code != ANY_END && code != rows[i].code)) {
			fail_msg("row %zu ended with %d and not %d", i, code,
				 rows[i].code);
		}
	}
	echo_check_alive(f);
}

static void reserved_bits_and_opcodes_end_it(void **state)
{
	static const struct row rows[] = {
		ROW("\xc1\x80" MASK, 1002), /* RSV1: compressed */
		ROW("\xa1\x80" MASK, 1002),
		ROW("\x91\x80" MASK, 1002),
		ROW("\x83\x80" MASK, 1002),
		ROW("\x87\x80" MASK, 1002),
		ROW("\x8b\x80" MASK, 1002),
		ROW("\x8f\x80" MASK, 1002),
		ROW("\x82\x81" MASK "x", CLOSE_PROTOCOL), /* binary */
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void fragments_out_of_order_end_it(void **state)
{
	static const struct row rows[] = {
		ROW("\x80\x80" MASK, 1002),                      /* the end of nothing */
		ROW("\x01\x81" MASK "x\x01\x81" MASK "y", 1002), /* begun twice */
		ROW("\x01\x81" MASK "x\x81\x81" MASK "y", 1002),
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void control_frames_are_short_and_whole(void **state)
{
	static const struct row rows[] = {
		ROW("\x89\xfe\x00\x7e" MASK, ANY_END), /* 126 bytes, section 5.5 */
		ROW("\x89\xff\0\0\0\0\0\0\0\x7e" MASK, ANY_END),
		ROW("\x8a\xfe\x00\x7e" MASK, ANY_END),
		ROW("\x09\x80" MASK, 1002), /* in fragments */
		ROW("\x08\x80" MASK, 1002),
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void bad_close_codes_are_answered_as_such(void **state)
{
	static const struct row rows[] = {
		ROW("\x88\x81" MASK "\x03", ANY_END), /* half a code */
		ROW("\x88\x82" MASK "\0\0", 1002),
		ROW("\x88\x82" MASK "\x03\xe7", 1002), /* 999 */
		ROW("\x88\x82" MASK "\x03\xec", 1002), /* 1004 */
		ROW("\x88\x82" MASK "\x03\xed", 1002), /* 1005 */
		ROW("\x88\x82" MASK "\x03\xee", 1002), /* 1006 */
		ROW("\x88\x82" MASK "\x03\xf7", 1002), /* 1015 */
		ROW("\x88\x82" MASK "\x0b\xb7", 1002), /* 2999 */
		ROW("\x88\x82" MASK "\x03\xe8", 1000), /* a good one comes back */
		ROW("\x88\x80" MASK, ANY_END),         /* none need be given */
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void nothing_is_heard_after_a_close(void **state)
{
	struct echo_server *f = *state;
	struct str heard = STR_INIT;
	struct peer_socket peer;

	echo_open(f, &peer);
	peer_send(&peer, "\x88\x82" MASK "\x03\xe8\x81\x82" MASK "hi", 16);
	for (int i = 0; i < 100; i++) {
		peer_frame(&peer, 0x81, "ghost", 5);
	}
	assert_false(peer_hear(&peer, &heard));
	assert_int_equal(peer.close_code, 1000);
	peer_close(&peer);
	str_done(&heard);
	echo_check_alive(f);
}

static void claimed_lengths_cost_nothing(void **state)
{
	struct echo_server *f = *state;
	struct peer_socket peer;
	char *big = mem_alloc(1, 9000);
	static const struct row rows[] = {
		ROW("\x81\xff\x80\0\0\0\0\0\0\1" MASK, ANY_END), /* bit 63, section 5.2 */
	};

	check_rows(f, rows, ARRAY_LEN(rows));
	/* before hello 8 KiB are enough; of the claimed length nothing is allocated */
	echo_open(f, &peer);
	peer_send(&peer, "\x81\xff\x00\x00\x00\x00\x7f\xff\xff\xff" MASK, 14);
	peer_send(&peer, big, 9000);
	int code = peer_expect_close(&peer);

	/* lws 5 hangs up on the claim alone */
	assert_true(code == CLOSE_PROTOCOL || code == 0);
	peer_close(&peer);
	mem_free(big);
	echo_check_alive(f);
}

/* One that is ready, for the bounds after hello. */
static void open_ready(struct echo_server *f, struct peer_socket *peer)
{
	struct str heard = STR_INIT;

	echo_open(f, peer);
	peer_say(peer, "first");
	assert_true(peer_hear(peer, &heard));
	str_done(&heard);
}

static void messages_are_bounded_before_and_after_hello(void **state)
{
	struct echo_server *f = *state;
	static const struct {
		bool ready;
		size_t most;
	} cases[] = {{false, LIMIT_FRAME_LOGIN}, {true, LIMIT_FRAME_CLIENT}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = mem_alloc(1, cases[i].most + 2);
		struct str heard = STR_INIT;
		struct peer_socket peer;

		memset(text, 'x', cases[i].most);
		(cases[i].ready ? open_ready : echo_open)(f, &peer);
		peer_say(&peer, text);
		assert_true(peer_hear(&peer, &heard));
		assert_int_equal(heard.len, cases[i].most);
		peer_close(&peer);

		text[cases[i].most] = 'x';
		(cases[i].ready ? open_ready : echo_open)(f, &peer);
		peer_say(&peer, text);
		assert_true(peer_hear(&peer, &heard));
		assert_non_null(strstr(heard.ptr, "\"too_big\""));
		assert_int_equal(peer_expect_close(&peer), CLOSE_PROTOCOL);
		peer_close(&peer);
		str_done(&heard);
		mem_free(text);
	}
}

static void send_fragments(struct peer_socket *peer, int count, const char *each)
{
	for (int i = 0; i < count; i++) {
		uint8_t first =
			(uint8_t)((i == 0 ? 0x01 : 0) | (i == count - 1 ? 0x80 : 0));

		peer_frame(peer, first, each, strlen(each));
	}
}

static void fragments_are_counted(void **state)
{
	struct echo_server *f = *state;
	static const char *const each[] = {"x", ""};
	struct str heard = STR_INIT;
	struct peer_socket peer;

	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		echo_open(f, &peer);
		send_fragments(&peer, LIMIT_FRAGMENTS, each[i]);
		assert_true(peer_hear(&peer, &heard));
		assert_int_equal(heard.len, LIMIT_FRAGMENTS * strlen(each[i]));
		send_fragments(&peer, LIMIT_FRAGMENTS + 1, each[i]);
		assert_int_equal(peer_expect_close(&peer), CLOSE_PROTOCOL);
		peer_close(&peer);
	}
	str_done(&heard);
	echo_check_alive(f);
}

static void pings_without_end_are_answered_and_hold_nobody_up(void **state)
{
	struct echo_server *f = *state;
	struct buf pings = BUF_INIT;
	struct peer_socket peer;

	echo_open(f, &peer);
	peer_hold(&peer, &pings);
	for (int i = 0; i < 5000; i++) {
		peer_frame(&peer, 0x89, "ping", 4);
	}
	peer_hold(&peer, NULL);
	peer_send(&peer, pings.ptr, pings.len);
	echo_check_alive(f);
	peer_sync(&peer);
	peer_close(&peer);
	buf_done(&pings);
}

static void offers_of_deflate_are_not_taken_up(void **state)
{
	static const char *const offers[] = {
		"permessage-deflate",
		"permessage-deflate; client_max_window_bits; server_max_window_bits=15",
		"x-webkit-deflate-frame, permessage-deflate, permessage-bzip2",
	};
	struct echo_server *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(offers); i++) {
		struct str value = STR_INIT;
		struct peer_socket peer;
		struct answer answer;

		peer_open_tcp(&peer, f->port);
		peer_print(&peer,
			   "GET /v1/ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\n"
			   "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
			   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			   "Sec-WebSocket-Extensions: %s\r\n\r\n",
			   offers[i]);
		peer_answer(&peer, &answer);
		assert_int_equal(answer.status, 101);
		assert_string_equal(
			answer_header(&answer, "sec-websocket-extensions", &value), "");
		answer_done(&answer);
		peer_frame(&peer, 0xc1, "\x01\x02",
			   2); /* RSV1: compressed all the same */
		assert_int_equal(peer_expect_close(&peer), 1002);
		peer_close(&peer);
		str_done(&value);
	}
	echo_check_alive(f);
}

/* RFC 6455 section 5.1 wants the connection closed. lws 5 does; 4.1.6 takes them, before any
 * callback could look. Masks protect proxies from scripts in browsers, which always mask:
 * a program that does not harms nobody but itself, and every bound holds for it too. */
static void unmasked_frames_are_refused_or_bounded(void **state)
{
	struct echo_server *f = *state;
	struct str heard = STR_INIT;
	struct peer_socket peer;

	echo_open(f, &peer);
	peer_send(&peer, "\x81\x02hi", 4);
	bool taken = peer_hear(&peer, &heard);

	assert_true(taken == (strncmp(loop_version(), "4.", 2) == 0));
	assert_true(taken || peer.close_code == 1002);
	peer_close(&peer);
	if (taken) {
		struct buf bytes = BUF_INIT;

		assert_string_equal(heard.ptr, "hi");
		echo_open(f, &peer);
		buf_add(&bytes, "\x81\x7e\xff\xff", 4);
		memset(buf_room(&bytes, 65535), 'x', 65535);
		bytes.len += 65535;
		peer_send(&peer, bytes.ptr, bytes.len);
		assert_int_equal(peer_expect_close(&peer), CLOSE_PROTOCOL);
		peer_close(&peer);
		buf_done(&bytes);
	}
	str_done(&heard);
	echo_check_alive(f);
}

CHECK_MAIN(WITH_ECHO(reserved_bits_and_opcodes_end_it),
	   WITH_ECHO(fragments_out_of_order_end_it),
	   WITH_ECHO(control_frames_are_short_and_whole),
	   WITH_ECHO(bad_close_codes_are_answered_as_such),
	   WITH_ECHO(nothing_is_heard_after_a_close),
	   WITH_ECHO(claimed_lengths_cost_nothing),
	   WITH_ECHO(messages_are_bounded_before_and_after_hello),
	   WITH_ECHO(fragments_are_counted),
	   WITH_ECHO(pings_without_end_are_answered_and_hold_nobody_up),
	   WITH_ECHO(offers_of_deflate_are_not_taken_up),
	   WITH_ECHO(unmasked_frames_are_refused_or_bounded))
