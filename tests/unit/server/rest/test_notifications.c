/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications: who gets which, by level and right; the list and its pages; what reads. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

struct people {
	struct desk_user alice, bob, carol;
};

/* All three are in #ops, which is alice's. */
static struct people meet(struct desk *desk)
{
	struct people people = {.alice = desk_sign_up(desk, "alice"),
				.bob = desk_sign_up(desk, "bob"),
				.carol = desk_sign_up(desk, "carol")};

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", people.alice.access,
				  "{\"kind\":\"public\",\"slug\":\"ops\"}"),
			 200);
	desk_ask(desk, "POST /v1/rooms/ops/join", people.bob.access, "{}");
	desk_ask(desk, "POST /v1/rooms/ops/join", people.carol.access, "{}");
	/* what signing up has left: of no interest here */
	desk_wait(desk, 1);
	desk_ask(desk, "POST /v1/notifications/read", people.bob.access, "{}");
	desk_ask(desk, "POST /v1/notifications/read", people.carol.access, "{}");
	desk_wait(desk, 1);
	return people;
}

static void say(struct desk *desk, const struct desk_user *who, const char *text)
{
	desk_wait(desk, 10);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/messages", who->access,
				  "{\"text\":\"%s\"}", text),
			 200);
}

static void level(struct desk *desk, const struct desk_user *who, const char *body)
{
	assert_int_equal(
		desk_ask(desk, "PUT /v1/rooms/ops/level", who->access, "%s", body), 204);
}

/* "why room_name from_name text count" of each that is not read, newest first. */
static void check_list(struct desk *desk, const struct desk_user *who, const char *want)
{
	AUTO(str_done) struct str got = STR_INIT;

	assert_int_equal(
		desk_ask(desk, "GET /v1/notifications?unread=true", who->access, NULL),
		200);
	for (int i = 0;; i++) {
		static const char *const fields[] = {"room_name", "from_name", "text"};
		char path[64];
		snprintf(path, sizeof(path), "notifications.%d.why", i);
		struct desk_text why = desk_get(desk, path);
		if (!why.text[0])
			break;
		str_addf(&got, "%s%s", i ? "; " : "", why.text);
		for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
			snprintf(path, sizeof(path), "notifications.%d.%s", i, fields[f]);
			struct desk_text text = desk_get(desk, path);
			if (text.text[0])
				str_addf(&got, " %s", text.text);
		}
		snprintf(path, sizeof(path), "notifications.%d.count", i);
		uint64_t count = desk_number(desk, path);
		if (count)
			str_addf(&got, " %llu", (unsigned long long)count);
	}
	assert_string_equal(got.ptr ? got.ptr : "", want);
}

static void the_level_says_what_is_told(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "one");
	say(desk, &people.alice, "two");
	check_list(desk, &people.bob, "message ops alice two 2");
	level(desk, &people.bob, "{\"level\":\"mentions\"}");
	check_list(desk, &people.bob, "");
	say(desk, &people.alice, "well, @bob?");
	check_list(desk, &people.bob, "mention ops alice well, @bob?");
	level(desk, &people.bob, "{\"level\":\"none\"}");
	say(desk, &people.alice, "@bob @room again");
	check_list(desk, &people.bob, "mention ops alice well, @bob?");
	check_list(desk, &people.carol,
		   "room ops alice @bob @room again; "
		   "message ops alice @bob @room again 4");
	check_list(desk, &people.alice, "");
}

static void a_muted_room_is_silent_until_its_time(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	level(desk, &people.bob, "{\"mute_ms\":60000}");
	desk_ask(desk, "GET /v1/rooms/ops", people.bob.access, NULL);
	assert_int_equal(desk_number(desk, "muted_until_ts"), desk->clock.ms + 60000);
	assert_string_equal(desk_get(desk, "level").text, "all");
	say(desk, &people.alice, "@bob now");
	check_list(desk, &people.bob, "");
	desk_wait(desk, 60000);
	check_list(desk, &people.bob, "message ops alice @bob now 1");
	level(desk, &people.bob, "{\"mute_ms\":9007199254740991}");
	check_list(desk, &people.bob, "");
	level(desk, &people.bob, "{\"mute_ms\":0}");
	check_list(desk, &people.bob, "message ops alice @bob now 1");
	desk_refused(desk, ERR_BAD, "level", "PUT /v1/rooms/ops/level", people.bob.access,
		     "{}");
	desk_refused(desk, ERR_BAD, "level", "PUT /v1/rooms/ops/level", people.bob.access,
		     "{\"level\":\"loud\"}");
}

static void everybody_is_named_by_right_alone(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	level(desk, &people.bob, "{\"level\":\"mentions\"}");
	level(desk, &people.carol, "{\"level\":\"mentions\"}");
	say(desk, &people.carol, "@room lunch"); /* a member's is a word */
	check_list(desk, &people.bob, "");
	say(desk, &people.alice, "@room lunch");
	check_list(desk, &people.bob, "room ops alice @room lunch");
	say(desk, &people.alice, "mail bob@example.org, or bob@room");
	say(desk, &people.alice, "@bobby and @Bob.");
	check_list(desk, &people.bob,
		   "mention ops alice @bobby and @Bob.; room ops alice @room lunch");
	desk_ask(desk, "GET /v1/rooms/ops", people.bob.access, NULL);
	assert_int_equal(desk_number(desk, "mentions"), 2);
	struct desk_text room = desk_get(desk, "room");
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/rooms/ops/messages",
		     people.bob.access, "{\"text\":\"hi\",\"mentions\":[\"%.26s\"]}",
		     room.text);
}

static void who_is_blocked_names_nobody(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	level(desk, &people.bob, "{\"level\":\"mentions\"}");
	desk_ask(desk, "POST /v1/users/carol/block", people.bob.access, "{}");
	say(desk, &people.carol, "@bob @bob");
	check_list(desk, &people.bob, "");
	say(desk, &people.alice, "@bob");
	check_list(desk, &people.bob, "mention ops alice @bob");
}

static void reading_the_room_reads_what_it_said(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "@bob one");
	say(desk, &people.alice, "@room two");
	uint64_t seq = desk_number(desk, "seq");
	check_list(desk, &people.bob,
		   "room ops alice @room two; message ops alice @room two 2; "
		   "mention ops alice @bob one");
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/read", people.bob.access,
				  "{\"seq\":%llu}", (unsigned long long)seq),
			 204);
	check_list(desk, &people.bob, "");
	/* and they stand in the list, as read; messages do not */
	desk_ask(desk, "GET /v1/notifications", people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "notifications.0.why").text, "room");
	assert_string_equal(desk_get(desk, "notifications.1.why").text, "mention");
}

static void one_is_read_alone_or_all_up_to_a_time(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[96];

	say(desk, &people.alice, "@bob one");
	say(desk, &people.alice, "@room two");
	for (int i = 0; i < 3; i++) { /* @room, the group, the mention */
		desk_ask(desk, "GET /v1/notifications?unread=true", people.bob.access,
			 NULL);
		snprintf(line, sizeof(line), "POST /v1/notifications/%.26s/read",
			 desk_get(desk, "notifications.0.id").text);
		assert_int_equal(desk_ask(desk, line, people.bob.access, "{}"), 204);
		assert_int_equal(desk_ask(desk, line, people.bob.access, "{}"), 204);
	}
	check_list(desk, &people.bob, "");
	say(desk, &people.alice, "three");
	check_list(desk, &people.bob, "message ops alice three 3");
	uint64_t ts = desk_number(desk, "notifications.0.ts");
	say(desk, &people.alice, "@bob four");
	assert_int_equal(desk_ask(desk, "POST /v1/notifications/read", people.bob.access,
				  "{\"upto_ts\":%llu}", (unsigned long long)ts),
			 204);
	check_list(desk, &people.bob,
		   "mention ops alice @bob four; message ops alice @bob four 4");
	assert_int_equal(
		desk_ask(desk, "POST /v1/notifications/read", people.bob.access, "{}"),
		204);
	check_list(desk, &people.bob, "");
	/* what is carol's is not bob's */
	desk_ask(desk, "GET /v1/notifications?unread=true", people.carol.access, NULL);
	desk_refused(desk, ERR_NOT_FOUND, "id",
		     "POST /v1/notifications/aaaaaaaaaaaaaaaaaaaaaaaaaa/read",
		     people.bob.access, "{}");
}

static void direct_chats_and_invitations_are_told(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_ask(desk, "POST /v1/users/bob/messages", people.carol.access,
		 "{\"text\":\"psst\"}");
	desk_wait(desk, 10);
	desk_ask(desk, "POST /v1/users/bob/messages", people.carol.access,
		 "{\"text\":\"psst!\"}");
	check_list(desk, &people.bob, "direct carol psst! 2");
	desk_wait(desk, 10);
	desk_ask(desk, "POST /v1/rooms", people.alice.access,
		 "{\"kind\":\"private\",\"name\":\"den\"}");
	desk_ask(desk, "POST /v1/rooms/den/members", people.alice.access,
		 "{\"user\":\"bob\"}");
	check_list(desk, &people.bob, "invite den alice; direct carol psst! 2");
	/* who was put out again learns nothing of it any more */
	desk_ask(desk, "DELETE /v1/rooms/den/members/bob", people.alice.access, NULL);
	check_list(desk, &people.bob, "direct carol psst! 2");
}

static void what_concerns_the_account_is_told(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "POST /v1/auth/change-password",
				  people.bob.access,
				  "{\"password\":\"" DESK_PASSWORD
				  "\",\"new_password\":\"another quiet meadow\"}"),
			 204);
	check_list(desk, &people.bob, "security");
	assert_string_equal(desk_get(desk, "notifications.0.what").text, "password");
}

static void a_deleted_message_is_not_in_the_list(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[64];

	level(desk, &people.bob, "{\"level\":\"mentions\"}");
	say(desk, &people.alice, "@bob @room sorry");
	snprintf(line, sizeof(line), "DELETE /v1/messages/%.26s",
		 desk_get(desk, "cid").text);
	check_list(desk, &people.bob,
		   "room ops alice @bob @room sorry; mention ops alice @bob @room sorry");
	assert_int_equal(desk_ask(desk, line, people.alice.access, NULL), 200);
	check_list(desk, &people.bob, "");
}

static void pages_join_without_gap_or_double(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	AUTO(str_done) struct str got = STR_INIT;
	struct desk_text cursor = {""};
	char line[256];

	level(desk, &people.bob, "{\"level\":\"mentions\"}");
	for (int i = 0; i < 9; i++) {
		char text[32];
		snprintf(text, sizeof(text), "@bob %d", i);
		if (i % 3) /* some at the same moment */
			desk->clock.ms -= 10;
		say(desk, &people.alice, text);
	}
	for (int pages = 0; pages < 9; pages++) {
		snprintf(line, sizeof(line),
			 "GET /v1/notifications?unread=true&limit=2%s%.40s",
			 cursor.text[0] ? "&cursor=" : "",
			 cursor.text[0] ? cursor.text : "");
		assert_int_equal(desk_ask(desk, line, people.bob.access, NULL), 200);
		for (int i = 0; i < 2; i++) {
			char path[64];
			snprintf(path, sizeof(path), "notifications.%d.text", i);
			str_add(&got, desk_get(desk, path).text);
		}
		cursor = desk_get(desk, "cursor");
		if (!cursor.text[0])
			break;
	}
	assert_string_equal(got.ptr, "@bob 8@bob 7@bob 6@bob 5@bob 4@bob 3@bob 2@bob 1"
				     "@bob 0");
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/notifications?cursor=abc",
		     people.bob.access, NULL);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, "GET /v1/notifications", NULL, NULL);
}

static void they_are_bounded_and_forgotten(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	size_t count = 0;
	struct desk_text cursor = {""};
	char line[256];

	desk->server->config.send_rate = 0;
	level(desk, &people.bob, "{\"level\":\"mentions\"}");
	for (int i = 0; i < LIMIT_NOTIFICATIONS + 50; i++)
		say(desk, &people.alice, "@bob");
	do {
		snprintf(line, sizeof(line), "GET /v1/notifications?limit=200%s%.40s",
			 cursor.text[0] ? "&cursor=" : "",
			 cursor.text[0] ? cursor.text : "");
		assert_int_equal(desk_ask(desk, line, people.bob.access, NULL), 200);
		for (const char *at = desk->body.ptr; (at = strstr(at, "\"why\":")); at++)
			count++;
		cursor = desk_get(desk, "cursor");
	} while (cursor.text[0]);
	assert_in_range(count, LIMIT_NOTIFICATIONS, LIMIT_NOTIFICATIONS + 32);
	struct desk_user bob = people.bob;
	for (int i = 0; i < 5; i++)
		desk_wait(desk, 91 * (uint64_t)86400000 / 5);
	for (int i = 0; i < 4; i++)
		desk_wait(desk, 61000);
	bob = desk_log_in(desk, "bob", DESK_PASSWORD);
	desk_ask(desk, "GET /v1/notifications", bob.access, NULL);
	assert_string_equal(desk_get(desk, "notifications.0.why").text, "security");
	assert_string_equal(desk_get(desk, "notifications.1.why").text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(the_level_says_what_is_told),
		DESK_TEST(a_muted_room_is_silent_until_its_time),
		DESK_TEST(everybody_is_named_by_right_alone),
		DESK_TEST(who_is_blocked_names_nobody),
		DESK_TEST(reading_the_room_reads_what_it_said),
		DESK_TEST(one_is_read_alone_or_all_up_to_a_time),
		DESK_TEST(direct_chats_and_invitations_are_told),
		DESK_TEST(what_concerns_the_account_is_told),
		DESK_TEST(a_deleted_message_is_not_in_the_list),
		DESK_TEST(pages_join_without_gap_or_double),
		DESK_TEST(they_are_bounded_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
