/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guesses cost, what the audit log says about them, and whom neither stops. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define LOGIN  "POST /v1/auth/login"
#define DOOR   "{\"login\":\"%s\",\"password\":\"%s\"}"
#define CHANGE "POST /v1/auth/change-password"
#define OTHER  "another quiet meadow"

static void guess(struct desk *desk, const char *name, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, name,
			     "wrong one");
}

static void failures_outlive_a_restart(void **state)
{
	struct desk *desk = *state;
	static const char *const names[] = {"alice", "nobody"};

	desk_sign_up(desk, "alice");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		guess(desk, names[i], 5);
	desk_restart(desk);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		desk_refused(desk, ERR_RATE, NULL, LOGIN, NULL, DOOR, names[i],
			     DESK_PASSWORD);
		assert_int_equal(desk_number(desk, "retry_ms"), 1000);
	}
	desk_wait(desk, 1000);
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice", "wrong one");
	desk_refused(desk, ERR_RATE, NULL, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD);
	assert_int_equal(desk_number(desk, "retry_ms"), 2000);
	/* Who comes in starts over, after another restart too. */
	desk_wait(desk, 2000);
	desk_log_in(desk, "alice", DESK_PASSWORD);
	desk_restart(desk);
	guess(desk, "alice", 4);
	desk_log_in(desk, "alice", DESK_PASSWORD);
}

static void guesses_at_the_door_do_not_stop_who_is_in(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	guess(desk, "alice", 5);
	desk_refused(desk, ERR_RATE, NULL, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD);
	snprintf(desk->peer.address, sizeof(desk->peer.address), "198.51.100.9");
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/refresh", NULL,
				  "{\"refresh_token\":\"%s\"}", alice.refresh),
			 200);
	assert_int_equal(desk_ask(desk, CHANGE, alice.access,
				  "{\"password\":\"%s\",\"new_password\":\"%s\"}",
				  DESK_PASSWORD, OTHER),
			 204);
	/* Nor a reset. */
	assert_int_equal(desk_ask(desk, "POST /v1/auth/reset-password", NULL,
				  "{\"email\":\"alice@example.org\"}"),
			 200);
}

static void a_stolen_session_guesses_no_faster(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	for (unsigned i = 0; i < 5; i++)
		desk_refused(desk, ERR_BAD_LOGIN, "password", CHANGE, alice.access,
			     "{\"password\":\"wrong one %u\",\"new_password\":\"%s\"}", i,
			     OTHER);
	desk_refused(desk, ERR_RATE, NULL, CHANGE, alice.access,
		     "{\"password\":\"%s\",\"new_password\":\"%s\"}", DESK_PASSWORD,
		     OTHER);
	desk_restart(desk);
	desk_refused(desk, ERR_RATE, NULL, CHANGE, alice.access,
		     "{\"password\":\"%s\",\"new_password\":\"%s\"}", DESK_PASSWORD,
		     OTHER);
}

/* "login login_failed …", newest first. */
static void verbs(struct desk *desk, const char *line, const char *token, struct str *out)
{
	char path[32];

	str_clear(out);
	assert_int_equal(desk_ask(desk, line, token, token ? NULL : "{}"), 200);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "entries.%u.verb", i);
		struct desk_text verb = desk_get(desk, path);
		if (!verb.text[0])
			break;
		str_addf(out, "%s%s", i ? " " : "", verb.text);
	}
}

static void the_owner_reads_what_happened_and_nobody_elses(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str said = STR_INIT;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_user bob = desk_sign_up(desk, "bob");

	guess(desk, "alice", 1);
	desk_log_in(desk, "alice", DESK_PASSWORD);
	verbs(desk, "GET /v1/auth/audit", alice.access, &said);
	assert_string_equal(said.ptr, "login login_failed login verified signed_up");
	assert_string_equal(desk_get(desk, "entries.1.place").text, "192.0.2.7");
	assert_string_equal(desk_get(desk, "entries.1.by").text, "nobody");
	assert_non_null(strstr(desk_get(desk, "entries.0.detail").text, "device=new"));
	verbs(desk, "GET /v1/auth/audit", bob.access, &said);
	assert_string_equal(said.ptr, "login verified signed_up");
	/* Pages. */
	verbs(desk, "GET /v1/auth/audit?limit=2", alice.access, &said);
	assert_string_equal(said.ptr, "login login_failed");
	char line[64];
	snprintf(line, sizeof(line), "GET /v1/auth/audit?cursor=%.30s",
		 desk_get(desk, "cursor").text);
	verbs(desk, line, alice.access, &said);
	assert_string_equal(said.ptr, "login verified signed_up");
	desk_refused(desk, ERR_BAD, "cursor", "GET /v1/auth/audit?cursor=x", alice.access,
		     NULL);
}

static void a_row_for_each_change_and_none_for_the_rest(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str said = STR_INIT;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_sign_up(desk, "bob");
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(
			desk_ask(desk, "POST /v1/users/bob/block", alice.access, "{}"),
			204);
	verbs(desk, "GET /v1/auth/audit?limit=2", alice.access, &said);
	assert_string_equal(said.ptr, "blocked login");
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(
			desk_ask(desk, "DELETE /v1/users/bob/block", alice.access, NULL),
			204);
	verbs(desk, "GET /v1/auth/audit?limit=3", alice.access, &said);
	assert_string_equal(said.ptr, "unblocked blocked login");
}

static void an_administrator_reads_all_of_it_and_checks_the_chain(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str said = STR_INIT;

	desk_sign_up(desk, "alice");
	guess(desk, "nobody", 1);
	desk->peer.local = true;
	desk->peer.uid = 1000;
	verbs(desk, "POST /v1/admin/audit", NULL, &said);
	assert_string_equal(said.ptr, "login_failed login verified signed_up");
	assert_string_equal(desk_get(desk, "entries.1.name").text, "alice");
	assert_string_equal(desk_get(desk, "entries.0.name").text, "");
	assert_int_equal(desk_ask(desk, "POST /v1/admin/audit/check", NULL, "{}"), 200);
	assert_non_null(strstr(desk->body.ptr, "\"complete\":true"));
	assert_int_equal(desk_number(desk, "last"), 4);
	assert_int_equal(
		desk_ask(desk, "POST /v1/admin/audit/check", NULL, "{\"after\":3}"), 200);
	assert_int_equal(desk_number(desk, "last"), 4);
	desk_refused(desk, ERR_NOT_FOUND, "after", "POST /v1/admin/audit/check", NULL,
		     "{\"after\":5}");
}

/* A thief with a copy of a refresh token, and a second device. */
static void the_owner_is_told_by_mail_of_what_looks_like_a_thief(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	AUTO(str_done) struct str next = STR_INIT;

	assert_null(
		strstr(mailer_memory_last(desk->mails, "alice@example.org")->subject.ptr,
		       "new device"));
	desk_log_in(desk, "alice", DESK_PASSWORD);
	assert_non_null(
		strstr(mailer_memory_last(desk->mails, "alice@example.org")->subject.ptr,
		       "A new device logged in"));
	desk_ask(desk, "POST /v1/auth/refresh", NULL, "{\"refresh_token\":\"%s\"}",
		 alice.refresh);
	str_set(&next, desk_get(desk, "refresh_token").text);
	desk_ask(desk, "POST /v1/auth/refresh", NULL, "{\"refresh_token\":\"%s\"}",
		 next.ptr);
	desk_wait(desk, 120000);
	desk_refused(desk, ERR_REVOKED, "refresh_token", "POST /v1/auth/refresh", NULL,
		     "{\"refresh_token\":\"%s\"}", alice.refresh);
	assert_non_null(
		strstr(mailer_memory_last(desk->mails, "alice@example.org")->subject.ptr,
		       "A session of yours"));
}

CHECK_MAIN(DESK_TEST(failures_outlive_a_restart),
	   DESK_TEST(guesses_at_the_door_do_not_stop_who_is_in),
	   DESK_TEST(a_stolen_session_guesses_no_faster),
	   DESK_TEST(the_owner_reads_what_happened_and_nobody_elses),
	   DESK_TEST(a_row_for_each_change_and_none_for_the_rest),
	   DESK_TEST(an_administrator_reads_all_of_it_and_checks_the_chain),
	   DESK_TEST(the_owner_is_told_by_mail_of_what_looks_like_a_thief))
