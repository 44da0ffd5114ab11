/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/net/request.h"

#include "common/base/mem.h"
#include "tests/lib/check.h"

/* What the transport was given. */
struct got {
	int status;
	struct str type, body, headers;
};

static void on_reply(struct request *request, const struct reply *reply)
{
	struct got *got = request->carrier;

	got->status = reply->status;
	str_set(&got->type, reply->content_type ? reply->content_type : "");
	str_set_len(&got->body, (const char *)reply->body.ptr, reply->body.len);
	for (size_t i = 0; i < reply->header_count; i++) {
		str_addf(&got->headers, "%s: %s|", reply->headers[i].name,
			 reply->headers[i].value);
	}
}

static const struct request_io io = {.reply = on_reply};

static void fields_are_found_by_part_and_name(void **state)
{
	struct request *request = request_new(NULL, &io, NULL);
	struct id id;

	check_ok(request_add(request, FIELD_PARAM, bytes_text("room"),
			     bytes_text("aaaaaaaaaaaaaaaaaaaaaaaaaa")));
	check_ok(
		request_add(request, FIELD_QUERY, bytes_text("limit"), bytes_text("20")));
	check_ok(
		request_add(request, FIELD_HEADER, bytes_text("range"), bytes_text("x")));
	check_ok(request_add(request, FIELD_ARG, bytes_text("user"), bytes_text("bob")));
	assert_string_equal(request_query(request, "limit"), "20");
	assert_null(request_query(request, "room"));
	assert_null(request_param(request, "limit"));
	assert_string_equal(request_header(request, "range"), "x");
	assert_string_equal(request_param(request, "user"), "bob");
	assert_string_equal(request_query(request, "user"), "bob");
	check_ok(request_id(request, "room", &id));
	check_err(request_id(request, "user", &id), ERR_BAD);
	check_err(request_id(request, "none", &id), ERR_BAD);
	request_free(&request);
	assert_null(request);
}

static void numbers_are_digits_within_their_bound(void **state)
{
	static const struct {
		const char *text;
		enum err err;
	} cases[] = {{"0", ERR_OK},    {"100", ERR_OK},
		     {"101", ERR_BAD}, {"", ERR_BAD},
		     {"-1", ERR_BAD},  {"1x", ERR_BAD},
		     {" 1", ERR_BAD},  {"99999999999999999999999", ERR_BAD}};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request *request = request_new(NULL, &io, NULL);

		check_ok(request_add(request, FIELD_QUERY, bytes_text("n"),
				     bytes_text(cases[i].text)));
		check_err(request_number(request, "n", 100, 7, &value), cases[i].err);
		check_ok(request_number(request, "m", 100, 7, &value));
		assert_int_equal(value, 7);
		request_free(&request);
	}
}

static void fields_have_a_bound(void **state)
{
	struct request *request = request_new(NULL, &io, NULL);

	for (int i = 0; i < REQUEST_FIELDS_MAX; i++) {
		check_ok(request_add(request, FIELD_QUERY, bytes_text("a"),
				     bytes_text("b")));
	}
	check_err(request_add(request, FIELD_QUERY, bytes_text("a"), bytes_text("b")),
		  ERR_TOO_BIG);
	request_free(&request);
}

static void a_problem_says_status_code_and_when_to_retry(void **state)
{
	struct got got = {.type = STR_INIT, .body = STR_INIT, .headers = STR_INIT};
	struct request *request = request_new(NULL, &io, &got);

	request_set(request, "X-One", "1");
	request_reply_problem(&request, ERR_RATE, "\"slow\" down", "field", 1500);
	assert_null(request);
	assert_int_equal(got.status, 429);
	assert_string_equal(got.type.ptr, "application/problem+json");
	assert_string_equal(got.headers.ptr, "X-One: 1|Retry-After: 2|");
	assert_string_equal(
		got.body.ptr,
		"{\"type\":\"about:blank\",\"title\":\"too many requests, slow "
		"down\",\"status\":429,\"code\":\"rate\",\"detail\":\"\\\"slow\\\" "
		"down\",\"field\":\"field\",\"retry_ms\":1500}");
	str_done(&got.type);
	str_done(&got.body);
	str_done(&got.headers);
}

CHECK_MAIN(TEST(fields_are_found_by_part_and_name),
	   TEST(numbers_are_digits_within_their_bound), TEST(fields_have_a_bound),
	   TEST(a_problem_says_status_code_and_when_to_retry))
