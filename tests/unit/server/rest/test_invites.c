/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations by a code: made, looked at, used, used up, over, taken back. */
#include <stdio.h>

#include "server/core/invite.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define WEEK_MS INVITE_USUAL_MS

struct people {
	struct desk_user alice, bob, carol;
	char invites[96]; /* "/v1/rooms/ID/invites" of alice's den */
	struct desk_text den;
};

/* alice owns a private room; nobody else is in it. */
static struct people meet(struct desk *desk)
{
	struct people people = {.alice = desk_sign_up(desk, "alice"),
				.bob = desk_sign_up(desk, "bob"),
				.carol = desk_sign_up(desk, "carol")};

	assert_int_equal(desk_ask(desk, "POST /v1/rooms", people.alice.access,
				  "{\"kind\":\"private\",\"name\":\"den\"}"),
			 200);
	people.den = desk_get(desk, "room");
	snprintf(people.invites, sizeof(people.invites), "/v1/rooms/%.26s/invites",
		 people.den.text);
	return people;
}

/* "METHOD a b" */
struct line {
	char text[192];
};

static struct line line(const char *method, const char *path, const char *more)
{
	struct line line;

	snprintf(line.text, sizeof(line.text), "%s %s%.90s", method, path, more);
	return line;
}

static struct desk_text invite(struct desk *desk, const struct people *people,
			       const struct desk_user *who, const char *body)
{
	assert_int_equal(desk_ask(desk, line("POST", people->invites, "").text,
				  who->access, "%s", body),
			 200);
	return desk_get(desk, "code");
}

static int accept(struct desk *desk, const struct desk_user *who,
		  const struct desk_text *code)
{
	return desk_ask(desk, line("POST", "/v1/invites/", code->text).text, who->access,
			NULL);
}

static void who_has_the_code_comes_in(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text code = invite(desk, &people, &people.alice, "{}");

	assert_int_equal(strlen(code.text), ID_TEXT_LEN);
	assert_int_equal(desk_number(desk, "expires_ts"), desk->clock.ms + WEEK_MS);
	assert_int_equal(desk_ask(desk, line("GET", "/v1/invites/", code.text).text,
				  people.bob.access, NULL),
			 200);
	assert_string_equal(desk_get(desk, "room.name").text, "den");
	assert_string_equal(desk_get(desk, "inviter.name").text, "alice");
	assert_string_equal(desk_get(desk, "code").text, "");
	assert_int_equal(accept(desk, &people.bob, &code), 200);
	assert_string_equal(desk_get(desk, "role").text, "member");
	assert_int_equal(desk_ask(desk, "POST /v1/rooms/den/messages", people.bob.access,
				  "{\"text\":\"here I am\"}"),
			 200);
	/* A second time changes nothing. */
	assert_int_equal(accept(desk, &people.bob, &code), 200);
	desk_ask(desk, "GET /v1/rooms/den", people.alice.access, NULL);
	assert_int_equal(desk_number(desk, "members"), 2);
}

static void who_looks_does_not_see_what_was_said(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);

	desk_ask(desk, "POST /v1/rooms/den/messages", people.alice.access,
		 "{\"text\":\"the plan\"}");
	struct desk_text code = invite(desk, &people, &people.alice, "{}");
	desk_ask(desk, line("GET", "/v1/invites/", code.text).text, people.bob.access,
		 NULL);
	assert_null(strstr(desk->body.ptr, "the plan"));
}

static void a_code_is_used_up_and_runs_out(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text once =
		invite(desk, &people, &people.alice, "{\"uses\":1,\"for_ms\":1000000}");

	assert_int_equal(desk_number(desk, "uses"), 1);
	assert_int_equal(accept(desk, &people.bob, &once), 200);
	assert_int_equal(accept(desk, &people.carol, &once), 410);
	struct desk_text brief =
		invite(desk, &people, &people.alice, "{\"for_ms\":60000}");
	desk_wait(desk, 60000);
	assert_int_equal(accept(desk, &people.carol, &brief), 410);
	assert_string_equal(desk_get(desk, "field").text, "code");
	struct desk_text never = {"aaaaaaaaaaaaaaaaaaaaaaaaaa"};
	assert_int_equal(accept(desk, &people.carol, &never), 404);
}

static void a_code_is_taken_back(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text code = invite(desk, &people, &people.alice, "{}");
	struct desk_text id = desk_get(desk, "invite");
	char path[140];

	snprintf(path, sizeof(path), "DELETE %s/%.26s", people.invites, id.text);
	desk_refused(desk, ERR_NO_ROOM, NULL, path, people.bob.access, NULL);
	assert_int_equal(desk_ask(desk, path, people.alice.access, NULL), 204);
	assert_int_equal(accept(desk, &people.bob, &code), 410);
	desk_ask(desk, line("GET", people.invites, "").text, people.alice.access, NULL);
	assert_string_equal(desk_get(desk, "invites.0.invite").text, "");
}

static void a_code_is_worth_what_its_maker_may(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text in =
		invite(desk, &people, &people.alice, "{\"role\":\"moderator\"}");

	assert_int_equal(accept(desk, &people.bob, &in), 200);
	assert_string_equal(desk_get(desk, "role").text, "moderator");
	/* Moderators invite members; roles are for owners to give. */
	desk_refused(desk, ERR_FORBIDDEN, NULL, line("POST", people.invites, "").text,
		     people.bob.access, "{\"role\":\"moderator\"}");
	struct desk_text code = invite(desk, &people, &people.bob, "{}");
	assert_int_equal(desk_ask(desk, "PATCH /v1/rooms/den/members/bob",
				  people.alice.access, "{\"role\":\"member\"}"),
			 204);
	assert_int_equal(accept(desk, &people.carol, &code), 410);
	desk_refused(desk, ERR_FORBIDDEN, NULL, line("POST", people.invites, "").text,
		     people.bob.access, "{}");
}

static void who_is_banned_stays_out(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text code = invite(desk, &people, &people.alice, "{\"uses\":1}");

	assert_int_equal(desk_ask(desk, "POST /v1/rooms/den/bans", people.alice.access,
				  "{\"user\":\"bob\"}"),
			 204);
	desk_refused(desk, ERR_BANNED, NULL, line("POST", "/v1/invites/", code.text).text,
		     people.bob.access, NULL);
	/* And has used nothing up. */
	assert_int_equal(accept(desk, &people.carol, &code), 200);
}

static void open_codes_are_listed_in_pages_and_bounded(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct desk_text last = {""};

	for (unsigned i = 0; i < LIMIT_INVITES; i++) {
		invite(desk, &people, &people.alice, "{}");
		last = desk_get(desk, "invite");
		desk_wait(desk, 1000);
	}
	desk_refused(desk, ERR_STATE, NULL, line("POST", people.invites, "").text,
		     people.alice.access, "{}");
	desk_ask(desk, line("GET", people.invites, "?limit=95").text, people.alice.access,
		 NULL);
	assert_string_equal(desk_get(desk, "invites.0.invite").text, last.text);
	struct desk_text cursor = desk_get(desk, "cursor");
	char more[100];
	snprintf(more, sizeof(more), "?limit=95&cursor=%.64s", cursor.text);
	desk_ask(desk, line("GET", people.invites, more).text, people.alice.access, NULL);
	assert_string_not_equal(desk_get(desk, "invites.4.invite").text, "");
	assert_string_equal(desk_get(desk, "invites.5.invite").text, "");
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
}

static void what_cannot_be_is_refused_by_name(void **state)
{
	struct desk *desk = *state;
	struct people people = meet(desk);
	struct line post = line("POST", people.invites, "");

	desk_refused(desk, ERR_BAD, "for_ms", post.text, people.alice.access,
		     "{\"for_ms\":31536000001}");
	desk_refused(desk, ERR_BAD, "uses", post.text, people.alice.access,
		     "{\"uses\":10001}");
	desk_refused(desk, ERR_BAD, "code", "GET /v1/invites/x", people.alice.access,
		     NULL);
}

CHECK_MAIN(DESK_TEST(who_has_the_code_comes_in),
	   DESK_TEST(who_looks_does_not_see_what_was_said),
	   DESK_TEST(a_code_is_used_up_and_runs_out), DESK_TEST(a_code_is_taken_back),
	   DESK_TEST(a_code_is_worth_what_its_maker_may),
	   DESK_TEST(who_is_banned_stays_out),
	   DESK_TEST(open_codes_are_listed_in_pages_and_bounded),
	   DESK_TEST(what_cannot_be_is_refused_by_name))
