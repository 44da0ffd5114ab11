/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What readers of other programs' logs make of lines as those programs write them. */
#include <string.h>

#include "server/admin/said.h"
#include "tests/lib/check.h"

static int set_up(void **state)
{
	static struct said said;

	said_init(&said);
	*state = &said;
	return 0;
}

static int tear_down(void **state)
{
	said_done(*state);
	return 0;
}

static struct bytes line(const char *text)
{
	return bytes_text(text);
}

static void assert_said(const struct said *said, const char *author, const char *text)
{
	assert_string_equal(said->author.ptr, author);
	assert_string_equal(said->text.ptr, text);
}

static void weechat_lines_have_a_time_a_name_and_a_text(void **state)
{
	struct said *said = *state;

	assert_int_equal(
		said_weechat(line("2026-11-20 10:00:07\tbob\thello\tthere"), said),
		SAID_MESSAGE);
	assert_said(said, "bob", "hello\tthere");
	assert_true(said->local);
	assert_int_equal(said->clock.tm_year, 126);
	assert_int_equal(said->clock.tm_mon, 10);
	assert_int_equal(said->clock.tm_mday, 20);
	assert_int_equal(said->clock.tm_sec, 7);
	assert_int_equal(said_weechat(line("2026-11-20 10:00:00\t@bob\thello\r"), said),
			 SAID_MESSAGE);
	assert_said(said, "bob", "hello");
	assert_int_equal(said_weechat(line("2026-11-20 10:00:00\t *\tbob waves"), said),
			 SAID_MESSAGE);
	assert_said(said, "bob", "* bob waves");
}

static void weechat_says_more_than_messages(void **state)
{
	struct said *said = *state;
	static const char *const nothing[] = {
		"",
		"2026-11-20 10:00:00\t-->\tbob (b@host) has joined #ops",
		"2026-11-20 10:00:00\t<--\tbob (b@host) has quit",
		"2026-11-20 10:00:00\t--\tMode #ops [+o bob] by carol",
		"2026-11-20 10:00:00\t\tan empty prefix",
	};
	static const char *const bad[] = {
		"no time at all",
		"2026-11-20 10:00:00 bob hello",
		"2026-13-20 10:00:00\tb\tx",
		"2026-11-20 25:00:00\tb\tx",
		"2026-11-20 10:00:00\tbob",
		"2026-11-20 10:00",
		"2026-11-20 10:00:00\t*\t",
	};

	for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
		assert_int_equal(said_weechat(line(nothing[i]), said), SAID_NOTHING);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(said_weechat(line(bad[i]), said), SAID_WRONG);
		assert_non_null(said->wrong);
	}
}

static void irssi_days_stand_in_lines_of_their_own(void **state)
{
	struct said *said = *state;
	struct irssi_day day = {.known = false};

	assert_int_equal(said_irssi(&day, line("10:00 <bob> too early"), said),
			 SAID_WRONG);
	assert_int_equal(
		said_irssi(&day, line("--- Log opened Fri Nov 20 09:59:00 2026"), said),
		SAID_NOTHING);
	assert_int_equal(said_irssi(&day, line("10:00 <@bob> hello"), said),
			 SAID_MESSAGE);
	assert_said(said, "bob", "hello");
	assert_int_equal(said->clock.tm_mday, 20);
	assert_int_equal(said->clock.tm_hour, 10);
	assert_int_equal(said_irssi(&day, line("--- Day changed Sat Nov 21 2026"), said),
			 SAID_NOTHING);
	assert_int_equal(said_irssi(&day, line("00:01:30 < carol> late"), said),
			 SAID_MESSAGE);
	assert_said(said, "carol", "late");
	assert_int_equal(said->clock.tm_mday, 21);
	assert_int_equal(said->clock.tm_sec, 30);
	assert_int_equal(said_irssi(&day, line("00:02  * bob waves"), said),
			 SAID_MESSAGE);
	assert_said(said, "bob", "* bob waves");
	assert_int_equal(said_irssi(&day, line("00:03 -bob:#ops- psst"), said),
			 SAID_MESSAGE);
	assert_said(said, "bob", "psst");
	assert_int_equal(
		said_irssi(&day, line("00:04 -!- dave [d@host] has joined #ops"), said),
		SAID_NOTHING);
	assert_int_equal(
		said_irssi(&day, line("--- Log closed Sat Nov 21 00:05:00 2026"), said),
		SAID_NOTHING);
	assert_int_equal(said_irssi(&day, line("--- Day changed Someday"), said),
			 SAID_WRONG);
	assert_int_equal(said_irssi(&day, line("00:06 who is that"), said), SAID_WRONG);
}

static void what_is_not_text_is_made_text(void **state)
{
	struct said *said = *state;

	said_weechat(line("2026-11-20 10:00:00\tbob\t\x03"
			  "04,12red\x0f \x1b[31mx\x07 \xff\xfe"),
		     said);
	assert_string_equal(said->text.ptr, "red [31mx \xef\xbf\xbd\xef\xbf\xbd");
	said_weechat(line("2026-11-20 10:00:00\tb\x1b]0;o\x07"
			  "b\thi"),
		     said);
	assert_string_equal(said->author.ptr, "b]0;ob");
}

static const char *name_of(void *ctx, struct bytes id)
{
	return bytes_equal(id, bytes_text("U1")) ? "bob" : NULL;
}

static void a_slack_message_is_unfolded(void **state)
{
	struct said *said = *state;

	assert_int_equal(
		said_slack(
			line("{\"type\":\"message\",\"user\":\"U1\","
			     "\"ts\":\"1763632800.000200\","
			     "\"thread_ts\":\"1763632700.000100\",\"text\":\"<@U1> look "
			     "&lt;here&gt; <https://example.org|there> <!channel> "
			     "<#C1|ops>\"}"),
			name_of, NULL, said),
		SAID_MESSAGE);
	assert_said(said, "bob",
		    "@bob look <here> https://example.org (there) @channel #ops");
	assert_int_equal(said->ms, 1763632800000);
	assert_string_equal(said->key.ptr, "1763632800.000200");
	assert_string_equal(said->thread.ptr, "1763632700.000100");
	assert_int_equal(
		said_slack(line("{\"type\":\"message\",\"subtype\":"
				"\"channel_join\",\"user\":\"U1\",\"ts\":\"1.0\"}"),
			   name_of, NULL, said),
		SAID_NOTHING);
	assert_int_equal(said_slack(line("{\"type\":\"message\",\"subtype\":"
					 "\"bot_message\",\"username\":\"cron\","
					 "\"ts\":\"1763632800.1\",\"text\":\"done\"}"),
				    name_of, NULL, said),
			 SAID_MESSAGE);
	assert_said(said, "cron", "done");
	assert_int_equal(said_slack(line("{\"type\":\"message\",\"text\":\"x\"}"),
				    name_of, NULL, said),
			 SAID_WRONG);
	assert_int_equal(said_slack(line("{"), name_of, NULL, said), SAID_WRONG);
}

static void an_array_is_cut_into_its_objects_wherever_it_breaks(void **state)
{
	static const char text[] =
		"[\n{\"a\":\"}]\\\"\",\"deep\":{\"x\":[{\"y\":[1]}]}},\n{\"b\":2}\n]";
	static const char *const want[] = {"{\"a\":\"}]\\\"\",\"deep\":{\"x\":0}}",
					   "{\"b\":2}"};

	for (size_t step = 1; step < sizeof(text); step++) {
		struct json_pieces pieces;
		size_t found = 0;
		json_pieces_init(&pieces);
		for (size_t at = 0; at < strlen(text); at += step) {
			size_t left = strlen(text) - at;
			struct bytes part =
				bytes_of(text + at, left < step ? left : step);
			while (json_pieces_next(&pieces, &part)) {
				assert_true(bytes_equal(buf_view(&pieces.piece),
							bytes_text(want[found])));
				assert_int_equal(pieces.began, found + 2);
				found++;
			}
		}
		assert_int_equal(found, 2);
		json_pieces_done(&pieces);
	}
}

static void an_export_of_ours_is_read_back(void **state)
{
	struct said *said = *state;

	assert_int_equal(
		said_jsonl(line("{\"record\":\"room\",\"ts\":1,\"slug\":\"ops\"}"), said),
		SAID_NOTHING);
	assert_int_equal(
		said_jsonl(
			line("{\"record\":\"message\",\"id\":"
			     "\"agf47zliabzstdr4wg62kuivla\","
			     "\"ts\":1700000000000,\"author\":\"bob\",\"text\":\"hi\"}"),
			said),
		SAID_MESSAGE);
	assert_said(said, "bob", "hi");
	assert_string_equal(said->key.ptr, "agf47zliabzstdr4wg62kuivla");
	assert_int_equal(
		said_jsonl(line("{\"record\":\"message\",\"ts\":1,\"author\":\"b\","
				"\"text\":\"x\",\"deleted\":true}"),
			   said),
		SAID_NOTHING);
	assert_int_equal(said_jsonl(line("not json"), said), SAID_WRONG);
	assert_int_equal(said_jsonl(line("{\"ts\":\"x\"}"), said), SAID_WRONG);
}

#define SAID_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(SAID_TEST(weechat_lines_have_a_time_a_name_and_a_text),
	   SAID_TEST(weechat_says_more_than_messages),
	   SAID_TEST(irssi_days_stand_in_lines_of_their_own),
	   SAID_TEST(what_is_not_text_is_made_text),
	   SAID_TEST(a_slack_message_is_unfolded),
	   SAID_TEST(an_array_is_cut_into_its_objects_wherever_it_breaks),
	   SAID_TEST(an_export_of_ours_is_read_back))
