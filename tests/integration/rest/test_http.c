/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The API as it goes over sockets: raw HTTP on TCP and on the Unix socket, codes from the
 * mail spool, a WebSocket that ends with its session, and a hash queue that is full. */
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/os/file.h"
#include "common/proto/json.h"
#include "common/proto/limits.h"
#include "server/net/rate.h"
#include "server/rest/guard.h"
#include "tests/lib/check.h"
#include "tests/lib/host.h"

#define PASSWORD "a quiet meadow"

struct fixture {
	struct host host;
	struct peer_socket peer;
	bool unix_socket;
	struct answer answer;
};

static void connect_peer(struct fixture *fixture)
{
	if (fixture->unix_socket)
		peer_open_unix(&fixture->peer, fixture->host.socket.ptr);
	else
		peer_open_tcp(&fixture->peer, fixture->host.server->port);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	host_init(&fixture->host);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	host_done(&fixture->host);
	answer_done(&fixture->answer);
	free(fixture);
	return 0;
}

static void start(struct fixture *fixture)
{
	host_open(&fixture->host);
	rates_set(fixture->host.server->rates, RATE_GUEST, 0, 0);
	rates_set(fixture->host.server->rates, RATE_CONNECT, 0, 0);
	host_run(&fixture->host);
}

static void say(struct fixture *fixture, const char *line, const char *token,
		const char *body)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "%s HTTP/1.1\r\nHost: localhost\r\n", line);
	if (token)
		str_addf(&text, "Authorization: Bearer %s\r\n", token);
	if (body)
		str_addf(&text,
			 "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			 strlen(body));
	str_addf(&text, "\r\n%s", body ? body : "");
	peer_send(&fixture->peer, text.ptr, text.len);
}

static int ask(struct fixture *fixture, const char *line, const char *token,
	       const char *body)
{
	AUTO(str_done) struct str value = STR_INIT;

	answer_done(&fixture->answer);
	say(fixture, line, token, body);
	peer_answer(&fixture->peer, &fixture->answer);
	assert_string_equal(answer_header(&fixture->answer, "Cache-Control", &value),
			    "no-store");
	if (strcmp(answer_header(&fixture->answer, "Connection", &value), "close") == 0) {
		peer_close(&fixture->peer); /* a refusal leaves the body unread */
		connect_peer(fixture);
	}
	return fixture->answer.status;
}

/* A text member of the last answer. */
static void get(const struct fixture *fixture, const char *key, struct str *ret_text)
{
	AUTO(json_free) struct json *json = NULL;
	struct bytes text;

	check_ok(json_parse(str_view(&fixture->answer.body), &json));
	assert_true(json_text(json_get(json_root(json), key), &text));
	str_set_len(ret_text, (const char *)text.ptr, text.len);
}

/* The code in the letter whose file comes last. */
static bool find_code(const struct host *host, char ret_code[7])
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	AUTO(str_done) struct str path = STR_INIT;
	char last[256] = "";
	DIR *dir = opendir(host->spool.ptr);

	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *ending = strrchr(entry->d_name, '.');
		/* Only whole letters: one that is being written has another name. */
		if (ending && strcmp(ending, ".eml") == 0 &&
		    strcmp(entry->d_name, last) > 0)
			snprintf(last, sizeof(last), "%s", entry->d_name);
	}
	closedir(dir);
	if (!*last)
		return false;
	str_addf(&path, "%s/%s", host->spool.ptr, last);
	check_ok(file_read(path.ptr, 65536, &text));
	buf_add_u8(&text, 0);
	const char *line = strstr((const char *)text.ptr, "\n    ");
	assert_non_null(line);
	snprintf(ret_code, 7, "%.6s", line + 5);
	return true;
}

/* The letter is sent by another thread, a moment after the answer. */
static void wait_code(const struct host *host, char ret_code[7])
{
	for (unsigned i = 0; !find_code(host, ret_code); i++) {
		assert_true(i < 5000);
		poll(NULL, 0, 1);
	}
}

static void sign_up(struct fixture *fixture, struct str *ret_access,
		    struct str *ret_session)
{
	AUTO(str_done) struct str body = STR_INIT, challenge = STR_INIT;
	char code[7];

	assert_int_equal(
		ask(fixture, "POST /v1/auth/signup", NULL,
		    "{\"name\":\"alice\",\"email\":\"alice@example.org\",\"password\":"
		    "\"" PASSWORD "\"}"),
		200);
	get(fixture, "challenge", &challenge);
	wait_code(&fixture->host, code);
	str_addf(&body, "{\"challenge\":\"%s\",\"code\":\"%s\"}", challenge.ptr, code);
	assert_int_equal(ask(fixture, "POST /v1/auth/verify", NULL, body.ptr), 200);
	get(fixture, "access_token", ret_access);
	get(fixture, "session", ret_session);
}

static void talk(struct fixture *fixture)
{
	AUTO(str_done) struct str token = STR_INIT, session = STR_INIT;

	sign_up(fixture, &token, &session);
	assert_int_equal(ask(fixture, "POST /v1/rooms/lobby/messages", token.ptr,
			     "{\"text\":\"hello\"}"),
			 200);
	/* "Content-Length: 0", as browsers have it, and an answer that comes later */
	assert_int_equal(ask(fixture, "POST /v1/rooms/lobby/join", token.ptr, ""), 200);
	assert_int_equal(
		ask(fixture, "GET /v1/rooms/lobby/messages?limit=1", token.ptr, NULL),
		200);
	assert_non_null(strstr(fixture->answer.body.ptr, "\"text\":\"hello\""));
	assert_int_equal(ask(fixture, "GET /v1/auth/me", NULL, NULL) / 100, 4);
	assert_int_equal(ask(fixture, "DELETE /v1/auth/me", token.ptr, NULL), 405);
	assert_int_equal(ask(fixture, "POST /v1/auth/logout", token.ptr, "{}"), 204);
	assert_int_equal(ask(fixture, "GET /v1/auth/me", token.ptr, NULL), 401);
}

static void from_sign_up_to_log_out_over_tcp(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	connect_peer(fixture);
	talk(fixture);
	peer_close(&fixture->peer);
}

static void from_sign_up_to_log_out_over_the_unix_socket(void **state)
{
	struct fixture *fixture = *state;

	fixture->host.config.signup = LOCAL_NONE;
	start(fixture);
	fixture->unix_socket = true;
	connect_peer(fixture);
	talk(fixture);
	peer_close(&fixture->peer);
}

static void the_unix_socket_needs_no_token_where_its_user_has_an_account(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	fixture->unix_socket = true;
	connect_peer(fixture);
	assert_int_equal(ask(fixture, "POST /v1/rooms/lobby/messages", NULL,
			     "{\"text\":\"disk full\"}"),
			 200);
	assert_int_equal(ask(fixture, "GET /v1/auth/sessions", NULL, NULL), 200);
	assert_non_null(strstr(fixture->answer.body.ptr, "\"how\":\"socket\""));
	/* A token that is there is not ignored. */
	assert_int_equal(ask(fixture, "GET /v1/auth/me", "x.y.z", NULL), 401);
	peer_close(&fixture->peer);
}

static void an_ended_session_closes_its_websocket(void **state)
{
	struct fixture *fixture = *state;
	AUTO(str_done)
	struct str token = STR_INIT, session = STR_INIT, header = STR_INIT,
		   heard = STR_INIT;
	struct peer_socket live = {.fd = -1};

	start(fixture);
	peer_open_tcp(&fixture->peer, fixture->host.server->port);
	sign_up(fixture, &token, &session);
	peer_open_tcp(&live, fixture->host.server->port);
	str_addf(&header, "Authorization: Bearer %s\r\n", token.ptr);
	assert_int_equal(peer_upgrade(&live, "/v1/ws", header.ptr), 101);
	peer_say(&live, "{\"type\":\"hello\",\"v\":1}");
	peer_expect(&live, "\"welcome\"", &heard);
	peer_say(&live, "{\"type\":\"call\",\"id\":7,\"op\":\"room_send\",\"args\":"
			"{\"room\":\"lobby\",\"text\":\"by call\"}}");
	peer_expect(&live, "\"result\",\"id\":7,\"status\":200", &heard);
	assert_int_equal(ask(fixture, "POST /v1/auth/logout", token.ptr, "{}"), 204);
	assert_int_equal(peer_expect_close(&live), CLOSE_REVOKED);
	peer_close(&live);
	peer_close(&fixture->peer);
}

static void a_full_hash_queue_says_busy_and_takes_more_later(void **state)
{
	enum { MANY = 90 };
	struct fixture *fixture = *state;
	struct peer_socket peers[MANY];
	unsigned busy = 0, good = 0;

	host_open(&fixture->host);
	rates_set(fixture->host.server->rates, RATE_GUEST, 0, 0);
	rates_set(fixture->host.server->rates, RATE_CONNECT, 0, 0);
	fixture->host.server->guard->cost = (struct password_cost){1, 16u << 20};
	host_run(&fixture->host);
	for (unsigned i = 0; i < MANY; i++)
		peer_open_tcp(&peers[i], fixture->host.server->port);
	for (unsigned i = 0; i < MANY; i++) {
		AUTO(str_done) struct str body = STR_INIT;
		str_addf(&body,
			 "{\"name\":\"user%u\",\"email\":\"user%u@example.org\","
			 "\"password\":"
			 "\"" PASSWORD "\"}",
			 i, i);
		fixture->peer = peers[i];
		say(fixture, "POST /v1/auth/signup", NULL, body.ptr);
		peers[i] = fixture->peer;
	}
	for (unsigned i = 0; i < MANY; i++) {
		answer_done(&fixture->answer);
		peer_answer(&peers[i], &fixture->answer);
		busy += fixture->answer.status == 503;
		good += fixture->answer.status == 200;
		if (fixture->answer.status == 503)
			assert_non_null(
				strstr(fixture->answer.body.ptr, "\"retry_ms\":"));
	}
	assert_int_equal(busy + good, MANY);
	assert_true(good >= 64);
	assert_true(busy > 0);
	fixture->peer = peers[0];
	assert_int_equal(
		ask(fixture, "POST /v1/auth/signup", NULL,
		    "{\"name\":\"later\",\"email\":\"l@example.org\",\"password\":"
		    "\"" PASSWORD "\"}"),
		200);
	peers[0] = fixture->peer;
	for (unsigned i = 0; i < MANY; i++)
		peer_close(&peers[i]);
}

/* It has three seconds for what is under way, and nobody takes this. */
static void a_server_that_ends_waits_for_who_is_slow_to_take_his_answer(void **state)
{
	struct fixture *fixture = *state;

	host_open(&fixture->host);
	host_run(&fixture->host);
	peer_open_unix(&fixture->peer, fixture->host.socket.ptr);
	peer_print(&fixture->peer,
		   "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct pollfd answered = {.fd = fixture->peer.fd, .events = POLLIN};
	assert_int_equal(poll(&answered, 1, 10000), 1);
	uint64_t began = clock_mono_ms(&fixture->host.real);
	host_stop(&fixture->host);
	assert_true(clock_mono_ms(&fixture->host.real) - began >= 2000);
	peer_close(&fixture->peer);
}

#define HOST_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(HOST_TEST(from_sign_up_to_log_out_over_tcp),
	   HOST_TEST(from_sign_up_to_log_out_over_the_unix_socket),
	   HOST_TEST(the_unix_socket_needs_no_token_where_its_user_has_an_account),
	   HOST_TEST(a_server_that_ends_waits_for_who_is_slow_to_take_his_answer),
	   HOST_TEST(an_ended_session_closes_its_websocket),
	   HOST_TEST(a_full_hash_queue_says_busy_and_takes_more_later))
