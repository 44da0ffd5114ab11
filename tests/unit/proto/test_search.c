/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people type to find a message, and what becomes of it. */
#include "common/proto/search.h"

#include "tests/lib/check.h"

static enum err parse(const char *text, struct search *search)
{
	struct bytes part;

	*search = (struct search)SEARCH_INIT;
	return search_parse(bytes_text(text), 0, search, &part);
}

static void check_match(const char *text, const char *want)
{
	struct search search;

	check_ok(parse(text, &search));
	assert_string_equal(search.match.ptr, want);
	search_done(&search);
}

static void every_word_has_to_be_there_and_the_last_one_may_go_on(void **state)
{
	check_match("disk full", "\"disk\" \"full\"*");
	check_match("disk full ", "\"disk\" \"full\"");
	check_match("disk a", "\"disk\" \"a\"");
	check_match("\"disk full\"", "\"disk full\"");
	check_match("x \"disk full\" y", "\"x\" \"disk full\" \"y\"");
	check_match("\"not closed", "\"not closed\"");
	check_match("東", "\"東\"*");
	check_match("東京 x", "\"東京\" \"x\"");
	check_match("é", "\"é\"*");
	check_match("a – b ", "\"a\" \"–\"* \"b\"");
}

static void what_was_typed_is_never_syntax(void **state)
{
	check_match("a OR b NOT c", "\"a\" \"OR\" \"b\" \"NOT\" \"c\"");
	check_match("body:x* ^y NEAR(", "\"body:x*\" \"^y\" \"NEAR(\"*");
	check_match("say\"quoted\" ", "\"say\"\"quoted\"\"\"");
	check_match("12:30 http://x.y/z ", "\"12:30\" \"http://x.y/z\"");
	check_match("-- ( ) * ok ", "\"ok\"");
	check_match("a\x01\tb ", "\"a\" \"b\"");
	check_match(": x:", "\"x:\"*");
}

static void filters_are_taken_out_of_the_words(void **state)
{
	struct search search;

	check_ok(parse("from:@bob in:#ops disk has:file has:link", &search));
	assert_string_equal(search.from.ptr, "bob");
	assert_string_equal(search.in.ptr, "ops");
	assert_true(search.has_file);
	assert_string_equal(search.match.ptr, "\"disk\" AND (\"http\" OR \"https\")");
	search_done(&search);
	/* what has no token must not stand beside the AND alone */
	check_match("– has:link today 🍕 ",
		    "\"–\"* \"today\" \"🍕\"* AND (\"http\" OR \"https\")");
	check_ok(parse("in:\"the den\"", &search));
	assert_string_equal(search.in.ptr, "the den");
	assert_string_equal(search.match.ptr, "");
	search_done(&search);
}

static void days_months_and_years_are_left_out(void **state)
{
	static const struct {
		const char *text;
		uint64_t after, before; /* seconds */
	} rows[] = {
		{"before:2026", 0, 1767225600},
		{"after:2026", 1798761600, 0},
		{"before:2026-10", 0, 1790812800},
		{"after:2026-12", 1798761600, 0},
		{"after:2024-02-29", 1709251200, 0},
		{"after:2026-09-15 before:2026-09-17", 1789516800, 1789603200},
		{"before:1970", 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct search search;
		check_ok(parse(rows[i].text, &search));
		assert_int_equal(search.after_ms, rows[i].after * 1000);
		/* the very beginning is a millisecond, since 0 means open */
		assert_int_equal(search.before_ms, strstr(rows[i].text, "1970")
							   ? 1
							   : rows[i].before * 1000);
		search_done(&search);
	}
}

static void a_day_begins_where_one_lives(void **state)
{
	struct search search = SEARCH_INIT;
	struct bytes part;

	check_ok(search_parse(bytes_text("before:2026-10-01"), 7200, &search, &part));
	assert_int_equal(search.before_ms, (1790812800 - 7200) * 1000ULL);
	search_done(&search);
}

static void what_is_not_understood_is_named(void **state)
{
	static const char *const rows[][2] = {
		{"x before:soon y", "before:soon"},
		{"after:2026-13", "after:2026-13"},
		{"after:2026-02-29", "after:2026-02-29"},
		{"after:2026-1-1", "after:2026-1-1"},
		{"has:fun", "has:fun"},
		{"from:", "from:"},
		{"in:#", "in:#"},
	};
	struct search search;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes part;
		search = (struct search)SEARCH_INIT;
		check_err(search_parse(bytes_text(rows[i][0]), 0, &search, &part),
			  ERR_BAD);
		assert_true(bytes_equal(part, bytes_text(rows[i][1])));
		search_done(&search);
	}
	check_err(parse("", &search), ERR_BAD);
	search_done(&search);
	check_err(parse("?! --", &search), ERR_BAD);
	search_done(&search);
	check_err(parse("\xff", &search), ERR_UTF8);
	search_done(&search);
}

static void long_searches_are_refused(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct search search;

	for (unsigned i = 0; i < 33; i++)
		str_add(&text, "w ");
	check_err(parse(text.ptr, &search), ERR_TOO_BIG);
	search_done(&search);
	str_clear(&text);
	while (text.len <= LIMIT_QUERY)
		str_add(&text, "long");
	check_err(parse(text.ptr, &search), ERR_TOO_BIG);
	search_done(&search);
}

CHECK_MAIN(TEST(every_word_has_to_be_there_and_the_last_one_may_go_on),
	   TEST(what_was_typed_is_never_syntax), TEST(filters_are_taken_out_of_the_words),
	   TEST(days_months_and_years_are_left_out), TEST(a_day_begins_where_one_lives),
	   TEST(what_is_not_understood_is_named), TEST(long_searches_are_refused))
