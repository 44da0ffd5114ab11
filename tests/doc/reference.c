/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the reference pages from the rows, so that they cannot drift from the code. Prose
 * stands in doc/PROTOCOL.md; here are only tables.
 */
#include "tests/doc/reference.h"

#include "common/base/err.h"
#include "common/proto/frame.h"
#include "common/proto/rest.h"

static const struct body_def *(*const bodies[])(void) = {
#define BODY(name) body_##name##_def,
#include "common/proto/body_empty.h"

#include "common/proto/body.def"
#include "common/proto/body_rest.def"
#include "common/proto/body_undef.h"
};

static void write_words(struct str *page, const struct kind_words *words)
{
	for (size_t i = 1; i < words->count; i++)
		str_addf(page, "%s`%s`", i > 1 ? ", " : "", words->words[i]);
}

static void write_type(struct str *page, const struct body_field *field)
{
	switch (field->type) {
	case BODY_ID: str_add(page, "id"); break;
	case BODY_TEXT: str_addf(page, "text, ≤ %zu bytes", field->most); break;
	case BODY_BASE64: str_addf(page, "base64url of ≤ %zu bytes", field->most); break;
	case BODY_UINT: str_add(page, "number"); break;
	case BODY_MAYBE: str_add(page, "number; 0 is not the same as absent"); break;
	case BODY_BOOL: str_add(page, "bool"); break;
	case BODY_WORD:
		str_add(page, "one of ");
		write_words(page, field->words);
		break;
	case BODY_IDS: str_addf(page, "list of ≤ %zu ids", field->most); break;
	case BODY_TEXTS:
		str_addf(page, "list of ≤ %zu texts of ≤ %zu bytes", field->most,
			 field->each);
		break;
	case BODY_LIST:
		str_addf(page, "list of ≤ %zu [%s](#%s)", field->most, field->sub()->name,
			 field->sub()->name);
		break;
	case BODY_SUB:
		str_addf(page, "[%s](#%s)", field->sub()->name, field->sub()->name);
		break;
	case BODY_RAW: str_add(page, "any JSON value"); break;
	}
}

static void write_bodies(struct str *page)
{
	str_add(page, "\n## Bodies\n");
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		const struct body_def *def = bodies[i]();
		str_addf(page, "\n### %s\n\n", def->name);
		if (def->shape == BODY_TUPLE)
			str_add(page, "An array of these, in this order.\n\n");
		str_add(page, "| field | type | |\n|---|---|---|\n");
		for (size_t f = 0; f < def->count; f++) {
			str_addf(page, "| `%s` | ", def->fields[f].name);
			write_type(page, &def->fields[f]);
			str_addf(page, " | %s |\n",
				 def->fields[f].need == BODY_NEED ? "required"
								  : "optional");
		}
	}
}

static void write_frames(struct str *page)
{
	static const char *const from[] = {"", "client", "server", "both"};

	str_add(page,
		"\n## Frames\n\nThe body of each has the name of the frame.\n\n"
		"| frame | from | before `welcome` | most bytes |\n|---|---|---|---|\n");
	for (int i = 0; i < FRAME_COUNT; i++) {
		const struct frame_row *row = frame_row((enum frame_type)i);
		str_addf(page, "| [%s](#%s) | %s | %s | %zu |\n", row->name, row->name,
			 from[row->dir], row->state == FRAME_STATE_NEW ? "yes" : "no",
			 row->most);
	}
}

static void write_routes(struct str *page)
{
	static const char *const right[] = {"nobody", "user", "admin", "operator"};

	str_add(page,
		"\n## Routes\n\n| operation | route | log in as | request | answer |\n"
		"|---|---|---|---|---|\n");
	for (int i = 0; i < REST_COUNT; i++) {
		const struct rest_row *row = rest_row((enum rest_op)i);
		str_addf(page, "| `%s` | `%s %s` | %s | [%s](#%s) | [%s](#%s) |\n",
			 row->op, row->method, row->path, right[row->right],
			 row->in()->name, row->in()->name, row->out()->name,
			 row->out()->name);
	}
}

static void write_errors(struct str *page)
{
	str_add(page,
		"\n## Errors\n\nThe same word in REST problems, WebSocket `nack` and "
		"`error`, and `--json`.\n\n"
		"| code | HTTP | exit code | meaning |\n|---|---|---|---|\n");
	for (int i = 1; i < ERR_COUNT; i++) {
		const struct err_row *row = err_row((enum err)i);
		str_addf(page, "| `%s` | %d | %d | %s |\n", row->word, row->http,
			 row->exit_code, row->text);
	}
}

static void write_metrics(struct str *page)
{
	static const struct {
		const char *type, *name, *help;
	} metrics[] = {
#define METRIC(id, type, name, help) {#type, name, help},
#include "server/obs/metric.def"
#undef METRIC
	};

	str_add(page, "\n## Metrics\n\n`GET /metrics` on the listener of the setting "
		      "`metrics`, in "
		      "the text format of Prometheus, version 0.0.4.\n\n"
		      "| metric | type | what it says |\n|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		str_addf(page, "| `%s` | ", metrics[i].name);
		for (const char *c = metrics[i].type; *c; c++)
			str_add_char(page, (char)(*c | 0x20));
		str_addf(page, " | %s |\n", metrics[i].help);
	}
}

/* What is limited per time. */
static void write_rates(struct str *page)
{
	static const struct {
		const char *name;
		unsigned burst, minute;
		const char *full, *reason;
	} rows[] = {
#define RATE(id, burst, minute, full, reason) {#id, burst, minute, #full, reason},
#include "server/net/rate.def"
#undef RATE
	};

	str_add(page, "\n## Rates\n\nSo many at once, so many a minute in the long run; "
		      "beyond it "
		      "`rate`, with `retry_ms`.\nAn address counts as itself with IPv4 "
		      "and by its "
		      "/64 with IPv6. When more are at it than\nthe table holds, an open "
		      "bucket lets "
		      "pass and a closed one refuses.\n\n"
		      "| bucket | at once | a minute | table full | whose "
		      "|\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		str_addf(page, "| `%s` | %u | %u | %s | %s |\n", rows[i].name,
			 rows[i].burst, rows[i].minute,
			 rows[i].full[0] == 'O' ? "open" : "closed", rows[i].reason);
}

void reference_write(struct str *page)
{
	str_add(page, "# Reference of the protocol\n\n"
		      "Made from the tables in `common/proto`, `common/base/err.def`, "
		      "`server/net/rate.def` and `server/obs/metric.def` by `make "
		      "reference`; a test compares. "
		      "What the words mean stands in "
		      "[PROTOCOL.md](PROTOCOL.md).\n");
	write_frames(page);
	write_routes(page);
	write_errors(page);
	write_rates(page);
	write_metrics(page);
	write_bodies(page);
}
