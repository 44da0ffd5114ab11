/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMTP itself is tried against another's server in tests/e2e/smtp.sh. */
#include "server/mail/mailer_open.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/bytes.h"
#include "common/os/file.h"
#include "server/mail/mailer_sendmail.h"
#include "server/mail/mailer_spool.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

static struct letter letter_to(const char *address)
{
	struct letter letter = LETTER_INIT;

	letter.id = (struct id){"foobarfoobarfoob"};
	str_add(&letter.to, address);
	str_add(&letter.subject, "Your code");
	str_add(&letter.body, "\n    482913\n");
	return letter;
}

/* A program that does what @script says, as the mailer starts it. */
static enum err sent_by(const char *script, const char *words, const char *address,
			int *ret_reply, struct str *ret_mail)
{
	AUTO(letter_done) struct letter letter = letter_to(address);
	AUTO(str_done)
	struct str program = STR_INIT, mail = STR_INIT, text = STR_INIT,
		   command = STR_INIT, why = STR_INIT;
	AUTO(buf_done) struct buf content = BUF_INIT;
	struct scratch scratch;
	struct mailer *mailer = NULL;

	scratch_init(&scratch);
	scratch_file(&scratch, "sendmail", &program);
	scratch_file(&scratch, "mail", &mail);
	str_addf(&text, "#!/bin/sh\nPATH=/usr/bin:/bin\nout=%s\n%s\n", mail.ptr, script);
	check_ok(file_replace(program.ptr, str_view(&text), 0700));
	str_addf(&command, "%s %s", program.ptr, words);
	check_ok(mailer_sendmail_new(command.ptr, "chat@example.org", &mailer, &why));
	enum err err = mailer->send(mailer, &letter);
	*ret_reply = mailer->reply;
	mailer->close(&mailer);
	if (file_read(mail.ptr, 65536, &content) == ERR_OK)
		str_set_len(ret_mail, (const char *)content.ptr, content.len);
	scratch_done(&scratch);
	return err;
}

static void the_spool_keeps_what_is_sent_and_nothing_of_what_is_not(void **state)
{
	AUTO(letter_done) struct letter letter = letter_to("alice@example.org");
	AUTO(str_done) struct str folder = STR_INIT;
	struct scratch scratch;
	struct mailer *mailer = NULL;
	unsigned count = 0;

	scratch_init(&scratch);
	scratch_file(&scratch, "mail", &folder);
	check_ok(mailer_spool_new(folder.ptr, "chat@example.org", &mailer));
	mailer->pretend(mailer, &letter);
	assert_int_equal(rmdir(folder.ptr), 0); /* it is empty */
	check_ok(file_make_private(folder.ptr));
	check_ok(mailer->send(mailer, &letter));
	mailer->pretend(mailer, &letter);
	DIR *dir = opendir(folder.ptr);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	assert_int_equal(count, 1);
	mailer->close(&mailer);
	scratch_done(&scratch);
}

static void a_program_gets_the_message_and_its_words_without_a_shell(void **state)
{
	AUTO(str_done) struct str mail = STR_INIT;
	int reply;

	check_ok(sent_by("printf '[%s]' \"$@\" >$out; env >>$out; cat >>$out",
			 "-i  --to={to}\t; $HOME `id` -- {to}", "x;rm@example.org",
			 &reply, &mail));
	assert_int_equal(reply, 0);
	assert_non_null(strstr(mail.ptr, "[-i][--to=x;rm@example.org][;][$HOME][`id`][--]"
					 "[x;rm@example.org]"));
	assert_non_null(strstr(mail.ptr, "\nTo: x;rm@example.org\n"));
	assert_non_null(strstr(mail.ptr, "\n    482913\n"));
	assert_null(strstr(mail.ptr, "HOME="));
}

static void its_exit_status_says_what_becomes_of_the_letter(void **state)
{
	static const struct {
		const char *script;
		enum err err;
		int reply;
	} cases[] = {
		{"cat >/dev/null", ERR_OK, 0},
		{"exit 0", ERR_OK, 0}, /* it need not read all of it */
		{"exit 75", ERR_BUSY, 75},
		{"exit 67", ERR_BAD, 67},
		{"exit 68", ERR_BAD, 68},
		{"exit 64", ERR_UNREACHABLE, 64},
		{"exit 1", ERR_UNREACHABLE, 1},
		{"kill -9 $$", ERR_BUSY, -1},
	};
	AUTO(str_done) struct str mail = STR_INIT;
	int reply;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check_err(sent_by(cases[i].script, "", "a@example.org", &reply, &mail),
			  cases[i].err);
		assert_int_equal(reply, cases[i].reply);
	}
}

static void a_server_that_ends_does_not_wait_for_a_program(void **state)
{
	AUTO(letter_done) struct letter letter = letter_to("a@example.org");
	AUTO(str_done) struct str why = STR_INIT;
	struct mailer *mailer = NULL;

	check_ok(mailer_sendmail_new("/bin/sleep 1000", "chat@example.org", &mailer,
				     &why));
	mailer->hurry(mailer);
	check_err(mailer->send(mailer, &letter), ERR_BUSY);
	mailer->close(&mailer);
}

static void wrong_settings_are_named(void **state)
{
	static const struct {
		struct mail_config config;
		const char *why;
	} cases[] = {
		{{.sendmail = "sendmail -t"}, "full path"},
		{{.sendmail = "/nowhere/sendmail -t"}, "full path"},
		{{.sendmail = " "}, "full path"},
		{{.sendmail = "/bin/true", .smtp = {.url = "smtp://x"}}, "one way"},
#ifdef HAVE_LIBCURL
		{{.smtp = {.url = "http://mail.example.org"}}, "smtp_url is"},
		{{.smtp = {.url = "smtp://"}}, "smtp_url is"},
		{{.smtp = {.url = "smtp://me:secret@mail.example.org"}}, "smtp_url is"},
		{{.smtp = {.url = "smtp://x", .user = "chat"}}, "smtp_password_file"},
		{{.smtp = {.url = "smtp://x", .password_file = "/x"}}, "smtp_user"},
		{{.smtp = {.url = "smtp://x", .pin = "abc"}}, "sha256//"},
		{{.smtp = {.url = "smtp://x",
			   .user = "chat",
			   .password_file = "/nowhere"}},
		 "/nowhere"},
#else
		{{.smtp = {.url = "smtp://x"}}, "without libcurl"},
#endif
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str why = STR_INIT;
		struct mail_config config = cases[i].config;
		struct mailer *mailer = NULL;
		config.from = "chat@example.org";
		assert_int_not_equal(mailer_open(&config, &mailer, &why), ERR_OK);
		assert_null(mailer);
		if (!strstr(why.ptr, cases[i].why))
			fail_msg("\"%s\" does not say %s", why.ptr, cases[i].why);
	}
}

CHECK_MAIN(TEST(a_program_gets_the_message_and_its_words_without_a_shell),
	   TEST(its_exit_status_says_what_becomes_of_the_letter),
	   TEST(a_server_that_ends_does_not_wait_for_a_program),
	   TEST(the_spool_keeps_what_is_sent_and_nothing_of_what_is_not),
	   TEST(wrong_settings_are_named))
