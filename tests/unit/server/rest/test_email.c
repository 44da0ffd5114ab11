/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes by policy, and another e-mail address. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/desk.h"

#define LOGIN   "POST /v1/auth/login"
#define OTP     "POST /v1/auth/otp"
#define EMAIL   "POST /v1/auth/email"
#define CONFIRM "POST /v1/auth/email/confirm"
#define WANT    "{\"email\":\"%s\",\"password\":\"" DESK_PASSWORD "\"}"

/* ---- otp_policy ---- */

struct device {
	char id[64];
	char key[64];
};

static struct device device_of(struct desk *desk)
{
	struct device device;

	snprintf(device.id, sizeof(device.id), "%.63s", desk_get(desk, "device").text);
	snprintf(device.key, sizeof(device.key), "%.63s",
		 desk_get(desk, "device_key").text);
	assert_int_equal(strlen(device.key), 43);
	return device;
}

/* What the log-in of @name asks for next: "mail" or "none". */
static struct desk_text asked(struct desk *desk, const char *name, const char *password,
			      const struct device *device)
{
	if (device)
		desk_ask(desk, LOGIN, NULL,
			 "{\"login\":\"%s\",\"password\":\"%s\",\"device\":\"%s\","
			 "\"device_key\":\"%s\"}",
			 name, password, device->id, device->key);
	else
		desk_ask(desk, LOGIN, NULL, "{\"login\":\"%s\",\"password\":\"%s\"}",
			 name, password);
	assert_int_equal(desk->status, 200);
	return desk_get(desk, "factor");
}

static void a_known_device_needs_no_code_where_the_policy_says_so(void **state)
{
	struct desk *desk = *state;

	desk->server->config.otp_policy = OTP_NEW_DEVICE;
	desk_sign_up(desk, "bob");
	struct device bobs = device_of(desk);
	desk_sign_up(desk, "alice");
	struct device device = device_of(desk), wrong = device;
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, NULL).text, "mail");
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, &bobs).text, "mail");
	wrong.key[0] = wrong.key[0] == 'A' ? 'B' : 'A';
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, &wrong).text, "mail");
	size_t letters = desk->mails->count;
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, &device).text, "none");
	assert_int_equal(desk->mails->count, letters);
	assert_int_equal(desk_ask(desk, OTP, NULL,
				  "{\"challenge\":\"%s\",\"device\":\"%s\"}",
				  desk_get(desk, "challenge").text, device.id),
			 200);
	/* No letter about a new device: it is none. */
	assert_int_equal(desk->mails->count, letters);
	struct desk_user alice = desk_tokens(desk);
	/* A device that was sent away is new again. */
	char line[128];
	snprintf(line, sizeof(line), "POST /v1/auth/change-password");
	assert_int_equal(desk_ask(desk, line, alice.access,
				  "{\"password\":\"" DESK_PASSWORD
				  "\",\"new_password\":\"another quiet meadow\"}"),
			 204);
	desk_wait(desk, 3600001); /* for the budget of codes */
	assert_string_equal(asked(desk, "alice", "another quiet meadow", &device).text,
			    "mail");
}

static void a_challenge_that_needs_a_code_takes_no_empty_one(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, NULL).text, "mail");
	struct desk_text challenge = desk_get(desk, "challenge");
	desk_refused(desk, ERR_BAD_CODE, "code", OTP, NULL, "{\"challenge\":\"%s\"}",
		     challenge.text);
	/* Always is the default, whatever device it is. */
	struct desk_user alice = desk_log_in(desk, "alice", DESK_PASSWORD);
	struct device device = device_of(desk);
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, &device).text, "mail");
	assert_int_not_equal(alice.access[0], 0);
}

static void without_codes_the_password_is_enough_but_not_for_a_sign_up(void **state)
{
	struct desk *desk = *state;

	desk->server->config.otp_policy = OTP_OFF;
	assert_int_equal(desk_ask(desk, "POST /v1/auth/signup", NULL,
				  "{\"name\":\"alice\",\"email\":\"alice@example.org\","
				  "\"password\":\"" DESK_PASSWORD "\"}"),
			 200);
	desk_refused(desk, ERR_BAD_CODE, "code", "POST /v1/auth/verify", NULL,
		     "{\"challenge\":\"%s\"}", desk_get(desk, "challenge").text);
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, NULL).text, "mail");
	desk_sign_up(desk, "bob");
	assert_string_equal(asked(desk, "bob", DESK_PASSWORD, NULL).text, "none");
	assert_int_equal(desk_ask(desk, OTP, NULL, "{\"challenge\":\"%s\"}",
				  desk_get(desk, "challenge").text),
			 200);
}

/* ---- what was begun before ---- */

#define CHANGE "POST /v1/auth/change-password"
#define RESET  "POST /v1/auth/reset-password"
#define AFTER  "POST /v1/auth/confirm-password"
#define PROOF  "{\"challenge\":\"%s\",\"code\":\"%s\"}"
#define FRESH  "another quiet meadow"

/* Log-ins of alice that somebody with her password has begun: one that needs no code, and
 * one with its code. */
struct begun {
	struct desk_text bare, mailed;
	struct desk_code code;
};

static struct begun begin(struct desk *desk)
{
	struct begun begun;

	desk->server->config.otp_policy = OTP_OFF;
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, NULL).text, "none");
	begun.bare = desk_get(desk, "challenge");
	desk->server->config.otp_policy = OTP_ALWAYS;
	assert_string_equal(asked(desk, "alice", DESK_PASSWORD, NULL).text, "mail");
	begun.mailed = desk_get(desk, "challenge");
	begun.code = desk_code(desk, "alice@example.org");
	return begun;
}

static void assert_over(struct desk *desk, const struct begun *begun)
{
	desk_refused(desk, ERR_EXPIRED, "code", OTP, NULL, "{\"challenge\":\"%s\"}",
		     begun->bare.text);
	desk_refused(desk, ERR_EXPIRED, "code", OTP, NULL, PROOF, begun->mailed.text,
		     begun->code.text);
	/* Nor is it sent again, which would need no password. */
	desk_refused(desk, ERR_EXPIRED, NULL, "POST /v1/auth/otp/resend", NULL,
		     "{\"challenge\":\"%s\"}", begun->mailed.text);
}

static void another_password_ends_log_ins_begun_with_the_old_one(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct begun begun = begin(desk);

	assert_int_equal(desk_ask(desk, CHANGE, alice.access,
				  "{\"password\":\"" DESK_PASSWORD
				  "\",\"new_password\":\"" FRESH "\"}"),
			 204);
	assert_over(desk, &begun);
	desk_log_in(desk, "alice", FRESH);
}

static void a_reset_ends_log_ins_begun_with_the_old_password(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	struct begun begun = begin(desk);
	assert_int_equal(desk_ask(desk, RESET, NULL, "{\"email\":\"alice@example.org\"}"),
			 200);
	struct desk_text challenge = desk_get(desk, "challenge");
	assert_int_equal(desk_ask(desk, AFTER, NULL,
				  "{\"challenge\":\"%s\",\"code\":\"%s\","
				  "\"new_password\":\"" FRESH "\"}",
				  challenge.text,
				  desk_code(desk, "alice@example.org").text),
			 204);
	assert_over(desk, &begun);
	desk_log_in(desk, "alice", FRESH);
}

static void a_password_that_is_dropped_ends_log_ins_begun_with_it(void **state)
{
	struct desk *desk = *state;

	desk_sign_up(desk, "alice");
	struct begun begun = begin(desk);
	desk->peer = (struct peer){.local = true, .uid = 1000};
	assert_int_equal(
		desk_ask(desk, "POST /v1/admin/users/alice/reset-password", NULL, "{}"),
		204);
	desk->peer = (struct peer){.address = "192.0.2.7"};
	assert_over(desk, &begun);
}

/* ---- another address ---- */

struct change {
	struct desk_text challenge, old;
	struct desk_code code, old_code;
};

static struct change ask_change(struct desk *desk, const char *access,
				const char *address)
{
	struct change change;

	assert_int_equal(desk_ask(desk, EMAIL, access, WANT, address), 200);
	change.challenge = desk_get(desk, "challenge");
	change.old = desk_get(desk, "old_challenge");
	change.code = desk_code(desk, address);
	change.old_code = desk_code(desk, "alice@example.org");
	return change;
}

static int confirm(struct desk *desk, const char *access, const struct change *change,
		   const char *code, const char *old_code)
{
	return desk_ask(desk, CONFIRM, access,
			"{\"challenge\":\"%s\",\"code\":\"%s\",\"old_challenge\":\"%s\","
			"\"old_code\":\"%s\"}",
			change->challenge.text, code, change->old.text, old_code);
}

static void another_address_takes_a_code_from_both_mailboxes(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct change change = ask_change(desk, alice.access, "Alice@example.net");
	struct desk_code wrong = desk_wrong(&change.old_code);

	assert_int_equal(
		confirm(desk, alice.access, &change, change.code.text, wrong.text), 403);
	assert_string_equal(desk_get(desk, "field").text, "old_code");
	wrong = desk_wrong(&change.code);
	assert_int_equal(
		confirm(desk, alice.access, &change, wrong.text, change.old_code.text),
		403);
	assert_string_equal(desk_get(desk, "field").text, "code");
	assert_int_equal(desk_ask(desk, CONFIRM, alice.access,
				  "{\"challenge\":\"%s\",\"code\":\"%s\"}",
				  change.challenge.text, change.code.text),
			 403);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "email").text, "alice@example.org");
	assert_int_equal(confirm(desk, alice.access, &change, change.code.text,
				 change.old_code.text),
			 204);
	assert_int_equal(desk_ask(desk, "GET /v1/auth/me", alice.access, NULL), 200);
	assert_string_equal(desk_get(desk, "email").text, "Alice@example.net");
	/* The old mailbox hears of it, and is of no use any more. */
	const struct letter *letter =
		mailer_memory_last(desk->mails, "alice@example.org");
	assert_non_null(strstr(letter->body.ptr, "Alice@example.net"));
	assert_null(strstr(letter->subject.ptr, "code"));
	desk_refused(desk, ERR_BAD_LOGIN, NULL, LOGIN, NULL,
		     "{\"login\":\"alice@example.org\",\"password\":\"" DESK_PASSWORD
		     "\"}");
	/* Codes are good once. */
	assert_int_equal(confirm(desk, alice.access, &change, change.code.text,
				 change.old_code.text),
			 401);
}

static void what_was_mailed_to_the_old_address_is_over_with_it(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct begun begun = begin(desk);

	assert_int_equal(desk_ask(desk, RESET, NULL, "{\"email\":\"alice@example.org\"}"),
			 200);
	struct desk_text reset = desk_get(desk, "challenge");
	struct desk_code code = desk_code(desk, "alice@example.org");
	struct change change = ask_change(desk, alice.access, "alice@example.net");
	assert_int_equal(confirm(desk, alice.access, &change, change.code.text,
				 change.old_code.text),
			 204);
	desk_refused(desk, ERR_EXPIRED, "code", AFTER, NULL,
		     "{\"challenge\":\"%s\",\"code\":\"%s\",\"new_password\":\"" FRESH
		     "\"}",
		     reset.text, code.text);
	assert_over(desk, &begun);
}

static void codes_of_two_changes_do_not_mix(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");
	struct desk_user bob = desk_sign_up(desk, "bob");
	struct change first = ask_change(desk, alice.access, "one@example.net");
	struct change second = ask_change(desk, alice.access, "two@example.net");
	struct change mixed = second;

	/* What the old mailbox allowed was the first address. */
	mixed.old = first.old;
	assert_int_equal(confirm(desk, alice.access, &mixed, second.code.text,
				 first.old_code.text),
			 401);
	/* Somebody else's codes are nothing. */
	assert_int_equal(
		confirm(desk, bob.access, &first, first.code.text, first.old_code.text),
		401);
}

static void an_address_that_is_somebodys_answers_like_any_other(void **state)
{
	struct desk *desk = *state;
	struct desk_user alice = desk_sign_up(desk, "alice");

	desk_sign_up(desk, "bob");
	size_t length = 0;
	static const char *const addresses[] = {"bob@example.org", "nob@example.org"};
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		assert_int_equal(desk_ask(desk, EMAIL, alice.access, WANT, addresses[i]),
				 200);
		if (i)
			assert_int_equal(desk->body.len, length);
		length = desk->body.len;
	}
	assert_non_null(
		strstr(mailer_memory_last(desk->mails, "bob@example.org")->body.ptr,
		       "it belongs to your"));
	assert_string_equal(desk_code(desk, "bob@example.org").text, "");
	desk_refused(desk, ERR_STATE, "email", EMAIL, alice.access, WANT,
		     "alice@example.org");
	desk_refused(desk, ERR_BAD_LOGIN, "password", EMAIL, alice.access,
		     "{\"email\":\"x@example.net\",\"password\":\"wrong\"}");
	desk_refused(desk, ERR_BAD, "email", EMAIL, alice.access, WANT, "nonsense");
}

CHECK_MAIN(DESK_TEST(a_known_device_needs_no_code_where_the_policy_says_so),
	   DESK_TEST(a_challenge_that_needs_a_code_takes_no_empty_one),
	   DESK_TEST(without_codes_the_password_is_enough_but_not_for_a_sign_up),
	   DESK_TEST(another_password_ends_log_ins_begun_with_the_old_one),
	   DESK_TEST(a_reset_ends_log_ins_begun_with_the_old_password),
	   DESK_TEST(a_password_that_is_dropped_ends_log_ins_begun_with_it),
	   DESK_TEST(what_was_mailed_to_the_old_address_is_over_with_it),
	   DESK_TEST(another_address_takes_a_code_from_both_mailboxes),
	   DESK_TEST(codes_of_two_changes_do_not_mix),
	   DESK_TEST(an_address_that_is_somebodys_answers_like_any_other))
