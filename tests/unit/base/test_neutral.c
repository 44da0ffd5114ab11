/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "common/base/grapheme.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/unicode.h"
#include "common/base/utf8.h"
#include "common/base/width.h"

#include "tests/lib/check.h"

static const uint32_t vectors[][24] = {
#include "tests/unit/base/grapheme_vectors.def"
};

static void clusters_end_where_uax_29_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		char text[128];
		size_t ends[24] = {0};
		size_t count = 0;
		size_t len = 0;
		for (size_t j = 0; j + 1 < ARRAY_LEN(vectors[i]); j++) {
			if (vectors[i][j] == 0)
				ends[count++] = len;
			else
				len += utf8_encode(vectors[i][j], text + len);
			if (vectors[i][j] == 0 && vectors[i][j + 1] == 0)
				break;
		}
		size_t at = 0;
		for (size_t j = 0; j < count; j++) {
			if (ends[j] == at)
				continue;
			at += grapheme_next(text + at, len - at);
			if (at != ends[j])
				fail_msg("row %zu: ends at %zu, not %zu", i, at, ends[j]);
		}
		assert_int_equal(at, len);
	}
}

static void a_step_back_undoes_a_step_forward(void **state)
{
	static const char text[] =
		"a\r\nb👨‍👩‍👧🇩🇪🇫🇷e\u0301\nक्षि한\xff";
	size_t at = 0;

	while (at < sizeof(text) - 1) {
		size_t next = at + grapheme_next(text + at, sizeof(text) - 1 - at);
		assert_int_equal(grapheme_before(text, next), at);
		at = next;
	}
	assert_int_equal(grapheme_before(text, 0), 0);
}

static void widths_are_those_that_a_person_sees(void **state)
{
	static const struct {
		const char *text;
		int width;
	} rows[] = {
		{"a", 1},          {"é", 1},
		{"e\u0301", 1},    {"日", 2},
		{"ｱ", 1},          {"Ａ", 2},
		{"🎉", 2},          {"👨‍👩‍👧‍👦", 2},
		{"🇩🇪", 2},         {"❤", 1},
		{"❤️", 2},     {"☝🏽", 2},
		{"1️⃣", 2},    {"한", 2},
		{"각", 2},         {"🫨", 2},
		{"\U0001fae9", 2}, {"🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2},
		{"\n", 0},         {"\x1b", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(grapheme_next(rows[i].text, strlen(rows[i].text)),
				 strlen(rows[i].text));
		assert_int_equal(width_cluster(rows[i].text, strlen(rows[i].text)),
				 rows[i].width);
	}
}

static void text_is_cut_at_a_cluster_that_fits(void **state)
{
	static const char text[] = "a日👨‍👩‍👧b";
	size_t columns;

	assert_int_equal(width_fit(text, strlen(text), 0, &columns), 0);
	assert_int_equal(width_fit(text, strlen(text), 2, &columns), 1);
	assert_int_equal(columns, 1);
	assert_int_equal(width_fit(text, strlen(text), 5, &columns), strlen(text) - 1);
	assert_int_equal(columns, 5);
	assert_int_equal(width_text(text, strlen(text)), 6);
}

static void check_neutral(const char *text, size_t len, enum neutral_mode mode,
			  const char *want)
{
	AUTO(str_done) struct str out = STR_INIT;

	neutral_add(&out, text, len, mode);
	assert_string_equal(out.ptr, want);
}

#define LINE(text, want) check_neutral(text, sizeof(text) - 1, NEUTRAL_LINE, want)
#define TEXT(text, want) check_neutral(text, sizeof(text) - 1, NEUTRAL_TEXT, want)

static void control_characters_are_shown_and_do_nothing(void **state)
{
	LINE("\x1b[2J\x07", "␛[2J␇");
	LINE("a\0b", "a␀b");
	LINE("x\x7f", "x␡");
	LINE("\xc2\x9b"
	     "2J",
	     "⟦U+009B⟧2J");
	LINE("a\nb\r\nc\rd\te", "a b c␍d e");
	TEXT("a\nb\r\nc\rd\te", "a\nb\nc␍d    e");
	LINE("a\xe2\x80\xa8"
	     "b\xe2\x80\xa9",
	     "a⟦U+2028⟧b⟦U+2029⟧");
	LINE("\xff\xc3(", "\ufffd\ufffd(");
}

static void bidi_controls_are_named(void **state)
{
	LINE("a\u202eb\u2066c\u2069", "a⟦RLO⟧b⟦LRI⟧c⟦PDI⟧");
	LINE("\u200e\u200f\u061c", "⟦LRM⟧⟦RLM⟧⟦ALM⟧");
}

static void what_cannot_be_seen_is_shown(void **state)
{
	LINE("a\u200bb\ufeff\u00ad", "a⟦U+200B⟧b⟦U+FEFF⟧⟦U+00AD⟧");
	LINE("a\U000e0041\U000e0042", "a⟦U+E0041⟧⟦U+E0042⟧");
	LINE("🏴\U000e0061\U000e007f", "🏴⟦U+E0061⟧⟦U+E007F⟧");
	LINE("a\u200db", "a⟦U+200D⟧b");
	LINE("a\u200cb", "a⟦U+200C⟧b");
	LINE("😀\ufe00\U000e0101", "😀⟦U+FE00⟧⟦U+E0101⟧");
	LINE("a\ufe0f", "a⟦U+FE0F⟧");
	LINE("❤\ufe0f\ufe0f", "❤\ufe0f⟦U+FE0F⟧");
	LINE("\u3164", "⟦U+3164⟧");
}

static void joiners_stay_where_they_mean_something(void **state)
{
	LINE("می\u200cخواهم", "می\u200cخواهم");
	LINE("क्\u200dष", "क्\u200dष");
	LINE("क्\u200cष", "क्\u200cष");
	LINE("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦");
	LINE("👩🏽‍❤️‍💋‍👨🏽",
	     "👩🏽‍❤️‍💋‍👨🏽");
	LINE("👨🏽‍👩🏽‍👧🏽‍👦🏽",
	     "👨🏽‍👩🏽‍👧🏽‍👦🏽");
	LINE("🏴󠁧󠁢󠁳󠁣󠁴󠁿!", "🏴󠁧󠁢󠁳󠁣󠁴󠁿!");
	LINE("🇩🇪 1️⃣ ❤️", "🇩🇪 1️⃣ ❤️");
	LINE("葛\U000e0100", "葛\U000e0100");
	LINE("😀\u200d", "😀⟦U+200D⟧");
}

static void marks_need_something_to_stand_on_and_have_an_end(void **state)
{
	LINE("\u0301a", "◌\u0301a");
	LINE("a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301b",
	     "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301⟦+2⟧b");
}

static void right_to_left_letters_are_noticed(void **state)
{
	assert_true(neutral_has_rtl("a שלום", strlen("a שלום")));
	assert_true(neutral_has_rtl("٣", strlen("٣")));
	assert_false(neutral_has_rtl("añ日🎉", strlen("añ日🎉")));
}

/* What neutral.h promises of any output. */
static void check_promise(const struct str *out, enum neutral_mode mode)
{
	AUTO(str_done) struct str again = STR_INIT;

	assert_true(utf8_valid(out->ptr, out->len));
	for (size_t at = 0; at < out->len;) {
		size_t used = grapheme_next(out->ptr + at, out->len - at);
		int width = width_cluster(out->ptr + at, used);
		if (mode == NEUTRAL_TEXT && out->ptr[at] == '\n') {
			assert_int_equal(used, 1);
		} else {
			assert_in_range(width, 1, 2);
			assert_in_range(used, 1, NEUTRAL_CLUSTER);
			assert_true((unsigned char)out->ptr[at] >= ' ');
		}
		at += used;
	}
	neutral_add(&again, out->ptr, out->len, mode);
	for (size_t at = 0; at <= out->len; at++)
		if (again.ptr[at] != out->ptr[at])
			fail_msg("differs at %zu: %.12s, then %.12s", at,
				 out->ptr + (at > 8 ? at - 8 : 0),
				 again.ptr + (at > 8 ? at - 8 : 0));
}

/* Code points that matter most to the rules, so that random texts hit them. */
static const uint32_t hot[] = {
	'a',     '\n',    '\r',    '\t',    0x1b,    0x9b,   0x301,    0x5d0,
	0x627,   0x6cc,   0x600,   0x915,   0x94d,   0x93f,  0x1100,   0x1161,
	0x11a8,  0xac00,  0x200b,  0x200c,  0x200d,  0x202e, 0x2069,   0xfe0f,
	0xfe00,  0x2764,  0x1f468, 0x1f3fd, 0x20e3,  '1',    0x65e5,   0xfeff,
	0xe0067, 0xe007f, 0x1f3f4, 0x1f1e9, 0x1f1ea, 0x180b, 0x180e,   0x1820,
	0xe0100, 0x845b,  0x110bd, 0x3164,  0x2028,  0xfffe, 0x10ffff, 0x1fae9,
};

static void whatever_comes_the_promise_holds(void **state)
{
	unsigned seed = 1;

	for (int round = 0; round < 20000; round++) {
		AUTO(str_done) struct str in = STR_INIT;
		AUTO(str_done) struct str out = STR_INIT;
		enum neutral_mode mode = round & 1 ? NEUTRAL_TEXT : NEUTRAL_LINE;
		int count = rand_r(&seed) % 24;
		for (int i = 0; i < count; i++) {
			char bytes[4];
			uint32_t code = hot[(unsigned)rand_r(&seed) % ARRAY_LEN(hot)];
			int repeat = rand_r(&seed) % 8 == 0 ? 20 : 1;
			size_t used = utf8_encode(code, bytes);
			if (rand_r(&seed) % 32 == 0)
				used = 1;
			while (repeat--)
				str_add_len(&in, bytes, used);
		}
		neutral_add(&out, in.ptr, in.len, mode);
		check_promise(&out, mode);
	}
}

static void every_code_point_alone_keeps_the_promise(void **state)
{
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		AUTO(str_done) struct str out = STR_INIT;
		char bytes[4];
		if (code == 0xd800)
			code = 0xe000;
		neutral_add(&out, bytes, utf8_encode(code, bytes), NEUTRAL_LINE);
		if (out.len == 1)
			assert_true(out.ptr[0] >= ' ' && out.ptr[0] < 0x7f);
		else
			assert_true(width_text(out.ptr, out.len) > 0);
	}
}

static void a_megabyte_of_marks_is_taken_in_its_stride(void **state)
{
	AUTO(str_done) struct str in = STR_INIT;
	AUTO(str_done) struct str out = STR_INIT;

	str_add(&in, "a");
	for (int i = 0; i < 500000; i++)
		str_add(&in, "\u0301");
	neutral_add(&out, in.ptr, in.len, NEUTRAL_TEXT);
	assert_true(out.len < 64);
}

CHECK_MAIN(TEST(clusters_end_where_uax_29_says), TEST(a_step_back_undoes_a_step_forward),
	   TEST(widths_are_those_that_a_person_sees),
	   TEST(text_is_cut_at_a_cluster_that_fits),
	   TEST(control_characters_are_shown_and_do_nothing),
	   TEST(bidi_controls_are_named), TEST(what_cannot_be_seen_is_shown),
	   TEST(joiners_stay_where_they_mean_something),
	   TEST(marks_need_something_to_stand_on_and_have_an_end),
	   TEST(right_to_left_letters_are_noticed),
	   TEST(whatever_comes_the_promise_holds),
	   TEST(every_code_point_alone_keeps_the_promise),
	   TEST(a_megabyte_of_marks_is_taken_in_its_stride))
