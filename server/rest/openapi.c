/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The document around the schemas: paths, parameters, answers. Everything comes from rows;
 * the only prose of its own is what the document says about itself and its tags.
 */
#include "server/rest/openapi.h"

#include <string.h>

#define STATUS_MOST 600

static const struct {
	const char *name, *text;
} tags[] = {
	{"admin",
	 "For the user who runs the server and for root, on its Unix socket alone: "
	 "curl --unix-socket chat.sock."},
	{"auth", "Coming in, and what belongs to one's own account."},
	{"bots", "Accounts for programs."},
	{"files", "Files, which go up in pieces and come down whole or in ranges."},
	{"history", "Everything that one may see, in one stream."},
	{"hooks", "Posting into rooms from outside, and telling others what happens."},
	{"invites", "Coming into a room by a code."},
	{"messages", "One message, and what hangs on it."},
	{"notifications", "What one should look at."},
	{"rooms", "Rooms, their members and what is said in them."},
	{"search", "Words in everything that one may read."},
	{"service", "The server itself; no log-in."},
	{"users", "Other people."},
};

static const char about[] =
	"Chat for people, teams and scripts. Sign up or log in under `auth`, and send "
	"the "
	"access token as `Authorization: Bearer`. An answer 2xx is given after the "
	"commit is "
	"on disk and everybody was told. Lists are bounded: while `complete` is false, "
	"`cursor` goes into the next request. Unknown fields are ignored, absent ones "
	"have "
	"their default, null is refused. Errors are problem+json (RFC 9457); `code` is "
	"the "
	"word to act on. Every operation can also be called over the WebSocket /v1/ws by "
	"its "
	"operationId.";

static void put_ref(struct json_out *out, const char *kind, const char *name)
{
	AUTO(str_done) struct str ref = STR_INIT;

	str_addf(&ref, "#/components/%s/%s", kind, name);
	json_out_put_word(out, "$ref", ref.ptr);
}

bool openapi_in_path(const struct rest_row *row, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = row->path; (at = strchr(at, '{')); at++) {
		if (strncmp(at + 1, name, len) == 0 && at[len + 1] == '}')
			return true;
	}
	return false;
}

static bool has_fields(const struct body_def *def)
{
	return def != body_none_def() && def != body_raw_def();
}

static bool is_read(const struct rest_row *row)
{
	return strcmp(row->method, "GET") == 0;
}

/* The body of a DELETE has no meaning that one could rely on (RFC 9110 section 9.3.5). */
bool openapi_has_body(const struct rest_row *row)
{
	const struct body_def *def = row->in();

	if (is_read(row) || strcmp(row->method, "DELETE") == 0 || def == body_none_def())
		return false;
	if (def == body_raw_def())
		return true;
	for (size_t i = 0; i < def->count; i++) {
		if (!openapi_in_path(row, def->fields[i].name))
			return true;
	}
	return false;
}

void openapi_tag(const struct rest_row *row, struct str *ret_tag)
{
	static const char root[] = "/v1/";

	str_set(ret_tag, "service");
	if (strncmp(row->path, root, strlen(root)) != 0)
		return;
	const char *name = row->path + strlen(root);
	str_set_len(ret_tag, name, strcspn(name, "/"));
}

/* Files, of which a part may be asked for (RFC 9110 section 14). */
static bool has_ranges(const struct rest_row *row)
{
	const char *gives =
		rest_about((enum rest_op)(row - rest_row((enum rest_op)0)))->gives;

	return gives && strstr(gives, "application/octet-stream");
}

/* ---- parameters ---- */

static void put_parameter(struct json_out *out, const struct body_field *field, bool path)
{
	json_out_open(out, '{');
	json_out_put_word(out, "name", field->name);
	json_out_put_word(out, "in", path ? "path" : "query");
	json_out_put_bool(out, "required", path || field->need == BODY_NEED);
	if (field->type == BODY_IDS || field->type == BODY_TEXTS) {
		json_out_put_word(out, "style", "form");
		json_out_put_bool(out, "explode", false);
	}
	if (*openapi_describe(field->name))
		json_out_put_word(out, "description", openapi_describe(field->name));
	json_out_key(out, "schema");
	openapi_field(out, field);
	if (path || field->need == BODY_NEED) {
		json_out_key(out, "example");
		openapi_example(out, field);
	}
	json_out_close(out, '}');
}

/* Of routes whose body is as it is: their parameters are no fields. */
static void put_plain_parameters(struct json_out *out, const char *path)
{
	AUTO(str_done) struct str name = STR_INIT;

	for (; (path = strchr(path, '{')); path++) {
		str_set_len(&name, path + 1, strcspn(path + 1, "}"));
		json_out_open(out, '{');
		json_out_put_word(out, "name", name.ptr);
		json_out_put_word(out, "in", "path");
		json_out_put_bool(out, "required", true);
		if (*openapi_describe(name.ptr))
			json_out_put_word(out, "description", openapi_describe(name.ptr));
		json_out_key(out, "schema");
		json_out_raw(out, bytes_text("{\"type\":\"string\",\"maxLength\":256}"));
		json_out_close(out, '}');
	}
}

static void put_common_parameter(struct json_out *out, const char *name)
{
	json_out_open(out, '{');
	put_ref(out, "parameters", name);
	json_out_close(out, '}');
}

static void put_parameters(struct json_out *out, const struct rest_row *row)
{
	const struct body_def *def = row->in();
	const bool bytes = rest_takes_bytes(row);
	const bool query = !openapi_has_body(row) || bytes;

	json_out_put_open(out, "parameters", '[');
	for (size_t i = 0; has_fields(def) && i < def->count; i++) {
		bool path = openapi_in_path(row, def->fields[i].name);
		/* bytes that a frame has in base64 are the body here */
		bool body = bytes && def->fields[i].type == BODY_BASE64;
		if (path || (query && !body))
			put_parameter(out, &def->fields[i], path);
	}
	if (def == body_raw_def())
		put_plain_parameters(out, row->path);
	if (is_read(row))
		put_common_parameter(out, "IfNoneMatch");
	if (has_ranges(row))
		put_common_parameter(out, "Range");
	if (rest_takes_key(row))
		put_common_parameter(out, "IdempotencyKey");
	json_out_close(out, ']');
}

/* "image/png, image/jpeg": each with @schema. */
static void put_media(struct json_out *out, const char *types)
{
	AUTO(str_done) struct str type = STR_INIT;

	while (*types) {
		size_t len = strcspn(types, ",");
		str_set_len(&type, types, len);
		json_out_put_open(out, type.ptr, '{');
		json_out_put_open(out, "schema", '{');
		if (strcmp(type.ptr, "application/json") == 0)
			json_out_put_word(out, "type", "object");
		json_out_close(out, '}');
		json_out_close(out, '}');
		types += len + strspn(types + len, ", ");
	}
}

static void put_request(struct json_out *out, enum rest_op op)
{
	const struct rest_row *row = rest_row(op);
	const struct rest_about *about_row = rest_about(op);

	if (!openapi_has_body(row))
		return;
	json_out_put_open(out, "requestBody", '{');
	json_out_put_bool(out, "required", true);
	json_out_put_open(out, "content", '{');
	if (about_row->takes) {
		put_media(out, about_row->takes);
	} else {
		json_out_key(out, "application/json");
		openapi_request(out, row);
	}
	json_out_close(out, '}');
	json_out_close(out, '}');
}

/* ---- answers ---- */

static void put_header(struct json_out *out, const char *name, const char *component)
{
	json_out_put_open(out, name, '{');
	put_ref(out, "headers", component);
	json_out_close(out, '}');
}

static void put_empty(struct json_out *out, const char *status, const char *text)
{
	json_out_put_open(out, status, '{');
	json_out_put_word(out, "description", text);
	json_out_close(out, '}');
}

static void put_success(struct json_out *out, enum rest_op op, const char *status,
			const char *text)
{
	const struct rest_row *row = rest_row(op);
	const char *gives = rest_about(op)->gives;

	json_out_put_open(out, status, '{');
	json_out_put_word(out, "description", text);
	json_out_put_open(out, "headers", '{');
	put_header(out, "X-Request-Id", "RequestId");
	if (is_read(row))
		put_header(out, "ETag", "ETag");
	json_out_close(out, '}');
	json_out_put_open(out, "content", '{');
	if (gives) {
		put_media(out, gives);
	} else {
		json_out_put_open(out, "application/json", '{');
		json_out_put_open(out, "schema", '{');
		put_ref(out, "schemas", row->out()->name);
		json_out_close(out, '}');
		json_out_close(out, '}');
	}
	json_out_close(out, '}');
	json_out_close(out, '}');
}

static void put_successes(struct json_out *out, enum rest_op op)
{
	const struct rest_row *row = rest_row(op);

	if (row->out() == body_none_def())
		put_empty(out, "204", "Done.");
	else
		put_success(out, op, "200", "Done; the answer.");
	if (has_ranges(row))
		put_success(out, op, "206", "The range that was asked for.");
	if (is_read(row))
		put_empty(out, "304", "It is still the one of If-None-Match.");
	if (has_ranges(row))
		put_empty(out, "416", "There is nothing in that range.");
}

/* The schema of a problem whose code is one of the row's with that status. */
static void put_codes(struct json_out *out, const struct rest_row *row, int status)
{
	json_out_put_open(out, "allOf", '[');
	json_out_open(out, '{');
	put_ref(out, "schemas", "problem");
	json_out_close(out, '}');
	json_out_open(out, '{');
	json_out_put_open(out, "properties", '{');
	json_out_put_open(out, "code", '{');
	json_out_put_open(out, "enum", '[');
	for (int i = 1; i < ERR_COUNT; i++) {
		if (err_row((enum err)i)->http == status &&
		    rest_may_fail(row, (enum err)i))
			json_out_text(out, bytes_text(err_word((enum err)i)));
	}
	json_out_close(out, ']');
	json_out_close(out, '}');
	json_out_close(out, '}');
	json_out_close(out, '}');
	json_out_close(out, ']');
}

static void put_failure(struct json_out *out, const struct rest_row *row, int status,
			const char *text)
{
	AUTO(str_done) struct str key = STR_INIT;

	str_addf(&key, "%d", status);
	json_out_put_open(out, key.ptr, '{');
	json_out_put_word(out, "description", text);
	if (status == 429 || status == 503) {
		json_out_put_open(out, "headers", '{');
		put_header(out, "Retry-After", "RetryAfter");
		json_out_close(out, '}');
	}
	json_out_put_open(out, "content", '{');
	json_out_put_open(out, "application/problem+json", '{');
	json_out_put_open(out, "schema", '{');
	put_codes(out, row, status);
	json_out_close(out, '}');
	json_out_close(out, '}');
	json_out_close(out, '}');
	json_out_close(out, '}');
}

/* One answer per status, which says what each of its codes means. */
static void put_failures(struct json_out *out, const struct rest_row *row)
{
	for (int status = 400; status < STATUS_MOST; status++) {
		AUTO(str_done) struct str text = STR_INIT;
		for (int i = 1; i < ERR_COUNT; i++) {
			const struct err_row *err = err_row((enum err)i);
			if (err->http == status && rest_may_fail(row, (enum err)i))
				str_addf(&text, "%s`%s`: %s", text.len ? "; " : "",
					 err->word, err->text);
		}
		if (text.len)
			put_failure(out, row, status, text.ptr);
	}
}

/* ---- operations ---- */

static void put_security(struct json_out *out, const struct rest_row *row)
{
	json_out_put_open(out, "security", '[');
	if (row->right == REST_USER || row->right == REST_ADMIN) {
		json_out_open(out, '{');
		json_out_put_open(out, "bearer", '[');
		json_out_close(out, ']');
		json_out_close(out, '}');
	}
	json_out_close(out, ']');
}

static void put_operation(struct json_out *out, enum rest_op op)
{
	const struct rest_row *row = rest_row(op);
	AUTO(str_done) struct str text = STR_INIT;

	for (const char *c = row->method; *c; c++)
		str_add_char(&text, (char)(*c | 0x20));
	json_out_put_open(out, text.ptr, '{');
	json_out_put_word(out, "operationId", row->op);
	json_out_put_word(out, "summary", rest_about(op)->summary);
	openapi_tag(row, &text);
	json_out_put_open(out, "tags", '[');
	json_out_text(out, str_view(&text));
	json_out_close(out, ']');
	put_security(out, row);
	put_parameters(out, row);
	put_request(out, op);
	json_out_put_open(out, "responses", '{');
	put_successes(out, op);
	put_failures(out, row);
	json_out_close(out, '}');
	json_out_close(out, '}');
}

static bool is_first(enum rest_op op)
{
	for (int i = 0; i < (int)op; i++) {
		if (strcmp(rest_row((enum rest_op)i)->path, rest_row(op)->path) == 0)
			return false;
	}
	return true;
}

static void put_paths(struct json_out *out)
{
	json_out_put_open(out, "paths", '{');
	for (int op = 0; op < REST_COUNT; op++) {
		const char *path = rest_row((enum rest_op)op)->path;
		if (!is_first((enum rest_op)op))
			continue;
		json_out_put_open(out, path, '{');
		for (int i = op; i < REST_COUNT; i++) {
			if (strcmp(rest_row((enum rest_op)i)->path, path) == 0)
				put_operation(out, (enum rest_op)i);
		}
		json_out_close(out, '}');
	}
	json_out_close(out, '}');
}

/* ---- the rest ---- */

static void put_info(struct json_out *out)
{
	json_out_put_open(out, "info", '{');
	json_out_put_word(out, "title", "chat");
	json_out_put_word(out, "version", PACKAGE_VERSION);
	json_out_put_word(out, "description", about);
	json_out_key(out, "license");
	json_out_raw(out, bytes_text("{\"name\":\"GPL-3.0-or-later\","
				     "\"identifier\":\"GPL-3.0-or-later\"}"));
	json_out_close(out, '}');
	json_out_key(out, "servers");
	json_out_raw(out,
		     bytes_text("[{\"url\":\"/\",\"description\":\"this server\"}]"));
	json_out_put_open(out, "tags", '[');
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		json_out_open(out, '{');
		json_out_put_word(out, "name", tags[i].name);
		json_out_put_word(out, "description", tags[i].text);
		json_out_close(out, '}');
	}
	json_out_close(out, ']');
}

static const char components[] =
	"\"parameters\":{"
	"\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\","
	"\"description\":\"The same key gets the same answer for a week and does "
	"nothing; "
	"with another request it is a conflict. For messages it may be their cid.\","
	"\"schema\":{\"type\":\"string\",\"maxLength\":255}},"
	"\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\","
	"\"description\":\"The ETag of an earlier answer: 304 while it is still the "
	"same.\","
	"\"schema\":{\"type\":\"string\",\"maxLength\":255}},"
	"\"Range\":{\"name\":\"Range\",\"in\":\"header\","
	"\"description\":\"The part that is wanted, as bytes=0-1023.\","
	"\"schema\":{\"type\":\"string\",\"maxLength\":255}}},"
	"\"headers\":{"
	"\"ETag\":{\"description\":\"Changes when the answer does.\","
	"\"schema\":{\"type\":\"string\"}},"
	"\"RequestId\":{\"description\":\"The request as the server's log calls it.\","
	"\"schema\":{\"type\":\"string\"}},"
	"\"RetryAfter\":{\"description\":\"Seconds until it is worth another try.\","
	"\"schema\":{\"type\":\"integer\"}}},"
	"\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
	"\"bearerFormat\":\"JWT\",\"description\":\"The access token of a log-in. On the "
	"Unix "
	"socket the kernel says who asks, and none is needed.\"}}";

void openapi_write(struct buf *buf)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	json_out_put_word(&out, "openapi", "3.1.0");
	put_info(&out);
	put_paths(&out);
	json_out_put_open(&out, "components", '{');
	json_out_key(&out, "schemas");
	openapi_schemas(&out);
	buf_add_u8(buf, ',');
	buf_add(buf, components, strlen(components));
	json_out_close(&out, '}');
	json_out_close(&out, '}');
	buf_add_u8(buf, '\n');
}
