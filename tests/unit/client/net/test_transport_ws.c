/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/net/transport_ws.h"

#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/raw_peer.h"

/* One client's transport and the server it talks to. */
struct scene {
	struct transport_inbox inbox;
	struct transport_note *notes; /* taken from the inbox, not yet looked at */
	struct transport *transport;
	struct raw_peer peer;
	struct address address;
	int wake_fd;
};

static void wake(void *ctx)
{
	uint64_t one = 1;

	assert_int_equal(write(((struct scene *)ctx)->wake_fd, &one, sizeof(one)), 8);
}

static void scene_init(struct scene *scene)
{
	struct transport_ws_options options = {.tls = false};
	char text[64];

	*scene = (struct scene){.address = ADDRESS_INIT};
	scene->wake_fd = eventfd(0, EFD_CLOEXEC);
	transport_inbox_init(&scene->inbox, wake, scene);
	raw_peer_init(&scene->peer);
	snprintf(text, sizeof(text), "ws://127.0.0.1:%u", scene->peer.port);
	check_ok(address_parse(text, &scene->address));
	check_ok(transport_ws_new(&scene->inbox, &options, &scene->transport));
}

static void scene_done(struct scene *scene)
{
	while (scene->notes) {
		struct transport_note *note = scene->notes;
		scene->notes = transport_note_next(note);
		transport_note_free(&note);
	}
	transport_free(&scene->transport);
	transport_inbox_done(&scene->inbox);
	raw_peer_done(&scene->peer);
	address_done(&scene->address);
	close(scene->wake_fd);
}

/* The next note, which the caller frees; fails the test after five seconds. */
static struct transport_note *next_note(struct scene *scene)
{
	while (!scene->notes) {
		struct pollfd poll_fd = {.fd = scene->wake_fd, .events = POLLIN};
		uint64_t count;

		scene->notes = transport_inbox_take(&scene->inbox);
		if (scene->notes)
			break;
		assert_int_equal(poll(&poll_fd, 1, 5000), 1);
		assert_int_equal(read(scene->wake_fd, &count, sizeof(count)), 8);
	}
	struct transport_note *note = scene->notes;
	scene->notes = transport_note_next(note);
	return note;
}

static void expect_note(struct scene *scene, enum transport_what what, uint32_t link)
{
	struct transport_note *note = next_note(scene);

	assert_int_equal(note->what, what);
	assert_int_equal(note->link, link);
	transport_note_free(&note);
}

static void expect_shut(struct scene *scene, uint32_t link, enum err err, uint16_t code)
{
	struct transport_note *note = next_note(scene);

	assert_int_equal(note->what, TRANSPORT_SHUT);
	assert_int_equal(note->link, link);
	check_err(note->err, err);
	assert_int_equal(note->code, code);
	transport_note_free(&note);
}

static void expect_text(struct scene *scene, const char *text)
{
	struct transport_note *note = next_note(scene);

	assert_int_equal(note->what, TRANSPORT_TEXT);
	assert_string_equal(note->text, text);
	transport_note_free(&note);
}

static void connect_as(struct scene *scene, uint32_t link)
{
	transport_connect(scene->transport, &scene->address, link);
	raw_peer_upgrade(&scene->peer);
	expect_note(scene, TRANSPORT_OPEN, link);
}

static void text_goes_both_ways_whole_and_in_order(void **state)
{
	struct scene scene;
	AUTO(str_done) struct str got = STR_INIT;
	char *large = mem_alloc(60001, 1);

	scene_init(&scene);
	connect_as(&scene, 1);
	memset(large, 'x', 60000);
	transport_send(scene.transport, 1, "one", 3);
	transport_send(scene.transport, 1, large, 60000);
	transport_send(scene.transport, 1, "three", 5);
	assert_int_equal(raw_peer_frame(&scene.peer, &got), 1);
	assert_string_equal(got.ptr, "one");
	assert_int_equal(raw_peer_frame(&scene.peer, &got), 1);
	assert_string_equal(got.ptr, large);
	assert_int_equal(raw_peer_frame(&scene.peer, &got), 1);
	assert_string_equal(got.ptr, "three");
	raw_peer_say_frame(&scene.peer, 0x81, "whole", 5);
	raw_peer_say_frame(&scene.peer, 0x01, "in ", 3);
	raw_peer_say_frame(&scene.peer, 0x80, "parts", 5);
	raw_peer_say_frame(&scene.peer, 0x81, large, 60000);
	expect_text(&scene, "whole");
	expect_text(&scene, "in parts");
	expect_text(&scene, large);
	mem_free(large);
	scene_done(&scene);
}

static void the_close_code_of_the_server_arrives(void **state)
{
	struct scene scene;

	scene_init(&scene);
	connect_as(&scene, 7);
	raw_peer_say_frame(&scene.peer, 0x88, "\x0f\xa8", 2);
	expect_shut(&scene, 7, ERR_CLOSED, CLOSE_SLOW);
	scene_done(&scene);
}

static void a_connection_that_breaks_has_the_code_of_no_code(void **state)
{
	struct scene scene;

	scene_init(&scene);
	connect_as(&scene, 7);
	close(scene.peer.fd);
	scene.peer.fd = -1;
	expect_shut(&scene, 7, ERR_CLOSED, TRANSPORT_NO_CODE);
	scene_done(&scene);
}

static void nobody_listening_is_unreachable(void **state)
{
	struct scene scene;

	scene_init(&scene);
	close(scene.peer.listener);
	scene.peer.listener = -1;
	transport_connect(scene.transport, &scene.address, 3);
	expect_shut(&scene, 3, ERR_UNREACHABLE, TRANSPORT_NO_CODE);
	check_ok(address_parse("unix:/nonexistent/chat.sock", &scene.address));
	transport_connect(scene.transport, &scene.address, 4);
	expect_shut(&scene, 4, ERR_UNREACHABLE, TRANSPORT_NO_CODE);
	scene_done(&scene);
}

static void a_refused_handshake_says_why(void **state)
{
	static const char answer[] =
		"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
	AUTO(str_done) struct str head = STR_INIT;
	struct scene scene;

	scene_init(&scene);
	transport_connect(scene.transport, &scene.address, 1);
	raw_peer_accept(&scene.peer);
	raw_peer_head(&scene.peer, &head);
	raw_peer_say(&scene.peer, answer, sizeof(answer) - 1);
	expect_shut(&scene, 1, ERR_BAD_TOKEN, TRANSPORT_NO_CODE);
	scene_done(&scene);
}

static void a_message_beyond_the_limit_ends_the_connection(void **state)
{
	struct scene scene;
	char *large = mem_alloc(LIMIT_FRAME_SERVER + 1, 1);

	scene_init(&scene);
	connect_as(&scene, 1);
	memset(large, 'x', LIMIT_FRAME_SERVER + 1);
	raw_peer_say_frame(&scene.peer, 0x81, large, LIMIT_FRAME_SERVER + 1);
	expect_shut(&scene, 1, ERR_TOO_BIG, 1009);
	mem_free(large);
	scene_done(&scene);
}

static void endless_fragments_end_the_connection(void **state)
{
	struct scene scene;

	scene_init(&scene);
	connect_as(&scene, 1);
	raw_peer_say_frame(&scene.peer, 0x01, "x", 1);
	for (int i = 0; i < LIMIT_FRAGMENTS; i++)
		raw_peer_say_frame(&scene.peer, 0x00, "x", 1);
	expect_shut(&scene, 1, ERR_TOO_BIG, 1009);
	scene_done(&scene);
}

static void an_owner_that_does_not_read_stops_the_server(void **state)
{
	struct scene scene;
	size_t sent = 0, len = LIMIT_FRAME_SERVER / 2;
	char *large = mem_alloc(len, 1);

	scene_init(&scene);
	connect_as(&scene, 1);
	memset(large, 'x', len);
	/* The server may write what lies in socket buffers and the bound, then no more. */
	for (; sent < 64 * len; sent += len) {
		struct pollfd poll_fd = {.fd = scene.peer.fd, .events = POLLOUT};
		if (poll(&poll_fd, 1, 300) == 0)
			break;
		struct timespec pause = {.tv_nsec = 2000000};
		raw_peer_say_frame(&scene.peer, 0x81, large, len);
		nanosleep(&pause, NULL);
	}
	assert_in_range(scene.inbox.held, 1, TRANSPORT_HELD_MOST + 2 * len);
	mem_free(large);
	scene_done(&scene);
}

static void an_old_connection_is_silent_once_the_new_one_is_wanted(void **state)
{
	struct scene scene;
	AUTO(str_done) struct str got = STR_INIT;

	scene_init(&scene);
	connect_as(&scene, 1);
	transport_connect(scene.transport, &scene.address, 2);
	expect_shut(&scene, 1, ERR_CLOSED, TRANSPORT_NO_CODE);
	assert_int_equal(raw_peer_frame(&scene.peer, &got), 8);
	raw_peer_upgrade(&scene.peer);
	expect_note(&scene, TRANSPORT_OPEN, 2);
	transport_send(scene.transport, 1, "stale", 5);
	transport_send(scene.transport, 2, "fresh", 5);
	raw_peer_frame(&scene.peer, &got);
	assert_string_equal(got.ptr, "fresh");
	transport_disconnect(scene.transport, 1);
	transport_disconnect(scene.transport, 2);
	expect_shut(&scene, 2, ERR_CLOSED, TRANSPORT_NO_CODE);
	scene_done(&scene);
}

static void request(struct scene *scene, uint32_t number, const char *body)
{
	struct transport_request ask = {.request = number,
					.address = &scene->address,
					.method = "POST",
					.path = "/v1/auth/login",
					.token = "secret.token",
					.body = body,
					.body_len = body ? strlen(body) : 0};

	transport_request(scene->transport, &ask);
}

static void a_request_carries_body_and_token_and_gets_its_answer(void **state)
{
	static const char answer[] =
		"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
		"Content-Length: 11\r\n\r\n{\"ok\":true}";
	AUTO(str_done) struct str got = STR_INIT;
	struct scene scene;

	scene_init(&scene);
	request(&scene, 9, "{\"login\":\"alice\"}");
	raw_peer_accept(&scene.peer);
	raw_peer_head(&scene.peer, &got);
	assert_memory_equal(got.ptr, "POST /v1/auth/login HTTP/1.1\r\n", 30);
	assert_non_null(
		strcasestr(got.ptr, "\r\nauthorization: Bearer secret.token\r\n"));
	assert_non_null(strcasestr(got.ptr, "\r\ncontent-type: application/json\r\n"));
	assert_non_null(strcasestr(got.ptr, "\r\ncontent-length: 17\r\n"));
	raw_peer_take(&scene.peer, 17, &got);
	assert_string_equal(got.ptr, "{\"login\":\"alice\"}");
	raw_peer_say(&scene.peer, answer, sizeof(answer) - 1);
	struct transport_note *note = next_note(&scene);
	assert_int_equal(note->what, TRANSPORT_REPLY);
	assert_int_equal(note->request, 9);
	check_ok(note->err);
	assert_int_equal(note->code, 201);
	assert_string_equal(note->text, "{\"ok\":true}");
	transport_note_free(&note);
	scene_done(&scene);
}

static void an_answer_that_breaks_off_is_no_answer(void **state)
{
	static const char answer[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":";
	AUTO(str_done) struct str got = STR_INIT;
	struct scene scene;

	scene_init(&scene);
	request(&scene, 9, NULL);
	raw_peer_accept(&scene.peer);
	raw_peer_head(&scene.peer, &got);
	raw_peer_say(&scene.peer, answer, sizeof(answer) - 1);
	close(scene.peer.fd);
	scene.peer.fd = -1;
	struct transport_note *note = next_note(&scene);
	assert_int_equal(note->what, TRANSPORT_REPLY);
	check_err(note->err, ERR_UNREACHABLE);
	assert_int_equal(note->code, 0);
	transport_note_free(&note);
	scene_done(&scene);
}

static void an_answer_without_content_is_an_answer(void **state)
{
	static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";
	AUTO(str_done) struct str got = STR_INIT;
	struct scene scene;

	scene_init(&scene);
	request(&scene, 9, NULL);
	raw_peer_accept(&scene.peer);
	raw_peer_head(&scene.peer, &got);
	raw_peer_say(&scene.peer, answer, sizeof(answer) - 1);
	struct transport_note *note = next_note(&scene);
	check_ok(note->err);
	assert_int_equal(note->code, 204);
	assert_int_equal(note->len, 0);
	transport_note_free(&note);
	scene_done(&scene);
}

static void a_redirection_is_not_followed(void **state)
{
	AUTO(str_done) struct str got = STR_INIT;
	char answer[200];
	struct scene scene;

	scene_init(&scene);
	request(&scene, 9, NULL);
	raw_peer_accept(&scene.peer);
	raw_peer_head(&scene.peer, &got);
	snprintf(answer, sizeof(answer),
		 "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:%u/x\r\n"
		 "Content-Length: 0\r\n\r\n",
		 scene.peer.port);
	raw_peer_say(&scene.peer, answer, strlen(answer));
	struct transport_note *note = next_note(&scene);
	assert_int_equal(note->what, TRANSPORT_REPLY);
	assert_int_equal(note->code, 307);
	transport_note_free(&note);
	struct pollfd again = {.fd = scene.peer.listener, .events = POLLIN};
	assert_int_equal(poll(&again, 1, 200), 0);
	scene_done(&scene);
}

static void closing_does_not_wait_for_a_silent_server(void **state)
{
	struct timespec before, after;
	struct scene scene;

	scene_init(&scene);
	transport_connect(scene.transport, &scene.address, 1);
	raw_peer_accept(&scene.peer);
	request(&scene, 2, NULL);
	clock_gettime(CLOCK_MONOTONIC, &before);
	scene_done(&scene);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(after.tv_sec - before.tv_sec, 0, 1);
}

static void a_pin_is_read_in_the_form_the_server_prints(void **state)
{
	uint8_t pin[TRANSPORT_PIN_LEN];

	check_ok(transport_pin_parse(
		"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", pin));
	assert_int_equal(pin[0], 0xe3);
	assert_int_equal(pin[31], 0x55);
	check_err(transport_pin_parse("sha1/47DEQpj8HBSa", pin), ERR_BAD);
	check_err(transport_pin_parse("sha256/47DEQpj8HBSa", pin), ERR_BAD);
	check_err(transport_pin_parse("sha256/", pin), ERR_BAD);
}

CHECK_MAIN(TEST(text_goes_both_ways_whole_and_in_order),
	   TEST(the_close_code_of_the_server_arrives),
	   TEST(a_connection_that_breaks_has_the_code_of_no_code),
	   TEST(nobody_listening_is_unreachable), TEST(a_refused_handshake_says_why),
	   TEST(a_message_beyond_the_limit_ends_the_connection),
	   TEST(endless_fragments_end_the_connection),
	   TEST(an_owner_that_does_not_read_stops_the_server),
	   TEST(an_old_connection_is_silent_once_the_new_one_is_wanted),
	   TEST(a_request_carries_body_and_token_and_gets_its_answer),
	   TEST(an_answer_that_breaks_off_is_no_answer),
	   TEST(an_answer_without_content_is_an_answer),
	   TEST(a_redirection_is_not_followed),
	   TEST(closing_does_not_wait_for_a_silent_server),
	   TEST(a_pin_is_read_in_the_form_the_server_prints))
