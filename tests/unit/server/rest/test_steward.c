/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the administration does to accounts, sessions and rooms, over the API. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

/* alice administers the server, bob does not; #ops is bob's. */
struct people {
	struct desk_user alice, bob, carol;
};

/* From now on requests come from the server's own user over the Unix socket, or not. */
static void be_operator(struct desk *desk, bool on)
{
	desk->peer = on ? (struct peer){.local = true, .uid = 1000}
			: (struct peer){.address = "192.0.2.7"};
}

static struct people meet(struct desk *desk)
{
	struct people people = {desk_sign_up(desk, "alice"), desk_sign_up(desk, "bob"),
				desk_sign_up(desk, "carol")};

	be_operator(desk, true);
	assert_int_equal(desk_ask(desk, "PATCH /v1/admin/users/alice", NULL,
				  "{\"administrator\":\"yes\"}"),
			 200);
	be_operator(desk, false);
	assert_int_equal(desk_ask(desk, "POST /v1/rooms", people.bob.access,
				  "{\"kind\":\"private\",\"name\":\"plans\"}"),
			 200);
	return people;
}

/* Among the newest rows of the audit log. */
static void assert_noted(struct desk *desk, const char *verb, const char *by)
{
	struct peer peer = desk->peer;

	be_operator(desk, true);
	assert_int_equal(desk_ask(desk, "POST /v1/admin/audit", NULL, "{\"limit\":3}"),
			 200);
	desk->peer = peer;
	char text[80];
	snprintf(text, sizeof(text), "\"verb\":\"%s\",\"by\":\"%s\"", verb, by);
	if (!strstr(desk->body.ptr, text))
		fail_msg("%s is not in %s", text, desk->body.ptr);
}

static void an_administrator_may_and_others_may_not(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "GET /v1/admin/users", people.alice.access, NULL),
			 200);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "GET /v1/admin/users", people.bob.access,
		     NULL);
	assert_int_equal(
		desk_call(desk, "admin_users", people.alice.access, "{\"q\":\"car\"}"),
		200);
	assert_non_null(strstr(desk->body.ptr, "carol"));
	assert_null(strstr(desk->body.ptr, "\"bob\""));
	/* The right is looked up each time. */
	be_operator(desk, true);
	desk_ask(desk, "PATCH /v1/admin/users/alice", NULL, "{\"administrator\":\"no\"}");
	assert_noted(desk, "rights_changed", "operator");
	be_operator(desk, false);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "GET /v1/admin/users",
		     people.alice.access, NULL);
}

static void what_only_the_operator_may_no_administrator_may(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/admin/users/bob/login-code",
		     people.alice.access, "{}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/admin/secrets/tokens/rotate",
		     people.alice.access, "{}");
	/* A token beats the socket that it comes over. */
	be_operator(desk, true);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "GET /v1/admin/users", people.bob.access,
		     NULL);
}

static void accounts_are_listed_page_by_page_and_by_state(void **state)
{
	struct desk *desk = *state;

	meet(desk);
	be_operator(desk, true);
	assert_int_equal(desk_ask(desk, "GET /v1/admin/users?limit=2", NULL, NULL), 200);
	assert_non_null(strstr(desk->body.ptr, "\"bob\""));
	assert_null(strstr(desk->body.ptr, "\"carol\""));
	assert_int_equal(
		desk_ask(desk, "GET /v1/admin/users?limit=2&cursor=bob", NULL, NULL),
		200);
	assert_non_null(strstr(desk->body.ptr, "\"carol\""));
	desk_ask(desk, "POST /v1/admin/users/carol/disable", NULL,
		 "{\"why\":\"too loud\"}");
	desk_ask(desk, "GET /v1/admin/users?state=suspended", NULL, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"carol\""));
	assert_null(strstr(desk->body.ptr, "\"alice\""));
	desk_ask(desk, "GET /v1/admin/users/carol", NULL, NULL);
	assert_string_equal(desk_get(desk, "account.why").text, "too loud");
	desk_refused(desk, ERR_BAD, "state", "GET /v1/admin/users?state=tired", NULL,
		     NULL);
	/* A sign of a pattern is one of a text. */
	desk_ask(desk, "GET /v1/admin/users?q=%25", NULL, NULL);
	assert_null(strstr(desk->body.ptr, "\"alice\""));
}

static void a_password_that_is_reset_lets_nobody_in(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	assert_int_equal(desk_ask(desk, "POST /v1/admin/users/bob/reset-password",
				  people.alice.access, "{}"),
			 204);
	assert_noted(desk, "password_dropped", "user");
	desk_refused(desk, ERR_BAD_TOKEN, NULL, "GET /v1/auth/me", people.bob.access,
		     NULL);
	desk_refused(desk, ERR_BAD_LOGIN, NULL, "POST /v1/auth/login", NULL,
		     "{\"login\":\"bob\",\"password\":\"" DESK_PASSWORD "\"}");
	assert_int_equal(desk_ask(desk, "POST /v1/auth/reset-password", NULL,
				  "{\"email\":\"bob@example.org\"}"),
			 200);
	struct desk_text challenge = desk_get(desk, "challenge");
	assert_int_equal(desk_ask(desk, "POST /v1/auth/confirm-password", NULL,
				  "{\"challenge\":\"%s\",\"code\":\"%s\","
				  "\"new_password\":\"another quiet meadow\"}",
				  challenge.text,
				  desk_code(desk, "bob@example.org").text),
			 204);
	(void)desk_log_in(desk, "bob", "another quiet meadow");
	be_operator(desk, true);
	desk_ask(desk, "POST /v1/admin/users", NULL, "{\"name\":\"dave\"}");
	desk_refused(desk, ERR_STATE, "user", "POST /v1/admin/users/dave/reset-password",
		     NULL, "{}");
}

static void sessions_are_listed_and_ended(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_user again = desk_log_in(desk, "bob", DESK_PASSWORD);
	char line[100];

	desk_ask(desk, "GET /v1/admin/users/bob/sessions", people.alice.access, NULL);
	assert_non_null(strstr(desk->body.ptr, people.bob.session));
	assert_non_null(strstr(desk->body.ptr, again.session));
	snprintf(line, sizeof(line), "DELETE /v1/admin/sessions/%.26s", again.session);
	assert_int_equal(desk_ask(desk, line, people.alice.access, NULL), 204);
	assert_noted(desk, "session_revoked", "user");
	desk_refused(desk, ERR_NOT_FOUND, "session", line, people.alice.access, NULL);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, "GET /v1/auth/me", again.access, NULL);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", people.bob.access, NULL), 200);
	assert_int_equal(desk_ask(desk, "DELETE /v1/admin/users/bob/sessions",
				  people.alice.access, NULL),
			 204);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, "GET /v1/auth/me", people.bob.access,
		     NULL);
}

static void who_is_deleted_is_gone_and_his_rooms_go_on(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_ask(desk, "POST /v1/rooms/plans/members", people.bob.access,
		 "{\"user\":\"carol\"}");
	/* Also when he cannot log in. */
	desk_ask(desk, "POST /v1/admin/users/bob/disable", people.alice.access, "{}");
	assert_int_equal(
		desk_ask(desk, "DELETE /v1/admin/users/bob", people.alice.access, NULL),
		204);
	assert_noted(desk, "account_deleted", "user");
	desk_refused(desk, ERR_NO_USER, "user", "DELETE /v1/admin/users/bob",
		     people.alice.access, NULL);
	desk_refused(desk, ERR_EXISTS, "name", "POST /v1/admin/users",
		     people.alice.access, "{\"name\":\"bob\"}");
	desk_ask(desk, "GET /v1/rooms/plans", people.carol.access, NULL);
	assert_string_equal(desk_get(desk, "role").text, "owner");
}

static void a_private_room_is_seen_from_outside_but_not_what_is_said(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_ask(desk, "POST /v1/rooms/plans/messages", people.bob.access,
		 "{\"text\":\"the harbour at nine\"}");
	desk_ask(desk, "GET /v1/admin/rooms?q=plans", people.alice.access, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"plans\""));
	assert_null(strstr(desk->body.ptr, "harbour"));
	desk_ask(desk, "GET /v1/admin/rooms/plans", people.alice.access, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"owners\":[\"bob\"]"));
	struct desk_text room = desk_get(desk, "id");
	char line[100];
	snprintf(line, sizeof(line), "GET /v1/rooms/%.26s/messages", room.text);
	desk_refused(desk, ERR_NO_ROOM, NULL, line, people.alice.access, NULL);
	/* To read it one is brought in, which all see. */
	assert_int_equal(desk_ask(desk, "PUT /v1/admin/rooms/plans/members/alice",
				  people.alice.access, "{}"),
			 204);
	assert_noted(desk, "member_changed", "user");
	desk_ask(desk, "GET /v1/rooms/plans/messages", people.bob.access, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"change\":\"invite\""));
}

static void rooms_are_made_changed_handed_over_and_deleted(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	const char *admin = people.alice.access;

	desk_refused(desk, ERR_BAD, "owner", "POST /v1/admin/rooms", admin,
		     "{\"kind\":\"public\",\"slug\":\"ops\"}");
	assert_int_equal(desk_ask(desk, "POST /v1/admin/rooms", admin,
				  "{\"kind\":\"public\",\"slug\":\"ops\","
				  "\"owner\":\"bob\",\"topic\":\"what breaks\"}"),
			 200);
	assert_string_equal(desk_get(desk, "topic").text, "what breaks");
	assert_int_equal(desk_ask(desk, "POST /v1/admin/rooms", admin,
				  "{\"kind\":\"broadcast\",\"slug\":\"news\"}"),
			 200);
	assert_int_equal(desk_ask(desk, "PATCH /v1/admin/rooms/ops", admin,
				  "{\"slug\":\"duty\",\"topic\":\"\",\"slow_ms\":5000}"),
			 200);
	assert_string_equal(desk_get(desk, "slug").text, "duty");
	assert_int_equal(desk_number(desk, "slow_ms"), 5000);
	assert_noted(desk, "room_changed", "user");
	assert_int_equal(desk_ask(desk, "PUT /v1/admin/rooms/duty/members/carol", admin,
				  "{\"role\":\"owner\"}"),
			 204);
	assert_int_equal(
		desk_ask(desk, "DELETE /v1/admin/rooms/duty/members/bob", admin, NULL),
		204);
	desk_ask(desk, "GET /v1/admin/rooms/duty/members", admin, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"carol\""));
	assert_null(strstr(desk->body.ptr, "\"bob\""));
	desk_refused(desk, ERR_NO_USER, "user", "PUT /v1/admin/rooms/duty/members/nobody",
		     admin, "{}");
}

static void an_archived_room_is_read_and_not_written(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	const char *room = "PATCH /v1/admin/rooms/plans", *admin = people.alice.access;
	const char *say = "POST /v1/rooms/plans/messages";

	desk_ask(desk, say, people.bob.access, "{\"text\":\"one\"}");
	assert_int_equal(desk_ask(desk, room, admin, "{\"archive\":\"yes\"}"), 200);
	desk_refused(desk, ERR_STATE, "archive", room, admin, "{\"archive\":\"yes\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, say, people.bob.access,
		     "{\"text\":\"two\"}");
	desk_ask(desk, "GET /v1/rooms/plans/messages", people.bob.access, NULL);
	assert_non_null(strstr(desk->body.ptr, "\"text\":\"one\""));
	assert_int_equal(desk_ask(desk, room, admin, "{\"archive\":\"no\"}"), 200);
	assert_int_equal(desk_ask(desk, say, people.bob.access, "{\"text\":\"two\"}"),
			 200);
}

static void a_history_that_is_cleared_is_gone_and_the_room_goes_on(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	const char *say = "POST /v1/rooms/plans/messages";

	desk_ask(desk, say, people.bob.access, "{\"text\":\"the harbour\"}");
	assert_int_equal(desk_ask(desk, "POST /v1/admin/rooms/plans/clear",
				  people.alice.access, "{}"),
			 200);
	assert_int_equal(desk_number(desk, "events"), 2);
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
	assert_noted(desk, "room_cleared", "user");
	desk_ask(desk, "GET /v1/rooms/plans/messages", people.bob.access, NULL);
	assert_null(strstr(desk->body.ptr, "harbour"));
	desk_ask(desk, "GET /v1/search?q=harbour", people.bob.access, NULL);
	assert_null(strstr(desk->body.ptr, "harbour\""));
	assert_int_equal(desk_ask(desk, say, people.bob.access, "{\"text\":\"two\"}"),
			 200);
	assert_int_equal(desk_number(desk, "seq"), 3);
	assert_int_equal(
		desk_ask(desk, "DELETE /v1/admin/rooms/plans", people.alice.access, NULL),
		204);
	desk_refused(desk, ERR_NO_ROOM, "room", "GET /v1/admin/rooms/plans",
		     people.alice.access, NULL);
}

CHECK_MAIN(DESK_TEST(an_administrator_may_and_others_may_not),
	   DESK_TEST(what_only_the_operator_may_no_administrator_may),
	   DESK_TEST(accounts_are_listed_page_by_page_and_by_state),
	   DESK_TEST(a_password_that_is_reset_lets_nobody_in),
	   DESK_TEST(sessions_are_listed_and_ended),
	   DESK_TEST(who_is_deleted_is_gone_and_his_rooms_go_on),
	   DESK_TEST(a_private_room_is_seen_from_outside_but_not_what_is_said),
	   DESK_TEST(rooms_are_made_changed_handed_over_and_deleted),
	   DESK_TEST(an_archived_room_is_read_and_not_written),
	   DESK_TEST(a_history_that_is_cleared_is_gone_and_the_room_goes_on))
