/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/core/sniff.h"
#include "tests/lib/check.h"

#define TYPE(text, whole) sniff_type(bytes_of(text, sizeof(text) - 1), whole)

static void pictures_are_known_by_their_first_bytes(void **state)
{
	assert_string_equal(TYPE("\x89PNG\r\n\x1a\n....IHDR", false), "image/png");
	assert_string_equal(TYPE("\xff\xd8\xff\xe0", false), "image/jpeg");
	assert_string_equal(TYPE("GIF89a", false), "image/gif");
	assert_string_equal(TYPE("RIFF....WEBPVP8 ", false), "image/webp");
	assert_string_equal(TYPE("%PDF-1.7\n", false), "application/pdf");
	assert_string_equal(TYPE("PK\x03\x04....", false), "application/zip");
}

static void text_is_text_and_nothing_that_runs(void **state)
{
	const char *text = "text/plain; charset=utf-8";

	assert_string_equal(TYPE("hello\n", true), text);
	assert_string_equal(TYPE("<html><script>alert(1)</script>", true), text);
	assert_string_equal(TYPE("<svg xmlns='http://www.w3.org/2000/svg'/>", true),
			    text);
	assert_string_equal(TYPE("#!/bin/sh\nrm -rf /\n", true), text);
	/* a character that is cut where we stopped looking */
	assert_string_equal(TYPE("caf\xc3", false), text);
}

static void what_is_not_known_is_bytes(void **state)
{
	const char *bytes = "application/octet-stream";

	assert_string_equal(TYPE("", true), bytes);
	assert_string_equal(TYPE("caf\xc3", true), bytes);
	assert_string_equal(TYPE("a\0b", true), bytes);
	assert_string_equal(TYPE("\x7f"
				 "ELF",
				 false),
			    bytes);
	assert_string_equal(TYPE("RIFF\0...AVI ", false), bytes);
	assert_string_equal(TYPE("\x89PNG", true), bytes);
	assert_string_equal(TYPE("MZ\x90\0", false), bytes);
}

CHECK_MAIN(TEST(pictures_are_known_by_their_first_bytes),
	   TEST(text_is_text_and_nothing_that_runs), TEST(what_is_not_known_is_bytes))
