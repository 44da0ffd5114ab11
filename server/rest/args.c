/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three places, one decoder: parameters and query are written as the JSON members that the
 * fields of their names ask for, in front of the members of the body, and what comes out is
 * decoded like any frame. Of a doubled member the first counts (json.h), so nobody can
 * override the path from the body.
 */
#include "server/rest/args.h"

#include <string.h>

#include "common/base/utf8.h"
#include "common/crypto/secret.h"
#include "common/proto/rest.h"

static bool is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	/* JSON has no leading zeroes; sixteen digits hold 2^53. */
	return digits > 0 && digits <= 16 && text[digits] == '\0' &&
	       (text[0] != '0' || digits == 1);
}

static void write_list(struct json_out *out, const char *text)
{
	json_out_open(out, '[');
	while (*text) {
		size_t len = strcspn(text, ",");
		json_out_text(out, bytes_of(text, len));
		text += len + (text[len] == ',');
	}
	json_out_close(out, ']');
}

/* What does not look like its type goes as text, for the decoder to refuse by name. */
static void write_value(struct json_out *out, enum body_type type, const char *text)
{
	switch (type) {
	case BODY_UINT:
	case BODY_MAYBE:
		if (is_number(text)) {
			json_out_raw(out, bytes_text(text));
			return;
		}
		break;
	case BODY_BOOL:
		if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
			json_out_raw(out, bytes_text(text));
			return;
		}
		break;
	case BODY_IDS:
	case BODY_TEXTS: write_list(out, text); return;
	default: break;
	}
	json_out_text(out, bytes_text(text));
}

/* The members of a `call` are a body already: only what came as text is looked at. */
static const char *find_text(const struct request *request, enum request_part part,
			     const char *name)
{
	for (size_t i = 0; i < request->field_count; i++) {
		const struct request_field *field = &request->fields[i];
		if (field->part == part && strcmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}

static enum err write_fields(const struct request *request, const struct body_def *def,
			     struct json_out *out, const char **ret_field)
{
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		const char *text = find_text(request, FIELD_PARAM, field->name);
		if (!text)
			text = find_text(request, FIELD_QUERY, field->name);
		if (!text)
			continue;
		*ret_field = field->name;
		if (!utf8_valid(text, strlen(text)))
			return ERR_UTF8;
		json_out_key(out, field->name);
		write_value(out, field->type, text);
	}
	*ret_field = NULL;
	return ERR_OK;
}

/* Append the members of the object @text, without its braces. */
static enum err write_members(struct bytes text, struct buf *buf)
{
	AUTO(json_free) struct json *json = NULL;
	enum err err = json_parse(text, &json);

	if (err != ERR_OK)
		return err;
	if (json_type(json_root(json)) != JSON_OBJECT)
		return ERR_BAD;
	if (json_count(json_root(json)) == 0)
		return ERR_OK;
	/* It is one object, so the first and the last brace are its own. */
	const uint8_t *first = memchr(text.ptr, '{', text.len);
	const uint8_t *last = memrchr(text.ptr, '}', text.len);
	if (buf->len > 1)
		buf_add_u8(buf, ',');
	buf_add(buf, first + 1, (size_t)(last - first) - 1);
	return ERR_OK;
}

enum err args_read(const struct request *request, const struct body_def *def,
		   struct json **ret_json, void *ret_body, const char **ret_field)
{
	AUTO(buf_wipe) struct buf buf = BUF_INIT;
	struct json_out out = json_out_init(&buf);
	struct json *json = NULL;

	json_out_open(&out, '{');
	enum err err = write_fields(request, def, &out, ret_field);
	/* A body that is no JSON is the handler's. */
	bool bytes = def == body_raw_def() ||
		     (rest_takes_bytes(request->row) && !request->framed);
	if (err == ERR_OK && request->body.len && !bytes)
		err = write_members(str_view(&request->body), &buf);
	if (err != ERR_OK)
		return err;
	buf_add_u8(&buf, '}');
	err = json_parse(buf_view(&buf), &json);
	if (err == ERR_OK)
		err = body_decode_request(def, json, json_root(json), ret_body,
					  ret_field);
	if (err != ERR_OK) {
		json_free(&json);
		return err;
	}
	*ret_json = json;
	return ERR_OK;
}
