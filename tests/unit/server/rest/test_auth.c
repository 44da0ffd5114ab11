/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sign-up, codes, log-in: through the router of a whole server. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define MINUTE 60000

#define SIGNUP "POST /v1/auth/signup"
#define VERIFY "POST /v1/auth/verify"
#define LOGIN  "POST /v1/auth/login"
#define OTP    "POST /v1/auth/otp"
#define RESEND "POST /v1/auth/otp/resend"
#define ME     "GET /v1/auth/me"

#define NEW_USER "{\"name\":\"%s\",\"email\":\"%s\",\"password\":\"" DESK_PASSWORD "\"}"
#define PROOF    "{\"challenge\":\"%s\",\"code\":\"%s\"}"
#define DOOR     "{\"login\":\"%s\",\"password\":\"%s\"}"

/* What two answers must not differ in: everything but ids. */
static void same_but_for_ids(struct str *a, struct str *b)
{
	struct str *both[] = {a, b};

	for (size_t i = 0; i < 2; i++) {
		for (char *c = both[i]->ptr; *c; c++) {
			size_t run = strspn(c, "abcdefghijklmnopqrstuvwxyz234567");
			if (run == ID_TEXT_LEN)
				memset(c, '*', ID_TEXT_LEN);
			c += run ? run - 1 : 0;
		}
	}
	assert_string_equal(a->ptr, b->ptr);
}

static void who_signs_up_and_shows_the_code_is_logged_in(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(desk_ask(desk, SIGNUP, NULL,
				  "{\"name\":\"alice\",\"email\":\"Alice@Example.org\","
				  "\"password\":\"" DESK_PASSWORD
				  "\",\"display_name\":\"Alice A.\"}"),
			 200);
	assert_string_equal(desk_get(desk, "purpose").text, "signup");
	assert_int_equal(desk_number(desk, "expires_ms") - desk_number(desk, "now"),
			 10 * MINUTE);
	assert_int_equal(desk_number(desk, "tries"), 5);
	assert_int_equal(desk_ask(desk, VERIFY, NULL, PROOF,
				  desk_get(desk, "challenge").text,
				  desk_code(desk, "Alice@Example.org").text),
			 200);
	struct desk_user alice = desk_tokens(desk);
	assert_int_equal(desk_number(desk, "expires_ms") - desk_number(desk, "now"),
			 10 * MINUTE);
	assert_int_equal(desk_ask(desk, ME, alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "user.name").text, "alice");
	assert_string_equal(desk_get(desk, "user.display_name").text, "Alice A.");
	assert_string_equal(desk_get(desk, "email").text, "Alice@Example.org");
	assert_string_equal(desk_get(desk, "session").text, alice.session);
}

static void a_new_account_is_in_the_lobby(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	assert_int_equal(desk_ask(desk, "GET /v1/rooms/lobby", alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "role").text, "member");
}

static void a_taken_name_is_said_openly(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	desk_refused(desk, ERR_EXISTS, "name", SIGNUP, NULL, NEW_USER, "alice",
		     "bob@example.org");
}

static void a_name_that_was_never_verified_is_free_after_a_day(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(
		desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org"),
		200);
	desk_wait(desk, 23 * 60 * MINUTE);
	desk_refused(desk, ERR_EXISTS, "name", SIGNUP, NULL, NEW_USER, "alice",
		     "bob@example.org");
	desk_wait(desk, 61 * MINUTE);
	assert_int_equal(
		desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "bob@example.org"), 200);
}

static void signing_up_with_a_known_address_looks_like_any_other(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str known = STR_INIT, unknown = STR_INIT;

	desk_sign_up(desk, "alice");
	assert_int_equal(
		desk_ask(desk, SIGNUP, NULL, NEW_USER, "dave", "dave@example.org"), 200);
	str_set(&unknown, desk->body.ptr);
	assert_int_equal(
		desk_ask(desk, SIGNUP, NULL, NEW_USER, "mallory", "alice@example.org"),
		200);
	str_set(&known, desk->body.ptr);
	struct desk_text challenge = desk_get(desk, "challenge");
	same_but_for_ids(&known, &unknown);

	/* The letter alone says it, to whom it concerns. */
	const struct letter *letter =
		mailer_memory_last(desk->mails, "alice@example.org");
	assert_non_null(strstr(letter->body.ptr, "belongs to your"));
	assert_string_equal(desk_code(desk, "alice@example.org").text, "");
	/* The name is taken for both, and no code is right for both. */
	desk_refused(desk, ERR_EXISTS, "name", SIGNUP, NULL, NEW_USER, "mallory",
		     "m@example.org");
	for (unsigned i = 0; i < 5; i++)
		desk_refused(desk, ERR_BAD_CODE, "code", VERIFY, NULL, PROOF,
			     challenge.text, "123456");
	desk_refused(desk, ERR_TOO_MANY_TRIES, "code", VERIFY, NULL, PROOF,
		     challenge.text, "123456");
}

static void of_two_who_wait_for_one_address_the_first_to_verify_has_it(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "a@example.org"),
			 200);
	struct desk_text first = desk_get(desk, "challenge");
	struct desk_code first_code = desk_code(desk, "a@example.org");
	assert_int_equal(desk_ask(desk, SIGNUP, NULL, NEW_USER, "bob", "a@example.org"),
			 200);
	struct desk_text second = desk_get(desk, "challenge");
	struct desk_code second_code = desk_code(desk, "a@example.org");
	assert_int_equal(
		desk_ask(desk, VERIFY, NULL, PROOF, second.text, second_code.text), 200);
	desk_refused(desk, ERR_EXISTS, "email", VERIFY, NULL, PROOF, first.text,
		     first_code.text);
}

static void the_sixth_wrong_code_and_then_the_right_one_are_too_many_tries(void **state)
{
	struct desk *desk = *state;

	desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org");
	struct desk_text challenge = desk_get(desk, "challenge");
	struct desk_code code = desk_code(desk, "alice@example.org"),
			 wrong = desk_wrong(&code);
	for (unsigned i = 0; i < 5; i++)
		desk_refused(desk, ERR_BAD_CODE, "code", VERIFY, NULL, PROOF,
			     challenge.text, wrong.text);
	desk_refused(desk, ERR_TOO_MANY_TRIES, "code", VERIFY, NULL, PROOF,
		     challenge.text, wrong.text);
	desk_refused(desk, ERR_TOO_MANY_TRIES, "code", VERIFY, NULL, PROOF,
		     challenge.text, code.text);
	desk_refused(desk, ERR_BAD_CODE, "code", VERIFY, NULL, PROOF, challenge.text,
		     "12345");
}

static void a_code_is_over_after_ten_minutes_and_after_its_use(void **state)
{
	struct desk *desk = *state;

	desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org");
	struct desk_text challenge = desk_get(desk, "challenge");
	struct desk_code code = desk_code(desk, "alice@example.org");
	desk_wait(desk, 10 * MINUTE);
	desk_refused(desk, ERR_EXPIRED, "code", VERIFY, NULL, PROOF, challenge.text,
		     code.text);
	assert_int_equal(
		desk_ask(desk, RESEND, NULL, "{\"challenge\":\"%s\"}", challenge.text),
		200);
	challenge = desk_get(desk, "challenge");
	code = desk_code(desk, "alice@example.org");
	assert_int_equal(desk_ask(desk, VERIFY, NULL, PROOF, challenge.text, code.text),
			 200);
	desk_refused(desk, ERR_EXPIRED, "code", VERIFY, NULL, PROOF, challenge.text,
		     code.text);
	desk_refused(desk, ERR_EXPIRED, NULL, RESEND, NULL, "{\"challenge\":\"%s\"}",
		     challenge.text);
}

static void a_code_may_be_sent_again_twice_and_the_older_ones_stay_good(void **state)
{
	struct desk *desk = *state;

	desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org");
	struct desk_text first = desk_get(desk, "challenge");
	struct desk_code code = desk_code(desk, "alice@example.org");
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(desk_ask(desk, RESEND, NULL, "{\"challenge\":\"%s\"}",
					  first.text),
				 200);
		assert_string_not_equal(desk_get(desk, "challenge").text, first.text);
	}
	desk_refused(desk, ERR_RATE, NULL, RESEND, NULL, "{\"challenge\":\"%s\"}",
		     first.text);
	assert_true(desk_number(desk, "retry_ms") > 0);
	assert_non_null(strstr(desk->headers.ptr, "Retry-After: "));
	assert_int_equal(desk_ask(desk, VERIFY, NULL, PROOF, first.text, code.text), 200);
}

static void a_code_counts_for_its_own_challenge_only(void **state)
{
	struct desk *desk = *state;

	desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org");
	struct desk_code code = desk_code(desk, "alice@example.org");
	desk_ask(desk, SIGNUP, NULL, NEW_USER, "bob", "bob@example.org");
	struct desk_text bobs = desk_get(desk, "challenge");
	desk_refused(desk, ERR_BAD_CODE, "code", VERIFY, NULL, PROOF, bobs.text,
		     code.text);
}

static void one_logs_in_by_name_or_address_with_password_and_code(void **state)
{
	struct desk *desk = *state;
	static const char *const logins[] = {"alice", "alice@example.org",
					     "ALICE@example.ORG"};

	desk_sign_up(desk, "alice");
	for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
		assert_int_equal(
			desk_ask(desk, LOGIN, NULL, DOOR, logins[i], DESK_PASSWORD), 200);
		assert_string_equal(desk_get(desk, "purpose").text, "login");
		assert_string_equal(desk_get(desk, "access_token").text, "");
		assert_int_equal(desk_ask(desk, OTP, NULL, PROOF,
					  desk_get(desk, "challenge").text,
					  desk_code(desk, "alice@example.org").text),
				 200);
	}
}

static void log_ins_that_succeed_use_up_no_budget(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	for (unsigned i = 0; i < 12; i++)
		desk_log_in(desk, "alice", DESK_PASSWORD);
}

static void who_never_verified_gets_a_new_code_by_logging_in(void **state)
{
	struct desk *desk = *state;

	desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org");
	assert_int_equal(desk_ask(desk, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD), 200);
	assert_string_equal(desk_get(desk, "purpose").text, "signup");
	assert_int_equal(desk_ask(desk, OTP, NULL, PROOF,
				  desk_get(desk, "challenge").text,
				  desk_code(desk, "alice@example.org").text),
			 200);
}

static void an_unknown_account_answers_like_a_wrong_password(void **state)
{
	struct desk *desk = *state;
	AUTO(str_done) struct str known = STR_INIT;

	desk_sign_up(desk, "alice");
	/* From the first wrong one to the wait, answer by answer. */
	for (unsigned i = 0; i < 8; i++) {
		desk_ask(desk, LOGIN, NULL, DOOR, "alice", "not her password");
		str_set(&known, desk->body.ptr);
		str_add(&known, desk->headers.ptr);
		desk_ask(desk, LOGIN, NULL, DOOR, "nobody", "not her password");
		str_add(&desk->body, desk->headers.ptr);
		assert_string_equal(desk->body.ptr, known.ptr);
		assert_non_null(strstr(known.ptr, i < 5 ? "bad_login" : "\"rate\""));
		if (i % 5 == 4)
			snprintf(desk->peer.address, sizeof(desk->peer.address),
				 "192.0.2.%u", 100 + i);
	}
}

static void an_account_without_a_password_cannot_be_guessed_at(void **state)
{
	struct desk *desk = *state;

	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "nobody", "");
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "", "");
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "@", "x");
}

static void five_wrong_passwords_make_the_next_try_wait(void **state)
{
	struct desk *desk = *state;

	struct desk_user alice = desk_sign_up(desk, "alice");
	desk_sign_up(desk, "bob");
	for (unsigned i = 0; i < 5; i++)
		desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice",
			     "wrong one");
	desk_refused(desk, ERR_RATE, NULL, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD);
	assert_int_equal(desk_number(desk, "retry_ms"), 1000);
	/* Were her address counted together with her name, anybody could ask here whether
	 * they belong together. */
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice@example.org",
		     "wrong one");
	/* Who is in stays in, and others come in. */
	assert_int_equal(desk_ask(desk, ME, alice.access, NULL), 200);
	desk_log_in(desk, "bob", DESK_PASSWORD);
	desk_wait(desk, 1000);
	desk_log_in(desk, "alice", DESK_PASSWORD);
	/* Who got in starts over. */
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice", "wrong one");
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, "alice", "wrong one");
}

static void ten_failures_a_minute_are_enough_for_one_address(void **state)
{
	struct desk *desk = *state;
	char name[16];

	desk_sign_up(desk, "alice");
	for (unsigned i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "guess%u", i);
		desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL, DOOR, name,
			     "wrong one");
	}
	desk_refused(desk, ERR_RATE, NULL, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD);
	/* From elsewhere it goes on, and here after a while. */
	snprintf(desk->peer.address, sizeof(desk->peer.address), "198.51.100.1");
	desk_log_in(desk, "alice", DESK_PASSWORD);
	snprintf(desk->peer.address, sizeof(desk->peer.address), "192.0.2.7");
	desk_wait(desk, MINUTE);
	desk_log_in(desk, "alice", DESK_PASSWORD);
}

static void guessing_codes_over_many_challenges_is_bounded(void **state)
{
	struct desk *desk = *state;
	unsigned guesses = 0;

	desk_sign_up(desk, "alice");
	for (unsigned hour = 0; hour < 24; hour++) {
		for (unsigned i = 0; i < 10; i++) {
			if (desk_ask(desk, LOGIN, NULL, DOOR, "alice", DESK_PASSWORD) !=
			    200)
				continue;
			struct desk_text challenge = desk_get(desk, "challenge");
			struct desk_code code = desk_code(desk, "alice@example.org"),
					 wrong = desk_wrong(&code);
			for (unsigned j = 0; j < 10; j++) {
				snprintf(desk->peer.address, sizeof(desk->peer.address),
					 "198.51.%u.%u", hour, i * 10 + j);
				desk_ask(desk, OTP, NULL, PROOF, challenge.text,
					 wrong.text);
				guesses += strcmp(desk_get(desk, "code").text,
						  "bad_code") == 0;
			}
		}
		desk_wait(desk, 59 * MINUTE);
	}
	assert_int_equal(guesses, 50);
}

static void weak_passwords_and_bad_names_are_refused_by_field(void **state)
{
	struct desk *desk = *state;
	static const struct {
		const char *name, *email, *password, *field;
		enum err want;
	} bad[] = {
		{"Alice", "a@example.org", DESK_PASSWORD, "name", ERR_BAD},
		{"", "a@example.org", DESK_PASSWORD, "name", ERR_BAD},
		{"alice", "no address", DESK_PASSWORD, "email", ERR_BAD},
		{"alice", "a@example.org\\nBcc: b@example.org", DESK_PASSWORD, "email",
		 ERR_BAD},
		{"alice", "a@example.org", "short", "password", ERR_WEAK_PASSWORD},
		{"alice", "a@example.org", "password123", "password", ERR_WEAK_PASSWORD},
		{"alice", "a@example.org", "alicealice", "password", ERR_WEAK_PASSWORD},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		desk_refused(desk, bad[i].want, bad[i].field, SIGNUP, NULL,
			     "{\"name\":\"%s\",\"email\":\"%s\",\"password\":\"%s\"}",
			     bad[i].name, bad[i].email, bad[i].password);
		assert_string_not_equal(desk_get(desk, "detail").text, "");
	}
	desk_refused(desk, ERR_BAD, "display_name", SIGNUP, NULL,
		     "{\"name\":\"alice\",\"email\":\"a@example.org\",\"password\":"
		     "\"" DESK_PASSWORD "\",\"display_name\":\"two\\nlines\"}");
	assert_int_equal(desk->mails->count, 0);
}

static void a_mailer_that_fails_is_logged_and_another_code_can_be_asked_for(void **state)
{
	struct desk *desk = *state;

	desk->mails->fail = ERR_UNREACHABLE;
	assert_int_equal(
		desk_ask(desk, SIGNUP, NULL, NEW_USER, "alice", "alice@example.org"),
		200);
	assert_non_null(strstr(desk->log.ptr, "mail: letters cannot be sent now"));
	assert_null(strstr(desk->log.ptr, "alice@example.org"));
	desk->mails->fail = ERR_OK;
	/* By itself, as soon as the mailer works again. */
	desk_wait(desk, 3000);
	server_tick(desk->server);
	server_turn(desk->server);
	assert_string_not_equal(desk_code(desk, "alice@example.org").text, "");
	assert_int_equal(desk_ask(desk, RESEND, NULL, "{\"challenge\":\"%s\"}",
				  desk_get(desk, "challenge").text),
			 200);
	assert_int_equal(desk->mails->count, 2);
	assert_string_not_equal(desk_code(desk, "alice@example.org").text, "");
}

CHECK_MAIN(DESK_TEST(who_signs_up_and_shows_the_code_is_logged_in),
	   DESK_TEST(a_new_account_is_in_the_lobby),
	   DESK_TEST(a_taken_name_is_said_openly),
	   DESK_TEST(a_name_that_was_never_verified_is_free_after_a_day),
	   DESK_TEST(signing_up_with_a_known_address_looks_like_any_other),
	   DESK_TEST(of_two_who_wait_for_one_address_the_first_to_verify_has_it),
	   DESK_TEST(the_sixth_wrong_code_and_then_the_right_one_are_too_many_tries),
	   DESK_TEST(a_code_is_over_after_ten_minutes_and_after_its_use),
	   DESK_TEST(a_code_may_be_sent_again_twice_and_the_older_ones_stay_good),
	   DESK_TEST(a_code_counts_for_its_own_challenge_only),
	   DESK_TEST(one_logs_in_by_name_or_address_with_password_and_code),
	   DESK_TEST(log_ins_that_succeed_use_up_no_budget),
	   DESK_TEST(who_never_verified_gets_a_new_code_by_logging_in),
	   DESK_TEST(an_unknown_account_answers_like_a_wrong_password),
	   DESK_TEST(an_account_without_a_password_cannot_be_guessed_at),
	   DESK_TEST(five_wrong_passwords_make_the_next_try_wait),
	   DESK_TEST(ten_failures_a_minute_are_enough_for_one_address),
	   DESK_TEST(guessing_codes_over_many_challenges_is_bounded),
	   DESK_TEST(weak_passwords_and_bad_names_are_refused_by_field),
	   DESK_TEST(a_mailer_that_fails_is_logged_and_another_code_can_be_asked_for))
