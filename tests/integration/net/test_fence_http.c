/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fences around HTTP: bytes that mean one thing to one parser and another to the next,
 * heads without end, requests behind requests. Each row is what is sent and what is said; 0
 * is a hang-up without a word, which is lws's own answer to what it does not parse. After
 * each the server must still serve.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/echo.h"

#define GET  "GET /echo HTTP/1.1\r\n"
#define POST "POST /echo HTTP/1.1\r\n" HOST
#define HOST "Host: test\r\n"
#define END  "\r\n"
#define KEY  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define UPGRADE \
	"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" KEY
#define NO_WORD 0
#define ANY_NO  (-1) /* versions of lws differ: 400, 403 or a hang-up */

struct row {
	const char *bytes;
	int status;
};

static void check_rows(struct echo_server *f, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = echo_status(f, rows[i].bytes, strlen(rows[i].bytes));
		bool no = status == 400 || status == 403 || status == NO_WORD;

		if (rows[i].status == ANY_NO ? !no : status != rows[i].status) {
			fail_msg("%d and not %d to: %s", status, rows[i].status,
				 rows[i].bytes);
		}
		echo_check_alive(f);
	}
}

static void a_host_is_there_once_and_is_a_host(void **state)
{
	static const struct row rows[] = {
		{GET END, 400},
		{"GET /echo HTTP/1.0\r\n" END, 200}, /* RFC 9112 section 3.2 is of 1.1 */
		{GET HOST HOST END, 400},
		{GET "Host: \r\n" END, 400},
		{GET "Host: a b\r\n" END, 400},
		{GET "Host: evil@test\r\n" END, 400},
		{GET "Host: test/path\r\n" END, 400},
		{GET "Host: [::1\r\n" END, 400},
		{GET "Host: :80\r\n" END, 400},
		{GET "Host: test:123456\r\n" END, 400},
		{GET "Host : test\r\n" END, ANY_NO},
		{GET "Host: [::1]:8377\r\n" END, 200},
		{"GET /v1/ws HTTP/1.1\r\n" UPGRADE END, 400},
		{"GET /v1/ws HTTP/1.1\r\n" HOST "Host: b\r\n" UPGRADE END, 400},
		{"GET /v1/ws HTTP/1.1\r\nHost: a b\r\n" UPGRADE END, 400},
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void lengths_that_parsers_disagree_about_are_refused(void **state)
{
	/* lws 4.3 and newer hang up on some of them themselves */
	static const struct row rows[] = {
		{POST "Content-Length: -1\r\n" END, ANY_NO},
		{POST "Content-Length: -9223372036854775808\r\n" END, ANY_NO},
		{POST "Content-Length: +5\r\n" END "hello", ANY_NO},
		{POST "Content-Length: 0x5\r\n" END "hello", ANY_NO},
		{POST "Content-Length: 5 5\r\n" END "hello", ANY_NO},
		{POST "Content-Length: 5, 5\r\n" END "hello", ANY_NO},
		{POST "Content-Length: \r\n" END, ANY_NO},
		{POST "Content-Length: 9223372036854775808\r\n" END, ANY_NO},
		{POST "Content-Length: 99999999999999999999\r\n" END, ANY_NO},
		{POST "Content-Length: 5\r\nContent-Length: 6\r\n" END "hello", ANY_NO},
		{POST "Content-Length: 5\r\nContent-Length: 5\r\n" END "hello", ANY_NO},
		{POST "Content-Length: 101\r\n" END, 413},
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void transfer_codings_are_refused(void **state)
{
	static const struct row rows[] = {
		{POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END
		      "0\r\n" END,
		 ANY_NO},
		{POST "Transfer-Encoding: chunked\r\n" END
		      "5\r\nhello\r\n0\r\nX-Trailer: x\r\n" END,
		 ANY_NO},
		{POST "Transfer-Encoding: identity\r\n" END, ANY_NO},
		{POST "Transfer-Encoding: xchunked\r\n" END, ANY_NO},
		{POST "Transfer-Encoding: \r\n" END, ANY_NO},
		{POST "Transfer-Encoding : chunked\r\n" END "0\r\n" END, ANY_NO},
		{POST "Content-Length : 5\r\n" END "hello", ANY_NO},
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void other_protocols_are_refused(void **state)
{
	static const struct row rows[] = {
		{GET HOST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
			  "HTTP2-Settings: AAMAAABkAAQAAP__\r\n" END,
		 426},
		/* lws answers these itself, then calls back with freed memory: CVE-2025-11677 */
		{GET HOST "Connection: Upgrade\r\nUpgrade: chat\r\n" END, ANY_NO},
		{GET HOST "Connection: Upgrade\r\nUpgrade: websocketx\r\n" END, ANY_NO},
		{GET HOST "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" END,
		 ANY_NO},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ANY_NO},
		{"\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03 a TLS client hello", ANY_NO},
		{"GET /echo HTTP/2.0\r\n" HOST END, 400},
		{"GET /echo HTTP/9.9\r\n" HOST END, 400},
		{"GET /echo\r\n\r\n", ANY_NO},
		{"GET /v1/ws HTTP/1.0\r\n" HOST UPGRADE END, 400},
		{"POST /v1/ws HTTP/1.1\r\n" HOST UPGRADE END, 405},
		{"GET /v1/ws HTTP/1.1\r\n" HOST UPGRADE "Content-Length: 5\r\n" END
		 "hello",
		 400},
		{"GET /v1/ws HTTP/1.1\r\n" HOST UPGRADE KEY END, 400},
		{"\xff\xfe\xfd\r\n\r\n", ANY_NO},
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

static void odd_targets_reach_nothing(void **state)
{
	static const struct row rows[] = {
		{"BREW /echo HTTP/1.1\r\n" HOST END, ANY_NO},
		{"GET http://test/echo HTTP/1.1\r\n" HOST END, ANY_NO},
		{"OPTIONS * HTTP/1.1\r\n" HOST END, ANY_NO},
		{"GET /../../etc/passwd HTTP/1.1\r\n" HOST END, 404},
		{"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" HOST END, 404},
		{"GET /echo%00 HTTP/1.1\r\n" HOST END, ANY_NO},
		{"GET /ec%zzho HTTP/1.1\r\n" HOST END, ANY_NO},
	};

	check_rows(*state, rows, ARRAY_LEN(rows));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature) /* clang says it in its own way */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Of this process, whose one thread is the server; 0 where a sanitizer keeps what is freed. */
static size_t resident_kib(void)
{
	unsigned long kib = 0;
#ifndef SANITIZED
	FILE *file = fopen("/proc/self/status", "re");
	char line[128];

	assert_non_null(file);
	/* Not the pages of files, which come and go as the machine likes. */
	while (kib == 0 && fgets(line, sizeof(line), file))
		sscanf(line, "RssAnon: %lu", &kib);
	fclose(file);
	assert_true(kib > 0);
#endif
	return kib;
}

/* lws decodes the target while it reads it, before any callback: what it says to bytes that
 * it cannot decode is its own, and it keeps nothing of them. */
static void targets_that_do_not_decode_are_refused_by_lws(void **state)
{
	static const struct row rows[] = {
		{"GET /echo?q=%00 HTTP/1.1\r\n" HOST END, NO_WORD},
		{"GET /echo?q=a%00b&r=c HTTP/1.1\r\n" HOST END, NO_WORD},
		{"GET /echo%00 HTTP/1.1\r\n" HOST END, NO_WORD},
		{"GET /echo?q=% HTTP/1.1\r\n" HOST END, 403},
		{"GET /echo?q=%1 HTTP/1.1\r\n" HOST END, 403},
		{"GET /echo?q=%zz HTTP/1.1\r\n" HOST END, 403},
		{"GET /% HTTP/1.1\r\n" HOST END, 403},
		{"POST /echo?q=% HTTP/1.1\r\n" HOST "Content-Length: 5\r\n" END "hello",
		 403},
		{"GET /v1/ws?token=% HTTP/1.1\r\n" HOST UPGRADE END, 403},
	};
	struct echo_server *f = *state;
	bool known = strncmp(loop_version(), "4.", 2) == 0;
	size_t before = 0;

	for (size_t turn = 0; turn < 400; turn++) {
		const struct row *row = &rows[turn % ARRAY_LEN(rows)];
		int requests = atomic_load(&f->requests);
		struct row want = {row->bytes, known ? row->status : ANY_NO};

		check_rows(f, &want, 1);
		echo_skip(f, 100); /* two connections, at a pace that is allowed */
		/* Ours was that of check_rows(), which asks whether it still serves. */
		assert_int_equal(atomic_load(&f->requests), requests + 1);
		if (turn == 100) {
			before = resident_kib();
		}
	}
	assert_true(resident_kib() <= before + 512);
}

/* ---- heads without end ---- */

static void check_no(struct echo_server *f, const struct str *head)
{
	int status = echo_status(f, head->ptr, head->len);

	assert_true(status == NO_WORD || (status >= 400 && status < 500));
	echo_check_alive(f);
}

static void repeat(struct str *out, const char *part, size_t times)
{
	while (times-- > 0) {
		str_add(out, part);
	}
}

static void heads_are_bounded(void **state)
{
	struct echo_server *f = *state;
	AUTO(str_done) struct str head = STR_INIT;

	str_set(&head, "GET /"); /* a path of 9000 bytes */
	repeat(&head, "x", 9000);
	str_add(&head, " HTTP/1.1\r\n" HOST END);
	check_no(f, &head);
	str_set(&head, GET HOST "X-Long: "); /* a value */
	repeat(&head, "x", 9000);
	str_add(&head, "\r\n" END);
	check_no(f, &head);
	str_set(&head, GET HOST); /* a name */
	repeat(&head, "x", 9000);
	str_add(&head, ": x\r\n" END);
	check_no(f, &head);
	str_set(&head, GET HOST); /* many of those that lws knows */
	repeat(&head, "Accept: a\r\n", 300);
	str_add(&head, END);
	check_no(f, &head);
	str_set(&head, GET HOST); /* many of those that it does not */
	repeat(&head, "X-Other: a\r\n", 2000);
	str_add(&head, END);
	check_no(f, &head);
	str_set(&head, "GET /echo?"); /* many parameters */
	repeat(&head, "a=1&", 300);
	str_add(&head, " HTTP/1.1\r\n" HOST END);
	check_no(f, &head);
	str_set(&head, GET HOST); /* a head that never ends, for as long as it is read */
	repeat(&head, "X: y\r\n", 100000);
	check_no(f, &head);
	str_set(&head, GET HOST "Authorization: Bearer "); /* more than a token has */
	repeat(&head, "x", 4000);
	str_add(&head, "\r\n" END);
	assert_int_equal(echo_status(f, head.ptr, head.len), 200);
}

static void refusals_are_heard_although_the_body_is_not_read(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_set(&text, POST "Content-Length: 200000\r\n" END);
	repeat(&text, "x", 200000);
	assert_int_equal(echo_status(*state, text.ptr, text.len), 413);
	echo_check_alive(*state);
}

/* ---- requests behind requests ---- */

/* lws 5 throws away what comes while a request is worked on: there the client that did not
 * wait is hung up on after its first answer, when it says no more. */
static void pipelined_requests_are_answered_in_order(void **state)
{
	struct echo_server *f = *state;
	int answered = strncmp(loop_version(), "4.", 2) == 0 ? 50 : 1;
	AUTO(str_done) struct str text = STR_INIT;
	struct peer_socket peer;
	struct answer answer;

	for (int i = 0; i < 50; i++) {
		str_addf(&text, "GET /echo?q=%d HTTP/1.1\r\n" HOST END, i);
	}
	peer_open_tcp(&peer, f->port);
	peer_send(&peer, text.ptr, text.len);
	for (int i = 0; i < answered; i++) {
		peer_answer(&peer, &answer);
		assert_int_equal(answer.status, 200);
		str_clear(&text);
		str_addf(&text, "0::%d", i);
		assert_string_equal(answer.body.ptr, text.ptr);
		answer_done(&answer);
	}
	echo_check_alive(f);
	echo_skip(f, 30000);
	assert_int_equal(peer_expect_close(&peer), 0);
	peer_close(&peer);
}

/* lws 4.1.6 never came back from this one: not another byte for anybody. */
static void bytes_behind_a_body_end_that_connection_alone(void **state)
{
	struct echo_server *f = *state;
	static const char *const tails[] = {POST "Content-Length: 5\r\n" END "hello",
					    GET HOST END, "\r\n", "x",
					    "GET /v1/ws HTTP/1.1\r\n" HOST UPGRADE END};
	static const char *const heads[] = {
		POST "Content-Length: 5\r\n" END "hello",
		"PUT /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n" END "hello",
		GET HOST "Content-Length: 5\r\n" END "hello",
		"POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 5\r\n" END "hello",
		POST END,
		"GET /v1/ws HTTP/1.1\r\n" HOST UPGRADE
		"Origin: http://evil.example\r\n" END,
	};

	for (size_t head = 0; head < ARRAY_LEN(heads); head++) {
		for (size_t tail = 0; tail < ARRAY_LEN(tails); tail++) {
			AUTO(str_done) struct str text = STR_INIT;

			str_addf(&text, "%s%s", heads[head], tails[tail]);
			echo_status(f, text.ptr, text.len);
			echo_check_alive(f);
		}
	}
}

/* A body is never read as a request, whatever the method. */
static void a_body_stays_a_body(void **state)
{
	struct echo_server *f = *state;
	static const char inner[] = "GET /echo?q=inner HTTP/1.1\r\n" HOST END;
	static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		AUTO(str_done) struct str text = STR_INIT;
		int before = atomic_load(&f->requests);

		str_addf(&text,
			 "%s /echo HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n" END "%s",
			 methods[i], sizeof(inner) - 1, inner);
		echo_status(f, text.ptr, text.len);
		assert_int_equal(atomic_load(&f->requests), before + 1);
	}
}

/* Files that are taken and brought, refusals that are read: beside all connections. */
static void descriptors_are_left_when_there_is_no_place_for_a_client(void **state)
{
	struct echo_server *f = *state;
	rlim_t want = ECHO_CONNECTIONS + LIMIT_STREAMS + LIMIT_UPLOADS + 128;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(limit.rlim_cur >= want || limit.rlim_cur == limit.rlim_max);
	echo_check_alive(f);
}

CHECK_MAIN(WITH_ECHO(a_host_is_there_once_and_is_a_host),
	   WITH_ECHO(lengths_that_parsers_disagree_about_are_refused),
	   WITH_ECHO(transfer_codings_are_refused),
	   WITH_ECHO(other_protocols_are_refused), WITH_ECHO(odd_targets_reach_nothing),
	   WITH_ECHO(targets_that_do_not_decode_are_refused_by_lws),
	   WITH_ECHO(heads_are_bounded),
	   WITH_ECHO(refusals_are_heard_although_the_body_is_not_read),
	   WITH_ECHO(pipelined_requests_are_answered_in_order),
	   WITH_ECHO(bytes_behind_a_body_end_that_connection_alone),
	   WITH_ECHO(a_body_stays_a_body),
	   WITH_ECHO(descriptors_are_left_when_there_is_no_place_for_a_client))
