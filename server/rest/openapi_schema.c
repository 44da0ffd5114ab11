/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bodies as JSON Schema (draft 2020-12). Bounds are those that the decoder enforces; where
 * it counts bytes and a schema characters, the schema is the weaker of the two.
 */
#include <string.h>

#include "server/rest/openapi.h"

#define EXAMPLE_ID "\"agq7r4i5kv5abhlotea7g4tsy4\""
#define UINT_MOST  9007199254740991 /* 2^53-1 */

static const struct field_text {
	const char *name, *example, *text;
} texts[] = {
#define FIELD(name, example, text) {#name, example, text},
#include "common/proto/field.def"
#undef FIELD
};

static const struct field_text *text_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(texts[i].name, name) == 0)
			return &texts[i];
	}
	return NULL;
}

const char *openapi_describe(const char *name)
{
	const struct field_text *text = text_of(name);

	return text ? text->text : "";
}

static void put_ref(struct json_out *out, const struct body_def *def)
{
	AUTO(str_done) struct str ref = STR_INIT;

	str_addf(&ref, "#/components/schemas/%s", def->name);
	json_out_put_word(out, "$ref", ref.ptr);
}

static void put_id(struct json_out *out)
{
	json_out_put_word(out, "type", "string");
	json_out_put_word(out, "pattern", "^[a-z2-7]{26}$");
}

static void put_words(struct json_out *out, const struct kind_words *words)
{
	json_out_put_word(out, "type", "string");
	json_out_put_open(out, "enum", '[');
	for (size_t i = 1; i < words->count; i++)
		json_out_text(out, bytes_text(words->words[i]));
	json_out_close(out, ']');
}

static void put_items(struct json_out *out, const struct body_field *field)
{
	json_out_put_word(out, "type", "array");
	json_out_put_uint(out, "maxItems", field->most);
	json_out_put_open(out, "items", '{');
	if (field->type == BODY_LIST) {
		put_ref(out, field->sub());
	} else if (field->type == BODY_IDS) {
		put_id(out);
	} else {
		json_out_put_word(out, "type", "string");
		json_out_put_uint(out, "maxLength", field->each);
	}
	json_out_close(out, '}');
}

static void put_type(struct json_out *out, const struct body_field *field)
{
	switch (field->type) {
	case BODY_ID: put_id(out); break;
	case BODY_TEXT:
		json_out_put_word(out, "type", "string");
		json_out_put_uint(out, "maxLength", field->most);
		break;
	case BODY_BASE64:
		json_out_put_word(out, "type", "string");
		json_out_put_word(out, "contentEncoding", "base64url");
		json_out_put_uint(out, "maxLength", (field->most * 4 + 2) / 3);
		break;
	case BODY_UINT:
	case BODY_MAYBE:
		json_out_put_word(out, "type", "integer");
		json_out_put_uint(out, "minimum", 0);
		json_out_put_uint(out, "maximum", UINT_MOST);
		break;
	case BODY_BOOL: json_out_put_word(out, "type", "boolean"); break;
	case BODY_WORD: put_words(out, field->words); break;
	case BODY_IDS:
	case BODY_TEXTS:
	case BODY_LIST: put_items(out, field); break;
	case BODY_SUB: put_ref(out, field->sub()); break;
	case BODY_RAW: break; /* anything */
	}
}

void openapi_field(struct json_out *out, const struct body_field *field)
{
	json_out_open(out, '{');
	put_type(out, field);
	if (*openapi_describe(field->name))
		json_out_put_word(out, "description", openapi_describe(field->name));
	json_out_close(out, '}');
}

/* The row's example where it is of the type of this field: `mentions` are people here and a
 * number there. */
static const char *example_of(const struct body_field *field)
{
	const struct field_text *text = text_of(field->name);
	char first = text ? text->example[0] : '\0';

	switch (field->type) {
	case BODY_ID: return EXAMPLE_ID;
	case BODY_TEXT:
	case BODY_BASE64: return first == '"' ? text->example : "\"a\"";
	case BODY_UINT:
	case BODY_MAYBE: return first >= '0' && first <= '9' ? text->example : "1";
	case BODY_BOOL: return first == 't' || first == 'f' ? text->example : "true";
	case BODY_IDS: return "[" EXAMPLE_ID "]";
	case BODY_SUB: return "{}";
	default: return "[]";
	}
}

void openapi_example(struct json_out *out, const struct body_field *field)
{
	const struct field_text *text = text_of(field->name);

	if (field->type != BODY_WORD) {
		json_out_raw(out, bytes_text(example_of(field)));
		return;
	}
	size_t len = text ? strlen(text->example) : 0;
	bool known = len > 2 && kind_value(field->words, text->example + 1, len - 2);
	json_out_text(out, known ? bytes_of(text->example + 1, len - 2)
				 : bytes_text(field->words->words[1]));
}

/* The members of an object schema: the fields of @def but those in the path of @row. */
static void put_object(struct json_out *out, const struct body_def *def,
		       const struct rest_row *row)
{
	bool needs = false;

	json_out_put_word(out, "type", "object");
	json_out_put_open(out, "properties", '{');
	for (size_t i = 0; i < def->count; i++) {
		if (row && openapi_in_path(row, def->fields[i].name))
			continue;
		needs |= def->fields[i].need == BODY_NEED;
		json_out_key(out, def->fields[i].name);
		openapi_field(out, &def->fields[i]);
	}
	json_out_close(out, '}');
	if (!needs)
		return;
	json_out_put_open(out, "required", '[');
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		if (field->need == BODY_NEED &&
		    !(row && openapi_in_path(row, field->name)))
			json_out_text(out, bytes_text(field->name));
	}
	json_out_close(out, ']');
}

/* What is needed, and nothing else: an example that can be sent as it is. */
static void put_request_example(struct json_out *out, const struct rest_row *row)
{
	const struct body_def *def = row->in();

	json_out_put_open(out, "example", '{');
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		if (field->need != BODY_NEED || openapi_in_path(row, field->name))
			continue;
		json_out_key(out, field->name);
		openapi_example(out, field);
	}
	json_out_close(out, '}');
}

void openapi_request(struct json_out *out, const struct rest_row *row)
{
	json_out_open(out, '{');
	json_out_put_open(out, "schema", '{');
	put_object(out, row->in(), row);
	json_out_close(out, '}');
	put_request_example(out, row);
	json_out_close(out, '}');
}

/* ---- what answers are made of ---- */

#define SCHEMAS_MOST 256 /* more than there are bodies */

struct reached {
	const struct body_def *defs[SCHEMAS_MOST];
	size_t count;
};

static bool is_reached(const struct reached *reached, const struct body_def *def)
{
	for (size_t i = 0; i < reached->count; i++) {
		if (reached->defs[i] == def)
			return true;
	}
	return false;
}

static void reach(struct reached *reached, const struct body_def *def)
{
	if (def != body_raw_def() && def != body_none_def() &&
	    !is_reached(reached, def) && reached->count < SCHEMAS_MOST)
		reached->defs[reached->count++] = def;
}

static void reach_parts(struct reached *reached, const struct body_def *def)
{
	for (size_t i = 0; i < def->count; i++) {
		if (def->fields[i].sub)
			reach(reached, def->fields[i].sub());
	}
}

static void put_schema(struct json_out *out, const struct body_def *def)
{
	json_out_put_open(out, def->name, '{');
	put_object(out, def, NULL);
	json_out_close(out, '}');
}

void openapi_schemas(struct json_out *out)
{
	struct reached reached = {.count = 0};

	reach(&reached, body_problem_def());
	for (int op = 0; op < REST_COUNT; op++) {
		/* requests stand inline, and only what is in them has a name */
		reach(&reached, rest_row((enum rest_op)op)->out());
		reach_parts(&reached, rest_row((enum rest_op)op)->in());
	}
	json_out_open(out, '{');
	/* What is met on the way is appended, and so is met in turn. */
	for (size_t i = 0; i < reached.count; i++) {
		reach_parts(&reached, reached.defs[i]);
		put_schema(out, reached.defs[i]);
	}
	json_out_close(out, '}');
}
