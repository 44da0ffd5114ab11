/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users, rooms and messages over the API: what two people and a stranger can do. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define MESSAGES "/v1/rooms/ops/messages"

/* alice owns #ops, bob is in it, carol is not. */
struct people {
	struct desk_user alice, bob, carol;
};

static struct people meet(struct desk *desk)
{
	struct people people = {desk_sign_up(desk, "alice"), desk_sign_up(desk, "bob"),
				desk_sign_up(desk, "carol")};

	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms", people.alice.access,
			 "{\"kind\":\"public\",\"slug\":\"ops\",\"name\":\"Ops\"}"),
		200);
	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/join", people.bob.access, NULL), 200);
	assert_string_equal(desk_get(desk, "role").text, "member");
	return people;
}

static struct desk_text say(struct desk *desk, const struct desk_user *who,
			    const char *text)
{
	assert_int_equal(
		desk_ask(desk, "POST " MESSAGES, who->access, "{\"text\":\"%s\"}", text),
		200);
	return desk_get(desk, "cid");
}

static struct id_text make_cid(const struct desk *desk, uint8_t n)
{
	uint8_t random[10] = {n};
	struct id id = id_v7(desk->clock.ms, random);

	return id_text(&id);
}

static void what_one_sends_the_other_reads(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "hello");
	struct desk_text answer = say(desk, &people.bob, "hi alice");
	assert_int_equal(
		desk_ask(desk, "GET " MESSAGES "?limit=2", people.alice.access, NULL),
		200);
	assert_string_equal(desk_get(desk, "events.0.text").text, "hello");
	assert_string_equal(desk_get(desk, "events.1.text").text, "hi alice");
	assert_string_equal(desk_get(desk, "events.1.from").text, people.bob.user);
	assert_string_equal(desk_get(desk, "events.1.cid").text, answer.text);
	assert_int_equal(desk_ask(desk, "GET /v1/rooms", people.alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "rooms.0.slug").text, "ops");
	assert_int_equal(desk_number(desk, "rooms.0.unread"), 1);
	assert_string_equal(desk_get(desk, "rooms.0.last.text").text, "hi alice");
}

static void pages_go_back_and_forth_and_say_when_they_are_complete(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[128];

	for (unsigned i = 0; i < 5; i++) {
		char text[8];
		snprintf(text, sizeof(text), "m%u", i);
		say(desk, &people.alice, text);
	}
	desk_ask(desk, "GET " MESSAGES "?limit=2", people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "m3");
	uint64_t first = desk_number(desk, "first");
	snprintf(line, sizeof(line), "GET " MESSAGES "?limit=2&before=%u",
		 (unsigned)first);
	desk_ask(desk, line, people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "m1");
	assert_string_equal(desk_get(desk, "events.1.text").text, "m2");
	snprintf(line, sizeof(line), "GET " MESSAGES "?after=%u", (unsigned)first);
	desk_ask(desk, line, people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "m4");
	assert_non_null(strstr(desk->body.ptr, "\"complete_after\":true"));
	desk_refused(desk, ERR_BAD, "before", "GET " MESSAGES "?after=1&before=2",
		     people.bob.access, NULL);
}

static void the_same_cid_or_key_is_sent_once(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct id_text cid = make_cid(desk, 1);
	const char *line = "POST " MESSAGES, *token = people.alice.access;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(desk_ask(desk, line, token,
					  "{\"cid\":\"%s\",\"text\":\"one\"}", cid.text),
				 200);
		assert_int_equal(strstr(desk->body.ptr, "\"dup\":true") != NULL, i == 1);
	}
	uint64_t seq = desk_number(desk, "seq");
	/* The header says the same as the field. */
	desk_header(desk, "idempotency-key", cid.text);
	desk_ask(desk, line, token, "{\"text\":\"one\"}");
	assert_int_equal(desk_number(desk, "seq"), seq);
	/* A key of any form. */
	for (unsigned i = 0; i < 2; i++) {
		desk_header(desk, "idempotency-key", "disk-full-2023-11-14");
		desk_ask(desk, line, token, "{\"text\":\"two\"}");
		assert_int_equal(desk_number(desk, "seq"), seq + 1);
	}
	desk_header(desk, "idempotency-key", "disk-full-2023-11-14");
	desk_refused(desk, ERR_CONFLICT, "idempotency-key", line, token,
		     "{\"text\":\"three\"}");
	/* It is the key of one account, and another's is free. */
	desk_header(desk, "idempotency-key", "disk-full-2023-11-14");
	assert_int_equal(desk_ask(desk, line, people.bob.access, "{\"text\":\"two\"}"),
			 200);
	/* A cid is one for the whole server. */
	desk_refused(desk, ERR_CONFLICT, NULL, line, people.bob.access,
		     "{\"cid\":\"%s\",\"text\":\"one\"}", cid.text);
}

static void a_room_that_is_made_twice_with_one_key_is_one(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_text ids[2];

	for (unsigned i = 0; i < 2; i++) {
		desk_header(desk, "idempotency-key", "make it so");
		assert_int_equal(desk_ask(desk, "POST /v1/rooms", alice.access,
					  "{\"kind\":\"private\",\"name\":\"den\"}"),
				 200);
		ids[i] = desk_get(desk, "room");
	}
	assert_string_equal(ids[0].text, ids[1].text);
}

static void ones_own_message_is_edited_and_deleted_and_no_other(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text id = say(desk, &people.bob, "helo");
	char path[64], edit[80], remove[80], get[80];

	snprintf(path, sizeof(path), "/v1/messages/%.26s", id.text);
	snprintf(edit, sizeof(edit), "PATCH %s", path);
	snprintf(remove, sizeof(remove), "DELETE %s", path);
	snprintf(get, sizeof(get), "GET %s", path);
	assert_int_equal(desk_ask(desk, edit, people.bob.access, "{\"text\":\"hello\"}"),
			 200);
	assert_int_equal(desk_ask(desk, get, people.alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "text").text, "hello");
	desk_refused(desk, ERR_FORBIDDEN, NULL, edit, people.alice.access,
		     "{\"text\":\"I like alice\"}");
	assert_int_equal(
		desk_ask(desk, edit, people.carol.access, "{\"text\":\"x\"}") / 100, 4);
	assert_int_equal(desk_ask(desk, remove, people.carol.access, NULL) / 100, 4);
	assert_int_equal(desk_ask(desk, remove, people.bob.access, NULL), 200);
	assert_int_equal(desk_ask(desk, get, people.alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "text").text, "");
	assert_non_null(strstr(desk->body.ptr, "\"deleted\":true"));
	desk_refused(desk, ERR_GONE, NULL, edit, people.bob.access,
		     "{\"text\":\"back\"}");
	desk_refused(desk, ERR_NOT_FOUND, "id",
		     "GET /v1/messages/aaaaaaaaaaaaaaaaaaaaaaaaaa", people.bob.access,
		     NULL);
}

static void a_message_to_a_user_makes_the_direct_chat(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "POST /v1/users/bob/messages",
				  people.alice.access, "{\"text\":\"psst\"}"),
			 200);
	struct desk_text room = desk_get(desk, "room");
	assert_int_equal(desk_ask(desk, "POST /v1/users/alice/messages",
				  people.bob.access, "{\"text\":\"yes?\"}"),
			 200);
	assert_string_equal(desk_get(desk, "room").text, room.text);
	assert_int_equal(desk_ask(desk, "GET /v1/rooms?limit=1", people.bob.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "rooms.0.kind").text, "direct");
	assert_string_equal(desk_get(desk, "rooms.0.peer.name").text, "alice");
	desk_refused(desk, ERR_NO_USER, "user", "POST /v1/users/nobody/messages",
		     people.alice.access, "{\"text\":\"psst\"}");
	/* Nobody else sees it or learns that it is there. */
	char line[80];
	snprintf(line, sizeof(line), "GET /v1/rooms/%.26s", room.text);
	desk_refused(desk, ERR_NO_ROOM, NULL, line, people.carol.access, NULL);
}

static void a_private_room_is_entered_by_invitation(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[128];

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", people.alice.access,
				  "{\"kind\":\"private\",\"name\":\"den\"}"),
			 200);
	struct desk_text den = desk_get(desk, "room");
	snprintf(line, sizeof(line), "POST /v1/rooms/%.26s/join", den.text);
	assert_int_equal(desk_ask(desk, line, people.bob.access, NULL) / 100, 4);
	snprintf(line, sizeof(line), "POST /v1/rooms/%.26s/members", den.text);
	desk_refused(desk, ERR_NO_USER, "user", line, people.alice.access,
		     "{\"user\":\"nobody\"}");
	assert_int_equal(desk_ask(desk, line, people.alice.access, "{\"user\":\"bob\"}"),
			 204);
	snprintf(line, sizeof(line), "GET /v1/rooms/%.26s/members", den.text);
	assert_int_equal(desk_ask(desk, line, people.bob.access, NULL), 200);
	assert_string_equal(desk_get(desk, "members.0.user.name").text, "alice");
	assert_string_equal(desk_get(desk, "members.0.role").text, "owner");
	assert_string_equal(desk_get(desk, "members.1.user.name").text, "bob");
	desk_refused(desk, ERR_NO_ROOM, NULL, line, people.carol.access, NULL);
	/* By its name it is found by who is in it. */
	assert_int_equal(desk_ask(desk, "GET /v1/rooms/den", people.bob.access, NULL),
			 200);
	desk_refused(desk, ERR_NO_ROOM, "room", "GET /v1/rooms/den", people.carol.access,
		     NULL);
}

static void members_come_in_pages(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "GET /v1/rooms/lobby/members?limit=2",
				  people.alice.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "cursor").text, "bob");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":false"));
	assert_int_equal(desk_ask(desk, "GET /v1/rooms/lobby/members?limit=2&cursor=bob",
				  people.alice.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "members.0.user.name").text, "carol");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
}

static void reading_moves_the_marker_and_never_beyond_the_head(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	say(desk, &people.alice, "one");
	say(desk, &people.alice, "two");
	uint64_t seq = desk_number(desk, "seq");
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/ops/read", people.bob.access,
				  "{\"seq\":%u}", (unsigned)seq),
			 204);
	assert_int_equal(desk_ask(desk, "GET /v1/rooms/ops", people.bob.access, NULL),
			 200);
	assert_int_equal(desk_number(desk, "unread"), 0);
	assert_int_equal(desk_number(desk, "read"), seq);
	desk_refused(desk, ERR_BAD, "seq", "POST /v1/rooms/ops/read", people.bob.access,
		     "{\"seq\":%u}", (unsigned)seq + 1);
}

static void history_is_one_stream_of_everything_one_may_see(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[160];

	say(desk, &people.alice, "in ops");
	desk_ask(desk, "POST /v1/users/bob/messages", people.alice.access,
		 "{\"text\":\"to bob\"}");
	desk_ask(desk, "POST /v1/rooms/lobby/messages", people.carol.access,
		 "{\"text\":\"in lobby\"}");
	desk_ask(desk, "GET /v1/history?limit=2", people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "in lobby");
	assert_string_equal(desk_get(desk, "events.1.text").text, "to bob");
	snprintf(line, sizeof(line), "GET /v1/history?cursor=%.18s",
		 desk_get(desk, "cursor").text);
	desk_ask(desk, line, people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "in ops");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
	desk_ask(desk, "GET /v1/history?user=alice", people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "events.0.text").text, "to bob");
	assert_string_equal(desk_get(desk, "events.1.text").text, "");
	desk_ask(desk, "GET /v1/history", people.carol.access, NULL);
	assert_null(strstr(desk->body.ptr, "to bob"));
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/history?cursor=x",
		     people.bob.access, NULL);
}

static void leaving_a_room_ends_reading_it(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(
		desk_ask(desk, "POST /v1/rooms/ops/leave", people.bob.access, NULL), 204);
	desk_refused(desk, ERR_NOT_MEMBER, NULL, "POST " MESSAGES, people.bob.access,
		     "{\"text\":\"still here\"}");
	assert_int_equal(desk_ask(desk, "GET " MESSAGES, people.bob.access, NULL) / 100,
			 4);
}

static void a_room_is_changed_by_its_owner(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/ops", people.alice.access,
				  "{\"topic\":\"all quiet\",\"slug\":\"operations\"}"),
			 200);
	assert_string_equal(desk_get(desk, "slug").text, "operations");
	/* The former slug still leads there. */
	assert_int_equal(desk_ask(desk, "GET /v1/rooms/ops", people.bob.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "topic").text, "all quiet");
	desk_refused(desk, ERR_FORBIDDEN, NULL, "PATCH /v1/rooms/ops", people.bob.access,
		     "{\"topic\":\"mine\"}");
	desk_refused(desk, ERR_EXISTS, "slug", "PATCH /v1/rooms/ops", people.alice.access,
		     "{\"slug\":\"lobby\"}");
	desk_refused(desk, ERR_EXISTS, "slug", "POST /v1/rooms", people.bob.access,
		     "{\"kind\":\"public\",\"slug\":\"ops\"}");
	desk_refused(desk, ERR_BAD, "slug", "POST /v1/rooms", people.bob.access,
		     "{\"kind\":\"public\"}");
	desk_refused(desk, ERR_BAD, "user", "POST /v1/rooms", people.bob.access,
		     "{\"kind\":\"direct\"}");
}

static void the_public_rooms_come_in_pages(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[200];

	assert_int_equal(
		desk_ask(desk, "GET /v1/rooms/public?limit=1", people.carol.access, NULL),
		200);
	struct desk_text first = desk_get(desk, "rooms.0.slug");
	snprintf(line, sizeof(line), "GET /v1/rooms/public?limit=1&cursor=%.128s",
		 desk_get(desk, "cursor").text);
	assert_int_equal(desk_ask(desk, line, people.carol.access, NULL), 200);
	assert_string_not_equal(desk_get(desk, "rooms.0.slug").text, first.text);
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/rooms/public?cursor=x",
		     people.carol.access, NULL);
}

static void users_are_found_by_the_beginning_of_their_name(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_sign_up(desk, "carola");
	assert_int_equal(
		desk_ask(desk, "GET /v1/users?prefix=car", people.bob.access, NULL), 200);
	assert_string_equal(desk_get(desk, "users.0.name").text, "carol");
	assert_string_equal(desk_get(desk, "users.1.name").text, "carola");
	assert_null(strstr(desk->body.ptr, "example.org"));
	assert_int_equal(desk_ask(desk, "GET /v1/users?limit=3&cursor=alice",
				  people.bob.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "users.0.name").text, "bob");
	assert_int_equal(
		desk_ask(desk, "GET /v1/users?prefix=%", people.bob.access, NULL), 200);
	assert_string_equal(desk_get(desk, "users.0.name").text, "");
	/* Who has not verified is not there yet. */
	desk_ask(desk, "POST /v1/auth/signup", NULL,
		 "{\"name\":\"dave\",\"email\":\"dave@example.org\",\"password\":"
		 "\"" DESK_PASSWORD "\"}");
	desk_refused(desk, ERR_NO_USER, "user", "GET /v1/users/dave", people.bob.access,
		     NULL);
	desk_ask(desk, "GET /v1/users?prefix=dave", people.bob.access, NULL);
	assert_string_equal(desk_get(desk, "users.0.name").text, "");
}

static void the_directory_follows_the_policy_of_the_server(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk->server->config.directory = DIRECTORY_SEARCH;
	desk_refused(desk, ERR_FORBIDDEN, "prefix", "GET /v1/users", people.bob.access,
		     NULL);
	assert_int_equal(
		desk_ask(desk, "GET /v1/users?prefix=a", people.bob.access, NULL), 200);
	desk->server->config.directory = DIRECTORY_OFF;
	desk_refused(desk, ERR_FORBIDDEN, "prefix", "GET /v1/users?prefix=a",
		     people.bob.access, NULL);
	/* Whom one can name, one can write to. */
	assert_int_equal(desk_ask(desk, "GET /v1/users/alice", people.bob.access, NULL),
			 200);
}

static void several_users_are_looked_up_by_id(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(
		desk_ask(desk, "POST /v1/users/lookup", people.bob.access,
			 "{\"users\":[\"%s\",\"aaaaaaaaaaaaaaaaaaaaaaaaaa\",\"%s\"]}",
			 people.carol.user, people.alice.user),
		200);
	assert_string_equal(desk_get(desk, "users.0.name").text, "carol");
	assert_string_equal(desk_get(desk, "users.1.name").text, "alice");
	desk_refused(desk, ERR_BAD, "users", "POST /v1/users/lookup", people.bob.access,
		     "{\"users\":[\"carol\"]}");
}

static void a_hidden_chat_comes_back_with_the_next_message(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	char line[80];

	desk_ask(desk, "POST /v1/users/bob/messages", people.alice.access,
		 "{\"text\":\"psst\"}");
	struct desk_text room = desk_get(desk, "room");
	snprintf(line, sizeof(line), "POST /v1/rooms/%.26s/hide", room.text);
	assert_int_equal(desk_ask(desk, line, people.bob.access, NULL), 204);
	desk_ask(desk, "GET /v1/rooms", people.bob.access, NULL);
	assert_null(strstr(desk->body.ptr, room.text));
	desk_ask(desk, "POST /v1/users/bob/messages", people.alice.access,
		 "{\"text\":\"hey\"}");
	desk_ask(desk, "GET /v1/rooms", people.bob.access, NULL);
	assert_non_null(strstr(desk->body.ptr, room.text));
}

CHECK_MAIN(DESK_TEST(what_one_sends_the_other_reads),
	   DESK_TEST(pages_go_back_and_forth_and_say_when_they_are_complete),
	   DESK_TEST(the_same_cid_or_key_is_sent_once),
	   DESK_TEST(a_room_that_is_made_twice_with_one_key_is_one),
	   DESK_TEST(ones_own_message_is_edited_and_deleted_and_no_other),
	   DESK_TEST(a_message_to_a_user_makes_the_direct_chat),
	   DESK_TEST(a_private_room_is_entered_by_invitation),
	   DESK_TEST(members_come_in_pages),
	   DESK_TEST(reading_moves_the_marker_and_never_beyond_the_head),
	   DESK_TEST(history_is_one_stream_of_everything_one_may_see),
	   DESK_TEST(leaving_a_room_ends_reading_it),
	   DESK_TEST(a_room_is_changed_by_its_owner),
	   DESK_TEST(the_public_rooms_come_in_pages),
	   DESK_TEST(users_are_found_by_the_beginning_of_their_name),
	   DESK_TEST(the_directory_follows_the_policy_of_the_server),
	   DESK_TEST(several_users_are_looked_up_by_id),
	   DESK_TEST(a_hidden_chat_comes_back_with_the_next_message))
