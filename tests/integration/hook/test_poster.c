/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests over libcurl to a real receiver on loopback. */
#include <stdio.h>

#include "server/hook/poster_curl.h"
#include "tests/lib/check.h"
#include "tests/lib/receiver.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

struct scene {
	struct mailbox back;
	struct net_range range;
	struct poster *poster;
	struct post_out post;
	struct mail answer;
	char url[128];
};

static void open_scene(struct scene *scene, bool allowed)
{
	check_ok(net_range_parse("127.0.0.0/8", &scene->range));
	mailbox_init(&scene->back, 0, NULL, NULL);
	check_ok(
		poster_curl_new(&(struct poster_config){.allow = {.ranges = &scene->range,
								  .range_count = allowed},
							.back = &scene->back},
				&scene->poster));
}

/* To https://HOST:PORT/ or the like. */
static void submit(struct scene *scene, const char *origin, unsigned port,
		   const char *path)
{
	snprintf(scene->url, sizeof(scene->url), "%s:%u%s", origin, port, path);
	scene->post = (struct post_out){
		.url = scene->url,
		.headers = "Content-Type: application/json\nwebhook-id: one\n",
		.body = bytes_text("{\"a\":1}"),
		.back = &scene->answer,
	};
	check_ok(scene->poster->submit(scene->poster, &scene->post));
}

static enum err wait_for(struct scene *scene)
{
	struct mail *mail = mailbox_wait_one(&scene->back);

	assert_ptr_equal(mail, &scene->answer);
	return scene->post.err;
}

static void close_scene(struct scene *scene)
{
	if (scene->poster)
		scene->poster->close(&scene->poster);
	mailbox_done(&scene->back);
}

static void a_request_arrives_as_it_was_given(void **state)
{
	struct receiver receiver;
	struct scene scene;

	receiver_start(&receiver, OK_ANSWER, 0);
	open_scene(&scene, true);
	submit(&scene, "http://127.0.0.1", receiver.port, "/in?x=1");
	check_ok(wait_for(&scene));
	assert_int_equal(scene.post.status, 200);
	assert_non_null(strstr(receiver.request.ptr, "POST /in?x=1 HTTP/1.1\r\n"));
	assert_non_null(
		strstr(receiver.request.ptr, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(receiver.request.ptr, "webhook-id: one\r\n"));
	assert_null(strcasestr(receiver.request.ptr, "expect:"));
	assert_non_null(strstr(receiver.request.ptr, "\r\n\r\n{\"a\":1}"));
	close_scene(&scene);
	receiver_stop(&receiver);
}

static void other_answers_are_failures(void **state)
{
	static const struct {
		const char *answer;
		int status;
		uint64_t retry_after_ms;
	} rows[] = {
		{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
		 "Content-Length: 0\r\nConnection: close\r\n\r\n",
		 302, 0},
		{"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		 410, 0},
		{"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n"
		 "Connection: close\r\n\r\n",
		 503, 7000},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct receiver receiver;
		struct scene scene;

		receiver_start(&receiver, rows[i].answer, 0);
		open_scene(&scene, true);
		submit(&scene, "http://127.0.0.1", receiver.port, "/");
		check_err(wait_for(&scene), ERR_STATE);
		assert_int_equal(scene.post.status, rows[i].status);
		assert_int_equal(scene.post.retry_after_ms, rows[i].retry_after_ms);
		assert_int_equal(receiver.count, 1); /* a redirect is not followed */
		close_scene(&scene);
		receiver_stop(&receiver);
	}
}

static void an_endless_answer_is_cut(void **state)
{
	struct receiver receiver;
	struct scene scene;

	receiver_start(&receiver, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
		       (size_t)64 << 20);
	open_scene(&scene, true);
	submit(&scene, "http://127.0.0.1", receiver.port, "/");
	check_ok(wait_for(&scene));
	close_scene(&scene);
	receiver_stop(&receiver);
}

static void loopback_is_refused_whatever_it_is_called(void **state)
{
	static const char *const urls[] = {
		"https://127.0.0.1",  "https://localhost", "https://0x7f.1",
		"https://2130706433", "https://127.1",     "https://0177.0.0.1",
	};
	struct receiver receiver;
	struct scene scene;

	receiver_start(&receiver, OK_ANSWER, 0);
	open_scene(&scene, false);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		submit(&scene, urls[i], receiver.port, "/");
		check_err(wait_for(&scene), ERR_FORBIDDEN);
		assert_int_equal(scene.post.status, 0);
	}
	submit(&scene, "http://127.0.0.1", receiver.port, "/");
	check_err(wait_for(&scene), ERR_FORBIDDEN);
	assert_int_equal(receiver.count, 0);
	close_scene(&scene);
	receiver_stop(&receiver);
}

static void nobody_there_is_unreachable(void **state)
{
	struct receiver receiver;
	struct scene scene;

	receiver_start(&receiver, OK_ANSWER, 0);
	receiver_stop(&receiver);
	open_scene(&scene, true);
	submit(&scene, "http://127.0.0.1", receiver.port, "/");
	check_err(wait_for(&scene), ERR_UNREACHABLE);
	close_scene(&scene);
}

static void who_speaks_no_tls_is_not_trusted(void **state)
{
	struct receiver receiver;
	struct scene scene;

	receiver_start(&receiver, OK_ANSWER, 0);
	receiver.eager = true;
	open_scene(&scene, true);
	submit(&scene, "https://127.0.0.1", receiver.port, "/");
	enum err err = wait_for(&scene);
	assert_true(err == ERR_UNTRUSTED || err == ERR_UNREACHABLE);
	close_scene(&scene);
	receiver_stop(&receiver);
}

static void closing_brings_everything_back(void **state)
{
	struct receiver receiver;
	struct scene scene;

	receiver_start(&receiver, NULL, 0);
	open_scene(&scene, true);
	submit(&scene, "http://127.0.0.1", receiver.port, "/");
	while (receiver.count == 0)
		continue;
	scene.poster->close(&scene.poster);
	check_err(wait_for(&scene), ERR_UNREACHABLE);
	close_scene(&scene);
	receiver_stop(&receiver);
}

CHECK_MAIN(TEST(a_request_arrives_as_it_was_given), TEST(other_answers_are_failures),
	   TEST(an_endless_answer_is_cut),
	   TEST(loopback_is_refused_whatever_it_is_called),
	   TEST(nobody_there_is_unreachable), TEST(who_speaks_no_tls_is_not_trusted),
	   TEST(closing_brings_everything_back))
