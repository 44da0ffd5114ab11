/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What whoever runs the server may ask, and nobody else. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define MINUTE 60000

#define ADD  "POST /v1/admin/users"
#define CODE "POST /v1/admin/users/alice/login-code"
#define DOOR "{\"login\":\"alice\",\"password\":\"" DESK_PASSWORD "\"}"

/* From now on requests come from the server's own user over the Unix socket. */
static void be_operator(struct desk *desk)
{
	desk->peer = (struct peer){.local = true, .uid = 1000};
}

static void be_anybody(struct desk *desk)
{
	desk->peer = (struct peer){.address = "192.0.2.7"};
}

static void only_the_one_who_runs_the_server_may(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_refused(desk, ERR_UNAUTHORIZED, NULL, ADD, NULL, "{\"name\":\"bob\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, ADD, alice.access, "{\"name\":\"bob\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, CODE, alice.access, "{}");
	desk->peer = (struct peer){.local = true, .uid = 1001};
	desk_refused(desk, ERR_FORBIDDEN, NULL, ADD, NULL, "{\"name\":\"bob\"}");
	/* Not even from the right socket, when it is a user's frame. */
	be_operator(desk);
	assert_int_equal(
		desk_call(desk, "admin_user_add", alice.access, "{\"name\":\"bob\"}"),
		403);
	desk->peer.uid = 0;
	assert_int_equal(desk_ask(desk, ADD, NULL, "{\"name\":\"bob\"}"), 200);
}

static void an_account_that_was_made_can_log_in_at_once(void **state)
{
	struct desk *desk = *state;

	be_operator(desk);
	assert_int_equal(desk_ask(desk, ADD, NULL,
				  "{\"name\":\"alice\",\"email\":\"alice@example.org\","
				  "\"password\":\"" DESK_PASSWORD "\",\"admin\":true}"),
			 200);
	assert_int_equal(desk->mails->count, 0);
	be_anybody(desk);
	struct desk_user alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	assert_non_null(strstr(desk->body.ptr, "\"admin\":true"));
	assert_int_equal(desk_ask(desk, "GET /v1/rooms/lobby", alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "role").text, "owner");
}

static void what_is_taken_or_malformed_is_named(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	be_operator(desk);
	desk_refused(desk, ERR_EXISTS, "name", ADD, NULL, "{\"name\":\"alice\"}");
	desk_refused(desk, ERR_EXISTS, "email", ADD, NULL,
		     "{\"name\":\"bob\",\"email\":\"alice@example.org\"}");
	desk_refused(desk, ERR_BAD, "email", ADD, NULL,
		     "{\"name\":\"bob\",\"email\":\"no address\"}");
	desk_refused(desk, ERR_BAD, "name", ADD, NULL, "{\"name\":\"Bob\"}");
	desk_refused(desk, ERR_WEAK_PASSWORD, "password", ADD, NULL,
		     "{\"name\":\"bob\",\"password\":\"short\"}");
	desk_refused(desk, ERR_NO_USER, "user", "POST /v1/admin/users/nobody/login-code",
		     NULL, "{}");
	/* Nothing of a refused one is left. */
	assert_int_equal(desk_ask(desk, ADD, NULL, "{\"name\":\"bob\"}"), 200);
}

static void a_code_of_the_administrator_answers_a_log_in_when_mail_is_down(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	desk->mails->fail = ERR_UNREACHABLE;
	assert_int_equal(desk_ask(desk, "POST /v1/auth/login", NULL, DOOR), 200);
	struct desk_text challenge = desk_get(desk, "challenge");
	be_operator(desk);
	assert_int_equal(desk_ask(desk, CODE, NULL, "{}"), 200);
	struct desk_text code = desk_get(desk, "code");
	be_anybody(desk);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/otp", NULL,
				  "{\"challenge\":\"%s\",\"code\":\"%s\"}",
				  challenge.text, code.text),
			 200);
	/* Once. */
	desk_ask(desk, "POST /v1/auth/login", NULL, DOOR);
	desk_refused(desk, ERR_BAD_CODE, "code", "POST /v1/auth/otp", NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\"}",
		     desk_get(desk, "challenge").text, code.text);
	assert_null(strstr(desk->log.ptr, code.text));
}

static void that_code_is_for_one_account_ten_minutes_and_no_reset(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	desk_sign_up(desk, "bob");
	be_operator(desk);
	desk_ask(desk, CODE, NULL, "{}");
	struct desk_text code = desk_get(desk, "code");
	be_anybody(desk);
	desk_ask(desk, "POST /v1/auth/login", NULL,
		 "{\"login\":\"bob\",\"password\":\"" DESK_PASSWORD "\"}");
	desk_refused(desk, ERR_BAD_CODE, "code", "POST /v1/auth/otp", NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\"}",
		     desk_get(desk, "challenge").text, code.text);
	desk_ask(desk, "POST /v1/auth/reset-password", NULL,
		 "{\"email\":\"alice@example.org\"}");
	desk_refused(desk, ERR_BAD_CODE, "code", "POST /v1/auth/confirm-password", NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":\"a loud "
		     "river\"}",
		     desk_get(desk, "challenge").text, code.text);
	desk_wait(desk, 10 * MINUTE);
	desk_ask(desk, "POST /v1/auth/login", NULL, DOOR);
	desk_refused(desk, ERR_BAD_CODE, "code", "POST /v1/auth/otp", NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\"}",
		     desk_get(desk, "challenge").text, code.text);
}

CHECK_MAIN(DESK_TEST(only_the_one_who_runs_the_server_may),
	   DESK_TEST(an_account_that_was_made_can_log_in_at_once),
	   DESK_TEST(what_is_taken_or_malformed_is_named),
	   DESK_TEST(a_code_of_the_administrator_answers_a_log_in_when_mail_is_down),
	   DESK_TEST(that_code_is_for_one_account_ten_minutes_and_no_reset))
