/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options against a small table with one row of each kind. Each test names a promise of
 * opt.h: which source wins, which form is taken, which sentence a mistake gets.
 */
#include "common/base/opt.h"

#include "common/base/mem.h"

#include "tests/lib/check.h"

enum option {
#define OPTION(id, ...) OPTION_##id,
#include "tests/unit/base/option.def"
#undef OPTION
	OPTION_COUNT
};

static const struct opt_row rows[] = {
#define OPTION OPT_ROW
#include "tests/unit/base/option.def"
#undef OPTION
};

static const char *const headings[] = {"Places", "Looks", "Nothing"};

struct fixture {
	struct opts opts;
	struct str why;
};

static int make(void **state)
{
	struct fixture *fix = mem_new(struct fixture);

	fix->why = STR_INIT;
	opts_init(&fix->opts, rows, OPTION_COUNT, NULL);
	fix->opts.home = "/home/alice";
	*state = fix;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *fix = *state;

	opts_done(&fix->opts);
	str_done(&fix->why);
	mem_free(fix);
	return 0;
}

/* One command line in words, up to the NULL. */
static enum err argv_of(struct fixture *fix, ...)
{
	char *argv[16] = {(char[]){"program"}};
	int argc = 1;
	va_list args;

	str_clear(&fix->why);
	va_start(args, fix);
	while ((argv[argc] = va_arg(args, char *)))
		argc++;
	va_end(args);
	return opts_read_argv(&fix->opts, argc, argv, &fix->why);
}

static enum err file_of(struct fixture *fix, const char *profile, const char *text)
{
	str_clear(&fix->why);
	return opts_read_file(&fix->opts, "c.conf", bytes_text(text), profile, &fix->why);
}

/* ctx: pairs of name and value. */
static const char *env_get(const char *name, void *ctx)
{
	for (const char *const *pair = ctx; *pair; pair += 2) {
		if (strcmp(*pair, name) == 0)
			return pair[1];
	}
	return NULL;
}

static enum err env_of(struct fixture *fix, const char *name, const char *value)
{
	const char *pairs[] = {name, value, NULL};

	str_clear(&fix->why);
	return opts_read_env(&fix->opts, env_get, pairs, &fix->why);
}

static void unset_options_have_their_defaults(void **state)
{
	const struct opts *opts = &((struct fixture *)*state)->opts;

	assert_true(opts_bool(opts, OPTION_BELL));
	assert_false(opts_bool(opts, OPTION_HELP));
	assert_int_equal(opts_number(opts, OPTION_CACHE), 65536);
	assert_int_equal(opts_number(opts, OPTION_TIMEOUT), 10000);
	assert_int_equal(opts_word(opts, OPTION_COLOUR), 0);
	assert_string_equal(opts_text(opts, OPTION_ROOM), "");
	assert_int_equal(opts_list_count(opts, OPTION_TAGS), 0);
	assert_false(opts_given(opts, OPTION_PORT));
}

static void flags_are_taken_in_every_gnu_form(void **state)
{
	struct fixture *fix = *state;

	check_ok(argv_of(fix, "one", "--cache-size=1M", "--room", "#ops", "--no-bell",
			 "-hp99", "-t", "500ms", "-", "--col", "never", "--", "--room",
			 NULL));
	assert_int_equal(opts_number(&fix->opts, OPTION_CACHE), 1 << 20);
	assert_string_equal(opts_text(&fix->opts, OPTION_ROOM), "#ops");
	assert_false(opts_bool(&fix->opts, OPTION_BELL));
	assert_true(opts_bool(&fix->opts, OPTION_HELP));
	assert_int_equal(opts_number(&fix->opts, OPTION_PORT), 99);
	assert_int_equal(opts_number(&fix->opts, OPTION_TIMEOUT), 500);
	assert_int_equal(opts_word(&fix->opts, OPTION_COLOUR), 2);
	assert_int_equal(fix->opts.operand_count, 3);
	assert_string_equal(fix->opts.operands[0], "one");
	assert_string_equal(fix->opts.operands[1], "-");
	assert_string_equal(fix->opts.operands[2], "--room");
}

static void what_cannot_be_undone_is_written_whole(void **state)
{
	struct fixture *fix = *state;

	check_err(argv_of(fix, "--erase", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--erase: that could be --erase-all, which "
					  "must be written whole");
	check_err(argv_of(fix, "--no-erase=yes", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--no-erase: that could be --erase-all, which "
					  "must be written whole");
	assert_false(opts_given(&fix->opts, OPTION_ERASE));
	check_err(argv_of(fix, "--e", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--e: more than one option begins like that");
	check_ok(argv_of(fix, "--no-erase-all", NULL));
	assert_false(opts_bool(&fix->opts, OPTION_ERASE));
	check_ok(argv_of(fix, "--erase-all", NULL));
	assert_true(opts_bool(&fix->opts, OPTION_ERASE));
}

static void a_wrong_flag_is_named_with_what_to_do(void **state)
{
	struct fixture *fix = *state;

	check_err(argv_of(fix, "--prot", "1", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--prot: there is no such option; did you mean "
					  "--port?");
	check_err(argv_of(fix, "--zzzzzz", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr,
			    "--zzzzzz: there is no such option; see --help");
	check_err(argv_of(fix, "--t", "1", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--t: more than one option begins like that");
	check_err(argv_of(fix, "--room", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--room: needs a value: ROOM");
	check_err(argv_of(fix, "--port=0", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr,
			    "--port: '0' is out of range, it must be from 1 to "
			    "65535");
	check_err(argv_of(fix, "-p", "x", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr,
			    "-p: 'x' does not fit, it takes a whole number");
	check_err(argv_of(fix, "--colour=red", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--colour: 'red' is none of auto|always|never");
	check_err(argv_of(fix, "--no-bell=yes", NULL), ERR_USAGE);
	assert_string_equal(fix->why.ptr, "--no-bell: takes no value");
	check_err(argv_of(fix, "--no-port", NULL), ERR_USAGE);
	check_err(argv_of(fix, "-x", NULL), ERR_USAGE);
	check_err(argv_of(fix, "--room", "123456789", NULL), ERR_USAGE);
	assert_false(opts_given(&fix->opts, OPTION_ROOM));
}

static void no_control_character_reaches_a_message(void **state)
{
	struct fixture *fix = *state;

	check_err(argv_of(fix, "--\x1b[2J", NULL), ERR_USAGE);
	assert_null(strchr(fix->why.ptr, '\x1b'));
	check_err(argv_of(fix, "--port=\x1b[2J", NULL), ERR_USAGE);
	assert_null(strchr(fix->why.ptr, '\x1b'));
	check_err(argv_of(fix, "-\x1b", NULL), ERR_USAGE);
	assert_null(strchr(fix->why.ptr, '\x1b'));
	check_err(file_of(fix, NULL, "po\x1brt = 1\n"), ERR_USAGE);
	assert_null(strchr(fix->why.ptr, '\x1b'));
	check_err(file_of(fix, NULL, "room = \xff\n"), ERR_USAGE);
	assert_null(strchr(fix->why.ptr, '\xff'));
}

static void flags_beat_environment_beats_profile_beats_file(void **state)
{
	struct fixture *fix = *state;
	static const char text[] = "port = 1\n[profile work]\nport = 2\n[profile home]\n"
				   "port = 3\n";

	check_ok(file_of(fix, "none", text));
	assert_int_equal(opts_number(&fix->opts, OPTION_PORT), 1);
	assert_int_equal(opts_source(&fix->opts, OPTION_PORT), OPT_FROM_FILE);
	check_ok(file_of(fix, "work", text));
	assert_int_equal(opts_number(&fix->opts, OPTION_PORT), 2);
	check_ok(env_of(fix, "CHAT_PORT", "4"));
	assert_int_equal(opts_number(&fix->opts, OPTION_PORT), 4);
	check_ok(argv_of(fix, "--port=5", NULL));
	assert_int_equal(opts_number(&fix->opts, OPTION_PORT), 5);
	/* and in the other order: who reads flags first to find the file loses nothing */
	check_ok(env_of(fix, "CHAT_PORT", "4"));
	check_ok(file_of(fix, "work", text));
	assert_int_equal(opts_number(&fix->opts, OPTION_PORT), 5);
}

static void a_file_may_have_comments_blanks_and_quotes(void **state)
{
	struct fixture *fix = *state;

	check_ok(file_of(fix, NULL,
			 "# head\r\n\r\n  room=#ops  \r\ntags = \" a b , c\"\ntags = d\n"
			 "token_file = ~/t\n\tbell = off"));
	assert_string_equal(opts_text(&fix->opts, OPTION_ROOM), "#ops");
	assert_int_equal(opts_list_count(&fix->opts, OPTION_TAGS), 3);
	assert_string_equal(opts_list_item(&fix->opts, OPTION_TAGS, 0), "a b");
	assert_string_equal(opts_list_item(&fix->opts, OPTION_TAGS, 2), "d");
	assert_string_equal(opts_text(&fix->opts, OPTION_TOKEN), "/home/alice/t");
	assert_false(opts_bool(&fix->opts, OPTION_BELL));
}

static void a_list_of_a_stronger_source_replaces_the_weaker_one(void **state)
{
	struct fixture *fix = *state;

	check_ok(file_of(fix, NULL, "tags = a,b\n"));
	check_ok(argv_of(fix, "--tags=c", "--tags", "d", NULL));
	assert_int_equal(opts_list_count(&fix->opts, OPTION_TAGS), 2);
	assert_string_equal(opts_list_item(&fix->opts, OPTION_TAGS, 0), "c");
	assert_string_equal(opts_list_item(&fix->opts, OPTION_TAGS, 1), "d");
}

static void every_mistake_of_a_file_is_told_with_its_line(void **state)
{
	struct fixture *fix = *state;

	check_err(file_of(fix, "work",
			  "port = 0\nprot = 1\nroom\nroom = a\nroom = b\nhelp = yes\n"
			  "[profile other]\ntimeout = 3x\n[what]\n"),
		  ERR_USAGE);
	assert_string_equal(
		fix->why.ptr,
		"c.conf:1: port: '0' is out of range, it must be from 1 to 65535\n"
		"c.conf:2: there is no setting 'prot'; did you mean 'port'?\n"
		"c.conf:3: a line looks like: key = value\n"
		"c.conf:5: 'room' is set already in line 4\n"
		"c.conf:6: 'help' is a flag, not a setting\n"
		"c.conf:8: timeout: '3x' does not fit, it takes a duration like 500ms, "
		"10s, "
		"5m, 2h or 7d\n"
		"c.conf:9: a section looks like [profile NAME], the name of a-z, 0-9, "
		"'.', "
		"'_', '-'");
}

static void the_list_of_mistakes_has_an_end(void **state)
{
	struct fixture *fix = *state;
	AUTO(str_done) struct str text = STR_INIT;
	unsigned lines = 0;

	for (int i = 0; i < 1000; i++)
		str_add(&text, "?\n");
	check_err(file_of(fix, NULL, text.ptr), ERR_USAGE);
	for (const char *at = fix->why.ptr; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 9);
	check_err(opts_read_file(&fix->opts, "c", bytes_of("room = a\0b\n", 11), NULL,
				 &fix->why),
		  ERR_USAGE);
}

static void what_runs_programs_needs_the_user_and_is_off_when_hosted(void **state)
{
	struct fixture *fix = *state;

	check_ok(env_of(fix, "CHAT_EXEC", "rm"));
	assert_false(opts_given(&fix->opts, OPTION_EXEC));
	check_ok(argv_of(fix, "--exec", "cat", NULL));
	assert_string_equal(opts_text(&fix->opts, OPTION_EXEC), "cat");
	fix->opts.hosted = true;
	check_err(argv_of(fix, "--exec", "sh", NULL), ERR_USAGE);
	check_err(file_of(fix, NULL, "exec = sh\n"), ERR_USAGE);
	assert_string_equal(opts_text(&fix->opts, OPTION_EXEC), "cat");
}

static void a_wrong_variable_is_named(void **state)
{
	struct fixture *fix = *state;

	check_err(env_of(fix, "CHAT_CACHE_SIZE", "1T"), ERR_USAGE);
	assert_string_equal(fix->why.ptr,
			    "CHAT_CACHE_SIZE: '1T' does not fit, it takes a "
			    "size like 4096, 64K, 10M or 2G");
	check_ok(env_of(fix, "CHAT_HELP", "yes"));
	assert_false(opts_bool(&fix->opts, OPTION_HELP));
}

static void numbers_do_not_overflow(void **state)
{
	int64_t value = 7;

	check_err(opt_parse_int("9223372036854775808", &value), ERR_TOO_BIG);
	check_err(opt_parse_duration("106751991168d", &value), ERR_TOO_BIG);
	check_err(opt_parse_size("9007199254740993G", &value), ERR_TOO_BIG);
	check_err(opt_parse_int("", &value), ERR_BAD);
	check_err(opt_parse_int("-", &value), ERR_BAD);
	check_err(opt_parse_duration("5 m", &value), ERR_BAD);
	assert_int_equal(value, 7);
	check_ok(opt_parse_int("-9223372036854775807", &value));
	assert_true(value == -INT64_MAX);
	check_ok(opt_parse_duration("7d", &value));
	assert_int_equal(value, 604800000);
}

static void profiles_are_folder_names(void **state)
{
	assert_true(opt_is_profile("work-2.org"));
	assert_false(opt_is_profile(""));
	assert_false(opt_is_profile("."));
	assert_false(opt_is_profile(".hidden"));
	assert_false(opt_is_profile("a/b"));
	assert_true(opt_is_profile("Work"));
	assert_false(opt_is_profile("wörk"));
}

static void help_wraps_and_shows_defaults(void **state)
{
	struct fixture *fix = *state;
	AUTO(str_done) struct str out = STR_INIT;

	opts_help(&fix->opts, headings, ARRAY_LEN(headings), 50, &out);
	assert_string_equal(out.ptr,
			    "Places:\n"
			    "  -h, --help                show this help\n"
			    "  -p, --port PORT           listen on that port\n"
			    "                            (default: 8040)\n"
			    "  -r, --room ROOM           open that room\n"
			    "      --tags TAG            tags to know\n"
			    "  -t, --timeout TIME        give up after that\n"
			    "                            time (default: 10s)\n"
			    "      --token-file FILE     read the token from\n"
			    "                            that file\n"
			    "\n"
			    "Looks:\n"
			    "  -b, --[no-]bell           ring the bell\n"
			    "                            (default: yes)\n"
			    "      --cache-size SIZE     memory for pages\n"
			    "                            (default: 64K)\n"
			    "      --colour auto|always|never\n"
			    "                            use colours\n"
			    "                            (default: auto)\n"
			    "      --exec COMMAND        run it for each line\n");
}

static void the_sample_file_is_a_valid_file(void **state)
{
	struct fixture *fix = *state;
	AUTO(str_done) struct str out = STR_INIT;

	opts_sample(&fix->opts, headings, ARRAY_LEN(headings), &out);
	assert_non_null(strstr(out.ptr, "\n# listen on that port\n#port = 8040\n"));
	for (char *at = out.ptr; (at = strstr(at, "\n#")); at++) {
		if (at[2] != ' ')
			at[1] = ' ';
	}
	check_ok(file_of(fix, NULL, out.ptr));
	assert_int_equal(opts_source(&fix->opts, OPTION_PORT), OPT_FROM_FILE);
}

static void the_manual_names_all_three_places(void **state)
{
	struct fixture *fix = *state;
	AUTO(str_done) struct str out = STR_INIT;

	opts_mdoc(&fix->opts, headings, ARRAY_LEN(headings), &out);
	assert_non_null(strstr(out.ptr,
			       ".It Fl p , Fl -port Ar PORT\nListen on that port.\n"
			       "Variable\n.Ev CHAT_PORT ,\nkey\n.Cm port .\n"));
	assert_null(strstr(out.ptr, "CHAT_EXEC"));
	assert_null(strstr(out.ptr, "Nothing"));
}

#define ROW(fn) cmocka_unit_test_setup_teardown(fn, make, unmake)

CHECK_MAIN(ROW(unset_options_have_their_defaults), ROW(flags_are_taken_in_every_gnu_form),
	   ROW(what_cannot_be_undone_is_written_whole),
	   ROW(a_wrong_flag_is_named_with_what_to_do),
	   ROW(no_control_character_reaches_a_message),
	   ROW(flags_beat_environment_beats_profile_beats_file),
	   ROW(a_file_may_have_comments_blanks_and_quotes),
	   ROW(a_list_of_a_stronger_source_replaces_the_weaker_one),
	   ROW(every_mistake_of_a_file_is_told_with_its_line),
	   ROW(the_list_of_mistakes_has_an_end),
	   ROW(what_runs_programs_needs_the_user_and_is_off_when_hosted),
	   ROW(a_wrong_variable_is_named), TEST(numbers_do_not_overflow),
	   TEST(profiles_are_folder_names), ROW(help_wraps_and_shows_defaults),
	   ROW(the_sample_file_is_a_valid_file), ROW(the_manual_names_all_three_places))
