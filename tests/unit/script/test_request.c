/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/script/request.h"

#include <sys/socket.h>
#include <unistd.h>

#include "client/script/wire.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"

static struct request sending(const char *text)
{
	struct request request = REQUEST_INIT;

	request.kind = REQUEST_SEND;
	str_set(&request.room, "#ops");
	str_set(&request.text, text);
	return request;
}

static void a_request_comes_back_as_it_was(void **state)
{
	AUTO(buf_done) struct buf json = BUF_INIT;
	AUTO(request_done) struct request in = sending("line\n\ttwo \"quoted\" ⟦ü⟧");
	AUTO(request_done) struct request out = REQUEST_INIT;

	in.json = in.no_queue = in.whole = true;
	in.wait = WAIT_DELIVERED;
	in.since = SINCE_START;
	in.timeout_ms = 12345;
	in.limit = 77;
	in.cid = id_v7(1700000000000, (const uint8_t[10]){1, 2, 3});
	str_set(&in.name, "job 7");
	request_add_room(&in, "#a");
	request_add_room(&in, "@b");
	request_put_place(&in, &in.cid, 41);
	request_put_place(&in, &in.cid, 42);
	request_encode(&in, &json);
	check_ok(request_decode(buf_view(&json), &out));
	assert_int_equal(out.place_count, 1);
	assert_int_equal(out.places[0].seq, 42);
	assert_true(id_equal(&out.places[0].room, &in.cid));
	assert_int_equal(out.kind, REQUEST_SEND);
	assert_string_equal(out.room.ptr, in.room.ptr);
	assert_string_equal(out.text.ptr, in.text.ptr);
	assert_string_equal(out.name.ptr, in.name.ptr);
	assert_true(id_equal(&out.cid, &in.cid));
	assert_true(out.json && out.no_queue && out.whole);
	assert_int_equal(out.wait, WAIT_DELIVERED);
	assert_int_equal(out.since, SINCE_START);
	assert_int_equal(out.timeout_ms, 12345);
	assert_int_equal(out.limit, 77);
	assert_int_equal(out.room_count, 2);
	assert_string_equal(out.rooms[1].ptr, "@b");
}

static void what_is_not_a_request_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  "[]",
					  "{}",
					  "{\"type\":\"run\",\"kind\":\"sing\"}",
					  "{\"type\":\"run\",\"kind\":\"send\",\"wait\":"
					  "\"stored\",\"since\":\"now\"}",
					  "{\"type\":\"run\",\"kind\":\"rooms\",\"wait\":"
					  "\"never\",\"since\":\"now\"}",
					  "{\"type\":\"run\",\"kind\":\"whoami\","
					  "\"wait\":\"stored\",\"since\":\"now\","
					  "\"cid\":\"short\"}",
					  "{\"type\":\"run\",\"kind\":\"follow\","
					  "\"wait\":\"stored\",\"since\":\"now\","
					  "\"rooms\":[1]}"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct request request = REQUEST_INIT;
		if (request_decode(bytes_text(bad[i]), &request) == ERR_OK)
			fail_msg("taken: %s", bad[i]);
	}
}

static void check_text(const char *text, size_t len, enum err want)
{
	AUTO(request_done) struct request request = sending("");

	str_set_len(&request.text, text, len);
	check_err(request_check(&request), want);
}

static void a_text_has_bounds(void **state)
{
	char *long_text = mem_alloc(LIMIT_TEXT + 1, 1);

	memset(long_text, 'x', LIMIT_TEXT + 1);
	check_text(long_text, LIMIT_TEXT, ERR_OK);
	check_text(long_text, LIMIT_TEXT + 1, ERR_TOO_BIG);
	check_text("\xff", 1, ERR_UTF8);
	check_text("a\0b", 3, ERR_BAD);
	check_text("\x1b[2J", 4, ERR_BAD);
	check_text("", 0, ERR_BAD);
	check_text("a\n\tb", 4, ERR_OK);
	mem_free(long_text);
}

static void objects_come_whole_out_of_a_stream_in_pieces(void **state)
{
	AUTO(buf_done) struct buf stream = BUF_INIT;
	struct wire wire;
	struct bytes json;
	int fds[2];
	unsigned count = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	wire_init(&wire, fds[0]);
	for (unsigned i = 0; i < 3; i++) {
		buf_add_u32(&stream, 5);
		buf_add(&stream, "[\"x\"]", 5);
	}
	for (size_t i = 0; i < stream.len; i++) {
		assert_int_equal(send(fds[1], stream.ptr + i, 1, 0), 1);
		check_ok(wire_fill(&wire));
		check_ok(wire_next(&wire, &json));
		count += json.ptr != NULL;
		assert_int_equal(count, (i + 1) / 9);
	}
	close(fds[1]);
	check_err(wire_fill(&wire), ERR_CLOSED);
	wire_done(&wire);
}

static void an_object_that_claims_too_much_is_refused(void **state)
{
	struct wire wire;
	struct bytes json;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	wire_init(&wire, fds[0]);
	assert_int_equal(send(fds[1], "\xff\xff\xff\xff", 4, 0), 4);
	check_ok(wire_fill(&wire));
	check_err(wire_next(&wire, &json), ERR_TOO_BIG);
	close(fds[1]);
	wire_done(&wire);
}

static void much_goes_through_a_small_socket(void **state)
{
	AUTO(buf_done) struct buf big = BUF_INIT;
	struct wire a, b;
	struct bytes json;
	int fds[2];
	unsigned count = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	wire_init(&a, fds[0]);
	wire_init(&b, fds[1]);
	memset(buf_room(&big, WIRE_MOST), '1', WIRE_MOST);
	big.len = WIRE_MOST;
	for (unsigned i = 0; i < 20; i++)
		wire_put(&a, buf_view(&big));
	while (wire_waiting(&a) > 0 || count < 20) {
		check_ok(wire_flush(&a));
		check_ok(wire_fill(&b));
		check_ok(wire_next(&b, &json));
		if (json.ptr) {
			count++;
			assert_true(bytes_equal(json, buf_view(&big)));
		}
	}
	wire_done(&a);
	wire_done(&b);
}

CHECK_MAIN(TEST(a_request_comes_back_as_it_was), TEST(what_is_not_a_request_is_refused),
	   TEST(a_text_has_bounds), TEST(objects_come_whole_out_of_a_stream_in_pieces),
	   TEST(an_object_that_claims_too_much_is_refused),
	   TEST(much_goes_through_a_small_socket))
