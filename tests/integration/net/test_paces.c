/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every bucket of rate.def at a whole server, so small that the second time is once too
 * often: whoever asked is told when to come again, as a header and in the body over HTTP,
 * in the frame over a WebSocket.
 */
#include <stdlib.h>

#include "common/base/mem.h"
#include "server/net/rate.h"
#include "tests/lib/duet.h"

#define UPGRADE \
	"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define HOST      "HTTP/1.1\r\nHost: test\r\n"
#define EMPTY     "Content-Length: 0\r\n"
#define ROOM_HERE "%ROOM%"
#define CID_HERE  "%CID%"

/* How it is met: request lines and headers, and whether with a token; or a frame. */
struct row {
	enum rate rate;
	const char *request;
	bool token;
	const char *frame;
	const char *answer; /* to a frame that came too early; NULL: the end, 4503 */
};

static const struct row rows[] = {
	{.rate = RATE_BAD_FRAME, .frame = "{\"type\":\"nonsense\"}"},
	{.rate = RATE_CALL, .request = "GET /v1/auth/me " HOST, .token = true},
	{.rate = RATE_CALL,
	 .frame = "{\"type\":\"call\",\"id\":1,\"op\":\"auth_me\"}",
	 .answer = "\"type\":\"error\""},
	{.rate = RATE_CONNECT, .request = "GET /livez " HOST},
	{.rate = RATE_FILE,
	 .request = "PATCH /v1/files/x?offset=0 " HOST EMPTY,
	 .token = true},
	{.rate = RATE_FILE,
	 .frame = "{\"type\":\"call\",\"id\":1,\"op\":\"file_part\"}",
	 .answer = "\"type\":\"error\""},
	{.rate = RATE_GUEST, .request = "POST /v1/auth/login " HOST EMPTY},
	{.rate = RATE_HOOK, .request = "POST /v1/hooks/in/x/y " HOST EMPTY},
	{.rate = RATE_REFUSED,
	 .request = "GET /v1/ws " HOST UPGRADE "Authorization: Bearer x\r\n"},
	{.rate = RATE_SEND,
	 .frame = "{\"type\":\"send\",\"cid\":\"" CID_HERE "\",\"room\":\"" ROOM_HERE
		  "\",\"text\":\"x\"}",
	 .answer = "\"type\":\"nack\""},
	{.rate = RATE_TYPING,
	 .frame = "{\"type\":\"typing\",\"room\":\"" ROOM_HERE "\",\"on\":true}",
	 .answer = "\"type\":\"error\""},
};

/* alice and the lobby, at a server where nothing is paced but @rate: once a minute. */
struct scene {
	struct host host;
	struct guest alice;
	struct id lobby;
};

static void begin(struct scene *scene, enum rate rate)
{
	host_init(&scene->host);
	host_open(&scene->host);
	host_guest(&scene->host, "alice", &scene->alice);
	scene->lobby = host_room(&scene->host, "lobby");
	for (enum rate other = 0; other < RATE_COUNT; other++)
		rates_set(scene->host.server->rates, other, 1, 0);
	rates_set(scene->host.server->rates, rate, 1, 1);
	host_run(&scene->host);
}

static void end(struct scene *scene)
{
	guest_done(&scene->alice);
	host_done(&scene->host);
}

static int ask(struct scene *scene, const struct row *row, struct answer *answer)
{
	struct peer_socket peer;

	peer_open_tcp(&peer, scene->host.server->port);
	peer_print(&peer, "%s%s%s%s\r\n", row->request,
		   row->token ? "Authorization: Bearer " : "",
		   row->token ? scene->alice.token.ptr : "", row->token ? "\r\n" : "");
	peer_answer(&peer, answer);
	peer_close(&peer);
	return answer->status;
}

static void over_http(struct scene *scene, const struct row *row)
{
	AUTO(str_done) struct str after = STR_INIT;
	struct answer answer;

	assert_int_not_equal(ask(scene, row, &answer), 429);
	answer_done(&answer);
	assert_int_equal(ask(scene, row, &answer), 429);
	check_part(&answer.body, "\"code\":\"rate\"");
	check_part(&answer.body, "\"retry_ms\":");
	assert_in_range(strtoul(answer_header(&answer, "Retry-After", &after), NULL, 10),
			1, 60);
	answer_done(&answer);
}

/* @text with @with in the place of @what. */
static void fill(struct str *text, const char *what, const char *with)
{
	char *at = strstr(text->ptr, what);
	AUTO(str_done) struct str rest = STR_INIT;

	if (!at)
		return;
	str_set(&rest, at + strlen(what));
	str_cut(text, (size_t)(at - text->ptr));
	str_addf(text, "%s%s", with, rest.ptr);
}

static void over_frames(struct scene *scene, const struct row *row)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct peer_socket peer;

	host_login(&scene->host, &peer, &scene->alice, "");
	for (unsigned i = 0; i < 2; i++) {
		str_set(&text, row->frame);
		fill(&text, ROOM_HERE, id_text(&scene->lobby).text);
		fill(&text, CID_HERE, cid(i).text);
		peer_say(&peer, text.ptr);
	}
	if (row->answer) {
		do {
			peer_expect(&peer, row->answer, &text);
		} while (!strstr(text.ptr, "\"code\":\"rate\""));
		check_part(&text, "\"retry_ms\":");
	} else {
		assert_int_equal(peer_expect_close(&peer), 4503);
	}
	peer_close(&peer);
}

static void every_bucket_says_when_to_come_again(void **state)
{
	bool met[RATE_COUNT] = {false};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct scene scene;

		begin(&scene, rows[i].rate);
		if (rows[i].request)
			over_http(&scene, &rows[i]);
		else
			over_frames(&scene, &rows[i]);
		end(&scene);
		met[rows[i].rate] = true;
	}
	for (enum rate rate = 0; rate < RATE_COUNT; rate++)
		assert_true(met[rate]);
}

CHECK_MAIN(cmocka_unit_test(every_bucket_says_when_to_come_again))
