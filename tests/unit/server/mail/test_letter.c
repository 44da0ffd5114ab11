/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail/letter.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/file.h"
#include "server/mail/mailer_memory.h"
#include "server/mail/mailer_spool.h"
#include "tests/lib/check.h"

static const struct letter_facts facts = {.server = "chat.example.org",
					  .name = "alice",
					  .code = "482913",
					  .place = "192.0.2.7",
					  .minutes = 10};

static struct letter written(enum letter_kind kind)
{
	struct letter letter = LETTER_INIT;

	letter.id = (struct id){"foobarfoobarfoob"};
	letter.sent_ms = 1700000000000;
	str_add(&letter.to, "alice@example.org");
	letter_write(&letter, kind, &facts);
	return letter;
}

static void a_letter_is_an_internet_message(void **state)
{
	AUTO(letter_done) struct letter letter = written(LETTER_LOGIN);
	AUTO(str_done) struct str text = STR_INIT;

	letter_print(&letter, "chat@example.org", &text);
	assert_memory_equal(text.ptr,
			    "Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
			    "From: chat@example.org\n"
			    "To: alice@example.org\n"
			    "Subject: Your code for chat.example.org\n"
			    "Message-ID: <mzxw6ytbojtg633cmfzgm33pmi@example.org>\n",
			    176);
	assert_non_null(strstr(text.ptr, "\n\nThis code logs you in"));
}

static void the_code_stands_alone_on_its_line(void **state)
{
	static const enum letter_kind kinds[] = {LETTER_SIGNUP, LETTER_LOGIN,
						 LETTER_RESET};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		AUTO(letter_done) struct letter letter = written(kinds[i]);
		assert_non_null(strstr(letter.body.ptr, "\n    482913\n"));
		assert_null(strstr(letter.subject.ptr, "482913"));
		assert_non_null(strstr(letter.body.ptr, "192.0.2.7"));
	}
}

static void letters_without_a_code_show_none(void **state)
{
	static const enum letter_kind kinds[] = {LETTER_KNOWN, LETTER_PASSWORD};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		AUTO(letter_done) struct letter letter = written(kinds[i]);
		assert_null(strstr(letter.body.ptr, "482913"));
		assert_non_null(strstr(letter.body.ptr, "alice"));
	}
}

static void a_subject_outside_of_ascii_is_encoded_between_characters(void **state)
{
	AUTO(letter_done) struct letter letter = written(LETTER_LOGIN);
	AUTO(str_done) struct str text = STR_INIT;

	str_set(&letter.subject, "Schlüssel für die Tür äöüäöüäöüäöüäöüäöüäöü");
	letter_print(&letter, "chat@example.org", &text);
	assert_non_null(strstr(
		text.ptr,
		"Subject: "
		"=?UTF-8?B?U2NobMO8c3NlbCBmw7xyIGRpZSBUw7xyIMOkw7bDvMOkw7bDvMOkw7Y=?=\n"
		" =?UTF-8?B?"));
	for (const char *c = text.ptr; *c; c++)
		assert_true((unsigned char)*c < 0x80 || c > strstr(text.ptr, "\n\n"));
}

static void the_spool_holds_one_private_file_per_letter(void **state)
{
	char folder[] = "/tmp/test_letter.XXXXXX";
	AUTO(letter_done) struct letter letter = written(LETTER_LOGIN);
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_done) struct buf content = BUF_INIT;
	struct mailer *mailer = NULL;
	struct stat st;

	assert_non_null(mkdtemp(folder));
	str_addf(&path, "%s/spool", folder);
	check_ok(mailer_spool_new(path.ptr, "chat@example.org", &mailer));
	check_ok(mailer->send(mailer, &letter));
	letter.id.bytes[0]++;
	check_ok(mailer->send(mailer, &letter));
	mailer->close(&mailer);
	assert_null(mailer);

	unsigned files = 0;
	DIR *dir = opendir(path.ptr);
	for (struct dirent *entry; (entry = readdir(dir));) {
		AUTO(str_done) struct str file = STR_INIT;
		if (entry->d_name[0] == '.')
			continue;
		files++;
		assert_non_null(strstr(entry->d_name, ".eml"));
		str_addf(&file, "%s/%s", path.ptr, entry->d_name);
		assert_int_equal(stat(file.ptr, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		check_ok(file_read(file.ptr, 65536, &content));
		assert_int_equal(unlink(file.ptr), 0);
	}
	closedir(dir);
	assert_int_equal(files, 2);
	buf_add_u8(&content, 0);
	assert_non_null(strstr((const char *)content.ptr, "482913"));
	assert_int_equal(stat(path.ptr, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(rmdir(path.ptr), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void the_memory_mailer_finds_the_newest_letter_and_can_fail(void **state)
{
	AUTO(letter_done) struct letter letter = written(LETTER_LOGIN);
	struct mailer_memory *memory = mailer_memory_new();
	struct mailer *mailer = &memory->mailer;

	assert_null(mailer_memory_last(memory, "alice@example.org"));
	check_ok(mailer->send(mailer, &letter));
	str_set(&letter.subject, "newer");
	check_ok(mailer->send(mailer, &letter));
	str_set(&letter.to, "bob@example.org");
	check_ok(mailer->send(mailer, &letter));
	assert_string_equal(mailer_memory_last(memory, "alice@example.org")->subject.ptr,
			    "newer");
	memory->fail = ERR_UNREACHABLE;
	check_err(mailer->send(mailer, &letter), ERR_UNREACHABLE);
	assert_int_equal(memory->count, 3);
	mailer->close(&mailer);
}

CHECK_MAIN(TEST(a_letter_is_an_internet_message), TEST(the_code_stands_alone_on_its_line),
	   TEST(letters_without_a_code_show_none),
	   TEST(a_subject_outside_of_ascii_is_encoded_between_characters),
	   TEST(the_spool_holds_one_private_file_per_letter),
	   TEST(the_memory_mailer_finds_the_newest_letter_and_can_fail))
