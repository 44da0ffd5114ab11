/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "common/base/filename.h"
#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "tests/lib/check.h"

static void becomes(const char *name, const char *want)
{
	AUTO(str_done) struct str out = STR_INIT;

	filename_clean(bytes_text(name), &out);
	assert_string_equal(out.ptr, want);
}

static void a_good_name_stays(void **state)
{
	becomes("report.pdf", "report.pdf");
	becomes("Übersicht 2026 – neu.tar.gz", "Übersicht 2026 – neu.tar.gz");
	becomes("日本語.txt", "日本語.txt");
}

static void a_name_is_never_a_path(void **state)
{
	becomes("/etc/passwd", "passwd");
	becomes("../../.ssh/authorized_keys", "authorized_keys");
	becomes("C:\\Users\\bob\\cv.doc", "cv.doc");
	becomes("..", "file");
	becomes(".", "file");
	becomes("a/", "file");
	becomes("", "file");
}

static void a_name_neither_hides_nor_looks_like_an_option(void **state)
{
	becomes(".bashrc", "_bashrc");
	becomes("-rf", "_rf");
	becomes(" .-x", "___x");
	becomes("x. . ", "x");
}

static void what_is_not_seen_is_taken_away(void **state)
{
	becomes("a\nb\tc\x1b[31m\x7f", "abc[31m");
	becomes("invoice\xe2\x80\xae"
		"fdp.exe",
		"invoicefdp.exe");
	becomes("a\xe2\x80\x8b\xef\xbb\xbf"
		"b",
		"ab");
	becomes("a\xff\xfe"
		"b\xc0\xaf"
		"c",
		"abc");
	becomes("\xc2\x9b"
		"31m",
		"31m");
}

static void a_long_name_keeps_its_ending(void **state)
{
	AUTO(str_done) struct str name = STR_INIT;
	AUTO(str_done) struct str out = STR_INIT;

	for (int i = 0; i < 300; i++)
		str_add(&name, "é");
	str_add(&name, ".tar.gz");
	filename_clean(str_view(&name), &out);
	assert_true(out.len <= FILENAME_MOST && out.len > FILENAME_MOST - 4);
	assert_true(utf8_valid(out.ptr, out.len));
	assert_string_equal(out.ptr + out.len - 7, ".tar.gz");
}

CHECK_MAIN(TEST(a_good_name_stays), TEST(a_name_is_never_a_path),
	   TEST(a_name_neither_hides_nor_looks_like_an_option),
	   TEST(what_is_not_seen_is_taken_away), TEST(a_long_name_keeps_its_ending))
