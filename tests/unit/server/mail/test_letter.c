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
					  .what = "bob@example.org",
					  .place = "192.0.2.7",
					  .client = "curl/7.88",
					  .asked_ms = 1700000000000,
					  .minutes = 10};

static struct letter written(enum letter_kind kind)
{
	struct letter letter = LETTER_INIT;

	letter.id = (struct id){"foobarfoobarfoob"};
	letter.sent_ms = 1700000000000;
	str_add(&letter.to, "alice@example.org");
	letter_write(&letter, kind, &facts, NULL);
	return letter;
}

static void a_letter_says_what_to_whom_and_who_asked(void **state)
{
	AUTO(letter_done) struct letter letter = written(LETTER_LOGIN);

	assert_string_equal(letter.subject.ptr, "Your code for chat.example.org");
	assert_string_equal(
		letter.body.ptr,
		"This code logs you in on chat.example.org as \"alice\":\n"
		"\n"
		"    482913\n"
		"\n"
		"It is good for 10 minutes and for one use.\n"
		"It was asked for from 192.0.2.7 with curl/7.88, 2023-11-14 22:13 UTC.\n"
		"\n"
		"If that was not you, somebody knows your password: change it.\n"
		"Never tell the code to anyone, whoever asks.\n");
}

static void the_code_stands_alone_on_its_line(void **state)
{
	static const enum letter_kind kinds[] = {LETTER_SIGNUP, LETTER_LOGIN,
						 LETTER_RESET, LETTER_EMAIL_NEW,
						 LETTER_EMAIL_OLD};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		AUTO(letter_done) struct letter letter = written(kinds[i]);
		assert_non_null(strstr(letter.body.ptr, "\n    482913\n"));
		assert_null(strstr(letter.subject.ptr, "482913"));
		assert_non_null(strstr(letter.body.ptr, "192.0.2.7"));
	}
}

static void letters_without_a_code_show_none(void **state)
{
	struct letter_facts plain = facts;

	plain.code = "";
	for (int kind = 0; kind < LETTER_COUNT; kind++) {
		AUTO(letter_done) struct letter letter = LETTER_INIT;
		if (kind == LETTER_NONE)
			continue;
		letter_write(&letter, (enum letter_kind)kind, &plain, NULL);
		assert_null(strstr(letter.body.ptr, "minutes"));
		assert_non_null(strstr(letter.body.ptr, "alice"));
		assert_non_null(strstr(letter.subject.ptr, "chat.example.org"));
		assert_null(strchr(letter.body.ptr, '{'));
		assert_null(strchr(letter.subject.ptr, '\n'));
	}
}

static void the_words_of_letters_lead_back_to_them(void **state)
{
	enum letter_kind found;

	for (int kind = 0; kind < LETTER_COUNT; kind++) {
		check_ok(letter_kind_of(letter_word((enum letter_kind)kind), &found));
		assert_int_equal(found, kind);
	}
	check_err(letter_kind_of("of another version", &found), ERR_NOT_FOUND);
}

static void what_comes_from_outside_acts_on_no_mail_program(void **state)
{
	AUTO(letter_done) struct letter letter = LETTER_INIT;
	struct letter_facts evil = facts;

	evil.client = "x\r\nBcc: mallory@example.org\033]0;\a{code}\xe2\x80\xae";
	evil.what = "key\nmore {name}";
	letter_write(&letter, LETTER_KEY_ADDED, &evil, NULL);
	assert_null(strchr(letter.body.ptr, '\r'));
	assert_null(strchr(letter.body.ptr, '\033'));
	assert_null(strstr(letter.body.ptr, "\nBcc"));
	assert_null(strstr(letter.body.ptr, "\xe2\x80\xae"));
	assert_non_null(strstr(letter.body.ptr, "{code}"));
	assert_non_null(strstr(letter.body.ptr, "key more {name}"));
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

CHECK_MAIN(TEST(a_letter_says_what_to_whom_and_who_asked),
	   TEST(the_code_stands_alone_on_its_line),
	   TEST(letters_without_a_code_show_none),
	   TEST(the_words_of_letters_lead_back_to_them),
	   TEST(what_comes_from_outside_acts_on_no_mail_program),
	   TEST(the_spool_holds_one_private_file_per_letter),
	   TEST(the_memory_mailer_finds_the_newest_letter_and_can_fail))
