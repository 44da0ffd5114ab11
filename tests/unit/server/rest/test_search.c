/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Search over the API: what is found, by whom, and what is not any more. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

struct people {
	struct desk_user alice, bob, carol;
};

/* alice and bob are in #ops; all are in the lobby. */
static struct people meet(struct desk *desk)
{
	struct people people = {desk_sign_up(desk, "alice"), desk_sign_up(desk, "bob"),
				desk_sign_up(desk, "carol")};

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", people.alice.access,
				  "{\"kind\":\"private\",\"name\":\"ops\"}"),
			 200);
	struct desk_text room = desk_get(desk, "room");
	char line[80];
	snprintf(line, sizeof(line), "POST /v1/rooms/%.26s/members", room.text);
	assert_int_equal(desk_ask(desk, line, people.alice.access, "{\"user\":\"bob\"}"),
			 204);
	return people;
}

static struct desk_text say(struct desk *desk, const struct desk_user *who,
			    const char *room, const char *text)
{
	char line[80];

	snprintf(line, sizeof(line), "POST /v1/rooms/%s/messages", room);
	assert_int_equal(desk_ask(desk, line, who->access, "{\"text\":\"%s\"}", text),
			 200);
	return desk_get(desk, "cid");
}

/* A second goes by: the index catches up. */
static void settle(struct desk *desk)
{
	desk_wait(desk, 1000);
	desk_wait(desk, 1000);
}

/* The texts found, newest first, separated by "|". */
static const char *found(struct desk *desk, const struct desk_user *who, const char *q)
{
	static char texts[1024];
	char line[640];
	size_t len = 0;

	snprintf(line, sizeof(line), "GET /v1/search?q=%s", q);
	assert_int_equal(desk_ask(desk, line, who->access, NULL), 200);
	texts[0] = '\0';
	for (unsigned i = 0; i < 9; i++) {
		char path[40];
		snprintf(path, sizeof(path), "events.%u.text", i);
		struct desk_text text = desk_get(desk, path);
		if (!text.text[0])
			break;
		len += (size_t)snprintf(texts + len, sizeof(texts) - len, "%s%.60s",
					len ? "|" : "", text.text);
	}
	return texts;
}

static void words_are_found_newest_first_and_in_any_order(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "ops", "the disk is full");
	say(desk, &people.bob, "ops", "full of what? the Disk!");
	say(desk, &people.bob, "ops", "nothing of the kind");
	settle(desk);
	assert_string_equal(found(desk, &people.alice, "full disk "),
			    "full of what? the Disk!|the disk is full");
	assert_string_equal(found(desk, &people.alice, "\"disk is full\""),
			    "the disk is full");
	assert_string_equal(found(desk, &people.alice, "noth"), "nothing of the kind");
	assert_string_equal(found(desk, &people.alice, "noth "), "");
}

static void what_is_no_word_is_no_hindrance(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	const char *text = "pizza 🍕 – yes ✓ https://example.org/";

	say(desk, &people.alice, "ops", text);
	settle(desk);
	assert_string_equal(found(desk, &people.bob, "pizza 🍕 – yes ✓"), text);
	assert_string_equal(found(desk, &people.bob, "– yes"), text);
	assert_string_equal(found(desk, &people.bob, "– has:link yes 🍕"), text);
	assert_string_equal(found(desk, &people.bob, "pizza – no "), "");
}

static void a_word_inside_a_sentence_without_blanks_is_found(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "ops", "昨日東京都庁へ行きました");
	say(desk, &people.alice, "ops", "北京");
	settle(desk);
	assert_string_equal(found(desk, &people.bob, "東京"), "昨日東京都庁へ行きました");
	assert_string_equal(found(desk, &people.bob, "京"),
			    "北京|昨日東京都庁へ行きました");
}

static void nobody_finds_what_he_may_not_read(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "ops", "the secret plan");
	say(desk, &people.alice, "lobby", "the public plan");
	desk_ask(desk, "POST /v1/users/bob/messages", people.alice.access,
		 "{\"text\":\"a plan for two\"}");
	settle(desk);
	assert_string_equal(found(desk, &people.bob, "plan "),
			    "a plan for two|the public plan|the secret plan");
	assert_string_equal(found(desk, &people.carol, "plan "), "the public plan");
	/* A room that one is not in is not there; what was before one came is not either. */
	desk_refused(desk, ERR_NO_ROOM, "q", "GET /v1/search?q=plan in:ops",
		     people.carol.access, NULL);
	desk_ask(desk, "POST /v1/rooms/ops/members", people.alice.access,
		 "{\"user\":\"carol\"}");
	say(desk, &people.alice, "ops", "the new plan");
	settle(desk);
	assert_string_equal(found(desk, &people.carol, "plan in:ops"), "the new plan");
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/leave", people.carol.access, NULL),
		204);
	assert_string_equal(found(desk, &people.carol, "plan "), "the public plan");
}

static void filters_narrow_with_and_without_words(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "ops", "one from alice");
	say(desk, &people.bob, "ops", "one from bob");
	say(desk, &people.bob, "lobby", "one elsewhere");
	settle(desk);
	assert_string_equal(found(desk, &people.alice, "one from:@bob"),
			    "one elsewhere|one from bob");
	assert_string_equal(found(desk, &people.alice, "from:bob in:ops"),
			    "one from bob");
	assert_string_equal(found(desk, &people.alice, "one in:#lobby"), "one elsewhere");
	assert_string_equal(found(desk, &people.alice, "one before:2020"), "");
	assert_string_equal(found(desk, &people.alice, "one after:2020 in:ops"),
			    "one from bob|one from alice");
	assert_string_equal(found(desk, &people.alice, "one has:file"), "");
	desk_refused(desk, ERR_NO_USER, "q", "GET /v1/search?q=from:nobody",
		     people.alice.access, NULL);
	desk_refused(desk, ERR_BAD, "q", "GET /v1/search?q=before:soon",
		     people.alice.access, NULL);
	desk_refused(desk, ERR_BAD, "q", "GET /v1/search?q=", people.alice.access, NULL);
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/search?q=x&cursor=y",
		     people.alice.access, NULL);
}

static void edits_and_deletions_change_what_is_found(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[80];

	for (unsigned settled = 0; settled < 2; settled++) {
		struct desk_text id = say(desk, &people.alice, "ops", "hunter2 passwort");
		if (settled)
			settle(desk);
		snprintf(line, sizeof(line), "PATCH /v1/messages/%.26s", id.text);
		desk_ask(desk, line, people.alice.access, "{\"text\":\"a rose\"}");
		settle(desk);
		assert_string_equal(found(desk, &people.bob, "hunter2"), "");
		assert_string_equal(found(desk, &people.bob, "rose "), "a rose");
		snprintf(line, sizeof(line), "DELETE /v1/messages/%.26s", id.text);
		desk_ask(desk, line, people.alice.access, NULL);
		assert_string_equal(found(desk, &people.bob, "rose "), "");
	}
}

static void what_was_typed_cannot_break_the_search(void **state)
{
	static const char *const wild[] = {"a\"b",     "x OR", "NEAR(a b, 2)", "body:x",
					   "\"",       "x*",   "^x",           "a AND (",
					   "; drop x", "'x'",  "{x y}",        "x -y"};
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "ops", "a b x y body");
	settle(desk);
	for (size_t i = 0; i < ARRAY_LEN(wild); i++) {
		char line[80];
		snprintf(line, sizeof(line), "GET /v1/search?q=%s", wild[i]);
		int status = desk_ask(desk, line, people.alice.access, NULL);
		/* Only what has no word at all is refused. */
		assert_int_equal(status, strcmp(wild[i], "\"") == 0 ? 400 : 200);
	}
}

static void a_long_result_comes_in_pages(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[160], text[40];
	unsigned seen = 0;

	for (unsigned i = 0; i < 7; i++) {
		snprintf(text, sizeof(text), "needle %u", i);
		say(desk, &people.alice, "ops", text);
		say(desk, &people.alice, "ops", "hay");
	}
	settle(desk);
	snprintf(line, sizeof(line), "GET /v1/search?q=needle&limit=3");
	for (unsigned page = 0; page < 5; page++) {
		assert_int_equal(desk_ask(desk, line, people.bob.access, NULL), 200);
		for (unsigned i = 0; i < 3; i++) {
			char path[40];
			snprintf(path, sizeof(path), "events.%u.text", i);
			snprintf(text, sizeof(text), "needle %u", 6 - seen);
			if (!desk_get(desk, path).text[0])
				break;
			assert_string_equal(desk_get(desk, path).text, text);
			seen++;
		}
		if (strstr(desk->body.ptr, "\"complete\":true"))
			break;
		snprintf(line, sizeof(line),
			 "GET /v1/search?q=needle&limit=3&cursor=%.64s",
			 desk_get(desk, "cursor").text);
	}
	assert_int_equal(seen, 7);
}

static void more_than_a_slice_is_indexed_in_the_end(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "ops", "the first needle");
	for (unsigned i = 0; i < 150; i++)
		say(desk, &people.alice, "ops", "hay");
	say(desk, &people.alice, "ops", "the last needle");
	for (unsigned i = 0; i < 10; i++)
		settle(desk);
	assert_string_equal(found(desk, &people.bob, "needle "),
			    "the last needle|the first needle");
}

/* The step has run, the loop has not heard of it yet; later nobody writes any more. */
static void what_was_said_behind_the_last_step_is_indexed(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	settle(desk);
	say(desk, &people.alice, "ops", "the first needle");
	server_tick(desk->server);
	say(desk, &people.alice, "ops", "the late needle");
	settle(desk);
	assert_string_equal(found(desk, &people.bob, "needle "),
			    "the late needle|the first needle");
}

CHECK_MAIN(DESK_TEST(words_are_found_newest_first_and_in_any_order),
	   DESK_TEST(what_is_no_word_is_no_hindrance),
	   DESK_TEST(a_word_inside_a_sentence_without_blanks_is_found),
	   DESK_TEST(nobody_finds_what_he_may_not_read),
	   DESK_TEST(filters_narrow_with_and_without_words),
	   DESK_TEST(edits_and_deletions_change_what_is_found),
	   DESK_TEST(what_was_typed_cannot_break_the_search),
	   DESK_TEST(a_long_result_comes_in_pages),
	   DESK_TEST(more_than_a_slice_is_indexed_in_the_end),
	   DESK_TEST(what_was_said_behind_the_last_step_is_indexed))
