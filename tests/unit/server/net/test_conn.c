/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections without a network: the transport is a list of what was written and a switch
 * that chokes it.
 */
#include "server/net/conn.h"

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/fake_clock.h"

struct pipe {
	struct str sent; /* messages, each ended by "|" */
	size_t writes;
	bool choked, wants, broken;
	unsigned code;
	unsigned pings;
};

static struct pipe *pipe_of(struct conn *conn)
{
	return conn->carrier;
}

static bool pipe_write(struct conn *conn, uint8_t *text, size_t len)
{
	struct pipe *pipe = pipe_of(conn);

	memset(text - PACKET_HEAD, 0xee, PACKET_HEAD); /* as a transport may */
	str_add_len(&pipe->sent, (char *)text, len);
	str_add_char(&pipe->sent, '|');
	pipe->writes++;
	return !pipe->broken;
}

static bool pipe_choked(struct conn *conn)
{
	return pipe_of(conn)->choked;
}

static void pipe_want_write(struct conn *conn)
{
	pipe_of(conn)->wants = true;
}

static void pipe_ping(struct conn *conn)
{
	pipe_of(conn)->pings++;
}

static void pipe_pause(struct conn *conn, bool on)
{
}

static void pipe_close(struct conn *conn, unsigned code, const char *why)
{
	pipe_of(conn)->code = code;
}

static const struct conn_io pipe_io = {pipe_write, pipe_choked, pipe_want_write,
				       pipe_ping,  pipe_pause,  pipe_close};

struct fixture {
	struct fake_clock time;
	struct conns *conns;
	struct pipe pipes[3];
	struct conn *conn[3];
	struct str heard;
	int ended;
};

static void on_opened(struct conn *conn)
{
}

static void on_message(struct conn *conn, struct bytes text)
{
	struct fixture *f = conn->owner;

	str_add_len(&f->heard, (const char *)text.ptr, text.len);
	str_add_char(&f->heard, '|');
}

static void on_tick(struct conn *conn, uint64_t mono_ms)
{
}

static void on_ended(struct conn *conn)
{
	((struct fixture *)conn->owner)->ended++;
}

static const struct conn_handler handler = {on_opened, on_message, on_tick, on_ended};

static int set_up(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	struct peer peer = {.local = true};

	fake_clock_init(&f->time);
	f->heard = STR_INIT;
	f->conns = conns_new(&(struct conns_config){
		.clock = &f->time.clock, .handler = &handler, .owner = f, .most = 3});
	for (size_t i = 0; i < 3; i++) {
		f->pipes[i].sent = STR_INIT;
		check_ok(conn_add(f->conns, &pipe_io, &f->pipes[i], &peer, &f->conn[i]));
		f->conn[i]->state = CONN_READY;
	}
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		conn_remove(&f->conn[i]);
		str_done(&f->pipes[i].sent);
	}
	assert_int_equal(f->ended, 3);
	conns_free(&f->conns);
	str_done(&f->heard);
	mem_free(f);
	return 0;
}

static void say(struct fixture *f, size_t to, enum packet_kind kind, const char *text)
{
	struct packet *packet = packet_new(kind, bytes_text(text));

	conn_push(f->conn[to], packet);
	packet_unref(&packet);
}

/* An event of @len bytes. */
static void say_event(struct fixture *f, size_t to, uint8_t room, uint64_t seq,
		      size_t len)
{
	char *text = mem_alloc(1, len + 1);
	struct id id = {{room}};

	memset(text, 'e', len);
	struct packet *packet = packet_event(&id, seq, bytes_of(text, len));

	conn_push(f->conn[to], packet);
	packet_unref(&packet);
	mem_free(text);
}

static void a_turn_leaves_in_one_message_after_batch(void **state)
{
	struct fixture *f = *state;

	f->conn[0]->batch = true;
	f->conn[1]->batch = true;
	struct packet *one = packet_new(PACKET_SURE, bytes_text("one"));
	struct packet *two = packet_new(PACKET_SURE, bytes_text("two"));

	for (size_t i = 0; i < 3; i++) {
		conn_push(f->conn[i], one);
		conn_push(f->conn[i], two);
	}
	assert_int_equal(f->pipes[0].writes, 0);
	conns_flush(f->conns);
	assert_string_equal(f->pipes[0].sent.ptr, "one\ntwo|");
	assert_string_equal(f->pipes[1].sent.ptr, "one\ntwo|");
	assert_string_equal(f->pipes[2].sent.ptr, "one|two|");
	conn_push(f->conn[0], two);
	conns_flush(f->conns);
	assert_string_equal(f->pipes[0].sent.ptr, "one\ntwo|two|");
	assert_int_equal(one->refs, 1);
	assert_int_equal(two->refs, 1);
	packet_unref(&one);
	packet_unref(&two);
}

static void a_choked_one_waits_and_holds_up_nobody(void **state)
{
	struct fixture *f = *state;

	f->pipes[0].choked = true;
	say(f, 0, PACKET_SURE, "a");
	say(f, 1, PACKET_SURE, "a");
	conns_flush(f->conns);
	assert_string_equal(f->pipes[0].sent.ptr, "");
	assert_true(f->pipes[0].wants);
	assert_string_equal(f->pipes[1].sent.ptr, "a|");
	say(f, 0, PACKET_SURE, "b");
	f->pipes[0].choked = false;
	conn_flush(f->conn[0]);
	assert_string_equal(f->pipes[0].sent.ptr, "a|b|");
}

static void large_queues_leave_in_messages_of_64_kib(void **state)
{
	struct fixture *f = *state;

	f->conn[0]->batch = true;
	for (uint64_t seq = 1; seq <= 30; seq++) {
		say_event(f, 0, 1, seq, 5000);
	}
	conns_flush(f->conns);
	assert_int_equal(f->pipes[0].writes, 3); /* 13 + 13 + 4 */
	assert_int_equal(f->pipes[0].sent.len, 30 * 5001);
}

static void a_slow_receiver_loses_typing_first(void **state)
{
	struct fixture *f = *state;

	f->pipes[0].choked = true;
	say_event(f, 0, 1, 1, LIMIT_QUEUE_SOFT);
	conns_flush(f->conns);
	say(f, 0, PACKET_SOFT, "typing");
	say(f, 0, PACKET_SURE, "ack");
	f->pipes[0].choked = false;
	conn_flush(f->conn[0]);
	assert_null(strstr(f->pipes[0].sent.ptr, "typing"));
	assert_non_null(strstr(f->pipes[0].sent.ptr, "|ack|"));
}

static void then_events_collapse_to_lag(void **state)
{
	struct fixture *f = *state;

	f->pipes[0].choked = true;
	say(f, 0, PACKET_SURE, "ack");
	conns_flush(f->conns);
	for (uint64_t seq = 1; seq <= 300; seq++) {
		say_event(f, 0, 1 + seq % 2, seq, 1000);
	}
	assert_true(f->conn[0]->queue.bytes < 1000);
	f->pipes[0].choked = false;
	conn_flush(f->conn[0]);
	const char *sent = f->pipes[0].sent.ptr;

	assert_int_equal(strncmp(sent, "ack|", 4), 0);
	assert_null(strstr(sent, "eee"));
	assert_non_null(strstr(sent, "\"type\":\"lag\""));
	assert_non_null(strstr(sent, "\"head\":299"));
	assert_non_null(strstr(sent, "\"head\":300"));
	say_event(f, 0, 1, 301, 3);
	conns_flush(f->conns);
	assert_non_null(strstr(f->pipes[0].sent.ptr, "|eee|"));
}

static void then_it_is_closed_resumable(void **state)
{
	struct fixture *f = *state;
	char *text = mem_alloc(1, 100001);

	memset(text, 'x', 100000);
	f->pipes[0].choked = true;
	for (int i = 0; i < 12; i++) {
		say(f, 0, PACKET_SURE, text);
		conns_flush(f->conns);
	}
	assert_int_equal(f->pipes[0].code, CLOSE_SLOW);
	assert_true(f->conn[0]->queue.bytes <= LIMIT_QUEUE_HARD);
	mem_free(text);
}

static void thirty_seconds_without_progress_are_enough(void **state)
{
	struct fixture *f = *state;

	f->pipes[0].choked = true;
	say(f, 0, PACKET_SURE, "a");
	conns_flush(f->conns);
	f->time.ms += LIMIT_STALL_MS - 1;
	conn_alive(f->conn[0]);
	conns_tick(f->conns);
	assert_int_equal(f->pipes[0].code, 0);
	f->time.ms += 1;
	conns_tick(f->conns);
	assert_int_equal(f->pipes[0].code, CLOSE_SLOW);
}

static void silence_is_asked_about_then_ended(void **state)
{
	struct fixture *f = *state;

	f->time.ms += LIMIT_PING_S * 1000;
	conns_tick(f->conns);
	conns_tick(f->conns);
	assert_int_equal(f->pipes[0].pings, 1);
	conn_alive(f->conn[0]);
	f->time.ms += LIMIT_PONG_MS;
	conns_tick(f->conns);
	assert_int_equal(f->pipes[0].code, 0);
	assert_int_equal(f->pipes[1].code, CLOSE_SLOW);
}

static void fragments_become_a_message_within_bounds(void **state)
{
	struct fixture *f = *state;

	assert_true(conn_input(f->conn[0], bytes_text("he"), false, false));
	assert_true(conn_input(f->conn[0], bytes_text("ll"), true, false));
	assert_true(conn_input(f->conn[0], bytes_text("o"), true, true));
	assert_string_equal(f->heard.ptr, "hello|");
	assert_true(conn_input(f->conn[0], bytes_text(""), true, true));
	assert_string_equal(f->heard.ptr, "hello||");
	for (int i = 0; i < LIMIT_FRAGMENTS; i++) {
		assert_true(conn_input(f->conn[0], bytes_text(""), true, false));
	}
	assert_false(conn_input(f->conn[0], bytes_text(""), true, true));
	assert_int_equal(f->pipes[0].code, CLOSE_PROTOCOL);
	assert_false(conn_input(f->conn[0], bytes_text("x"), true, true));
}

static void a_message_must_end_within_ten_seconds(void **state)
{
	struct fixture *f = *state;

	assert_true(conn_input(f->conn[0], bytes_text("{"), true, false));
	f->time.ms += LIMIT_MESSAGE_MS / 2;
	assert_true(conn_input(f->conn[0], bytes_text(" "), true, false));
	conns_tick(f->conns);
	assert_int_equal(f->pipes[0].code, 0);
	f->time.ms += LIMIT_MESSAGE_MS / 2;
	conns_tick(f->conns);
	assert_int_equal(f->pipes[0].code, CLOSE_PROTOCOL);
}

static void before_login_little_is_heard_and_not_for_long(void **state)
{
	struct fixture *f = *state;
	struct peer peer = {.local = true};
	char *text = mem_alloc(1, LIMIT_FRAME_LOGIN + 1);

	f->conn[0]->state = CONN_NEW;
	assert_true(
		conn_input(f->conn[0], bytes_of(text, LIMIT_FRAME_LOGIN), true, true));
	assert_false(conn_input(f->conn[0], bytes_of(text, LIMIT_FRAME_LOGIN + 1), true,
				true));
	assert_int_equal(f->pipes[0].code, CLOSE_PROTOCOL);
	f->conn[1]->state = CONN_NEW;
	f->time.ms += LIMIT_LOGIN_MS;
	conns_tick(f->conns);
	assert_int_equal(f->pipes[1].code, CLOSE_PROTOCOL);
	assert_int_equal(f->pipes[2].code, 0);

	struct conn *more;

	check_err(conn_add(f->conns, &pipe_io, &f->pipes[0], &peer, &more), ERR_BUSY);
	mem_free(text);
}

static void a_reference_outlives_the_connection_and_fails(void **state)
{
	struct fixture *f = *state;
	struct conn_ref old = f->conn[1]->ref;
	struct peer peer = {.local = true};

	assert_ptr_equal(conn_find(f->conns, old), f->conn[1]);
	conn_remove(&f->conn[1]);
	assert_null(conn_find(f->conns, old));
	f->ended--;
	check_ok(conn_add(f->conns, &pipe_io, &f->pipes[1], &peer, &f->conn[1]));
	assert_int_equal(f->conn[1]->ref.slot, old.slot);
	assert_null(conn_find(f->conns, old));
	assert_null(conn_find(f->conns, (struct conn_ref){99, 1}));
}

static void closing_sends_what_is_queued_first(void **state)
{
	struct fixture *f = *state;

	say(f, 0, PACKET_SURE, "goaway");
	conn_close(f->conn[0], CLOSE_GOAWAY, "shutdown");
	conn_close(f->conn[0], CLOSE_SLOW, "twice");
	assert_string_equal(f->pipes[0].sent.ptr, "goaway|");
	assert_int_equal(f->pipes[0].code, CLOSE_GOAWAY);
	say(f, 0, PACKET_SURE, "late");
	conns_flush(f->conns);
	assert_string_equal(f->pipes[0].sent.ptr, "goaway|");
}

#define WITH_PIPES(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(WITH_PIPES(a_turn_leaves_in_one_message_after_batch),
	   WITH_PIPES(a_choked_one_waits_and_holds_up_nobody),
	   WITH_PIPES(large_queues_leave_in_messages_of_64_kib),
	   WITH_PIPES(a_slow_receiver_loses_typing_first),
	   WITH_PIPES(then_events_collapse_to_lag),
	   WITH_PIPES(then_it_is_closed_resumable),
	   WITH_PIPES(thirty_seconds_without_progress_are_enough),
	   WITH_PIPES(silence_is_asked_about_then_ended),
	   WITH_PIPES(fragments_become_a_message_within_bounds),
	   WITH_PIPES(a_message_must_end_within_ten_seconds),
	   WITH_PIPES(before_login_little_is_heard_and_not_for_long),
	   WITH_PIPES(a_reference_outlives_the_connection_and_fails),
	   WITH_PIPES(closing_sends_what_is_queued_first))
