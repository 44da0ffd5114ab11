/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a text is markup. Below each text the marks of its bytes: B bold, I italic, T both,
 * S struck out, C code, # a line of a fenced block, q a quotation, - a sign, @ an address. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/markup.h"
#include "client/ui/wrap.h"
#include "common/base/mem.h"

#include "tests/lib/check.h"

struct row {
	const char *text, *marks;
};

static char letter(unsigned marks)
{
	if (marks & MARKUP_LINK)
		return '@';
	if (marks & MARKUP_SIGN)
		return '-';
	if (marks & MARKUP_BLOCK)
		return '#';
	if (marks & MARKUP_CODE)
		return 'C';
	if (marks & MARKUP_STRIKE)
		return 'S';
	switch (marks & (MARKUP_BOLD | MARKUP_ITALIC)) {
	case MARKUP_BOLD: return 'B';
	case MARKUP_ITALIC: return 'I';
	case 0: return marks & MARKUP_QUOTE ? 'q' : '.';
	default: return 'T';
	}
}

static void scan(const char *text, size_t len, uint8_t *marks)
{
	memset(marks, 0, len);
	markup_links(text, len, marks);
	markup_scan(text, len, marks);
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t marks[200];
		char got[200] = "";
		size_t len = strlen(rows[i].text);
		assert_true(len < sizeof(got));
		scan(rows[i].text, len, marks);
		for (size_t at = 0; at < len; at++)
			got[at] = letter(marks[at]);
		if (strcmp(got, rows[i].marks) != 0)
			fail_msg("\n%s\n%s\n%s (wanted)", rows[i].text, got,
				 rows[i].marks);
	}
}

static void words_are_emphasised(void **state)
{
	static const struct row rows[] = {
		{"a *b c* d", "..-III-.."},
		{"a **b** c", "..--B--.."},
		{"***both***!", "---TTTT---."},
		{"_so_, ~~gone~~.", "-II-..--SSSS--."},
		{"**bold *in it* too**", "--BBBBB-TTTTT-BBBB--"},
		{"**a *b***", "--BB-T---"},
		{"***a** b*", "---T--II-"},
		{"(*x*) \"*y*\"", ".-I-...-I-."},
		{"**--force** *\"yes\"*", "--BBBBBBB--.-IIIII-"},
		{"*a* *b*", "-I-.-I-"},
		{"* item *x*", ".......-I-"},
		{"*é*, **日本**", "-II-..--BBBBBB--"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void programs_globs_and_tables_stay_untouched(void **state)
{
	static const char *const texts[] = {
		"snake_case_name and _x",
		"2*3*4 = 24, 2**3",
		"/* a comment */ /*x*/",
		"rm *.c *.h src/*.c src/*.h **/*.py",
		"f(*args, **kwargs); int *p, *q; (*f)(*g); a[*i]*b",
		"*/5 * * * * /bin/true",
		"== \"*\" || '*' (*)",
		"__init__.py and __name__",
		"| a | b |\n|---|---|\n+***+****+",
		"***** five *****",
		"~5 minutes, ~/.bashrc ~~~",
		"\\*not\\* \\_this\\_",
		"* one\n- two\n1. three",
		"** blank **, *  *",
		"a `b",
		"``a` b",
		"```\\`` c",
		">_< >:( -> a > b",
		"*over\nlines*",
		"*open _crossed",
		"",
		"*",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		uint8_t marks[200];
		size_t len = strlen(texts[i]);
		scan(texts[i], len, marks);
		for (size_t at = 0; at < len; at++)
			if (marks[at])
				fail_msg("%s: %c at %zu", texts[i], letter(marks[at]),
					 at);
	}
}

static void code_stays_what_it_is(void **state)
{
	static const struct row rows[] = {
		{"`a **b** c`", "-CCCCCCCCC-"}, {"``a`b`` *x*", "--CCC--.-I-"},
		{"*a `*` b*", "-II-C-II-"},     {"**`x`**", "---C---"},
		{"```x``` y", "---C---.."},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void a_fence_keeps_its_lines(void **state)
{
	static const struct row rows[] = {
		{"a\n```c\n  *p* = `x`;\n```\n*b*", "..-----#############----"
						    "-I-"},
		{"````\n```\n````", "-----####----"},
		{"```sh\nls *.c", "------######"},
		{"``` not `this`", "........-CCCC-"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void quotations_begin_a_line(void **state)
{
	static const struct row rows[] = {
		{"> a *b*\nc", "-qqq-I-.."},
		{">> a", "--qq"},
		{"a\n>", "..-"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void signs_in_an_address_belong_to_it(void **state)
{
	static const struct row rows[] = {
		{"**https://a.b/c_d_e**!", "--@@@@@@@@@@@@@@@@@--."},
		{"see https://a.b/*x*, ok", "....@@@@@@@@@@@@@@....."},
		{"`curl http://a.b/`", "-CCCCC@@@@@@@@@@@-"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

/* Time: a quadratic scan of this takes minutes under a sanitizer. */
static void hostile_texts_cost_no_more_than_others(void **state)
{
	static const char *const parts[] = {"*a ", "_a",     "`",  "` `` ``` ", "a* ",
					    "~~a", "*a _b ", "> ", "```\n",     "a**"};
	const size_t len = 256 << 10;
	char *text = mem_alloc(len + 1, 1);
	uint8_t *marks = mem_alloc(len, 1);

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		for (size_t at = 0; at < len; at++)
			text[at] = parts[i][at % strlen(parts[i])];
		scan(text, len, marks);
	}
	mem_free(text);
	mem_free(marks);
}

static void code_is_broken_where_the_row_is_full(void **state)
{
	static const char text[] = "  if (日本) return 1;\nx";
	size_t next;

	assert_int_equal(wrap_code(text, strlen(text), 9, &next), 9);
	assert_int_equal(next, 9);
	assert_int_equal(wrap_code(text, strlen(text), 100, &next), 23);
	assert_int_equal(next, 24);
	assert_int_equal(wrap_code("日", 3, 1, &next), 3);
	assert_int_equal(wrap_code("\n", 1, 5, &next), 0);
	assert_int_equal(next, 1);
}

CHECK_MAIN(TEST(words_are_emphasised), TEST(programs_globs_and_tables_stay_untouched),
	   TEST(code_stays_what_it_is), TEST(a_fence_keeps_its_lines),
	   TEST(quotations_begin_a_line), TEST(signs_in_an_address_belong_to_it),
	   TEST(hostile_texts_cost_no_more_than_others),
	   TEST(code_is_broken_where_the_row_is_full))
