/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets of files and of programs. */
#include "client/unlock/source.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

enum { ROW_COMMAND, ROW_FILE };

static const struct opt_row rows[] = {
	{.name = "pw_command",
	 .type = OPT_TEXT,
	 OPT_ANY,
	 .fallback = "",
	 .flags = OPT_RUNS},
	{.name = "pw_file",
	 .type = OPT_PATH,
	 OPT_ANY,
	 .fallback = "",
	 .flags = OPT_SECRET},
};

#define MOST 64

/* What @lines of a configuration file and @argv say, read. */
static enum err read_of(const char *lines, const char *flag, struct str *ret_text,
			struct str *why)
{
	char name[] = "test";
	char *argv[] = {name, (char *)(uintptr_t)flag, NULL};
	struct opts opts;
	struct source source = {&opts, ROW_FILE, ROW_COMMAND};
	AUTO(buf_wipe) struct buf text = BUF_INIT;

	opts_init(&opts, rows, ARRAY_LEN(rows), NULL);
	check_ok(opts_read_argv(&opts, flag ? 2 : 1, argv, why));
	check_ok(opts_read_file(&opts, "test.conf", bytes_text(lines), NULL, why));
	enum err err = source_read(&source, MOST, &text, why);
	str_set_len(ret_text, (const char *)text.ptr, text.len);
	opts_done(&opts);
	return err;
}

static void gives(const char *lines, const char *flag, const char *want)
{
	AUTO(str_done) struct str text = STR_INIT, why = STR_INIT;

	check_ok(read_of(lines, flag, &text, &why));
	assert_string_equal(text.ptr, want);
}

static void fails(const char *lines, enum err want, const char *word)
{
	AUTO(str_done) struct str text = STR_INIT, why = STR_INIT;

	check_err(read_of(lines, NULL, &text, &why), want);
	assert_non_null(strstr(why.ptr, word));
}

static void nothing_given_gives_nothing(void **state)
{
	gives("", NULL, "");
}

static void the_first_line_of_what_a_program_prints_is_it(void **state)
{
	gives("pw_command = echo open sesame\n", NULL, "open sesame");
	gives("pw_command = printf one\\ntwo\\n\n", NULL, "one");
	gives("pw_command = printf  without-end \n", NULL, "without-end");
}

static void no_shell_reads_the_command(void **state)
{
	gives("pw_command = echo $HOME;id|id\n", NULL, "$HOME;id|id");
}

static void what_the_script_sends_is_left_to_it(void **state)
{
	int fds[2];
	char c = 0;

	assert_int_equal(pipe(fds), 0);
	int before = dup(STDIN_FILENO);
	dup2(fds[0], STDIN_FILENO);
	assert_int_equal(write(fds[1], "m", 1), 1);
	close(fds[1]);
	gives("pw_command = cat\n", NULL, "");
	assert_int_equal(read(STDIN_FILENO, &c, 1), 1);
	dup2(before, STDIN_FILENO);
	close(before);
	close(fds[0]);
	assert_int_equal(c, 'm');
}

static void a_program_that_fails_is_told_by_name(void **state)
{
	fails("pw_command = false\n", ERR_IO, "false");
	fails("pw_command = /no/such/program x\n", ERR_USAGE, "/no/such/program");
	fails("pw_command = yes\n", ERR_TOO_BIG, "yes");
	fails("pw_command = echo 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", ERR_USAGE,
	      "16 words");
}

static void the_word_closer_to_the_person_counts(void **state)
{
	struct scratch scratch;
	AUTO(str_done) struct str path = STR_INIT, lines = STR_INIT, flag = STR_INIT;

	scratch_init(&scratch);
	scratch_file(&scratch, "secret", &path);
	check_ok(file_replace(path.ptr, bytes_text("of the file\nmore\n"), 0600));
	str_addf(&lines, "pw_file = %s\n", path.ptr);
	str_addf(&flag, "--pw-file=%s", path.ptr);
	gives(lines.ptr, NULL, "of the file");
	gives(lines.ptr, "--pw-command=echo of the program", "of the program");
	gives("pw_command = echo of the program\n", flag.ptr, "of the file");
	str_add(&lines, "pw_command = echo x\n");
	fails(lines.ptr, ERR_USAGE, "both given");
	scratch_done(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given_gives_nothing),
		cmocka_unit_test(the_first_line_of_what_a_program_prints_is_it),
		cmocka_unit_test(no_shell_reads_the_command),
		cmocka_unit_test(what_the_script_sends_is_left_to_it),
		cmocka_unit_test(a_program_that_fails_is_told_by_name),
		cmocka_unit_test(the_word_closer_to_the_person_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
