/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions, tokens, passwords, profiles: through the router of a whole server. */
#include <stdio.h>

#include "common/base/utf8.h"
#include "server/core/token.h"
#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define MINUTE 60000
#define DAY    (24ULL * 60 * MINUTE)

#define REFRESH "POST /v1/auth/refresh"
#define LOGOUT  "POST /v1/auth/logout"
#define LOGIN   "POST /v1/auth/login"
#define ME      "GET /v1/auth/me"
#define LIST    "GET /v1/auth/sessions"
#define CHANGE  "POST /v1/auth/change-password"
#define RESET   "POST /v1/auth/reset-password"
#define CONFIRM "POST /v1/auth/confirm-password"
#define PROFILE "PATCH /v1/auth/profile"

#define TOKEN "{\"refresh_token\":\"%s\"}"
#define DOOR  "{\"login\":\"%s\",\"password\":\"%s\"}"

static struct desk_user refreshed(struct desk *desk, const struct desk_user *user)
{
	assert_int_equal(desk_ask(desk, REFRESH, NULL, TOKEN, user->refresh), 200);
	return desk_tokens(desk);
}

static void expect_in(struct desk *desk, const struct desk_user *user)
{
	assert_int_equal(desk_ask(desk, ME, user->access, NULL), 200);
}

static void expect_out(struct desk *desk, const struct desk_user *user)
{
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, user->access, NULL);
	desk_refused(desk, ERR_REVOKED, "refresh_token", REFRESH, NULL, TOKEN,
		     user->refresh);
}

static void a_refresh_token_gives_the_next_one_and_a_new_access_token(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"), next = alice;

	for (unsigned i = 0; i < 5; i++) {
		struct desk_user before = next;
		desk_wait(desk, 9 * MINUTE);
		next = refreshed(desk, &before);
		assert_string_not_equal(next.refresh, before.refresh);
		assert_string_not_equal(next.access, before.access);
		assert_string_equal(next.session, alice.session);
		expect_in(desk, &next);
	}
	desk_refused(desk, ERR_EXPIRED, NULL, ME, alice.access, NULL);
}

static void a_lost_answer_is_given_again_for_a_minute(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_user lost = refreshed(desk, &alice);

	desk_wait(desk, 59999);
	struct desk_user again = refreshed(desk, &alice);
	assert_string_equal(again.refresh, lost.refresh);
	expect_in(desk, &again);
}

static void a_token_that_was_replaced_and_comes_again_ends_the_session(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice"),
			 bob = desk_sign_up(desk, "bob");
	struct desk_user second = refreshed(desk, &alice),
			 third = refreshed(desk, &second);

	/* The thief has the first one, and its successor was used. */
	desk_refused(desk, ERR_REVOKED, "refresh_token", REFRESH, NULL, TOKEN,
		     alice.refresh);
	expect_out(desk, &third);
	expect_out(desk, &second);
	expect_in(desk, &bob);
	/* Her password still opens the door. */
	struct desk_user new = desk_log_in(desk, "alice", DESK_PASSWORD);
	expect_in(desk, &new);
}

static void after_a_minute_the_one_before_is_reuse_too(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_user second = refreshed(desk, &alice);

	desk_wait(desk, MINUTE);
	desk_refused(desk, ERR_REVOKED, "refresh_token", REFRESH, NULL, TOKEN,
		     alice.refresh);
	expect_out(desk, &second);
}

static void garbage_is_no_token_and_ends_nothing(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	char forged[128];

	snprintf(forged, sizeof(forged), "%s", alice.refresh);
	forged[5] = forged[5] == 'A' ? 'B' : 'A';
	desk_refused(desk, ERR_BAD_TOKEN, "refresh_token", REFRESH, NULL, TOKEN, forged);
	desk_refused(desk, ERR_BAD_TOKEN, "refresh_token", REFRESH, NULL, TOKEN, "");
	desk_refused(desk, ERR_BAD_TOKEN, "refresh_token", REFRESH, NULL, TOKEN,
		     alice.access);
	expect_in(desk, &alice);
}

static void wrong_refresh_tokens_lock_nobody_out(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	for (unsigned i = 0; i < 20; i++)
		desk_refused(desk, ERR_BAD_TOKEN, "refresh_token", REFRESH, NULL, TOKEN,
			     "XAz8o8TYn9_DkLJMZnawwu6s0oJCb6SkAkbB4DSLczY");
	refreshed(desk, &alice);
	desk_log_in(desk, "alice", DESK_PASSWORD);
}

static void a_session_that_nobody_uses_is_over_after_90_days(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_wait(desk, 89 * DAY);
	alice = refreshed(desk, &alice);
	desk_wait(desk, 89 * DAY);
	alice = refreshed(desk, &alice);
	desk_wait(desk, 90 * DAY);
	assert_int_equal(desk_ask(desk, REFRESH, NULL, TOKEN, alice.refresh), 401);
}

static void logging_out_holds_at_once(void **state)
{
	struct desk *desk = *state;
	struct desk_user here = desk_sign_up(desk, "alice"),
			 there = desk_log_in(desk, "alice", DESK_PASSWORD);

	assert_int_equal(desk_ask(desk, LOGOUT, here.access, "{}"), 204);
	expect_out(desk, &here);
	expect_in(desk, &there);
}

static void logging_out_everywhere_ends_all_of_ones_own(void **state)
{
	struct desk *desk = *state;
	struct desk_user here = desk_sign_up(desk, "alice"),
			 there = desk_log_in(desk, "alice", DESK_PASSWORD),
			 bob = desk_sign_up(desk, "bob");

	assert_int_equal(desk_ask(desk, LOGOUT, here.access, "{\"everywhere\":true}"),
			 204);
	expect_out(desk, &here);
	expect_out(desk, &there);
	expect_in(desk, &bob);
}

static void sessions_are_listed_with_device_and_place(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	snprintf(desk->peer.address, sizeof(desk->peer.address), "198.51.100.1");
	desk_wait(desk, MINUTE);
	struct desk_user there = desk_log_in(desk, "alice", DESK_PASSWORD);
	assert_int_equal(desk_ask(desk, LIST, there.access, NULL), 200);
	assert_string_equal(desk_get(desk, "sessions.0.session").text, there.session);
	assert_string_equal(desk_get(desk, "sessions.0.device").text, there.device);
	assert_string_equal(desk_get(desk, "sessions.0.place").text, "198.51.100.1");
	assert_string_equal(desk_get(desk, "sessions.0.how").text, "password");
	assert_string_equal(desk_get(desk, "sessions.1.place").text, "192.0.2.7");
	assert_int_equal(desk_number(desk, "sessions.0.made_ts"),
			 desk_number(desk, "sessions.1.made_ts") + MINUTE);
	assert_string_equal(desk_get(desk, "sessions.2.session").text, "");
}

static void what_a_program_calls_itself_spoils_no_list(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	AUTO(str_done) struct str name = STR_INIT;

	str_add(&name, LIMIT_CLIENT % 2 ? "" : "x"); /* the bound is inside of a letter */
	for (size_t i = 0; i <= LIMIT_CLIENT; i++)
		str_add(&name, "\xc3\xbc");
	static const char bad[] = "evil\xff";
	const char *const agents[] = {bad, name.ptr};
	for (size_t i = 0; i < ARRAY_LEN(agents); i++) {
		desk_header(desk, "user-agent", agents[i]);
		assert_int_equal(desk_ask(desk, "POST /v1/auth/refresh", NULL,
					  "{\"refresh_token\":\"%s\"}", alice.refresh),
				 200);
		alice = desk_tokens(desk);
		assert_int_equal(desk_ask(desk, LIST, alice.access, NULL), 200);
		assert_true(desk->is_json);
		assert_true(utf8_valid(desk->body.ptr, desk->body.len));
	}
}

static void one_session_is_revoked_and_others_cannot_do_it(void **state)
{
	struct desk *desk = *state;
	struct desk_user here = desk_sign_up(desk, "alice"),
			 there = desk_log_in(desk, "alice", DESK_PASSWORD),
			 bob = desk_sign_up(desk, "bob");
	char line[128];

	snprintf(line, sizeof(line), "DELETE /v1/auth/sessions/%s", there.session);
	desk_refused(desk, ERR_NOT_FOUND, "session", line, bob.access, NULL);
	expect_in(desk, &there);
	assert_int_equal(desk_ask(desk, line, here.access, NULL), 204);
	expect_out(desk, &there);
	expect_in(desk, &here);
	desk_refused(desk, ERR_BAD, "session", "DELETE /v1/auth/sessions/x", here.access,
		     NULL);
}

static void a_device_keeps_its_id_over_log_ins_of_its_account_only(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_sign_up(desk, "bob");
	for (unsigned i = 0; i < 2; i++) {
		const char *name = i ? "bob" : "alice";
		char address[32];
		snprintf(address, sizeof(address), "%s@example.org", name);
		desk_ask(desk, LOGIN, NULL, DOOR, name, DESK_PASSWORD);
		assert_int_equal(
			desk_ask(
				desk, "POST /v1/auth/otp", NULL,
				"{\"challenge\":\"%s\",\"code\":\"%s\",\"device\":\"%s\","
				"\"device_name\":\"laptop\"}",
				desk_get(desk, "challenge").text,
				desk_code(desk, address).text, alice.device),
			200);
		struct desk_user user = desk_tokens(desk);
		assert_int_equal(strcmp(user.device, alice.device) == 0, i == 0);
		assert_int_equal(desk_ask(desk, LIST, user.access, NULL), 200);
		assert_string_equal(desk_get(desk, "sessions.0.device_name").text,
				    "laptop");
	}
}

static void foreign_and_forged_access_tokens_are_refused(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct token_claims claims;
	struct token_ring ring;
	AUTO(str_done) struct str foreign = STR_INIT;

	check_ok(token_check(&desk->server->keys.tokens, bytes_text(alice.access),
			     desk->clock.ms, &claims));
	token_ring_init(&ring, "chat.example.org");
	check_ok(token_ring_add(&ring, 1,
				bytes_of("a seed that the server has not..", 32), 0));
	token_issue(&ring, &claims, desk->clock.ms, &foreign);
	token_ring_done(&ring);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, foreign.ptr, NULL);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME,
		     "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", NULL);
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, alice.refresh, NULL);
	desk_refused(desk, ERR_UNAUTHORIZED, NULL, ME, NULL, NULL);
	alice.access[strlen(alice.access) - 3] ^= 1;
	desk_refused(desk, ERR_BAD_TOKEN, NULL, ME, alice.access, NULL);
}

static void the_key_set_is_what_tokens_are_checked_with(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(desk_ask(desk, "GET /.well-known/jwks.json", NULL, NULL), 200);
	assert_string_equal(desk_get(desk, "keys.0.alg").text, "EdDSA");
	assert_string_equal(desk_get(desk, "keys.0.kid").text,
			    desk->server->keys.tokens.keys[0].kid);
	assert_string_equal(desk_get(desk, "keys.0.d").text, "");
}

static void a_changed_password_ends_the_other_sessions_and_is_mailed(void **state)
{
	struct desk *desk = *state;
	struct desk_user here = desk_sign_up(desk, "alice"),
			 there = desk_log_in(desk, "alice", DESK_PASSWORD);

	desk_refused(
		desk, ERR_BAD_LOGIN, "password", CHANGE, here.access,
		"{\"password\":\"wrong one here\",\"new_password\":\"a loud river\"}");
	desk_refused(desk, ERR_WEAK_PASSWORD, "new_password", CHANGE, here.access,
		     "{\"password\":\"" DESK_PASSWORD
		     "\",\"new_password\":\"alicealice\"}");
	expect_in(desk, &there);
	assert_int_equal(desk_ask(desk, CHANGE, here.access,
				  "{\"password\":\"" DESK_PASSWORD
				  "\",\"new_password\":\"a loud river\"}"),
			 204);
	expect_in(desk, &here);
	expect_out(desk, &there);
	assert_non_null(
		strstr(mailer_memory_last(desk->mails, "alice@example.org")->subject.ptr,
		       "was changed"));
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice",
		     DESK_PASSWORD);
	desk_log_in(desk, "alice", "a loud river");
}

static void a_stolen_session_cannot_guess_the_password_for_ever(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	for (unsigned i = 0; i < 5; i++)
		desk_refused(
			desk, ERR_BAD_LOGIN, "password", CHANGE, alice.access,
			"{\"password\":\"wrong %u\",\"new_password\":\"a loud river\"}",
			i);
	desk_refused(desk, ERR_RATE, NULL, CHANGE, alice.access,
		     "{\"password\":\"wrong\",\"new_password\":\"a loud river\"}");
}

static void a_forgotten_password_is_replaced_by_a_mailed_code(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(desk_ask(desk, RESET, NULL, "{\"email\":\"alice@example.org\"}"),
			 200);
	assert_string_equal(desk_get(desk, "purpose").text, "reset");
	struct desk_text challenge = desk_get(desk, "challenge");
	struct desk_code code = desk_code(desk, "alice@example.org"),
			 wrong = desk_wrong(&code);
	/* It is for this and nothing else. */
	desk_refused(desk, ERR_EXPIRED, "code", "POST /v1/auth/otp", NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\"}", challenge.text, code.text);
	desk_refused(desk, ERR_BAD_CODE, "code", CONFIRM, NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":\"a loud "
		     "river\"}",
		     challenge.text, wrong.text);
	desk_refused(desk, ERR_WEAK_PASSWORD, "new_password", CONFIRM, NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":\"short\"}",
		     challenge.text, code.text);
	assert_int_equal(desk_ask(desk, CONFIRM, NULL,
				  "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_"
				  "password\":\"a loud river\"}",
				  challenge.text, code.text),
			 204);
	expect_out(desk, &alice);
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice",
		     DESK_PASSWORD);
	desk_log_in(desk, "alice", "a loud river");
	desk_refused(
		desk, ERR_EXPIRED, "code", CONFIRM, NULL,
		"{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":\"a third one\"}",
		challenge.text, code.text);
}

static void a_login_code_resets_nothing(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	desk_ask(desk, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD);
	desk_refused(desk, ERR_EXPIRED, "code", CONFIRM, NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":\"a loud "
		     "river\"}",
		     desk_get(desk, "challenge").text,
		     desk_code(desk, "alice@example.org").text);
}

static void a_reset_does_not_tell_whether_the_address_is_known(void **state)
{
	struct desk *desk = *state;
	static const char *const addresses[] = {"alice@example.org",
						"nobody@example.org"};
	struct desk_text challenges[2];

	desk_sign_up(desk, "alice");
	size_t letters = desk->mails->count;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
			desk_ask(desk, RESET, NULL, "{\"email\":\"%s\"}", addresses[i]),
			200);
		challenges[i] = desk_get(desk, "challenge");
		assert_int_equal(desk_number(desk, "tries"), 5);
	}
	assert_int_equal(desk->mails->count, letters + 1);
	for (unsigned i = 0; i < 6; i++) {
		AUTO(str_done) struct str answer = STR_INIT;
		for (size_t j = 0; j < 2; j++) {
			struct desk_code code = desk_code(desk, "alice@example.org"),
					 wrong = desk_wrong(&code);
			desk_ask(desk, CONFIRM, NULL,
				 "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":"
				 "\"a loud river\"}",
				 challenges[j].text, wrong.text);
			if (j == 0)
				str_set(&answer, desk->body.ptr);
		}
		assert_string_equal(answer.ptr, desk->body.ptr);
		snprintf(desk->peer.address, sizeof(desk->peer.address), "198.51.100.%u",
			 i);
	}
	/* The budget of both is spent alike. */
	for (unsigned i = 0; i < 3; i++) {
		int known =
			desk_ask(desk, RESET, NULL, "{\"email\":\"%s\"}", addresses[0]);
		int unknown =
			desk_ask(desk, RESET, NULL, "{\"email\":\"%s\"}", addresses[1]);
		assert_int_equal(known, unknown);
		assert_int_equal(known, i < 2 ? 200 : 429);
	}
}

static void spending_the_resets_of_somebody_does_not_lock_the_door(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	for (unsigned i = 0; i < 5; i++)
		desk_ask(desk, RESET, NULL, "{\"email\":\"alice@example.org\"}");
	assert_int_equal(desk->status, 429);
	desk_log_in(desk, "alice", DESK_PASSWORD);
}

static void the_profile_is_read_and_changed_in_parts(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(
		desk_ask(desk, PROFILE, alice.access,
			 "{\"display_name\":\"Alice A.\",\"about\":\"likes tea\"}"),
		200);
	assert_int_equal(desk_ask(desk, PROFILE, alice.access, "{\"status\":\"away\"}"),
			 200);
	assert_string_equal(desk_get(desk, "user.display_name").text, "Alice A.");
	assert_string_equal(desk_get(desk, "user.about").text, "likes tea");
	assert_string_equal(desk_get(desk, "user.status").text, "away");
	assert_int_equal(desk_ask(desk, PROFILE, alice.access, "{\"about\":\"\"}"), 200);
	assert_string_equal(desk_get(desk, "user.about").text, "");
	desk_refused(desk, ERR_BAD, "display_name", PROFILE, alice.access,
		     "{\"display_name\":\"\"}");
	desk_refused(desk, ERR_BAD, "display_name", PROFILE, alice.access,
		     "{\"display_name\":\"two\\nlines\"}");
	desk_refused(desk, ERR_BAD, "status", PROFILE, alice.access,
		     "{\"status\":\"two\\nlines\"}");
}

static void a_token_that_may_only_read_changes_no_account(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct token_claims claims;
	AUTO(str_done) struct str reader = STR_INIT;
	char line[128];

	check_ok(token_check(&desk->server->keys.tokens, bytes_text(alice.access),
			     desk->clock.ms, &claims));
	claims.actor.scope = SCOPE_READ;
	token_issue(&desk->server->keys.tokens, &claims, desk->clock.ms, &reader);
	assert_int_equal(desk_ask(desk, ME, reader.ptr, NULL), 200);
	snprintf(line, sizeof(line), "DELETE /v1/auth/sessions/%s", alice.session);
	desk_refused(desk, ERR_FORBIDDEN, NULL, line, reader.ptr, NULL);
	desk_refused(desk, ERR_FORBIDDEN, NULL, LIST, reader.ptr, NULL);
	desk_refused(desk, ERR_FORBIDDEN, NULL, LOGOUT, reader.ptr, "{}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, LOGOUT, reader.ptr,
		     "{\"everywhere\":true}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, PROFILE, reader.ptr, "{\"about\":\"x\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, CHANGE, reader.ptr,
		     "{\"password\":\"" DESK_PASSWORD
		     "\",\"new_password\":\"a loud river\"}");
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/rooms/lobby/messages",
		     reader.ptr, "{\"text\":\"x\"}");
	expect_in(desk, &alice);
}

static void a_rotated_key_signs_at_once_and_old_tokens_go_on(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk->peer.local = true;
	assert_int_equal(
		desk_ask(desk, "POST /v1/admin/secrets/tokens/rotate", NULL, "{}"), 200);
	assert_int_equal(desk_number(desk, "number"), 2);
	desk->peer.local = false;
	expect_in(desk, &alice);
	struct desk_user next = refreshed(desk, &alice);
	expect_in(desk, &next);
	assert_int_equal(desk_ask(desk, "GET /.well-known/jwks.json", NULL, NULL), 200);
	assert_string_not_equal(desk_get(desk, "keys.1.kid").text, "");
	desk_wait(desk, 11 * MINUTE);
	server_tick(desk->server);
	desk_ask(desk, "GET /.well-known/jwks.json", NULL, NULL);
	assert_string_equal(desk_get(desk, "keys.1.kid").text, "");
	next = refreshed(desk, &next);
	expect_in(desk, &next);
	desk_refused(desk, ERR_FORBIDDEN, NULL, "POST /v1/admin/secrets/tokens/rotate",
		     next.access, "{}");
}

CHECK_MAIN(DESK_TEST(a_rotated_key_signs_at_once_and_old_tokens_go_on),
	   DESK_TEST(a_token_that_may_only_read_changes_no_account),
	   DESK_TEST(a_refresh_token_gives_the_next_one_and_a_new_access_token),
	   DESK_TEST(a_lost_answer_is_given_again_for_a_minute),
	   DESK_TEST(a_token_that_was_replaced_and_comes_again_ends_the_session),
	   DESK_TEST(after_a_minute_the_one_before_is_reuse_too),
	   DESK_TEST(garbage_is_no_token_and_ends_nothing),
	   DESK_TEST(wrong_refresh_tokens_lock_nobody_out),
	   DESK_TEST(a_session_that_nobody_uses_is_over_after_90_days),
	   DESK_TEST(logging_out_holds_at_once),
	   DESK_TEST(logging_out_everywhere_ends_all_of_ones_own),
	   DESK_TEST(sessions_are_listed_with_device_and_place),
	   DESK_TEST(what_a_program_calls_itself_spoils_no_list),
	   DESK_TEST(one_session_is_revoked_and_others_cannot_do_it),
	   DESK_TEST(a_device_keeps_its_id_over_log_ins_of_its_account_only),
	   DESK_TEST(foreign_and_forged_access_tokens_are_refused),
	   DESK_TEST(the_key_set_is_what_tokens_are_checked_with),
	   DESK_TEST(a_changed_password_ends_the_other_sessions_and_is_mailed),
	   DESK_TEST(a_stolen_session_cannot_guess_the_password_for_ever),
	   DESK_TEST(a_forgotten_password_is_replaced_by_a_mailed_code),
	   DESK_TEST(a_login_code_resets_nothing),
	   DESK_TEST(a_reset_does_not_tell_whether_the_address_is_known),
	   DESK_TEST(spending_the_resets_of_somebody_does_not_lock_the_door),
	   DESK_TEST(the_profile_is_read_and_changed_in_parts))
