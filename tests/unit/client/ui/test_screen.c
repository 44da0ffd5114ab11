/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "client/ui/paint.h"
#include "client/ui/screen_text.h"
#include "client/ui/wrap.h"
#include "common/base/grapheme.h"
#include "common/base/neutral.h"
#include "common/base/width.h"

#include "tests/lib/check.h"

static int put(struct screen *screen, int row, int col, int width, const char *text)
{
	return screen_put(screen, row, col, width, STYLE_PLAIN, text, strlen(text));
}

static void check_dump(const struct screen *screen, const char *want)
{
	AUTO(str_done) struct str out = STR_INIT;

	screen_text_dump(screen, &out);
	assert_string_equal(out.ptr, want);
}

static void text_is_cut_at_its_field_and_at_the_grid(void **state)
{
	struct screen *screen = screen_text_new(3, 8);

	assert_int_equal(put(screen, 0, 1, 4, "abcdef"), 4);
	assert_int_equal(put(screen, 1, 0, 3, "日本"), 2);
	put(screen, 2, 6, 9, "xyz");
	put(screen, 2, -1, 3, "abc");
	put(screen, 9, 0, 3, "abc");
	check_dump(screen, " abcd\n日\nbc    xy\n");
	screen_close(&screen);
}

static void half_of_a_wide_cell_is_never_left(void **state)
{
	struct screen *screen = screen_text_new(1, 6);

	put(screen, 0, 0, 6, "日本語");
	put(screen, 0, 1, 1, "x");
	check_dump(screen, " x本語\n");
	put(screen, 0, 2, 1, "y");
	check_dump(screen, " xy 語\n");
	put(screen, 0, 3, 2, "한");
	check_dump(screen, " xy한\n");
	put(screen, 0, 5, 1, "日");
	assert_null(strstr(screen_cell(screen, 0, 5)->text, "日"));
	screen_close(&screen);
}

static void control_characters_do_not_enter_the_grid(void **state)
{
	struct screen *screen = screen_text_new(1, 6);

	put(screen, 0, 0, 6, "a\x1b[b\nc\x7f");
	check_dump(screen, "a[bc\n");
	screen_close(&screen);
}

static void check_paint(const struct screen *screen, const char *want)
{
	AUTO(str_done) struct str out = STR_INIT;
	AUTO(str_done) struct str shown = STR_INIT;

	paint_row(&out, screen, 0);
	for (size_t i = 0; i < out.len; i++) {
		if (out.ptr[i] == '\x1b')
			str_add(&shown, "^");
		else
			str_add_char(&shown, out.ptr[i]);
	}
	assert_string_equal(shown.ptr, want);
}

static void an_unsure_cluster_is_fenced_by_columns(void **state)
{
	struct screen *screen = screen_text_new(1, 5);

	put(screen, 0, 0, 5, "a👨‍👩‍👧b");
	check_paint(screen, "^[1;1H^[ma  ^[2G👨‍👩‍👧^[4Gb ^[m");
	screen_close(&screen);
}

static void a_link_is_opened_and_closed_around_its_cells(void **state)
{
	struct screen *screen = screen_text_new(1, 4);

	screen_put_link(screen, 0, 1, 2, STYLE_PLAIN, "ab", 2, "http://x/ \x1b\\é");
	check_paint(screen, "^[1;1H^[m ^]8;;http://x/%20%1B\\%C3%A9^\\ab^]8;;^\\ ^[m");
	screen_close(&screen);
}

static void a_right_to_left_field_is_isolated(void **state)
{
	struct screen *screen = screen_text_new(1, 6);

	put(screen, 0, 1, 4, "שלום");
	check_paint(screen, "^[1;1H^[m \u200eשלום\u200e ^[m");
	put(screen, 0, 1, 4, "abcd");
	check_paint(screen, "^[1;1H^[m abcd ^[m");
	screen_close(&screen);
}

static void colours_come_as_the_terminal_takes_them(void **state)
{
	struct screen *screen = screen_text_new(1, 4);
	static const struct style styles[] = {
		{0x102030, COLOUR_DEFAULT, ATTR_BOLD},
		{COLOUR_PALETTE(3), COLOUR_PALETTE(9), 0},
		{COLOUR_PALETTE(200), COLOUR_DEFAULT, ATTR_REVERSE | ATTR_UNDERLINE},
	};

	for (int i = 0; i < 3; i++)
		screen_put(screen, 0, i, 1, styles[i], "x", 1);
	check_paint(screen, "^[1;1H^[m^[0;1;38;2;16;32;48mx^[0;33;101mx^[0;4;7;38;5;200mx"
			    "^[0m ^[m");
	screen_close(&screen);
}

static void a_row_has_a_new_number_when_anything_about_it_is_new(void **state)
{
	struct screen *screen = screen_text_new(1, 9);
	uint64_t hashes[5];

	hashes[0] = paint_hash(screen, 0);
	put(screen, 0, 0, 9, "text");
	hashes[1] = paint_hash(screen, 0);
	screen_tint(screen, 0, 0, 1, (struct style){1, 2, 0});
	hashes[2] = paint_hash(screen, 0);
	screen_put_link(screen, 0, 0, 9, STYLE_PLAIN, "text", 4, "http://a");
	hashes[3] = paint_hash(screen, 0);
	screen_put_link(screen, 0, 0, 9, STYLE_PLAIN, "text", 4, "http://b");
	hashes[4] = paint_hash(screen, 0);
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		for (size_t j = 0; j < i; j++)
			assert_true(hashes[i] != hashes[j]);
	screen_close(&screen);
}

static void any_size_is_clamped(void **state)
{
	struct screen *screen = screen_text_new(0, -5);

	assert_int_equal(screen->rows, 1);
	assert_int_equal(screen->cols, 1);
	screen_resize(screen, 100000, 100000);
	assert_int_equal(screen->rows, SCREEN_ROWS);
	assert_int_equal(screen->cols, SCREEN_COLS);
	screen_close(&screen);
}

/* ---- wrap ---- */

static void check_wrap(const char *text, size_t columns, const char *want)
{
	AUTO(str_done) struct str out = STR_INIT;
	size_t len = strlen(text);
	size_t rows = 0;

	do {
		size_t next;
		size_t row = wrap_row(text, len, columns, &next);
		str_add_len(&out, text, row);
		str_add_char(&out, '|');
		text += next;
		len -= next;
		rows++;
	} while (len);
	assert_string_equal(out.ptr, want);
}

static void rows_break_where_a_reader_expects_it(void **state)
{
	check_wrap("", 5, "|");
	check_wrap("hello world", 5, "hello|world|");
	check_wrap("hello world", 8, "hello|world|");
	check_wrap("hello   world", 5, "hello|world|");
	check_wrap("a\n\nb", 5, "a||b|");
	check_wrap("abcdefgh", 3, "abc|def|gh|");
	check_wrap("日本語テキスト", 5, "日本|語テ|キス|ト|");
	check_wrap("日", 1, "日|");
	check_wrap("ab 日本", 6, "ab 日|本|");
	check_wrap("  indented text", 10, "  indented|text|");
	check_wrap("end\n", 5, "end|");
}

static void every_wrap_gets_on_and_fits(void **state)
{
	static const char *const pieces[] = {
		"a",       " ",      "\n",   "日", "👨‍👩‍👧",
		"e\u0301", "word",   "שלום", "  ", "⟦RLO⟧",
		" \u0301", "\u0600 "};
	unsigned seed = 9;

	for (int round = 0; round < 3000; round++) {
		AUTO(str_done) struct str text = STR_INIT;
		size_t columns = 1 + (size_t)(rand_r(&seed) % 12);
		size_t at = 0, rows = 0;
		for (int i = rand_r(&seed) % 30; i > 0; i--)
			str_add(&text,
				pieces[(unsigned)rand_r(&seed) % ARRAY_LEN(pieces)]);
		do {
			size_t next;
			size_t row =
				wrap_row(text.ptr + at, text.len - at, columns, &next);
			bool single = row && grapheme_next(text.ptr + at, row) == row;
			assert_true(next > 0 || text.len == 0);
			assert_true(row <= next);
			assert_true(single || width_text(text.ptr + at, row) <= columns);
			for (size_t i = at + row; i < at + next; i++)
				assert_true(text.ptr[i] == ' ' || text.ptr[i] == '\n');
			at += next;
			rows++;
		} while (at < text.len);
		assert_int_equal(rows, wrap_count(text.ptr, text.len, columns));
	}
}

static void a_word_of_a_megabyte_is_wrapped_in_one_pass(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;

	for (int i = 0; i < 1 << 20; i++)
		str_add_char(&text, 'x');
	assert_int_equal(wrap_count(text.ptr, text.len, 80), ((1 << 20) + 79) / 80);
}

CHECK_MAIN(TEST(text_is_cut_at_its_field_and_at_the_grid),
	   TEST(half_of_a_wide_cell_is_never_left),
	   TEST(control_characters_do_not_enter_the_grid),
	   TEST(an_unsure_cluster_is_fenced_by_columns),
	   TEST(a_link_is_opened_and_closed_around_its_cells),
	   TEST(a_right_to_left_field_is_isolated),
	   TEST(colours_come_as_the_terminal_takes_them),
	   TEST(a_row_has_a_new_number_when_anything_about_it_is_new),
	   TEST(any_size_is_clamped), TEST(rows_break_where_a_reader_expects_it),
	   TEST(every_wrap_gets_on_and_fits),
	   TEST(a_word_of_a_megabyte_is_wrapped_in_one_pass))
