/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail/message.h"

#include <stdio.h>

#include "tests/lib/check.h"

static struct letter letter_of(const char *subject, const char *body)
{
	struct letter letter = LETTER_INIT;

	letter.id = (struct id){"foobarfoobarfoob"};
	letter.sent_ms = 1700000000000;
	str_add(&letter.to, "alice@example.org");
	str_add(&letter.subject, subject);
	str_add(&letter.body, body);
	return letter;
}

static void printed(const char *subject, const char *body, struct str *text)
{
	AUTO(letter_done) struct letter letter = letter_of(subject, body);

	str_clear(text);
	message_print(&letter, "chat@example.org", text);
}

static void a_letter_is_an_internet_message(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;

	printed("Your code for chat.example.org", "One line.\n", &text);
	assert_string_equal(text.ptr,
			    "Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
			    "From: chat@example.org\n"
			    "To: alice@example.org\n"
			    "Subject: Your code for chat.example.org\n"
			    "Message-ID: <mzxw6ytbojtg633cmfzgm33pmi@example.org>\n"
			    "Auto-Submitted: auto-generated\n"
			    "MIME-Version: 1.0\n"
			    "Content-Type: text/plain; charset=UTF-8\n"
			    "Content-Transfer-Encoding: 7bit\n"
			    "\n"
			    "One line.\n");
}

static void a_subject_outside_of_ascii_is_encoded_between_characters(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;

	printed("Schlüssel für die Tür äöüäöüäöüäöüäöüäöüäöü", "x\n", &text);
	assert_non_null(strstr(
		text.ptr,
		"Subject: "
		"=?UTF-8?B?U2NobMO8c3NlbCBmw7xyIGRpZSBUw7xyIMOkw7bDvMOkw7bDvMOkw7Y=?=\n"
		" =?UTF-8?B?"));
}

static void a_subject_that_looks_encoded_or_breaks_the_line_is_encoded(void **state)
{
	static const char *const subjects[] = {
		"=?UTF-8?B?eA==?=", "a\nBcc: m@example.org", "tab\there"};
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		printed(subjects[i], "x\n", &text);
		assert_null(strstr(text.ptr, subjects[i]));
		assert_null(strstr(text.ptr, "\nBcc"));
	}
}

static void every_line_is_short_ascii_whatever_the_body(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(str_done) struct str body = STR_INIT;

	for (int i = 0; i < 300; i++)
		str_addf(&body, "%s%d.=\xc3\xbc %s", i % 7 ? "" : "\n", i,
			 i % 5 ? "" : " \n");
	printed("x", body.ptr, &text);
	assert_non_null(strstr(text.ptr, "quoted-printable"));
	for (char *line = text.ptr, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		assert_true(end - line <= 78);
		assert_true(end == line || (end[-1] != ' ' && *line != '.'));
		for (const char *c = line; c < end; c++)
			assert_true((unsigned char)*c < 0x7f && *c >= 0x20);
	}
}

/* RFC 2045 section 6.7, read back by the letter of it. */
static void quoted_text_reads_back_as_it_was(void **state)
{
	static const char body[] = ".Grüße = \xf0\x9f\x98\x80 \n\n..\n  482913\n"
				   "so lang so lang so lang so lang so lang so lang so "
				   "lang so lang so lang so lang so lang ü\n";
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(str_done) struct str plain = STR_INIT;

	printed("x", body, &text);
	for (const char *at = strstr(text.ptr, "\n\n") + 2; *at;) {
		unsigned byte;
		if (at[0] == '=' && at[1] == '\n') {
			at += 2;
		} else if (*at == '=') {
			assert_int_equal(sscanf(at, "=%2X", &byte), 1);
			str_add_char(&plain, (char)byte);
			at += 3;
		} else {
			str_add_char(&plain, *at++);
		}
	}
	assert_string_equal(plain.ptr, body);
}

CHECK_MAIN(TEST(a_letter_is_an_internet_message),
	   TEST(a_subject_outside_of_ascii_is_encoded_between_characters),
	   TEST(a_subject_that_looks_encoded_or_breaks_the_line_is_encoded),
	   TEST(every_line_is_short_ascii_whatever_the_body),
	   TEST(quoted_text_reads_back_as_it_was))
