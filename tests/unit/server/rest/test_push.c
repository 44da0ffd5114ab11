/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reaches somebody who is not connected: settings, digests by mail, quiet hours. The
 * clock of a desk begins at some hour; the tests move it to the one that they mean. */
#include <stdio.h>

#include "common/base/quiet.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define HOUR_MS ((uint64_t)3600000)

static struct desk_user alice, bob;
static struct id newest; /* digest that was counted */
static size_t digests;

/* The mailer keeps the newest letters only, so they are counted as they come. */
static void count_digests(const struct desk *desk)
{
	const struct letter *letter = mailer_memory_last(desk->mails, "bob@example.org");

	if (letter && strstr(letter->subject.ptr, "waits for you") &&
	    !id_equal(&letter->id, &newest)) {
		newest = letter->id;
		digests++;
	}
}

static void meet(struct desk *desk)
{
	digests = 0;
	alice = desk_sign_up(desk, "alice");
	bob = desk_sign_up(desk, "bob");
	/* noon, UTC, of the next day */
	desk->clock.ms += 36 * HOUR_MS - desk->clock.ms % (24 * HOUR_MS);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	bob = desk_log_in(desk, "bob", DESK_PASSWORD);
	desk_ask(desk, "POST /v1/rooms", alice.access,
		 "{\"kind\":\"public\",\"slug\":\"ops\"}");
	desk_ask(desk, "POST /v1/rooms/ops/join", bob.access, "{}");
	desk_wait(desk, 1000);
}

static void set(struct desk *desk, const char *body)
{
	assert_int_equal(desk_ask(desk, "PATCH /v1/notifications/settings", bob.access,
				  "%s", body),
			 200);
}

static void say(struct desk *desk, const char *text)
{
	desk_wait(desk, 1000);
	alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/messages", alice.access,
				  "{\"text\":\"%s\"}", text),
			 200);
}

static void pass(struct desk *desk, uint64_t ms)
{
	for (uint64_t step; ms > 0; ms -= step) {
		step = ms < 300000 ? ms : 300000;
		desk_wait(desk, step);
		desk_wait(desk, 0); /* what a tick begins, the next turn goes on with */
		desk_wait(desk, 0);
		count_digests(desk);
	}
}

static void settings_are_kept_and_checked(void **state)
{
	static const struct {
		const char *field, *body;
	} bad[] = {
		{"quiet", "{\"quiet\":\"22:00\"}"},
		{"quiet", "{\"quiet\":\"24:00-07:00\"}"},
		{"quiet", "{\"quiet\":\"07:00-07:00\"}"},
		{"zone", "{\"zone\":\"../../etc/passwd\"}"},
		{"zone", "{\"zone\":\"Nowhere/Atall\"}"},
		{"digest_ms", "{\"digest_ms\":1000}"},
	};
	struct desk *desk = *state;

	meet(desk);
	set(desk, "{\"quiet\":\"22:00-07:00\",\"zone\":\"UTC\",\"level\":\"mentions\","
		  "\"digest_ms\":3600000,\"hook\":\"https://ntfy.example.org/bob\"}");
	desk_ask(desk, "GET /v1/notifications/settings", bob.access, NULL);
	assert_string_equal(desk_get(desk, "quiet").text, "22:00-07:00");
	assert_string_equal(desk_get(desk, "zone").text, "UTC");
	assert_string_equal(desk_get(desk, "level").text, "mentions");
	assert_string_equal(desk_get(desk, "hook").text, "https://ntfy.example.org/bob");
	assert_string_equal(desk_get(desk, "hook_form").text, "ntfy");
	assert_int_equal(desk_number(desk, "digest_ms"), 3600000);
	set(desk, "{\"hook\":\"\",\"quiet\":\"\",\"digest_ms\":0}");
	assert_string_equal(desk_get(desk, "hook").text, "");
	assert_string_equal(desk_get(desk, "quiet").text, "");
	assert_string_equal(desk_get(desk, "level").text, "mentions");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		desk_refused(desk, ERR_BAD, bad[i].field,
			     "PATCH /v1/notifications/settings", bob.access, "%s",
			     bad[i].body);
	desk_refused(desk, ERR_FORBIDDEN, "hook", "PATCH /v1/notifications/settings",
		     bob.access, "{\"hook\":\"https://127.0.0.1/\"}");
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, "GET /v1/notifications/settings", NULL,
		     NULL);
}

static void a_digest_is_gathered_and_says_no_word_of_others(void **state)
{
	struct desk *desk = *state;

	meet(desk);
	set(desk, "{\"digest_ms\":3600000}");
	say(desk, "secret plans for @bob");
	say(desk, "and more");
	pass(desk, HOUR_MS - 600000);
	assert_int_equal(digests, 0);
	pass(desk, 1200000);
	assert_int_equal(digests, 1);
	const struct letter *letter = mailer_memory_last(desk->mails, "bob@example.org");
	assert_non_null(strstr(letter->body.ptr, "#ops · alice (2)"));
	assert_non_null(strstr(letter->body.ptr, "@ #ops · alice"));
	assert_non_null(strstr(letter->body.ptr, "/notify digest off"));
	assert_null(strstr(letter->body.ptr, "secret"));
	/* the same is not said twice; what is new is, later and later */
	pass(desk, 5 * HOUR_MS);
	assert_int_equal(digests, 1);
	say(desk, "three");
	pass(desk, 2 * HOUR_MS);
	assert_int_equal(digests, 2);
	say(desk, "four");
	pass(desk, 2 * HOUR_MS);
	assert_int_equal(digests, 2);
	pass(desk, 3 * HOUR_MS);
	assert_int_equal(digests, 3);
}

static void what_was_read_meanwhile_is_not_pushed(void **state)
{
	struct desk *desk = *state;

	meet(desk);
	set(desk, "{\"digest_ms\":3600000}");
	say(desk, "one");
	bob = desk_log_in(desk, "bob", DESK_PASSWORD);
	desk_ask(desk, "GET /v1/rooms/ops", bob.access, NULL);
	desk_ask(desk, "POST /v1/rooms/ops/read", bob.access, "{\"seq\":%llu}",
		 (unsigned long long)desk_number(desk, "head"));
	desk_ask(desk, "POST /v1/notifications/read", bob.access, "{}");
	pass(desk, 3 * HOUR_MS);
	assert_int_equal(digests, 0);
}

static void nothing_is_pushed_in_quiet_hours(void **state)
{
	struct desk *desk = *state;

	meet(desk); /* 12:00 UTC is 17:45 in Kathmandu, the whole year */
	set(desk, "{\"digest_ms\":900000,\"quiet\":\"17:00-20:00\","
		  "\"zone\":\"Asia/Kathmandu\"}");
	say(desk, "one");
	pass(desk, 2 * HOUR_MS); /* 19:45 */
	assert_int_equal(digests, 0);
	pass(desk, HOUR_MS);
	assert_int_equal(digests, 1);
}

static void hours_may_go_over_midnight(void **state)
{
	struct quiet_hours hours;

	check_ok(quiet_parse(bytes_text("22:30-07:00"), &hours));
	assert_true(quiet_at(&hours, 22 * 60 + 30));
	assert_true(quiet_at(&hours, 0));
	assert_true(quiet_at(&hours, 7 * 60 - 1));
	assert_false(quiet_at(&hours, 7 * 60));
	assert_false(quiet_at(&hours, 22 * 60 + 29));
	check_ok(quiet_parse(bytes_text("12:00-13:00"), &hours));
	assert_true(quiet_at(&hours, 12 * 60));
	assert_false(quiet_at(&hours, 13 * 60));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(settings_are_kept_and_checked),
		DESK_TEST(a_digest_is_gathered_and_says_no_word_of_others),
		DESK_TEST(what_was_read_meanwhile_is_not_pushed),
		DESK_TEST(nothing_is_pushed_in_quiet_hours),
		cmocka_unit_test(hours_may_go_over_midnight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
