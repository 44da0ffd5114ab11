/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/utf8.h"

#include "tests/lib/check.h"

static void a_str_is_always_terminated(void **state)
{
	struct str str = STR_INIT;

	assert_string_equal(str.ptr, "");
	str_addf(&str, "%d-%s", 42, "x");
	str_add_char(&str, '!');
	assert_string_equal(str.ptr, "42-x!");
	str_remove(&str, 2, 1);
	assert_string_equal(str.ptr, "42x!");
	str_remove(&str, 3, 99);
	str_cut(&str, 2);
	assert_true(str_equal(&str, "42"));
	str_set(&str, "new");
	AUTO(mem_freep) char *taken = str_take(&str);
	assert_string_equal(taken, "new");
	assert_string_equal(str.ptr, "");
	str_done(&str);
}

static void utf8_round_trips_every_scalar_value(void **state)
{
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		char text[4];
		uint32_t back;
		if (code == 0xd800)
			code = 0xe000;
		size_t len = utf8_encode(code, text);
		assert_int_equal(utf8_decode(text, len, &back), len);
		assert_int_equal(back, code);
		if (len > 1)
			assert_int_equal(utf8_decode(text, len - 1, &back), 0);
	}
}

static void forms_that_rfc_3629_forbids_are_refused(void **state)
{
	static const char *const bad[] = {"\xc0\x80",
					  "\xc1\xbf",
					  "\xe0\x80\x80",
					  "\xed\xa0\x80",
					  "\xf0\x80\x80\x80",
					  "\xf4\x90\x80\x80",
					  "\xf5\x80\x80\x80",
					  "\x80",
					  "\xff",
					  "a\xc3"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_true(utf8_valid("grün 日本 🎉", strlen("grün 日本 🎉")));
	for (size_t at = 0; at < 24; at++) { /* wherever in a run of ASCII it stands */
		char text[24];
		memset(text, 'a', sizeof(text));
		text[at] = '\xc3';
		assert_false(utf8_valid(text, sizeof(text)));
		if (at + 1 == sizeof(text))
			break;
		text[at + 1] = '\xbc';
		assert_true(utf8_valid(text, sizeof(text)));
	}
}

static void keep_line(enum log_level level, const char *line, void *ctx)
{
	str_set(ctx, line);
}

static void a_log_line_cannot_carry_control_characters(void **state)
{
	AUTO(str_done) struct str line = STR_INIT;

	log_set_sink(keep_line, LOG_INFO, &line);
	log_info("name=%s", "a\x1b[2J\nb\xff\xc2\x9b ä");
	log_debug("not passed on");
	log_set_sink(NULL, LOG_INFO, NULL);
	assert_string_equal(line.ptr, "name=a\\x1b[2J\\x0ab\\xff\\xc2\\x9b ä");
}

static void every_error_is_found_by_its_word(void **state)
{
	for (int i = 0; i < ERR_COUNT; i++) {
		const char *word = err_word((enum err)i);
		assert_int_equal(err_from_word(word, strlen(word)), i);
		assert_true(i == ERR_OK || err_row((enum err)i)->exit_code != 0);
	}
	check_err(err_from_word("?", 1), ERR_INTERNAL);
}

CHECK_MAIN(TEST(a_str_is_always_terminated), TEST(utf8_round_trips_every_scalar_value),
	   TEST(forms_that_rfc_3629_forbids_are_refused),
	   TEST(a_log_line_cannot_carry_control_characters),
	   TEST(every_error_is_found_by_its_word))
