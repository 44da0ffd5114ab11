/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/proto/frame.h"

#include <stdio.h>

#include "common/base/base64.h"
#include "tests/lib/check.h"

static enum err parse(const char *text)
{
	struct frame frame;
	enum err err = frame_parse(bytes_text(text), &frame);

	if (err == ERR_OK)
		frame_done(&frame);
	return err;
}

static void rows_are_sorted_and_every_word_is_found(void **state)
{
	for (int i = 0; i < FRAME_COUNT; i++) {
		const struct frame_row *row = frame_row((enum frame_type)i);
		char text[64];
		struct frame frame;
		if (i)
			assert_true(strcmp(frame_row((enum frame_type)(i - 1))->name,
					   row->name) < 0);
		snprintf(text, sizeof(text), "{\"type\":\"%s\"}", row->name);
		check_ok(frame_parse(bytes_text(text), &frame));
		assert_int_equal(frame.type, i);
		frame_done(&frame);
	}
}

static void a_frame_reads_back_as_it_was_written(void **state)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct body_ack ack = {.cid = {{1}},
			       .room = {{2}},
			       .seq = 3,
			       .ts = 1700000000000},
			back;
	struct frame frame;

	frame_write_ack(&buf, &ack);
	check_ok(frame_parse(buf_view(&buf), &frame));
	check_ok(frame_read_ack(&frame, &back, NULL));
	assert_int_equal(back.seq, 3);
	assert_int_equal(back.ts, 1700000000000);
	assert_true(id_equal(&back.room, &ack.room));
	assert_false(back.dup);
	frame_done(&frame);
}

static void frames_are_split_at_newlines(void **state)
{
	struct bytes rest = bytes_text("\n{1}\n\n{22}\n");

	assert_true(bytes_equal(frame_split(&rest), bytes_text("{1}")));
	assert_true(bytes_equal(frame_split(&rest), bytes_text("{22}")));
	assert_int_equal(frame_split(&rest).len, 0);
}

static void what_is_not_a_frame_has_a_named_error(void **state)
{
	check_err(parse(""), ERR_BAD);
	check_err(parse("{"), ERR_BAD);
	check_err(parse("{}"), ERR_BAD);
	check_err(parse("[]"), ERR_BAD);
	check_err(parse("{\"type\":5}"), ERR_BAD);
	check_err(parse("{\"type\":\"nonsense\"}"), ERR_UNKNOWN_TYPE);
	check_err(parse("{\"type\":\"acks\"}"), ERR_UNKNOWN_TYPE);
	check_err(parse("{\"type\":\"ac\"}"), ERR_UNKNOWN_TYPE);
	check_err(parse("{\"type\":\"ack\"} x"), ERR_BAD);
	check_err(parse("{\"type\":\"\xff\"}"), ERR_UTF8);
	check_err(parse("{\"type\":\"ack\\u0000\"}"), ERR_BAD);
	check_err(parse("{\"type\":\"a\x01\"}"), ERR_BAD);
	check_err(parse("{\"type\":\"\\ud800\"}"), ERR_BAD);
}

static void deep_nesting_is_refused_before_the_parser(void **state)
{
	char deep[2 * LIMIT_JSON_DEPTH + 3];

	memset(deep, '[', LIMIT_JSON_DEPTH + 1);
	memset(deep + LIMIT_JSON_DEPTH + 1, ']', LIMIT_JSON_DEPTH + 1);
	deep[2 * LIMIT_JSON_DEPTH + 2] = '\0';
	struct json *json;
	check_err(json_parse(bytes_text(deep), &json), ERR_BAD);
	check_ok(json_parse(bytes_of(deep + 1, 2 * LIMIT_JSON_DEPTH), &json));
	json_free(&json);
}

static void a_frame_larger_than_its_row_is_refused(void **state)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct frame frame;

	buf_add_bytes(&buf, bytes_text("{\"type\":\"hello\",\"pad\":\""));
	while (buf.len < LIMIT_FRAME_LOGIN)
		buf_add_u8(&buf, 'x');
	buf_add(&buf, "\"}", 2);
	check_err(frame_parse(buf_view(&buf), &frame), ERR_TOO_BIG);
}

static void every_truncation_of_a_frame_fails(void **state)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct body_typing typing = {.room = {{9}}, .on = true};
	struct frame frame;

	frame_write_typing(&buf, &typing);
	for (size_t len = 0; len < buf.len; len++)
		check_err(frame_parse(bytes_of(buf.ptr, len), &frame), ERR_BAD);
}

/* The writer looks at eight bytes at once: every byte at every place of such a run, alone
 * and behind another one that is escaped. */
static void what_must_be_escaped_is_found_wherever_it_stands(void **state)
{
	for (unsigned c = 1; c < 128; c++) {
		for (size_t at = 0; at < 20; at++) {
			AUTO(buf_done) struct buf buf = BUF_INIT;
			AUTO(json_free) struct json *json = NULL;
			struct json_out out = json_out_init(&buf);
			char text[21] = "abcdefghi jklmnopqrs";
			struct bytes back;
			text[at] = (char)c;
			text[(at + 7) % 20] = '"';
			json_out_text(&out, bytes_of(text, 20));
			for (size_t i = 0; i < buf.len; i++)
				assert_in_range(buf.ptr[i], 0x20, 0x7e);
			check_ok(json_parse(buf_view(&buf), &json));
			assert_true(json_text(json_root(json), &back));
			assert_true(bytes_equal(back, bytes_of(text, 20)));
		}
	}
}

/* json.c reads flat objects by itself and leaves the others to the library: a blank behind
 * the brace makes the difference, and must make none. */
static void both_readers_take_and_refuse_the_same(void **state)
{
	static const char *const texts[] = {
		"{\"a\":\"x\"}",
		"{\"a\":\"\"}",
		"{\"\":\"x\",\"b\":0}",
		"{\"a\":1,\"a\":2}",
		"{\"a\":true,\"b\":false}",
		"{\"a\":\"caf\xc3\xa9 {[,]}:\"}",
		"{\"a\":999999999999999}",
		"{\"a\":9007199254740991}",
		"{\"a\":9007199254740993}",
		"{\"a\":99999999999999999999}",
		"{\"a\":-1}",
		"{\"a\":1.5}",
		"{\"a\":1e3}",
		"{\"a\":null}",
		"{\"a\":\"x\\ny\"}",
		"{\"a\":[1,2],\"b\":{\"c\":\"d\"}}",
		"{}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":1\"b\":2}",
		"{\"a\":1}}",
		"{\"a\":1} x",
		"{\"a\":truex}",
		"{\"a\":tru}",
		"{\"a\":\"x}",
		"{a:1}",
		"{,}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(json_free) struct json *quick = NULL;
		AUTO(json_free) struct json *slow = NULL;
		AUTO(buf_done) struct buf blank = BUF_INIT;
		AUTO(buf_done) struct buf first = BUF_INIT;
		AUTO(buf_done) struct buf second = BUF_INIT;
		buf_add_bytes(&blank, bytes_text("{ "));
		buf_add_bytes(&blank, bytes_text(texts[i] + 1));
		enum err err = json_parse(bytes_text(texts[i]), &quick);
		check_err(json_parse(buf_view(&blank), &slow), err);
		if (err != ERR_OK)
			continue;
		json_print(json_root(quick), &first);
		json_print(json_root(slow), &second);
		assert_true(bytes_equal(buf_view(&first), buf_view(&second)));
		assert_int_equal(json_count(json_root(quick)),
				 json_count(json_root(slow)));
	}
}

static void of_a_doubled_key_the_first_counts(void **state)
{
	static const char text[] = "{\"on\":true,\"x\":1,\"room\":"
				   "\"aaaaaaaaaaaaaaaaaaaaaaaaae\",\"on\":false,"
				   "\"type\":\"typing\",\"room\":7}";
	struct body_typing typing;
	struct frame frame;
	const char *field;

	check_ok(frame_parse(bytes_text(text), &frame));
	check_ok(frame_read_typing(&frame, &typing, &field));
	assert_true(typing.on);
	frame_done(&frame);
}

static void base64url_has_one_form(void **state)
{
	static const char *const bad[] = {"A", "AA==", "AB", "AA+A", "AAB", "A A"};
	AUTO(buf_done) struct buf buf = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_err(base64_decode(&buf, bytes_text(bad[i])), ERR_BAD);
	assert_int_equal(buf.len, 0);
	for (size_t len = 0; len < 40; len++) {
		uint8_t raw[40];
		AUTO(buf_done) struct buf text = BUF_INIT, back = BUF_INIT;
		for (size_t i = 0; i < len; i++)
			raw[i] = (uint8_t)(i * 97 + len);
		base64_encode(&text, bytes_of(raw, len));
		assert_int_equal(text.len, base64_text_len(len));
		check_ok(base64_decode(&back, buf_view(&text)));
		assert_true(bytes_equal(buf_view(&back), bytes_of(raw, len)));
	}
}

CHECK_MAIN(TEST(rows_are_sorted_and_every_word_is_found),
	   TEST(a_frame_reads_back_as_it_was_written), TEST(frames_are_split_at_newlines),
	   TEST(what_is_not_a_frame_has_a_named_error),
	   TEST(deep_nesting_is_refused_before_the_parser),
	   TEST(a_frame_larger_than_its_row_is_refused),
	   TEST(every_truncation_of_a_frame_fails),
	   TEST(what_must_be_escaped_is_found_wherever_it_stands),
	   TEST(both_readers_take_and_refuse_the_same),
	   TEST(of_a_doubled_key_the_first_counts), TEST(base64url_has_one_form))
