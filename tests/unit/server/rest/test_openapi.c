/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The OpenAPI document and what HTTP asks of every route. Whether others can read the
 * document, and whether it is true, is asked by tests/contract and tests/peer. */
#include "server/rest/openapi.h"

#include <stdio.h>

#include "server/rest/docs_page.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

static void every_route_is_described(void **state)
{
	for (int i = 0; i < REST_COUNT; i++) {
		const struct rest_row *row = rest_row((enum rest_op)i);
		const char *summary = rest_about((enum rest_op)i)->summary;
		if (!summary)
			fail_msg("%s has no ABOUT row in rest.def", row->op);
		if (!*summary || summary[strlen(summary) - 1] == '.')
			fail_msg("%s: one sentence, without its full stop", row->op);
		const char *gives = rest_about((enum rest_op)i)->gives;
		if ((row->out() == body_raw_def()) != (gives != NULL))
			fail_msg("%s: MEDIA goes with a raw answer", row->op);
	}
}

static void every_field_that_can_be_sent_is_explained(void **state)
{
	for (int i = 0; i < REST_COUNT; i++) {
		const struct body_def *def = rest_row((enum rest_op)i)->in();
		if (def == body_none_def() || def == body_raw_def())
			continue;
		for (size_t f = 0; f < def->count; f++) {
			if (!*openapi_describe(def->fields[f].name))
				fail_msg("%s of %s has no row in field.def",
					 def->fields[f].name, def->name);
		}
	}
}

static void what_may_fail_follows_from_row_right_and_path(void **state)
{
	for (int i = 0; i < REST_COUNT; i++) {
		const struct rest_about *about = rest_about((enum rest_op)i);
		size_t count = 0;
		while (count < REST_ERRORS_MOST && about->errors[count] != ERR_OK)
			count++;
		assert_true(count < REST_ERRORS_MOST); /* the end is there */
	}
	const struct rest_row *me = rest_row(REST_auth_me);
	assert_true(rest_may_fail(me, ERR_BAD_TOKEN));
	assert_false(rest_may_fail(me, ERR_NO_ROOM));
	assert_false(rest_may_fail(rest_row(REST_livez), ERR_UNAUTHORIZED));
	assert_true(rest_may_fail(rest_row(REST_room_get), ERR_NO_ROOM));
	assert_true(rest_may_fail(rest_row(REST_room_join), ERR_BANNED));
	assert_true(rest_may_fail(rest_row(REST_room_create), ERR_CONFLICT));
	assert_false(rest_may_fail(rest_row(REST_auth_logout), ERR_CONFLICT));
}

static void the_document_names_every_operation_once(void **state)
{
	AUTO(buf_done) struct buf document = BUF_INIT;

	openapi_write(&document);
	buf_add_u8(&document, 0);
	const char *text = (const char *)document.ptr;
	for (int i = 0; i < REST_COUNT; i++) {
		AUTO(str_done) struct str want = STR_INIT, tag = STR_INIT;
		openapi_tag(rest_row((enum rest_op)i), &tag);
		str_addf(&want, "{\"name\":\"%s\",\"description\":", tag.ptr);
		if (!strstr(text, want.ptr))
			fail_msg("%s has no row in the tags of openapi.c", tag.ptr);
	}
	assert_int_equal(strncmp(text, "{\"openapi\":\"3.1.0\",", 19), 0);
	for (int i = 0; i < REST_COUNT; i++) {
		AUTO(str_done) struct str want = STR_INIT;
		str_addf(&want, "\"operationId\":\"%s\",", rest_row((enum rest_op)i)->op);
		const char *at = strstr(text, want.ptr);
		assert_non_null(at);
		assert_null(strstr(at + 1, want.ptr));
	}
	assert_null(strchr(text + document.len - 10, '\t'));
}

static void what_the_document_refers_to_is_in_it(void **state)
{
	static const char mark[] = "\"$ref\":\"#/components/schemas/";
	AUTO(buf_done) struct buf document = BUF_INIT;

	openapi_write(&document);
	buf_add_u8(&document, 0);
	const char *text = (const char *)document.ptr;
	const char *schemas = strstr(text, "\"schemas\":{");
	assert_non_null(schemas);
	for (const char *at = text; (at = strstr(at, mark)); at++) {
		AUTO(str_done) struct str want = STR_INIT;
		const char *name = at + strlen(mark);
		str_addf(&want, "\"%.*s\":{\"type\":\"object\"", (int)strcspn(name, "\""),
			 name);
		if (!strstr(schemas, want.ptr))
			fail_msg("no schema %s", want.ptr);
	}
}

static void the_plain_reference_has_every_route_and_no_script(void **state)
{
	AUTO(str_done) struct str page = STR_INIT;

	docs_page_write(&page);
	for (int i = 0; i < REST_COUNT; i++) {
		AUTO(str_done) struct str want = STR_INIT;
		str_addf(&want, "<details id=\"%s\">", rest_row((enum rest_op)i)->op);
		assert_non_null(strstr(page.ptr, want.ptr));
	}
	assert_null(strstr(page.ptr, "<script"));
	assert_null(strstr(page.ptr, "http:"));
	assert_null(strstr(page.ptr, "https:"));
	assert_null(strstr(page.ptr, "\"exact words\""));
	assert_non_null(strstr(page.ptr, "&quot;exact words&quot;"));
}

/* The value of a header of the last answer. */
static struct desk_text header(const struct desk *desk, const char *name)
{
	struct desk_text value = {{0}};
	const char *at = strstr(desk->headers.ptr, name);

	if (at)
		snprintf(value.text, sizeof(value.text), "%.*s",
			 (int)strcspn(at + strlen(name), "\n"), at + strlen(name));
	return value;
}

static void an_answer_that_one_has_is_not_sent_again(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	struct desk_text etag = header(desk, "ETag: ");
	assert_int_equal(strlen(etag.text), 34);
	desk_header(desk, "if-none-match", etag.text);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 304);
	assert_int_equal(desk->body.len, 0);
	assert_string_equal(header(desk, "ETag: ").text, etag.text);
	AUTO(str_done) struct str list = STR_INIT;
	str_addf(&list, "\"another\", W/%s", etag.text);
	desk_header(desk, "if-none-match", list.ptr);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 304);
	desk_header(desk, "if-none-match", "*");
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 304);
	desk_header(desk, "if-none-match", "\"another\"");
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	desk_ask(desk, "PATCH /v1/auth/profile", alice.access, "{\"status\":\"away\"}");
	assert_string_equal(header(desk, "ETag: ").text, "");
	desk_header(desk, "if-none-match", etag.text);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	assert_string_not_equal(header(desk, "ETag: ").text, etag.text);
}

static void head_is_get_and_options_names_the_methods(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(desk_ask(desk, "HEAD /v1/rooms", alice.access, NULL), 200);
	assert_int_equal(strlen(header(desk, "ETag: ").text), 34);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, "HEAD /v1/rooms", NULL, NULL);
	desk_refused(desk, ERR_METHOD, NULL, "HEAD /v1/auth/login", NULL, NULL);
	assert_string_equal(header(desk, "Allow: ").text, "POST, OPTIONS");
	assert_int_equal(desk_ask(desk, "OPTIONS /v1/rooms/lobby", NULL, NULL), 204);
	assert_string_equal(header(desk, "Allow: ").text,
			    "DELETE, GET, HEAD, PATCH, OPTIONS");
	desk_refused(desk, ERR_NOT_FOUND, NULL, "OPTIONS /v1/nothing", NULL, NULL);
}

static void the_page_is_there_without_its_package(void **state)
{
	struct desk *desk = *state;

	desk->server->config.docs_dir = "/nonexistent";
	assert_int_equal(desk_ask(desk, "GET /docs", NULL, NULL), 200);
	assert_non_null(strstr(desk->body.ptr, "<details id=\"room_send\">"));
	assert_non_null(strstr(header(desk, "Content-Security-Policy: ").text,
			       "default-src 'none'"));
	assert_string_equal(header(desk, "Cache-Control: ").text, "no-cache");
	desk_refused(desk, ERR_NOT_FOUND, "file", "GET /docs/swagger-ui.css", NULL, NULL);
	desk_refused(desk, ERR_NOT_FOUND, "file", "GET /docs/..", NULL, NULL);
	desk_refused(desk, ERR_NOT_FOUND, "file", "GET /docs/package.json", NULL, NULL);
}

static void the_page_loads_the_package_where_it_is(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str path = STR_INIT;

	scratch_file(&desk->scratch, "swagger-ui-bundle.js", &path);
	FILE *file = fopen(path.ptr, "w");
	assert_non_null(file);
	fputs("the script", file);
	fclose(file);
	desk->server->config.docs_dir = desk->data.ptr;
	assert_int_equal(desk_ask(desk, "GET /docs", NULL, NULL), 200);
	assert_non_null(strstr(desk->body.ptr, "swagger-ui-bundle.js"));
	assert_int_equal(desk_ask(desk, "GET /docs/swagger-ui-bundle.js", NULL, NULL),
			 200);
	assert_string_equal(desk->body.ptr, "the script");
	assert_int_equal(desk_ask(desk, "GET /docs/reference", NULL, NULL), 200);
	assert_null(strstr(desk->body.ptr, "<script"));
}

CHECK_MAIN(TEST(every_route_is_described),
	   TEST(every_field_that_can_be_sent_is_explained),
	   TEST(what_may_fail_follows_from_row_right_and_path),
	   TEST(the_document_names_every_operation_once),
	   TEST(what_the_document_refers_to_is_in_it),
	   TEST(the_plain_reference_has_every_route_and_no_script),
	   DESK_TEST(an_answer_that_one_has_is_not_sent_again),
	   DESK_TEST(head_is_get_and_options_names_the_methods),
	   DESK_TEST(the_page_is_there_without_its_package),
	   DESK_TEST(the_page_loads_the_package_where_it_is))
