/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moderators and owners do, and what hangs on a message, over the API. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define MESSAGES "/v1/rooms/ops/messages"

/* alice owns #ops, bob and carol are in it. */
struct people {
	struct desk_user alice, bob, carol;
};

static struct people meet(struct desk *desk)
{
	struct people people = {desk_sign_up(desk, "alice"), desk_sign_up(desk, "bob"),
				desk_sign_up(desk, "carol")};

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", people.alice.access,
				  "{\"kind\":\"public\",\"slug\":\"ops\"}"),
			 200);
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/join", people.bob.access, NULL), 200);
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/join", people.carol.access, NULL),
		200);
	return people;
}

static int try_to_say(struct desk *desk, const struct desk_user *who, const char *text)
{
	return desk_ask(desk, "POST " MESSAGES, who->access, "{\"text\":\"%s\"}", text);
}

static struct desk_text say(struct desk *desk, const struct desk_user *who,
			    const char *text)
{
	assert_int_equal(try_to_say(desk, who, text), 200);
	return desk_get(desk, "cid");
}

/* "METHOD /v1/messages/ID/rest" */
struct line {
	char text[160];
};

static struct line about(const char *method, const struct desk_text *id, const char *rest)
{
	struct line line;

	snprintf(line.text, sizeof(line.text), "%s /v1/messages/%.26s%s", method,
		 id->text, rest);
	return line;
}

static void who_is_kicked_may_come_back_and_who_is_banned_may_not(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_refused(desk, ERR_FORBIDDEN, NULL, "DELETE /v1/rooms/ops/members/carol",
		     people.bob.access, NULL);
	assert_int_equal(desk_ask(desk, "DELETE /v1/rooms/ops/members/bob",
				  people.alice.access, NULL),
			 204);
	assert_int_equal(try_to_say(desk, &people.bob, "still here") / 100, 4);
	desk_refused(desk, ERR_NOT_FOUND, "user", "DELETE /v1/rooms/ops/members/bob",
		     people.alice.access, NULL);
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/join", people.bob.access, NULL), 200);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/bans", people.alice.access,
				  "{\"user\":\"bob\",\"why\":\"spam\"}"),
			 204);
	desk_refused(desk, ERR_BANNED, NULL, "POST /v1/rooms/ops/join", people.bob.access,
		     NULL);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "GET /v1/rooms/ops/bans",
		     people.carol.access, NULL);
	assert_int_equal(
		desk_ask(desk, "GET /v1/rooms/ops/bans", people.alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "bans.0.user.name").text, "bob");
	assert_string_equal(desk_get(desk, "bans.0.why").text, "spam");
	assert_string_equal(desk_get(desk, "bans.0.by").text, people.alice.user);
	assert_int_equal(desk_ask(desk, "DELETE /v1/rooms/ops/bans/bob",
				  people.alice.access, NULL),
			 204);
	desk_refused(desk, ERR_NOT_FOUND, "user", "DELETE /v1/rooms/ops/bans/bob",
		     people.alice.access, NULL);
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/join", people.bob.access, NULL), 200);
}

static void a_ban_ends_by_itself(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/bans", people.alice.access,
				  "{\"user\":\"bob\",\"for_ms\":60000}"),
			 204);
	desk_refused(desk, ERR_BANNED, NULL, "POST /v1/rooms/ops/join", people.bob.access,
		     NULL);
	desk_wait(desk, 60001);
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/join", people.bob.access, NULL), 200);
	desk_ask(desk, "GET /v1/rooms/ops/bans", people.alice.access, NULL);
	assert_string_equal(desk_get(desk, "bans.0.user.name").text, "");
}

static void who_is_muted_reads_and_says_nothing(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	const char *mute = "PUT /v1/rooms/ops/members/bob/mute";

	desk_refused(desk, ERR_FORBIDDEN, NULL, mute, people.carol.access, NULL);
	assert_int_equal(desk_ask(desk, mute, people.alice.access, "{\"for_ms\":60000}"),
			 204);
	assert_int_equal(try_to_say(desk, &people.bob, "hm"), 403);
	assert_string_equal(desk_get(desk, "code").text, "muted");
	assert_int_equal(desk_ask(desk, "GET " MESSAGES, people.bob.access, NULL), 200);
	desk_wait(desk, 60001);
	say(desk, &people.bob, "again");
	assert_int_equal(desk_ask(desk, mute, people.alice.access, NULL), 204);
	assert_int_equal(try_to_say(desk, &people.bob, "hm"), 403);
	assert_int_equal(desk_ask(desk, "DELETE /v1/rooms/ops/members/bob/mute",
				  people.alice.access, NULL),
			 204);
	say(desk, &people.bob, "and again");
}

static void owners_give_roles_and_the_last_one_stays(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_refused(desk, ERR_FORBIDDEN, NULL, "PATCH /v1/rooms/ops/members/bob",
		     people.bob.access, "{\"role\":\"owner\"}");
	desk_refused(desk, ERR_BAD, "role", "PATCH /v1/rooms/ops/members/bob",
		     people.alice.access, "{\"role\":\"king\"}");
	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/ops/members/bob",
				  people.alice.access, "{\"role\":\"moderator\"}"),
			 204);
	assert_int_equal(desk_ask(desk, "DELETE /v1/rooms/ops/members/carol",
				  people.bob.access, NULL),
			 204);
	desk_refused(desk, ERR_STATE, NULL, "PATCH /v1/rooms/ops/members/alice",
		     people.alice.access, "{\"role\":\"member\"}");
	desk_refused(desk, ERR_STATE, NULL, "POST /v1/rooms/ops/leave",
		     people.alice.access, NULL);
}

static void slow_mode_makes_members_wait(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_refused(desk, ERR_FORBIDDEN, NULL, "PATCH /v1/rooms/ops", people.bob.access,
		     "{\"slow_ms\":10000}");
	desk_refused(desk, ERR_BAD, NULL, "PATCH /v1/rooms/ops", people.alice.access,
		     "{\"slow_ms\":86400001}");
	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/ops", people.alice.access,
				  "{\"slow_ms\":10000}"),
			 200);
	say(desk, &people.bob, "one");
	desk_refused(desk, ERR_RATE, NULL, "POST " MESSAGES, people.bob.access,
		     "{\"text\":\"two\"}");
	assert_int_equal(desk_number(desk, "retry_ms"), 10000);
	desk_wait(desk, 10000);
	say(desk, &people.bob, "two");
	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/ops", people.alice.access,
				  "{\"slow_ms\":0}"),
			 200);
	say(desk, &people.bob, "three");
}

static void reactions_are_listed_and_taken_back(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text id = say(desk, &people.alice, "lunch?");
	struct line react = about("POST", &id, "/reactions");
	struct line list = about("GET", &id, "/reactions");
	struct line pizza = about("DELETE", &id, "/reactions?text=🍕");

	assert_int_equal(
		desk_ask(desk, react.text, people.bob.access, "{\"text\":\"🍕\"}"), 200);
	desk_wait(desk, 1);
	assert_int_equal(
		desk_ask(desk, react.text, people.carol.access, "{\"text\":\"🍕\"}"), 200);
	assert_int_equal(
		desk_ask(desk, react.text, people.bob.access, "{\"text\":\"🍕\"}"), 409);
	desk_refused(desk, ERR_BAD, "text", react.text, people.bob.access, "{}");
	assert_int_equal(desk_ask(desk, list.text, people.alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "reactions.0.text").text, "🍕");
	assert_string_equal(desk_get(desk, "reactions.0.user").text, people.bob.user);
	assert_string_equal(desk_get(desk, "reactions.1.user").text, people.carol.user);
	list = about("GET", &id, "/reactions?limit=1");
	desk_ask(desk, list.text, people.alice.access, NULL);
	assert_string_equal(desk_get(desk, "reactions.1.user").text, "");
	char next[200];
	snprintf(next, sizeof(next), "%.80s&cursor=%.64s", list.text,
		 desk_get(desk, "cursor").text);
	desk_ask(desk, next, people.alice.access, NULL);
	assert_string_equal(desk_get(desk, "reactions.0.user").text, people.carol.user);
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
	assert_int_equal(desk_ask(desk, pizza.text, people.bob.access, NULL), 200);
	assert_int_equal(desk_ask(desk, pizza.text, people.bob.access, NULL), 404);
	desk_ask(desk, list.text, people.alice.access, NULL);
	assert_string_equal(desk_get(desk, "reactions.0.user").text, people.carol.user);
}

static void a_page_of_the_log_tells_of_reactions_and_pins(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text id = say(desk, &people.alice, "the door code changes at noon");

	assert_int_equal(desk_ask(desk, about("POST", &id, "/reactions").text,
				  people.bob.access, "{\"text\":\"+1\"}"),
			 200);
	assert_int_equal(
		desk_ask(desk, about("PUT", &id, "/pin").text, people.alice.access, NULL),
		200);
	desk_ask(desk, "GET " MESSAGES "?limit=2", people.carol.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.kind").text, "react");
	assert_string_equal(desk_get(desk, "events.0.text").text, "+1");
	assert_string_equal(desk_get(desk, "events.0.target").text, id.text);
	assert_string_equal(desk_get(desk, "events.1.kind").text, "pin");
	assert_string_equal(desk_get(desk, "events.1.target").text, id.text);
}

static void moderators_pin_and_everybody_sees_the_pins(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text first = say(desk, &people.bob, "first");
	struct desk_text second = say(desk, &people.bob, "second");

	desk_refused(desk, ERR_FORBIDDEN, NULL, about("PUT", &first, "/pin").text,
		     people.bob.access, NULL);
	assert_int_equal(desk_ask(desk, about("PUT", &first, "/pin").text,
				  people.alice.access, NULL),
			 200);
	assert_int_equal(desk_ask(desk, about("PUT", &first, "/pin").text,
				  people.alice.access, NULL),
			 409);
	desk_wait(desk, 1);
	assert_int_equal(desk_ask(desk, about("PUT", &second, "/pin").text,
				  people.alice.access, NULL),
			 200);
	desk_ask(desk, "GET /v1/rooms/ops/pins?limit=1", people.carol.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "second");
	char next[160];
	snprintf(next, sizeof(next), "GET /v1/rooms/ops/pins?cursor=%.64s",
		 desk_get(desk, "cursor").text);
	desk_ask(desk, next, people.carol.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "first");
	assert_int_equal(desk_ask(desk, about("DELETE", &first, "/pin").text,
				  people.alice.access, NULL),
			 200);
	assert_int_equal(desk_ask(desk, about("DELETE", &first, "/pin").text,
				  people.alice.access, NULL),
			 404);
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/rooms/ops/pins?cursor=x",
		     people.carol.access, NULL);
}

static void earlier_texts_are_for_the_author_and_moderators(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text id = say(desk, &people.bob, "one");
	struct line versions = about("GET", &id, "/versions");

	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(desk_ask(desk, about("PATCH", &id, "").text,
					  people.bob.access, "{\"text\":\"%s\"}",
					  i ? "three" : "two"),
				 200);
	assert_int_equal(desk_ask(desk, versions.text, people.bob.access, NULL), 200);
	assert_string_equal(desk_get(desk, "versions.0.text").text, "one");
	assert_string_equal(desk_get(desk, "versions.1.text").text, "two");
	assert_string_equal(desk_get(desk, "versions.2.text").text, "");
	assert_int_equal(desk_ask(desk, versions.text, people.alice.access, NULL), 200);
	desk_refused(desk, ERR_FORBIDDEN, NULL, versions.text, people.carol.access, NULL);
	/* They go with the message. */
	desk_ask(desk, about("DELETE", &id, "").text, people.bob.access, NULL);
	desk_ask(desk, versions.text, people.bob.access, NULL);
	assert_null(strstr(desk->body.ptr, "one"));
}

static void a_room_may_be_kept_to_those_of_a_role_and_its_log_says_so(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_refused(desk, ERR_FORBIDDEN, NULL, "PATCH /v1/rooms/ops", people.bob.access,
		     "{\"post_role\":\"moderator\"}");
	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/ops", people.alice.access,
				  "{\"post_role\":\"moderator\",\"slow_ms\":5000}"),
			 200);
	assert_string_equal(desk_get(desk, "post_role").text, "moderator");
	assert_int_equal(desk_number(desk, "slow_ms"), 5000);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST " MESSAGES, people.carol.access,
		     "{\"text\":\"hello\"}");
	/* What is not named stays; the entry says all of it. */
	desk_ask(desk, "PATCH /v1/rooms/ops", people.alice.access, "{\"slow_ms\":0}");
	desk_ask(desk, "GET " MESSAGES "?limit=1", people.carol.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.kind").text, "acl");
	assert_string_equal(desk_get(desk, "events.0.role").text, "moderator");
	assert_non_null(strstr(desk->body.ptr, "\"slow_ms\":0"));
}

static void who_has_read_a_message_is_said_but_of_those_who_hide_it(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text id = say(desk, &people.alice, "please read");
	struct line readers = about("GET", &id, "/readers");
	unsigned seq = (unsigned)desk_number(desk, "seq");

	desk_ask(desk, readers.text, people.alice.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "");
	desk_ask(desk, "POST /v1/rooms/ops/read", people.carol.access, "{\"seq\":%u}",
		 seq);
	assert_int_equal(desk_ask(desk, readers.text, people.alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "users.0.name").text, "carol");
	assert_string_equal(desk_get(desk, "users.1.name").text, "");
}

static void a_thread_is_the_replies_that_hang_on_one_message(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text root = say(desk, &people.alice, "the release");
	struct line thread = about("GET", &root, "/thread?limit=2");

	say(desk, &people.bob, "lunch");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(desk_ask(desk, "POST " MESSAGES, people.bob.access,
					  "{\"text\":\"step %u\",\"thread\":\"%s\"}", i,
					  root.text),
				 200);
	assert_int_equal(desk_ask(desk, thread.text, people.carol.access, NULL), 200);
	assert_string_equal(desk_get(desk, "events.0.text").text, "step 2");
	assert_string_equal(desk_get(desk, "events.1.text").text, "step 1");
	char next[240];
	snprintf(next, sizeof(next), "%.100s&cursor=%.64s", thread.text,
		 desk_get(desk, "cursor").text);
	desk_ask(desk, next, people.carol.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "step 0");
	assert_string_equal(desk_get(desk, "events.1.text").text, "");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
}

static void what_hangs_on_a_message_is_not_for_strangers(void **state)
{
	static const char *const rests[] = {"/reactions", "/versions", "/readers",
					    "/thread"};
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_ask(desk, "POST /v1/users/bob/messages", people.alice.access,
		 "{\"text\":\"psst\"}");
	struct desk_text id = desk_get(desk, "cid");
	struct desk_text none = {"aaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
		struct line line = about("GET", &id, rests[i]);
		assert_int_equal(desk_ask(desk, line.text, people.bob.access, NULL),
				 i == 1 ? 403 : 200);
		assert_int_equal(desk_ask(desk, line.text, people.carol.access, NULL),
				 404);
		desk_refused(desk, ERR_NOT_FOUND, "id",
			     about("GET", &none, rests[i]).text, people.carol.access,
			     NULL);
	}
}

static void a_deleted_room_is_gone_and_its_slug_is_not_free(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_refused(desk, ERR_FORBIDDEN, NULL, "DELETE /v1/rooms/ops", people.bob.access,
		     NULL);
	assert_int_equal(
		desk_ask(desk, "DELETE /v1/rooms/ops", people.alice.access, NULL), 204);
	assert_int_equal(try_to_say(desk, &people.bob, "hello?") / 100, 4);
	desk_refused(desk, ERR_EXISTS, "slug", "POST /v1/rooms", people.bob.access,
		     "{\"kind\":\"public\",\"slug\":\"ops\"}");
}

static void the_level_of_a_room_is_ones_own(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "PUT /v1/rooms/ops/level", people.bob.access,
				  "{\"level\":\"none\"}"),
			 204);
	desk_ask(desk, "GET /v1/rooms/ops", people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "level").text, "none");
	desk_ask(desk, "GET /v1/rooms/ops", people.carol.access, NULL);
	assert_string_not_equal(desk_get(desk, "level").text, "none");
	desk_refused(desk, ERR_BAD, "level", "PUT /v1/rooms/ops/level", people.bob.access,
		     "{\"level\":\"loud\"}");
}

CHECK_MAIN(DESK_TEST(who_is_kicked_may_come_back_and_who_is_banned_may_not),
	   DESK_TEST(a_ban_ends_by_itself),
	   DESK_TEST(who_is_muted_reads_and_says_nothing),
	   DESK_TEST(owners_give_roles_and_the_last_one_stays),
	   DESK_TEST(slow_mode_makes_members_wait),
	   DESK_TEST(a_room_may_be_kept_to_those_of_a_role_and_its_log_says_so),
	   DESK_TEST(reactions_are_listed_and_taken_back),
	   DESK_TEST(a_page_of_the_log_tells_of_reactions_and_pins),
	   DESK_TEST(moderators_pin_and_everybody_sees_the_pins),
	   DESK_TEST(earlier_texts_are_for_the_author_and_moderators),
	   DESK_TEST(who_has_read_a_message_is_said_but_of_those_who_hide_it),
	   DESK_TEST(a_thread_is_the_replies_that_hang_on_one_message),
	   DESK_TEST(what_hangs_on_a_message_is_not_for_strangers),
	   DESK_TEST(a_deleted_room_is_gone_and_its_slug_is_not_free),
	   DESK_TEST(the_level_of_a_room_is_ones_own))
