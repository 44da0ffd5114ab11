/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server in inline mode: a request runs until its answer is there, without a thread.
 */
#include "tests/lib/desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/proto/rest.h"
#include "server/net/rate.h"
#include "server/rest/route.h"
#include "server/store/driver_sqlite.h"
#include "tests/lib/check.h"

#define TURNS 100 /* more than the steps of any call */

static void keep_log(enum log_level level, const char *line, void *ctx)
{
	struct desk *desk = ctx;

	str_addf(&desk->log, "%s\n", line);
}

static void start_server(struct desk *desk, uint64_t seed)
{
	AUTO(str_done) struct str why = STR_INIT;
	struct server_setup setup = {
		.config = {.data_dir = desk->data.ptr,
			   .secrets_dir = desk->secrets.ptr,
			   .socket_path = "",
			   .listen_host = "",
			   .name = "chat.example.org",
			   .mail_spool = desk->spool.ptr,
			   .mail_from = "chat@example.org",
			   .lobby = "lobby",
			   .max_connections = 100,
			   .max_per_address = 100,
			   .login_failures = 10,
			   .signup_rate = 100,
			   .readers = 1,
			   .file_most = 1 << 24,
			   .send_rate = 0},
		.clock = desk->clock.clock,
		.random = random_seeded(&desk->seeded, seed),
		.driver = &driver_sqlite,
		.router = &rest_router,
		.password_cost = {.passes = 1, .memory = 8192},
		.inline_mode = true,
		.own_uid = 1000,
	};

	enum err err = server_new(&setup, &desk->server, &why);
	if (err != ERR_OK)
		print_error("%s\n", why.ptr);
	check_ok(err);
	desk->server->mailer->close(&desk->server->mailer);
	desk->mails = mailer_memory_new();
	desk->server->mailer = &desk->mails->mailer;
	/* Tests are in a hurry; the pace has tests of its own. */
	for (int rate = 0; rate < RATE_COUNT; rate++)
		rates_set(desk->server->rates, (enum rate)rate, 0, 0);
}

void desk_restart(struct desk *desk)
{
	server_free(&desk->server);
	start_server(desk, 8 + desk->clock.ms);
}

int desk_set_up(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	check_ok(crypto_init());
	desk->data = desk->secrets = desk->spool = STR_INIT;
	desk->body = desk->headers = desk->log = desk->answers = STR_INIT;
	scratch_init(&desk->scratch);
	fake_clock_init(&desk->clock, 1700000000000);
	scratch_file(&desk->scratch, "", &desk->data);
	scratch_file(&desk->scratch, "secrets", &desk->secrets);
	scratch_file(&desk->scratch, "mail", &desk->spool);
	snprintf(desk->peer.address, sizeof(desk->peer.address), "192.0.2.7");
	log_set_sink(keep_log, LOG_DEBUG, desk);
	start_server(desk, 7);
	*state = desk;
	return 0;
}

int desk_tear_down(void **state)
{
	struct desk *desk = *state;

	server_free(&desk->server);
	log_set_sink(NULL, LOG_ERROR, NULL);
	json_free(&desk->json);
	str_done(&desk->data);
	str_done(&desk->secrets);
	str_done(&desk->spool);
	str_done(&desk->body);
	str_done(&desk->headers);
	str_done(&desk->log);
	str_done(&desk->answers);
	scratch_done(&desk->scratch);
	free(desk);
	return 0;
}

static void on_reply(struct request *request, const struct reply *reply)
{
	struct desk *desk = request->carrier;

	desk->status = reply->status;
	desk->row = request->row;
	str_set_len(&desk->body, (const char *)reply->body.ptr, reply->body.len);
	desk->is_json = reply->content_type && strstr(reply->content_type, "json");
	str_clear(&desk->headers);
	for (size_t i = 0; i < reply->header_count; i++)
		str_addf(&desk->headers, "%s: %s\n", reply->headers[i].name,
			 reply->headers[i].value);
	if (!strstr(desk->body.ptr, "\"access_token\""))
		str_addf(&desk->answers, "%s%s\n", desk->headers.ptr, desk->body.ptr);
}

static void on_piece(void *ctx, struct bytes piece)
{
	struct desk *desk = ctx;

	str_add_len(&desk->body, (const char *)piece.ptr, piece.len);
	desk->piece = true;
}

/* The whole of it, as somebody gets it who reads on. */
static void on_stream(struct request *request, const struct reply *reply,
		      struct source *source)
{
	struct desk *desk = request->carrier;

	on_reply(request, reply);
	while (source->left > 0) {
		desk->piece = false;
		source->next(source, on_piece, desk);
		while (!desk->piece)
			server_turn(desk->server);
	}
	source->free(source);
}

static const struct request_io desk_io = {.reply = on_reply, .stream = on_stream};
/* As on/call.c has it: frames take whole answers only. */
static const struct request_io frame_io = {.reply = on_reply};

static enum request_method method_of(const char *line)
{
	static const char *const names[] = {"GET ",   "POST ",   "PUT ",
					    "PATCH ", "DELETE ", "HEAD "};
	static const enum request_method methods[] = {METHOD_GET,    METHOD_POST,
						      METHOD_PUT,    METHOD_PATCH,
						      METHOD_DELETE, METHOD_HEAD};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strncmp(line, names[i], strlen(names[i])) == 0)
			return methods[i];
	}
	return strncmp(line, "OPTIONS ", 8) == 0 ? METHOD_OPTIONS : METHOD_OTHER;
}

/* Path and query of the request line, as the transport would hand them over. */
static void set_target(struct request *request, const char *target)
{
	const char *question = strchr(target, '?');
	size_t len = question ? (size_t)(question - target) : strlen(target);

	str_set_len(&request->path, target, len);
	for (const char *at = question; at;) {
		const char *name = at + 1, *equals = strchr(name, '=');
		assert_non_null(equals);
		at = strchr(equals, '&');
		size_t value_len = at ? (size_t)(at - equals) - 1 : strlen(equals + 1);
		check_ok(request_add(request, FIELD_QUERY,
				     bytes_of(name, (size_t)(equals - name)),
				     bytes_of(equals + 1, value_len)));
	}
}

/* What is answered must be what the OpenAPI document says. */
static void check_documented(struct desk *desk)
{
	struct desk_text code = desk_get(desk, "code");

	if (desk->status < 400 || !desk->row)
		return;
	if (!rest_may_fail(desk->row, err_from_word(code.text, strlen(code.text))))
		fail_msg("%s answers `%s`: name it in its ABOUT row in rest.def",
			 desk->row->op, code.text);
}

static void answer_comes(struct desk *desk)
{
	for (unsigned i = 0; i < TURNS && desk->status == 0; i++)
		server_turn(desk->server);
	assert_int_not_equal(desk->status, 0);
	server_turn(desk->server); /* letters go out after the answer */
	json_free(&desk->json);
	if (desk->is_json)
		check_ok(json_parse(str_view(&desk->body), &desk->json));
	check_documented(desk);
}

static PRINTF(4, 0) int ask(struct desk *desk, const char *line, const char *token,
			    const char *format, va_list args)
{
	struct request *request = request_new(desk->server, &desk_io, desk);
	const struct request_router *router = desk->server->router;
	AUTO(str_done) struct str bearer = STR_INIT;
	size_t most = 0;

	request->peer = desk->peer;
	request->number = 1; /* as HTTP has it */
	request->method = method_of(line);
	set_target(request, strchr(line, ' ') + 1);
	if (token) {
		str_addf(&bearer, "Bearer %s", token);
		check_ok(request_add(request, FIELD_HEADER, bytes_text("authorization"),
				     str_view(&bearer)));
	}
	if (desk->headers.len) { /* of desk_header() */
		char *colon = strchr(desk->headers.ptr, ':');
		check_ok(request_add(
			request, FIELD_HEADER,
			bytes_of(desk->headers.ptr, (size_t)(colon - desk->headers.ptr)),
			bytes_text(colon + 1)));
	}
	if (format)
		str_addv(&request->body, format, args);
	desk->status = 0;
	enum err err = router->begin(request, &most);
	if (err == ERR_OK && request->body.len > most)
		err = ERR_TOO_BIG;
	if (err == ERR_OK)
		router->run(request);
	else
		request_reply_problem(&request, err, NULL, NULL, request->retry_ms);
	answer_comes(desk);
	return desk->status;
}

int desk_ask(struct desk *desk, const char *line, const char *token, const char *format,
	     ...)
{
	va_list args;

	va_start(args, format);
	if (!strchr(desk->headers.ptr, '\t'))
		str_clear(&desk->headers);
	else
		str_cut(&desk->headers, desk->headers.len - 1);
	int status = ask(desk, line, token, format, args);
	va_end(args);
	return status;
}

int desk_call(struct desk *desk, const char *op, const char *token, const char *args)
{
	struct request *request = request_new(desk->server, &frame_io, desk);
	size_t most = 0;

	request->framed = true;
	request->peer = desk->peer;
	request->row = rest_find(op, strlen(op));
	assert_non_null(request->row);
	request->method = METHOD_POST;
	if (token)
		check_ok(server_verify(desk->server, bytes_text(token), &request->who));
	str_set(&request->body, args);
	desk->status = 0;
	enum err err = desk->server->router->begin(request, &most);
	if (err == ERR_OK)
		desk->server->router->run(request);
	else
		request_reply_problem(&request, err, NULL, NULL, request->retry_ms);
	answer_comes(desk);
	return desk->status;
}

void desk_header(struct desk *desk, const char *name, const char *value)
{
	str_clear(&desk->headers);
	str_addf(&desk->headers, "%s:%s\t", name, value);
}

void desk_refused(struct desk *desk, enum err want, const char *field, const char *line,
		  const char *token, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!strchr(desk->headers.ptr, '\t'))
		str_clear(&desk->headers);
	else
		str_cut(&desk->headers, desk->headers.len - 1);
	ask(desk, line, token, format, args);
	va_end(args);
	assert_string_equal(desk_get(desk, "code").text, err_word(want));
	assert_int_equal(desk->status, err_row(want)->http);
	assert_string_equal(desk_get(desk, "field").text, field ? field : "");
	/* Who has to wait is told how long. */
	if (want == ERR_RATE || want == ERR_BUSY) {
		assert_true(desk_number(desk, "retry_ms") > 0);
		assert_non_null(strstr(desk->headers.ptr, "Retry-After: "));
	}
}

static struct json_node find(const struct desk *desk, const char *path)
{
	struct json_node node =
		desk->json ? json_root(desk->json) : (struct json_node){NULL};
	char key[64];

	while (*path && node.ptr) {
		size_t len = strcspn(path, ".");
		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		if (json_type(node) == JSON_ARRAY) {
			struct json_node child = json_first(node);
			for (int i = 0; i < key[0] - '0' && child.ptr; i++)
				child = json_next(child);
			node = child;
		} else {
			node = json_get(node, key);
		}
		path += len + (path[len] == '.');
	}
	return node;
}

struct desk_text desk_get(const struct desk *desk, const char *path)
{
	struct desk_text text = {{0}};
	struct bytes bytes;

	if (json_text(find(desk, path), &bytes))
		snprintf(text.text, sizeof(text.text), "%.*s", (int)bytes.len,
			 (const char *)bytes.ptr);
	return text;
}

uint64_t desk_number(const struct desk *desk, const char *path)
{
	uint64_t number = 0;

	(void)json_uint(find(desk, path), &number);
	return number;
}

struct desk_code desk_code(const struct desk *desk, const char *address)
{
	const struct letter *letter = mailer_memory_last(desk->mails, address);
	const char *line = letter ? strstr(letter->body.ptr, "\n    ") : NULL;
	struct desk_code code = {""};

	if (line && strspn(line + 5, "0123456789") == 6)
		snprintf(code.text, sizeof(code.text), "%.6s", line + 5);
	return code;
}

struct desk_code desk_wrong(const struct desk_code *code)
{
	struct desk_code wrong = *code;

	wrong.text[0] = wrong.text[0] == '9' ? '0' : (char)(wrong.text[0] + 1);
	return wrong;
}

struct desk_user desk_tokens(const struct desk *desk)
{
	struct desk_user user;

	snprintf(user.access, sizeof(user.access), "%s",
		 desk_get(desk, "access_token").text);
	snprintf(user.refresh, sizeof(user.refresh), "%.127s",
		 desk_get(desk, "refresh_token").text);
	snprintf(user.session, sizeof(user.session), "%.63s",
		 desk_get(desk, "session").text);
	snprintf(user.device, sizeof(user.device), "%.63s",
		 desk_get(desk, "device").text);
	snprintf(user.user, sizeof(user.user), "%.63s", desk_get(desk, "user.user").text);
	return user;
}

struct desk_user desk_sign_up(struct desk *desk, const char *name)
{
	char address[80];

	snprintf(address, sizeof(address), "%s@example.org", name);
	assert_int_equal(
		desk_ask(desk, "POST /v1/auth/signup", NULL,
			 "{\"name\":\"%s\",\"email\":\"%s\",\"password\":\"%s\"}", name,
			 address, DESK_PASSWORD),
		200);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/verify", NULL,
				  "{\"challenge\":\"%s\",\"code\":\"%s\"}",
				  desk_get(desk, "challenge").text,
				  desk_code(desk, address).text),
			 200);
	return desk_tokens(desk);
}

struct desk_user desk_log_in(struct desk *desk, const char *name, const char *password)
{
	char address[80];

	snprintf(address, sizeof(address), "%s@example.org", name);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/login", NULL,
				  "{\"login\":\"%s\",\"password\":\"%s\"}", name,
				  password),
			 200);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/otp", NULL,
				  "{\"challenge\":\"%s\",\"code\":\"%s\"}",
				  desk_get(desk, "challenge").text,
				  desk_code(desk, address).text),
			 200);
	return desk_tokens(desk);
}

void desk_wait(struct desk *desk, uint64_t ms)
{
	desk->clock.ms += ms;
	server_tick(desk->server);
	server_turn(desk->server);
}
