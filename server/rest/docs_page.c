/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plain reference: a section per tag, a folded block per route, from the rows that the
 * OpenAPI document is made of. No script, one style sheet inside.
 */
#include "server/rest/docs_page.h"

#include <string.h>

#include "server/rest/openapi.h"

static const char head[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	"<link rel=\"icon\" href=\"data:,\">"
	"<title>chat: the REST API</title><style>"
	":root{color-scheme:light dark}"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
	"padding:0 1rem}"
	"code,pre{font:14px/1.4 ui-monospace,monospace}"
	"pre{overflow-x:auto;padding:.5rem;border:1px solid #8886}"
	"summary{cursor:pointer;padding:.2rem 0}"
	"summary b{display:inline-block;min-width:4.5rem}"
	"table{border-collapse:collapse}"
	"td,th{border:1px solid #8886;padding:.2rem .5rem;text-align:left;"
	"vertical-align:top}"
	"</style></head>\n<body><h1>chat: the REST API</h1>\n"
	"<p>Everything here is also in <a href=\"/openapi.json\">openapi.json</a> "
	"(OpenAPI 3.1), for programs. Log in, then send the access token as "
	"<code>Authorization: Bearer</code>.</p>\n";

/* For text and quoted attributes alike. */
static void add_text(struct str *page, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&': str_add(page, "&amp;"); break;
		case '<': str_add(page, "&lt;"); break;
		case '>': str_add(page, "&gt;"); break;
		case '"': str_add(page, "&quot;"); break;
		default: str_add_char(page, *text);
		}
	}
}

static void add_type(struct str *page, const struct body_field *field)
{
	switch (field->type) {
	case BODY_ID: str_add(page, "id"); break;
	case BODY_TEXT: str_addf(page, "text, ≤ %zu bytes", field->most); break;
	case BODY_BASE64: str_addf(page, "base64url of ≤ %zu bytes", field->most); break;
	case BODY_UINT:
	case BODY_MAYBE: str_add(page, "number"); break;
	case BODY_BOOL: str_add(page, "true or false"); break;
	case BODY_WORD:
		for (size_t i = 1; i < field->words->count; i++)
			str_addf(page, "%s%s", i > 1 ? ", " : "", field->words->words[i]);
		break;
	case BODY_IDS: str_addf(page, "≤ %zu ids", field->most); break;
	case BODY_TEXTS: str_addf(page, "≤ %zu texts", field->most); break;
	case BODY_LIST:
		str_addf(page, "≤ %zu of %s", field->most, field->sub()->name);
		break;
	case BODY_SUB: str_add(page, field->sub()->name); break;
	case BODY_RAW: str_add(page, "any JSON"); break;
	}
}

static void add_fields(struct str *page, const struct rest_row *row)
{
	const struct body_def *def = row->in();
	const bool body = openapi_has_body(row);

	if (def == body_none_def() || def == body_raw_def() || def->count == 0)
		return;
	str_add(page,
		"<table><tr><th>field<th>in<th>type<th>needed<th>what it is</tr>\n");
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		bool path = openapi_in_path(row, field->name);
		str_addf(page, "<tr><td><code>%s</code><td>%s<td>", field->name,
			 path   ? "path"
			 : body ? "body"
				: "query");
		add_type(page, field);
		str_addf(page, "<td>%s<td>",
			 path || field->need == BODY_NEED ? "yes" : "no");
		add_text(page, openapi_describe(field->name));
		str_add(page, "</tr>\n");
	}
	str_add(page, "</table>\n");
}

/* A line for a shell, to be changed and sent. */
static void add_curl(struct str *page, const struct rest_row *row)
{
	AUTO(buf_done) struct buf example = BUF_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	struct json_out out = json_out_init(&example);
	bool any = false;

	str_add(page, "<pre>curl");
	if (strcmp(row->method, "GET") != 0)
		str_addf(page, " -X %s", row->method);
	if (row->right == REST_OPERATOR)
		str_add(page, " --unix-socket chat.sock");
	str_addf(page, " $S%s", row->path);
	if (row->right == REST_USER || row->right == REST_ADMIN)
		str_add(page, " -H &quot;Authorization: Bearer $TOKEN&quot;");
	if (openapi_has_body(row) && row->in() != body_raw_def()) {
		json_out_open(&out, '{');
		for (size_t i = 0; i < row->in()->count; i++) {
			const struct body_field *field = &row->in()->fields[i];
			if (field->need != BODY_NEED || openapi_in_path(row, field->name))
				continue;
			json_out_key(&out, field->name);
			openapi_example(&out, field);
			any = true;
		}
		json_out_close(&out, '}');
	}
	if (any) {
		str_set_len(&text, (const char *)example.ptr, example.len);
		str_add(page, " -d '");
		add_text(page, text.ptr);
		str_add(page, "'");
	}
	str_add(page, "</pre>\n");
}

static void add_answers(struct str *page, enum rest_op op)
{
	const struct rest_row *row = rest_row(op);
	const char *gives = rest_about(op)->gives;

	str_add(page, "<p>Answers: ");
	if (row->out() == body_none_def())
		str_add(page, "204");
	else
		str_addf(page, "200 %s", gives ? gives : row->out()->name);
	for (int i = 1; i < ERR_COUNT; i++) {
		if (rest_may_fail(row, (enum err)i))
			str_addf(page, ", <span title=\"%s\">%d %s</span>",
				 err_text((enum err)i), err_row((enum err)i)->http,
				 err_word((enum err)i));
	}
	str_add(page, "</p>\n");
}

static void add_route(struct str *page, enum rest_op op)
{
	static const char *const right[] = {
		"", "access token", "access token of an administrator", "operator"};
	const struct rest_row *row = rest_row(op);

	str_addf(page, "<details id=\"%s\"><summary><b>%s</b> <code>%s</code> ", row->op,
		 row->method, row->path);
	add_text(page, rest_about(op)->summary);
	str_addf(page, "</summary>\n<p><code>%s</code>%s%s</p>\n", row->op,
		 *right[row->right] ? ", needs: " : "", right[row->right]);
	add_fields(page, row);
	add_curl(page, row);
	add_answers(page, op);
	str_add(page, "</details>\n");
}

static void add_answer_bodies(struct str *page)
{
	str_add(page, "<h2>Bodies of answers</h2>\n");
	for (int op = 0; op < REST_COUNT; op++) {
		const struct body_def *def = rest_row((enum rest_op)op)->out();
		bool seen = def == body_none_def() || def == body_raw_def();
		for (int i = 0; i < op; i++)
			seen = seen || rest_row((enum rest_op)i)->out() == def;
		if (seen)
			continue;
		str_addf(page, "<details><summary><code>%s</code></summary><table>\n",
			 def->name);
		for (size_t i = 0; i < def->count; i++) {
			str_addf(page, "<tr><td><code>%s</code><td>",
				 def->fields[i].name);
			add_type(page, &def->fields[i]);
			str_add(page, "<td>");
			add_text(page, openapi_describe(def->fields[i].name));
			str_add(page, "</tr>\n");
		}
		str_add(page, "</table></details>\n");
	}
}

void docs_page_write(struct str *page)
{
	AUTO(str_done) struct str last = STR_INIT, tag = STR_INIT;

	str_add(page, head);
	for (int op = 0; op < REST_COUNT; op++) {
		openapi_tag(rest_row((enum rest_op)op), &tag);
		bool begun = false;
		for (int i = 0; i < op && !begun; i++) {
			openapi_tag(rest_row((enum rest_op)i), &last);
			begun = bytes_equal(str_view(&last), str_view(&tag));
		}
		if (begun)
			continue;
		str_addf(page, "<h2>%s</h2>\n", tag.ptr);
		for (int i = op; i < REST_COUNT; i++) {
			openapi_tag(rest_row((enum rest_op)i), &last);
			if (bytes_equal(str_view(&last), str_view(&tag)))
				add_route(page, (enum rest_op)i);
		}
	}
	add_answer_bodies(page);
	str_add(page, "</body></html>\n");
}
