/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every row of body.def, by filling every field from its own description: what a new row
 * adds is tested the moment it stands there.
 */
#include "common/proto/body.h"

#include <stdio.h>

#include "common/base/mem.h"
#include "common/proto/frame.h"
#include "common/proto/rest.h"
#include "tests/lib/check.h"

static const struct body_def *(*const all_bodies[])(void) = {
#define BODY(name) body_##name##_def,
#include "common/proto/body_empty.h"

#include "common/proto/body.def"
#include "common/proto/body_rest.def"
#include "common/proto/body_undef.h"
};

/* A struct filled from its description, with the memory that it points at. */
struct filler {
	struct json *arena;
	unsigned seed;
	bool may; /* fill the fields that may be absent, too */
};

static unsigned draw(struct filler *filler, unsigned below)
{
	filler->seed = filler->seed * 1103515245u + 12345u;
	return (filler->seed >> 8) % below;
}

static struct bytes draw_text(struct filler *filler, size_t most)
{
	static const char *const pieces[] = {"a",  "ß",  "日", "🎉", "\"",
					     "\\", "\n", "\t", "/", " "};
	struct buf buf = BUF_INIT;
	size_t want = draw(filler, 40);

	while (want--) {
		struct bytes piece = bytes_text(pieces[draw(filler, ARRAY_LEN(pieces))]);
		if (buf.len + piece.len <= most)
			buf_add_bytes(&buf, piece);
	}
	return json_keep(filler->arena, &buf);
}

static void fill(struct filler *filler, const struct body_def *def, char *body);

static void fill_list(struct filler *filler, const struct body_field *field, char *body)
{
	size_t drawn = draw(filler, 4), count = drawn < field->most ? drawn : field->most;
	size_t size = field->type == BODY_IDS     ? sizeof(struct id)
		      : field->type == BODY_TEXTS ? sizeof(struct bytes)
						  : field->sub()->size;
	char *items = json_alloc(filler->arena, count ? count : 1, size);

	for (size_t i = 0; i < count; i++) {
		if (field->type == BODY_IDS)
			items[i * size] = (char)(1 + draw(filler, 100));
		else if (field->type == BODY_TEXTS)
			((struct bytes *)items)[i] = draw_text(filler, field->each);
		else
			fill(filler, field->sub(), items + i * size);
	}
	*(void **)(body + field->at) = items;
	*(size_t *)(body + field->beside) = count;
}

static void fill_field(struct filler *filler, const struct body_field *field, char *body)
{
	void *value = body + field->at;

	switch (field->type) {
	case BODY_ID: ((struct id *)value)->bytes[draw(filler, ID_LEN)] = 7; break;
	case BODY_TEXT:
	case BODY_BASE64: *(struct bytes *)value = draw_text(filler, field->most); break;
	case BODY_MAYBE:
	case BODY_UINT:
		if (field->type == BODY_MAYBE)
			*(bool *)(body + field->beside) = true;
		*(uint64_t *)value = draw(filler, 3) ? 9007199254740991u : 0;
		break;
	case BODY_BOOL: *(bool *)value = draw(filler, 2); break;
	case BODY_WORD:
		*(int *)value = 1 + (int)draw(filler, (unsigned)field->words->count - 1);
		break;
	case BODY_IDS:
	case BODY_TEXTS:
	case BODY_LIST: fill_list(filler, field, body); break;
	case BODY_SUB:
		*(bool *)(body + field->beside) = true;
		fill(filler, field->sub(), value);
		break;
	case BODY_RAW: *(struct bytes *)value = bytes_text("{\"x\":[1,true]}"); break;
	}
}

static void fill(struct filler *filler, const struct body_def *def, char *body)
{
	memset(body, 0, def->size);
	for (size_t i = 0; i < def->count; i++) {
		if (def->fields[i].need == BODY_NEED || filler->may)
			fill_field(filler, &def->fields[i], body);
	}
}

static struct filler filler_new(unsigned seed, bool may)
{
	struct filler filler = {.seed = seed, .may = may};

	check_ok(json_parse(bytes_text("0"), &filler.arena));
	return filler;
}

static void encode(const struct body_def *def, struct buf *buf, const void *body)
{
	struct json_out out = json_out_init(buf);

	body_encode(def, &out, body);
}

static void round_trip(const struct body_def *def, unsigned seed, bool may)
{
	struct filler filler = filler_new(seed, may);
	struct buf first = BUF_INIT, second = BUF_INIT;
	void *body = mem_alloc(1, def->size), *back = mem_alloc(1, def->size);
	const char *field = NULL;
	struct json *json;

	fill(&filler, def, body);
	encode(def, &first, body);
	assert_null(memchr(first.ptr, '\n', first.len));
	check_ok(json_parse(buf_view(&first), &json));
	check_ok(body_decode(def, json, json_root(json), back, &field));
	encode(def, &second, back);
	buf_add_u8(&first, 0);
	buf_add_u8(&second, 0);
	assert_string_equal((char *)first.ptr, (char *)second.ptr);
	json_free(&json);
	json_free(&filler.arena);
	buf_done(&first);
	buf_done(&second);
	mem_free(body);
	mem_free(back);
}

static void every_body_reads_back_as_it_was_written(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(all_bodies); i++) {
		for (unsigned seed = 0; seed < 50; seed++)
			round_trip(all_bodies[i](), seed, seed & 1);
	}
}

static enum err decode_text(const struct body_def *def, const char *text, void *body,
			    const char **ret_field)
{
	struct json *json;

	check_ok(json_parse(bytes_text(text), &json));
	enum err err = body_decode(def, json, json_root(json), body, ret_field);
	json_free(&json);
	return err;
}

static void each_field_that_must_be_there_is_missed_by_name(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(all_bodies); i++) {
		const struct body_def *def = all_bodies[i]();
		const char *want = NULL, *got = NULL;
		void *body = mem_alloc(1, def->size);
		for (size_t f = 0; f < def->count && !want; f++) {
			if (def->fields[f].need == BODY_NEED)
				want = def->fields[f].name;
		}
		if (want) {
			check_err(decode_text(def, def->shape == BODY_TUPLE ? "[]" : "{}",
					      body, &got),
				  ERR_BAD);
			assert_string_equal(got, want);
		}
		mem_free(body);
	}
}

static void a_wrong_type_is_refused_in_every_field(void **state)
{
	static const char *const values[] = {"null", "{\"type\":0}", "-1", "1.5",
					     "1e300"};

	for (size_t i = 0; i < ARRAY_LEN(all_bodies); i++) {
		const struct body_def *def = all_bodies[i]();
		for (size_t f = 0; f < def->count && def->shape == BODY_OBJECT; f++) {
			for (size_t v = 0; v < ARRAY_LEN(values); v++) {
				char text[128];
				const char *field = NULL;
				void *body = mem_alloc(1, def->size);
				snprintf(text, sizeof(text), "{\"%s\":%s}",
					 def->fields[f].name, values[v]);
				enum err err = decode_text(def, text, body, &field);
				if (def->fields[f].type != BODY_RAW &&
				    !(def->fields[f].type == BODY_SUB && v == 1))
					assert_int_not_equal(err, ERR_OK);
				mem_free(body);
			}
		}
	}
}

static void texts_and_lists_have_their_bounds(void **state)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct body_send send;
	const char *field = NULL;
	struct id one = {{1}};

	buf_add_bytes(&buf, bytes_text("{\"cid\":\""));
	buf_add_bytes(&buf, bytes_text(id_text(&one).text));
	buf_add_bytes(&buf, bytes_text("\",\"room\":\""));
	buf_add_bytes(&buf, bytes_text(id_text(&one).text));
	buf_add_bytes(&buf, bytes_text("\",\"text\":\""));
	for (int i = 0; i <= LIMIT_TEXT; i++)
		buf_add_u8(&buf, 'x');
	buf_add(&buf, "\"}", 3);
	check_err(decode_text(body_send_def(), (char *)buf.ptr, &send, &field),
		  ERR_TOO_BIG);
	assert_string_equal(field, "text");
	memcpy(buf.ptr + buf.len - 4, "\"}", 3);
	check_ok(decode_text(body_send_def(), (char *)buf.ptr, &send, &field));
}

static void control_characters_do_not_enter(void **state)
{
	struct body_react react;
	const char *field = NULL;
	char text[256];
	struct id one = {{1}};
	struct id_text id = id_text(&one);

	snprintf(text, sizeof(text),
		 "{\"cid\":\"%s\",\"room\":\"%s\",\"target\":\"%s\",\"text\":\"\\u001b["
		 "2J\"}",
		 id.text, id.text, id.text);
	check_err(decode_text(body_react_def(), text, &react, &field), ERR_BAD);
	assert_string_equal(field, "text");
}

static void rows_of_routes_are_found_by_operation(void **state)
{
	for (int i = 0; i < REST_COUNT; i++) {
		const struct rest_row *row = rest_row((enum rest_op)i);
		assert_ptr_equal(rest_find(row->op, strlen(row->op)), row);
		assert_true(strlen(row->op) <= LIMIT_WORD);
	}
	assert_null(rest_find("no_such_thing", 13));
}

CHECK_MAIN(TEST(every_body_reads_back_as_it_was_written),
	   TEST(each_field_that_must_be_there_is_missed_by_name),
	   TEST(a_wrong_type_is_refused_in_every_field),
	   TEST(texts_and_lists_have_their_bounds), TEST(control_characters_do_not_enter),
	   TEST(rows_of_routes_are_found_by_operation))
