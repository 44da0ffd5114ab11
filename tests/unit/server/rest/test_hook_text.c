/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/rest/hook_text.h"

#include <stdlib.h>

#include "common/proto/limits.h"
#include "tests/lib/check.h"

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

static void says(const char *type, const char *body, const char *want)
{
	AUTO(str_done) struct str text = STR_INIT;

	check_ok(hook_text(type, bytes_text(body), &text));
	assert_string_equal(text.ptr, want);
}

static void refuses(const char *type, const char *body, enum err want)
{
	AUTO(str_done) struct str text = STR_INIT;

	check_err(hook_text(type, bytes_text(body), &text), want);
	assert_int_equal(text.len, 0);
}

static void plain_text_is_taken_as_it_is(void **state)
{
	says("text/plain", "disk full\n", "disk full");
	says("text/plain; charset=utf-8", "gr\xc3\xbc\xc3\x9f dich",
	     "gr\xc3\xbc\xc3\x9f dich");
	says(NULL, "disk full", "disk full");
	says("text/plain", "a\r\nb\x1b[31mc\x07", "a\nb[31mc");
	says("text/plain", "1 < 2 &amp; 3", "1 < 2 &amp; 3");
}

static void what_curl_calls_a_form_may_be_text(void **state)
{
	says(FORM, "disk full", "disk full");
	says(FORM, "{\"text\":\"disk full\"}", "disk full");
}

static void json_has_a_text_and_maybe_a_name(void **state)
{
	says(JSON, "{\"text\":\"disk full\"}", "disk full");
	says("application/json; charset=utf-8", "{\"text\":\"a\\nb\"}", "a\nb");
	says(JSON, "{\"text\":\"disk full\",\"username\":\"ci\"}", "**ci**: disk full");
	says(JSON, "{\"text\":\"a\\nb\",\"username\":\"c*i\\n\"}", "**c i **\na\nb");
	says(JSON, "{\"text\":\"a\",\"username\":7}", "a");
}

static void slack_markup_becomes_readable(void **state)
{
	says(JSON, "{\"text\":\"<https://example.org|the log> &lt;b&gt; &amp;\"}",
	     "the log (https://example.org) <b> &");
	says(JSON, "{\"text\":\"see <https://example.org>\"}", "see https://example.org");
	says(JSON, "{\"text\":\"<!here> <@U12|alice> <#C1|ops>\"}", "@here @alice #ops");
	says(JSON, "{\"text\":\"1 < 2, a<>b\"}", "1 < 2, a<>b");
}

static void a_form_has_a_payload(void **state)
{
	says(FORM, "payload=%7B%22text%22%3A%22a+b%22%7D", "a b");
	says(FORM, "x=1&payload={\"text\":\"c\"}&y=", "c");
	says(FORM, "text=disk+is+100%25+full", "disk is 100% full");
	says(FORM, "text=%zz%4", "%zz%4");
}

static void attachments_are_read(void **state)
{
	says(JSON,
	     "{\"attachments\":[{\"fallback\":\"no\",\"pretext\":\"Build\","
	     "\"title\":\"#12\",\"title_link\":\"https://ci/12\",\"text\":\"failed\","
	     "\"fields\":[{\"title\":\"Branch\",\"value\":\"main\"}],"
	     "\"footer\":\"ci\"}]}",
	     "Build\n#12 (https://ci/12)\nfailed\nBranch: main\nci");
	says(JSON, "{\"attachments\":[{\"fallback\":\"only this\",\"color\":\"red\"}]}",
	     "only this");
	says(JSON, "{\"text\":\"a\",\"attachments\":[{\"text\":\"b\"}]}", "a\nb");
}

static void blocks_are_read(void **state)
{
	says(JSON,
	     "{\"text\":\"notice\",\"blocks\":["
	     "{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"Alert\"}}"
	     ","
	     "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*disk*\"},"
	     "\"fields\":[{\"type\":\"mrkdwn\",\"text\":\"host: a\"}]},"
	     "{\"type\":\"divider\"},"
	     "{\"type\":\"context\",\"elements\":[{\"type\":\"mrkdwn\",\"text\":\"now\"}]"
	     "},"
	     "{\"type\":\"image\",\"image_url\":\"https://i/"
	     "1\",\"alt_text\":\"graph\"}]}",
	     "Alert\n*disk*\nhost: a\n---\nnow\ngraph\nhttps://i/1");
	says(JSON,
	     "{\"blocks\":[{\"type\":\"rich_text\",\"elements\":[{\"type\":"
	     "\"rich_text_section\",\"elements\":[{\"type\":\"text\",\"text\":\"a \"},"
	     "{\"type\":\"link\",\"url\":\"https://b\"}]}]}]}",
	     "a https://b");
}

static void nothing_to_say_is_refused(void **state)
{
	refuses(JSON, "", ERR_BAD);
	refuses(JSON, "{}", ERR_BAD);
	refuses(JSON, "[]", ERR_BAD);
	refuses(JSON, "{\"text\":", ERR_BAD);
	refuses(JSON, "{\"text\":\"\\n \"}", ERR_BAD);
	refuses(JSON, "{\"text\":5,\"blocks\":7,\"attachments\":\"x\"}", ERR_BAD);
	refuses("text/plain", "", ERR_BAD);
	refuses("text/plain", "\xff", ERR_UTF8);
	refuses("image/png", "x", ERR_BAD);
	refuses("application/jsonx", "x", ERR_BAD);
	refuses(FORM, "payload=nothing", ERR_BAD);
	refuses(FORM, "text=%ff", ERR_UTF8);
}

static void what_is_too_long_is_cut(void **state)
{
	AUTO(str_done) struct str body = STR_INIT, text = STR_INIT;

	for (size_t i = 0; i < LIMIT_TEXT; i++)
		str_add(&body, "\xc3\xbc");
	check_ok(hook_text("text/plain", str_view(&body), &text));
	assert_in_range(text.len, LIMIT_TEXT - 4, LIMIT_TEXT);
	assert_string_equal(text.ptr + text.len - 6, " [\xe2\x80\xa6]");
}

static void a_long_name_is_cut_between_letters(void **state)
{
	AUTO(str_done) struct str body = STR_INIT, text = STR_INIT;

	str_add(&body, "{\"text\":\"disk full\",\"username\":\"");
	str_add(&body, LIMIT_DISPLAY % 2 ? "" : "x");
	for (size_t i = 0; i < LIMIT_DISPLAY; i++)
		str_add(&body, "\xc3\xbc");
	str_add(&body, "\"}");
	check_ok(hook_text(JSON, str_view(&body), &text));
	assert_non_null(strstr(text.ptr, "\xbc**: disk full"));
}

CHECK_MAIN(TEST(plain_text_is_taken_as_it_is), TEST(what_curl_calls_a_form_may_be_text),
	   TEST(json_has_a_text_and_maybe_a_name), TEST(slack_markup_becomes_readable),
	   TEST(a_form_has_a_payload), TEST(attachments_are_read), TEST(blocks_are_read),
	   TEST(nothing_to_say_is_refused), TEST(what_is_too_long_is_cut),
	   TEST(a_long_name_is_cut_between_letters))
