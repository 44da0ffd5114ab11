/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a request: paths, methods, rights, arguments, CORS, and what must never be
 * answered or logged. */
#include <ctype.h>
#include <stdio.h>

#include "common/proto/rest.h"
#include "server/net/rate.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define SOME_ID "aaaaaaaaaaaaaaaaaaaaaaaaaa"

/* A value of the type that @field asks for. */
static void write_good(struct json_out *out, const struct body_field *field)
{
	switch (field->type) {
	case BODY_ID: json_out_text(out, bytes_text(SOME_ID)); break;
	case BODY_UINT:
	case BODY_MAYBE: json_out_uint(out, 1); break;
	case BODY_BOOL: json_out_bool(out, true); break;
	case BODY_WORD: json_out_text(out, bytes_text(kind_word(field->words, 1))); break;
	case BODY_IDS:
	case BODY_TEXTS:
	case BODY_LIST:
		json_out_open(out, '[');
		json_out_close(out, ']');
		break;
	case BODY_RAW:
	case BODY_SUB:
		json_out_open(out, '{');
		json_out_close(out, '}');
		break;
	default: json_out_text(out, bytes_text("a")); break;
	}
}

enum fault { LEFT_OUT, NULLED, OTHER_TYPE, TOO_LONG, OTHER_WORD, FAULTS };

static void write_bad(struct json_out *out, const struct body_field *field,
		      enum fault fault)
{
	AUTO(str_done) struct str text = STR_INIT;

	switch (fault) {
	case NULLED: json_out_raw(out, bytes_text("null")); break;
	case TOO_LONG:
		while (text.len <= field->most)
			str_add_char(&text, 'a');
		json_out_text(out, str_view(&text));
		break;
	case OTHER_WORD: json_out_text(out, bytes_text("king")); break;
	default:
		if (field->type == BODY_UINT || field->type == BODY_MAYBE)
			json_out_text(out, bytes_text("one"));
		else
			json_out_raw(out, bytes_text("17"));
		break;
	}
}

/* All needed fields, the one at @index spoiled by @fault. */
static void write_args(struct buf *buf, const struct body_def *def, size_t index,
		       enum fault fault)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		if (i != index && field->need != BODY_NEED)
			continue;
		if (i == index && fault == LEFT_OUT)
			continue;
		json_out_key(&out, field->name);
		if (i == index)
			write_bad(&out, field, fault);
		else
			write_good(&out, field);
	}
	json_out_close(&out, '}');
	buf_add_u8(buf, 0);
}

static bool applies(const struct body_field *field, enum fault fault)
{
	if (field->type == BODY_RAW)
		return false;
	if (fault == LEFT_OUT)
		return field->need == BODY_NEED;
	if (fault == OTHER_WORD)
		return field->type == BODY_WORD;
	return fault != TOO_LONG || field->type == BODY_TEXT;
}

static void every_field_of_every_route_is_checked_and_named(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	unsigned checked = 0;

	for (int op = 0; op < REST_COUNT; op++) {
		const struct rest_row *row = rest_row((enum rest_op)op);
		const struct body_def *def = row->in();
		for (size_t i = 0; i < def->count * FAULTS; i++) {
			AUTO(buf_done) struct buf args = BUF_INIT;
			const struct body_field *field = &def->fields[i / FAULTS];
			enum fault fault = (enum fault)(i % FAULTS);
			if (!applies(field, fault))
				continue;
			write_args(&args, def, i / FAULTS, fault);
			bool admin = row->right >= REST_ADMIN;
			desk->peer.local = admin;
			desk->peer.uid = desk->server->own_uid;
			desk_call(desk, row->op, admin ? NULL : alice.access,
				  (const char *)args.ptr);
			if (desk->status < 400)
				fail_msg("%s %s", row->op, (const char *)args.ptr);
			assert_string_equal(desk_get(desk, "code").text,
					    fault == TOO_LONG ? "too_big" : "bad");
			assert_string_equal(desk_get(desk, "field").text, field->name);
			checked++;
		}
	}
	assert_true(checked > 150);
}

static void what_is_no_json_object_is_refused(void **state)
{
	struct desk *desk = *state;
	static const char *const bad[] = {"{",
					  "[]",
					  "17",
					  "\"text\"",
					  "null",
					  "{}x",
					  "{\"a\":}",
					  "{\"login\":\"a\",\"password\":\"\xff\"}",
					  "[[[[[[[[[[]]]]]]]]]]"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(
			desk_ask(desk, "POST /v1/auth/login", NULL, "%s", bad[i]), 400);
		assert_string_not_equal(desk_get(desk, "code").text, "");
	}
}

static void unknown_paths_and_methods_are_told_apart(void **state)
{
	struct desk *desk = *state;
	static const char *const nowhere[] = {
		"GET /",
		"GET /v1",
		"GET /v1/",
		"GET /v1/nothing",
		"GET /v2/rooms",
		"GET /v1/rooms/",
		"GET /v1//rooms",
		"GET /v1/rooms/lobby/members/x/y",
		"GET /v1/auth/me/",
		"GET /v1/rooms/lobby/",
	};

	for (size_t i = 0; i < ARRAY_LEN(nowhere); i++)
		desk_refused(desk, ERR_NOT_FOUND, NULL, nowhere[i], NULL, NULL);
	desk_refused(desk, ERR_METHOD, NULL, "GET /v1/auth/login", NULL, NULL);
	assert_non_null(strstr(desk->headers.ptr, "Allow: POST, OPTIONS\n"));
	desk_refused(desk, ERR_METHOD, NULL, "PUT /v1/rooms", NULL, "{}");
	assert_non_null(strstr(desk->headers.ptr, "Allow: POST, GET, HEAD, OPTIONS\n"));
	desk_refused(desk, ERR_METHOD, NULL, "BREW /v1/rooms", NULL, NULL);
}

static void every_route_but_the_public_ones_asks_for_a_token(void **state)
{
	struct desk *desk = *state;
	/* Beside coming in, only what says nothing about anybody; a webhook has its secret
	 * in the path. */
	static const char *const harmless[] = {"docs",  "docs_file", "hook_post", "jwks",
					       "livez", "openapi",   "readyz"};

	for (int op = 0; op < REST_COUNT; op++) {
		const struct rest_row *row = rest_row((enum rest_op)op);
		char line[256];
		snprintf(line, sizeof(line), "%s %s", row->method, row->path);
		bool known = strncmp(row->op, "auth_", 5) == 0;
		for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
			known = known || strcmp(row->op, harmless[i]) == 0;
		assert_true(known || row->right != REST_PUBLIC);
		if (row->right == REST_OPERATOR)
			desk_refused(desk, ERR_FORBIDDEN, NULL, line, NULL, NULL);
		if (row->right != REST_USER && row->right != REST_ADMIN)
			continue;
		desk_refused(desk, ERR_UNAUTHORIZED, NULL, line, NULL, NULL);
		desk_refused(desk, ERR_BAD_TOKEN, NULL, line, "x.y.z", NULL);
	}
}

static void a_body_is_bounded_before_log_in(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str filler = STR_INIT;

	while (filler.len < LIMIT_HTTP_BODY_LOGIN)
		str_add(&filler, "          ");
	desk_refused(desk, ERR_TOO_BIG, NULL, "POST /v1/auth/login", NULL,
		     "{\"login\":\"a\",\"password\":\"b\"%s}", filler.ptr);
}

static void the_path_wins_over_the_query_and_that_over_the_body(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", alice.access,
				  "{\"kind\":\"public\",\"slug\":\"ops\"}"),
			 200);
	struct desk_text ops = desk_get(desk, "room");
	desk_ask(desk, "POST /v1/rooms/ops/messages?room=announcements", alice.access,
		 "{\"room\":\"lobby\",\"text\":\"here\"}");
	assert_string_equal(desk_get(desk, "room").text, ops.text);
	desk_ask(desk, "GET /v1/rooms/ops?room=lobby", alice.access, NULL);
	assert_string_equal(desk_get(desk, "room").text, ops.text);
	desk_ask(desk, "POST /v1/users/lookup?users=", alice.access,
		 "{\"users\":[\"%s\"]}", alice.user);
	assert_string_equal(desk_get(desk, "users.0.name").text, "");
	desk_refused(desk, ERR_BAD, "limit", "GET /v1/rooms?limit=many", alice.access,
		     NULL);
	desk_refused(desk, ERR_BAD, "limit", "GET /v1/rooms?limit=-1", alice.access,
		     NULL);
	desk_refused(desk, ERR_BAD, "limit", "GET /v1/rooms?limit=01", alice.access,
		     NULL);
	desk_refused(desk, ERR_UTF8, "prefix", "GET /v1/users?prefix=\xff", alice.access,
		     NULL);
	assert_int_equal(
		desk_ask(desk, "GET /v1/rooms?limit=1&unknown=x", alice.access, NULL),
		200);
}

static void only_listed_origins_may_read_the_answer(void **state)
{
	struct desk *desk = *state;
	static const char *const origins[] = {"https://chat.example.org", NULL};

	desk->server->config.origins = origins;
	desk_header(desk, "origin", "https://chat.example.org");
	desk_ask(desk, "GET /.well-known/jwks.json", NULL, NULL);
	assert_non_null(
		strstr(desk->headers.ptr,
		       "Access-Control-Allow-Origin: https://chat.example.org\n"));
	assert_non_null(strstr(desk->headers.ptr, "Vary: Origin\n"));
	assert_null(strstr(desk->headers.ptr, "Credentials"));
	desk_header(desk, "origin", "https://evil.example");
	desk_ask(desk, "GET /.well-known/jwks.json", NULL, NULL);
	assert_null(strstr(desk->headers.ptr, "Access-Control"));
	desk_header(desk, "origin", "https://chat.example.org");
	assert_int_equal(desk_ask(desk, "OPTIONS /v1/rooms", NULL, NULL), 204);
	assert_non_null(strstr(desk->headers.ptr, "Access-Control-Allow-Methods: "));
	assert_non_null(strstr(desk->headers.ptr, "Authorization, Content-Type"));
	desk_header(desk, "origin", "null");
	desk_ask(desk, "OPTIONS /v1/rooms", NULL, NULL);
	assert_null(strstr(desk->headers.ptr, "Access-Control"));
}

static void who_asks_too_often_is_told_when_to_come_again(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");

	rates_set(desk->server->rates, RATE_CALL, 3, 60);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL),
				 200);
	desk_refused(desk, ERR_RATE, NULL, "GET /v1/auth/me", alice.access, NULL);
	assert_in_range(desk_number(desk, "retry_ms"), 1, 1000);
	assert_non_null(strstr(desk->headers.ptr, "Retry-After: 1\n"));
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", bob.access, NULL), 200);
	desk_wait(desk, 1000);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
}

/* Whether @secret stands in @text as a word of its own. */
static bool leaks(const char *text, const char *secret)
{
	size_t len = strlen(secret);

	for (const char *at = text; (at = strstr(at, secret)); at++) {
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	}
	return false;
}

static void no_code_token_or_password_is_answered_or_logged(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_code codes[4] = {desk_code(desk, "alice@example.org")};

	desk_ask(desk, "POST /v1/auth/login", NULL,
		 "{\"login\":\"alice\",\"password\":\"" DESK_PASSWORD "\"}");
	struct desk_text challenge = desk_get(desk, "challenge");
	codes[1] = desk_code(desk, "alice@example.org");
	desk_ask(desk, "POST /v1/auth/otp", NULL,
		 "{\"challenge\":\"%s\",\"code\":\"%s0\"}", challenge.text,
		 codes[1].text);
	desk_ask(desk, "POST /v1/auth/otp/resend", NULL, "{\"challenge\":\"%s\"}",
		 challenge.text);
	codes[2] = desk_code(desk, "alice@example.org");
	desk_ask(desk, "POST /v1/auth/reset-password", NULL,
		 "{\"email\":\"alice@example.org\"}");
	codes[3] = desk_code(desk, "alice@example.org");
	desk->mails->fail = ERR_UNREACHABLE;
	desk_ask(desk, "POST /v1/auth/reset-password", NULL,
		 "{\"email\":\"alice@example.org\"}");
	desk_ask(desk, "GET /v1/auth/me", alice.access, NULL);
	desk_ask(desk, "GET /v1/auth/sessions", alice.access, NULL);
	desk_ask(desk, "GET /v1/auth/me", alice.refresh, NULL);
	desk_ask(desk, "POST /v1/auth/refresh", NULL, "{\"refresh_token\":\"%sx\"}",
		 alice.refresh);
	desk_ask(desk, "POST /v1/auth/logout", alice.access, "{}");
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		assert_int_equal(strlen(codes[i].text), 6);
		assert_false(leaks(desk->log.ptr, codes[i].text));
		assert_false(leaks(desk->answers.ptr, codes[i].text));
	}
	const char *const secrets[] = {DESK_PASSWORD, alice.access, alice.refresh};
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		assert_null(strstr(desk->log.ptr, secrets[i]));
		assert_null(strstr(desk->answers.ptr, secrets[i]));
	}
	assert_true(desk->log.len > 0 && desk->answers.len > 1000);
}

CHECK_MAIN(DESK_TEST(every_field_of_every_route_is_checked_and_named),
	   DESK_TEST(what_is_no_json_object_is_refused),
	   DESK_TEST(unknown_paths_and_methods_are_told_apart),
	   DESK_TEST(every_route_but_the_public_ones_asks_for_a_token),
	   DESK_TEST(a_body_is_bounded_before_log_in),
	   DESK_TEST(the_path_wins_over_the_query_and_that_over_the_body),
	   DESK_TEST(only_listed_origins_may_read_the_answer),
	   DESK_TEST(who_asks_too_often_is_told_when_to_come_again),
	   DESK_TEST(no_code_token_or_password_is_answered_or_logged))
