/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One decoder and one encoder for every body, driven by the rows: a field that is added to
 * body.def is read, checked, written and documented without a line of code here.
 */
#include "common/proto/body.h"

#include <assert.h>
#include <string.h>

#include "common/base/base64.h"

#define FIELDS_MOST 32 /* of one body; a tree of them is decoded on the stack */

/* The third expansion of the rows: tables of fields. `here` names the struct whose rows are
 * being expanded, which is what lets the field macros say offsetof. */
#define MEMBER(f) \
	{ \
		.ptr = (const uint8_t *)"\"" #f "\":", .len = sizeof(#f) + 2 \
	}
#define ROW(f, kind, ...) \
	{.name = #f, \
	 .member = MEMBER(f), \
	 .type = BODY_##kind, \
	 .at = offsetof(here, f), \
	 __VA_ARGS__},
#define ID(f, n)          ROW(f, ID, .need = BODY_##n)
#define TEXT(f, n, m)     ROW(f, TEXT, .need = BODY_##n, .most = (m))
#define BASE64(f, n, m)   ROW(f, BASE64, .need = BODY_##n, .most = (m))
#define UINT(f, n)        ROW(f, UINT, .need = BODY_##n)
#define MAYBE(f)          ROW(f, MAYBE, .need = BODY_MAY, .beside = offsetof(here, has_##f))
#define BOOL(f, n)        ROW(f, BOOL, .need = BODY_##n)
#define WORD(f, n, table) ROW(f, WORD, .need = BODY_##n, .words = &table##_words)
#define IDS(f, m) \
	ROW(f, IDS, .need = BODY_MAY, .beside = offsetof(here, f##_count), .most = (m))
#define TEXTS(f, m, e) \
	ROW(f, TEXTS, .need = BODY_MAY, .beside = offsetof(here, f##_count), \
	    .most = (m), .each = (e))
#define LIST(f, b, m) \
	ROW(f, LIST, .need = BODY_MAY, .beside = offsetof(here, f##_count), .most = (m), \
	    .sub = body_##b##_def)
#define SUB(f, b) \
	ROW(f, SUB, .need = BODY_MAY, .beside = offsetof(here, has_##f), \
	    .sub = body_##b##_def)
#define RAW(f, n) ROW(f, RAW, .need = BODY_##n)
#define BODY(n) \
	const struct body_def *body_##n##_def(void) \
	{ \
		typedef struct body_##n here; \
		static const char name[] = #n; \
		static const struct body_field fields[] = {
/* clang-format off */
#define END(s) \
		}; \
		_Static_assert(ARRAY_LEN(fields) <= FIELDS_MOST, "one decode holds"); \
		static const struct body_def def = {name, fields, ARRAY_LEN(fields), \
						    sizeof(here), BODY_##s}; \
		return &def; \
	}
/* clang-format on */
#include "common/proto/body.def"
#include "common/proto/body_rest.def"
#include "common/proto/body_undef.h"

/* What one decoding needs to hand down. */
struct decoder {
	struct json *json;
	const char **ret_field;
	bool asked; /* it is a request, of which every word has to be known */
};

static enum err decode(struct decoder *decoder, const struct body_def *def,
		       struct json_node node, void *body);

static bool plain(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 && text.ptr[i] != '\n' && text.ptr[i] != '\t')
			return false;
	}
	return true;
}

static enum err decode_text(struct json_node node, size_t most, struct bytes *ret_text)
{
	struct bytes text;

	if (!json_text(node, &text) || !plain(text))
		return ERR_BAD;
	if (text.len > most)
		return ERR_TOO_BIG;
	*ret_text = text;
	return ERR_OK;
}

static enum err decode_id(struct json_node node, struct id *ret_id)
{
	struct bytes text;

	if (!json_text(node, &text))
		return ERR_BAD;
	return id_parse((const char *)text.ptr, text.len, ret_id);
}

static enum err decode_base64(struct decoder *decoder, const struct body_field *field,
			      struct json_node node, struct bytes *ret_bytes)
{
	struct bytes text;

	if (!json_text(node, &text))
		return ERR_BAD;
	if (text.len > base64_text_len(field->most))
		return ERR_TOO_BIG;
	struct buf buf = BUF_INIT;
	enum err err = base64_decode(&buf, text);
	if (err != ERR_OK) {
		buf_done(&buf);
		return err;
	}
	*ret_bytes = json_keep(decoder->json, &buf);
	return ERR_OK;
}

static enum err decode_word(const struct decoder *decoder, const struct body_field *field,
			    struct json_node node, int *ret_value)
{
	struct bytes text;

	if (!json_text(node, &text))
		return ERR_BAD;
	*ret_value = kind_value(field->words, (const char *)text.ptr, text.len);
	bool newer = field->need == BODY_MAY && !decoder->asked;
	return *ret_value || newer ? ERR_OK : ERR_BAD;
}

static enum err decode_list(struct decoder *decoder, const struct body_field *field,
			    struct json_node node, char *body)
{
	size_t size = field->type == BODY_IDS     ? sizeof(struct id)
		      : field->type == BODY_TEXTS ? sizeof(struct bytes)
						  : field->sub()->size;

	if (json_type(node) != JSON_ARRAY)
		return ERR_BAD;
	size_t count = json_count(node);
	if (count > field->most)
		return ERR_TOO_BIG;
	if (count == 0)
		return ERR_OK;
	char *items = json_alloc(decoder->json, count, size);
	struct json_node child = json_first(node);
	for (size_t i = 0; i < count; i++, child = json_next(child)) {
		enum err err;
		char *item = items + i * size;
		if (field->type == BODY_IDS)
			err = decode_id(child, (struct id *)item);
		else if (field->type == BODY_TEXTS)
			err = decode_text(child, field->each, (struct bytes *)item);
		else
			err = decode(decoder, field->sub(), child, item);
		if (err != ERR_OK)
			return err;
	}
	*(void **)(body + field->at) = items;
	*(size_t *)(body + field->beside) = count;
	return ERR_OK;
}

static enum err decode_raw(struct decoder *decoder, struct json_node node,
			   struct bytes *ret_text)
{
	struct buf buf = BUF_INIT;

	json_print(node, &buf);
	*ret_text = json_keep(decoder->json, &buf);
	return ERR_OK;
}

static enum err decode_present(struct decoder *decoder, const struct body_field *field,
			       struct json_node node, char *body)
{
	void *value = body + field->at;
	bool *has = (bool *)(body + field->beside);

	switch (field->type) {
	case BODY_ID: return decode_id(node, value);
	case BODY_TEXT: return decode_text(node, field->most, value);
	case BODY_BASE64: return decode_base64(decoder, field, node, value);
	case BODY_UINT: return json_uint(node, value) ? ERR_OK : ERR_BAD;
	case BODY_MAYBE: return (*has = json_uint(node, value)) ? ERR_OK : ERR_BAD;
	case BODY_BOOL: return json_bool(node, value) ? ERR_OK : ERR_BAD;
	case BODY_WORD: return decode_word(decoder, field, node, value);
	case BODY_IDS:
	case BODY_TEXTS:
	case BODY_LIST: return decode_list(decoder, field, node, body);
	case BODY_SUB: *has = true; return decode(decoder, field->sub(), node, value);
	case BODY_RAW: return decode_raw(decoder, node, value);
	}
	return ERR_INTERNAL;
}

/* The field called @key, looked for from @from on: members mostly come in the order of the
 * rows. def->count: there is none. */
static size_t field_of(const struct body_def *def, const char *key, size_t from)
{
	for (size_t i = 0, at = from; i < def->count; i++, at++) {
		if (at >= def->count)
			at = 0;
		if (strcmp(def->fields[at].name, key) == 0)
			return at;
	}
	return def->count;
}

/* The values of the fields; of a doubled key the first counts. */
static void collect(const struct body_def *def, struct json_node node,
		    struct json_node *values)
{
	size_t next = 0;

	for (struct json_node child = json_first(node); child.ptr;
	     child = json_next(child)) {
		size_t at = def->shape == BODY_TUPLE
				    ? next
				    : field_of(def, json_key(child), next);
		if (at == def->count)
			continue;
		if (!values[at].ptr)
			values[at] = child;
		next = at + 1;
	}
}

static enum err decode(struct decoder *decoder, const struct body_def *def,
		       struct json_node node, void *body)
{
	struct json_node values[FIELDS_MOST] = {0};

	if (json_type(node) != (def->shape == BODY_TUPLE ? JSON_ARRAY : JSON_OBJECT))
		return ERR_BAD;
	collect(def, node, values);
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		bool none = json_type(values[i]) == JSON_NONE;
		if (none && field->need == BODY_MAY)
			continue;
		enum err err =
			none ? ERR_BAD : decode_present(decoder, field, values[i], body);
		if (err != ERR_OK) {
			if (!*decoder->ret_field)
				*decoder->ret_field = field->name;
			return err;
		}
	}
	return ERR_OK;
}

static enum err begin(struct decoder *decoder, const struct body_def *def,
		      struct json_node node, void *ret_body)
{
	const char *unused;

	if (!decoder->ret_field)
		decoder->ret_field = &unused;
	*decoder->ret_field = NULL;
	memset(ret_body, 0, def->size);
	return decode(decoder, def, node, ret_body);
}

enum err body_decode(const struct body_def *def, struct json *json, struct json_node node,
		     void *ret_body, const char **ret_field)
{
	struct decoder decoder = {.json = json, .ret_field = ret_field};

	return begin(&decoder, def, node, ret_body);
}

enum err body_parse(const struct body_def *def, struct bytes text, struct json **ret_json,
		    void *ret_body)
{
	enum err err = json_parse(text, ret_json);

	return err == ERR_OK
		       ? body_decode(def, *ret_json, json_root(*ret_json), ret_body, NULL)
		       : err;
}

enum err body_decode_request(const struct body_def *def, struct json *json,
			     struct json_node node, void *ret_body,
			     const char **ret_field)
{
	struct decoder decoder = {json, ret_field, true};

	return begin(&decoder, def, node, ret_body);
}

/* Whether a MAY field holds its default and so is not written. */
static bool is_default(const struct body_field *field, const char *body)
{
	const void *value = body + field->at;

	if (field->need == BODY_NEED)
		return false;
	switch (field->type) {
	case BODY_ID: return id_is_zero(value);
	case BODY_TEXT:
	case BODY_BASE64:
	case BODY_RAW: return ((const struct bytes *)value)->ptr == NULL;
	case BODY_UINT: return *(const uint64_t *)value == 0;
	case BODY_BOOL: return !*(const bool *)value;
	case BODY_WORD: return *(const int *)value == 0;
	case BODY_MAYBE:
	case BODY_SUB: return !*(const bool *)(body + field->beside);
	case BODY_IDS:
	case BODY_TEXTS:
	case BODY_LIST: return *(const size_t *)(body + field->beside) == 0;
	}
	return false;
}

static void encode_id(struct json_out *out, const struct id *id)
{
	struct id_text text = id_text(id);

	json_out_plain(out, bytes_of(text.text, ID_TEXT_LEN));
}

static void encode_base64(struct json_out *out, struct bytes bytes)
{
	struct buf text = BUF_INIT;

	base64_encode(&text, bytes);
	json_out_plain(out, buf_view(&text));
	buf_done(&text);
}

static void encode_list(const struct body_field *field, struct json_out *out,
			const char *body)
{
	const char *items = *(const char *const *)(body + field->at);
	size_t count = *(const size_t *)(body + field->beside);

	json_out_open(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (field->type == BODY_IDS)
			encode_id(out, (const struct id *)items + i);
		else if (field->type == BODY_TEXTS)
			json_out_text(out, ((const struct bytes *)items)[i]);
		else
			body_encode(field->sub(), out, items + i * field->sub()->size);
	}
	json_out_close(out, ']');
}

static void encode_value(const struct body_field *field, struct json_out *out,
			 const char *body)
{
	const void *value = body + field->at;

	switch (field->type) {
	case BODY_ID: encode_id(out, value); break;
	case BODY_TEXT: json_out_text(out, *(const struct bytes *)value); break;
	case BODY_BASE64: encode_base64(out, *(const struct bytes *)value); break;
	case BODY_UINT:
	case BODY_MAYBE: json_out_uint(out, *(const uint64_t *)value); break;
	case BODY_BOOL: json_out_bool(out, *(const bool *)value); break;
	case BODY_WORD:
		json_out_text(out,
			      bytes_text(kind_word(field->words, *(const int *)value)));
		break;
	case BODY_IDS:
	case BODY_TEXTS:
	case BODY_LIST: encode_list(field, out, body); break;
	case BODY_SUB: body_encode(field->sub(), out, value); break;
	case BODY_RAW: json_out_raw(out, *(const struct bytes *)value); break;
	}
}

void body_encode_fields(const struct body_def *def, struct json_out *out,
			const void *body)
{
	for (size_t i = 0; i < def->count; i++) {
		const struct body_field *field = &def->fields[i];
		if (is_default(field, body))
			continue;
		if (def->shape == BODY_OBJECT)
			json_out_member(out, field->member);
		encode_value(field, out, body);
	}
}

void body_encode(const struct body_def *def, struct json_out *out, const void *body)
{
	bool tuple = def->shape == BODY_TUPLE;

	json_out_open(out, tuple ? '[' : '{');
	body_encode_fields(def, out, body);
	json_out_close(out, tuple ? ']' : '}');
}
