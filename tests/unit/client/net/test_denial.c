/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person and a program are told of a denial. */
#include "client/net/denial.h"

#include <string.h>

#include "tests/lib/check.h"

static void expect(enum err err, const char *members, const char *words)
{
	AUTO(str_done) struct str body = STR_INIT, said = STR_INIT;

	str_addf(
		&body,
		"{\"type\":\"about:blank\",\"title\":\"x\",\"status\":400,\"code\":\"%s\""
		"%s}",
		err_word(err), members);
	denial_words(err, str_view(&body), &said);
	assert_string_equal(said.ptr, words);
}

static void the_field_and_its_rule_are_said(void **state)
{
	expect(ERR_BAD,
	       ",\"field\":\"email\",\"detail\":\"that is not an e-mail address\"",
	       "e-mail: that is not an e-mail address");
	expect(ERR_BAD, ",\"field\":\"frob\"", "frob: the request is malformed");
	expect(ERR_EXISTS, ",\"field\":\"name\"", "that name is taken");
	expect(ERR_EXISTS, ",\"field\":\"email\"",
	       "another account has that e-mail address");
	expect(ERR_WEAK_PASSWORD, ",\"field\":\"password\",\"detail\":\"too short\"",
	       "too short");
}

static void the_time_to_wait_is_rounded_up(void **state)
{
	expect(ERR_RATE, ",\"retry_ms\":39001",
	       "too many requests, slow down: try again in 40 seconds");
	expect(ERR_RATE, ",\"retry_ms\":1",
	       "too many requests, slow down: try again in 1 second");
	expect(ERR_BUSY, ",\"retry_ms\":120001",
	       "the server is busy: try again in 3 minutes");
}

static void hostile_texts_cannot_act_on_the_terminal(void **state)
{
	AUTO(str_done) struct str said = STR_INIT;

	denial_words(ERR_BAD,
		     bytes_text("{\"type\":\"t\",\"title\":\"x\",\"status\":400,"
				"\"code\":\"bad\",\"field\":\"a\\u001b[2J\","
				"\"detail\":\"b\\u001b]0;c\\u0007\"}"),
		     &said);
	assert_null(strchr(said.ptr, '\x1b'));
	assert_null(strchr(said.ptr, '\a'));
}

static void what_is_no_problem_leaves_the_words_of_the_code(void **state)
{
	AUTO(str_done) struct str said = STR_INIT;

	denial_words(ERR_UNREACHABLE, bytes_of(NULL, 0), &said);
	str_add_char(&said, '|');
	denial_words(ERR_INTERNAL, bytes_text("<html>"), &said);
	assert_string_equal(said.ptr, "the server cannot be reached|"
				      "an internal error happened");
}

static void programs_get_all_of_it(void **state)
{
	AUTO(denial_done) struct denial denial = DENIAL_INIT;
	AUTO(buf_done) struct buf json = BUF_INIT;

	denial_read(&denial, ERR_RATE,
		    bytes_text("{\"type\":\"t\",\"title\":\"x\",\"status\":429,"
			       "\"code\":\"rate\",\"retry_ms\":1500}"));
	denial_json(&denial, &json);
	buf_add_u8(&json, '\0');
	assert_string_equal((const char *)json.ptr,
			    "{\"type\":\"error\",\"code\":\"rate\",\"detail\":\"too many "
			    "requests, slow down\",\"retry_ms\":1500}");
}

CHECK_MAIN(TEST(the_field_and_its_rule_are_said), TEST(the_time_to_wait_is_rounded_up),
	   TEST(hostile_texts_cannot_act_on_the_terminal),
	   TEST(what_is_no_problem_leaves_the_words_of_the_code),
	   TEST(programs_get_all_of_it))
