/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/challenge.h"

#include "tests/lib/check.h"

#define NOW     1700000000000
#define MINUTE  60000
#define HOUR    (60 * MINUTE)
#define KEY     bytes_text("the key of one-time codes")
#define PURPOSE CHALLENGE_LOGIN

static const struct id alice = {{1}}, bob = {{2}};

/* A challenge of alice, made at @now_ms, and its code. */
static struct challenge made_at(uint64_t now_ms, struct otp_code *ret_code)
{
	static struct random_seeded seeded = {.seed = {9}};
	static struct random random;

	if (!random.fill)
		random = random_seeded(&seeded, 9);
	return challenge_make(KEY, &alice, PURPOSE, now_ms, &random, ret_code);
}

static struct challenge old_one(uint64_t age_ms)
{
	struct otp_code code;

	return made_at(NOW - age_ms, &code);
}

static struct otp_code other_than(const struct otp_code *code)
{
	struct otp_code wrong = *code;

	wrong.text[0] = wrong.text[0] == '9' ? '0' : (char)(wrong.text[0] + 1);
	return wrong;
}

static void the_code_opens_the_challenge_once(void **state)
{
	struct otp_code code;
	struct challenge challenge = made_at(NOW, &code);

	check_ok(challenge_answer(&challenge, KEY, PURPOSE, &code, NOW + MINUTE));
	assert_int_equal(challenge.used_ms, NOW + MINUTE);
	check_err(challenge_answer(&challenge, KEY, PURPOSE, &code, NOW + MINUTE),
		  ERR_EXPIRED);
}

static void six_wrong_codes_are_too_many_and_then_the_right_one_is_too(void **state)
{
	struct otp_code code, wrong;
	struct challenge challenge = made_at(NOW, &code);

	wrong = other_than(&code);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(challenge_tries_left(&challenge), 5 - i);
		check_err(challenge_answer(&challenge, KEY, PURPOSE, &wrong, NOW),
			  ERR_BAD_CODE);
	}
	check_err(challenge_answer(&challenge, KEY, PURPOSE, &wrong, NOW),
		  ERR_TOO_MANY_TRIES);
	check_err(challenge_answer(&challenge, KEY, PURPOSE, &code, NOW),
		  ERR_TOO_MANY_TRIES);
	assert_int_equal(challenge_tries_left(&challenge), 0);
}

static void the_fifth_try_may_be_the_right_one(void **state)
{
	struct otp_code code, wrong;
	struct challenge challenge = made_at(NOW, &code);

	wrong = other_than(&code);
	for (unsigned i = 0; i < 4; i++)
		check_err(challenge_answer(&challenge, KEY, PURPOSE, &wrong, NOW),
			  ERR_BAD_CODE);
	check_ok(challenge_answer(&challenge, KEY, PURPOSE, &code, NOW));
}

static void a_code_lives_for_ten_minutes(void **state)
{
	struct otp_code code;
	struct challenge late = made_at(NOW, &code), early = late;

	check_err(challenge_answer(&late, KEY, PURPOSE, &code, NOW + 10 * MINUTE),
		  ERR_EXPIRED);
	assert_int_equal(late.used_ms, 0);
	check_ok(challenge_answer(&early, KEY, PURPOSE, &code, NOW + 10 * MINUTE - 1));
}

static void a_code_counts_for_its_account_purpose_and_challenge_only(void **state)
{
	struct otp_code code, other_code;
	struct challenge challenge = made_at(NOW, &code),
			 other = made_at(NOW, &other_code);
	struct challenge copy = challenge;

	check_err(challenge_answer(&challenge, KEY, CHALLENGE_RESET, &code, NOW),
		  ERR_NOT_FOUND);
	/* What somebody who can write to the database would try. */
	copy.user = bob;
	check_err(challenge_answer(&copy, KEY, PURPOSE, &code, NOW), ERR_BAD_CODE);
	copy = challenge;
	copy.purpose = CHALLENGE_RESET;
	check_err(challenge_answer(&copy, KEY, CHALLENGE_RESET, &code, NOW),
		  ERR_BAD_CODE);
	copy = other;
	memcpy(copy.hash, challenge.hash, sizeof(copy.hash));
	check_err(challenge_answer(&copy, KEY, PURPOSE, &code, NOW), ERR_BAD_CODE);
	check_err(challenge_answer(&challenge, bytes_text("another key"), PURPOSE, &code,
				   NOW),
		  ERR_BAD_CODE);
	check_ok(challenge_answer(&challenge, KEY, PURPOSE, &code, NOW));
}

static void three_may_be_open_at_once(void **state)
{
	struct challenge recent[] = {old_one(MINUTE), old_one(3 * MINUTE),
				     old_one(2 * MINUTE)};
	uint64_t retry_ms = 0;

	check_ok(challenge_budget(recent, 2, NOW, &retry_ms));
	check_err(challenge_budget(recent, 3, NOW, &retry_ms), ERR_RATE);
}

static void three_may_be_made_in_an_hour(void **state)
{
	struct challenge recent[] = {old_one(20 * MINUTE), old_one(59 * MINUTE),
				     old_one(40 * MINUTE), old_one(61 * MINUTE)};
	uint64_t retry_ms = 0;

	check_err(challenge_budget(recent, 4, NOW, &retry_ms), ERR_RATE);
	assert_int_equal(retry_ms, MINUTE);
	check_ok(challenge_budget(recent, 4, NOW + retry_ms, &retry_ms));
}

static void ten_may_be_made_in_a_day(void **state)
{
	struct challenge recent[10];
	uint64_t retry_ms = 0;

	for (unsigned i = 0; i < 10; i++)
		recent[i] = old_one((2 * i + 2) * (uint64_t)HOUR);
	check_ok(challenge_budget(recent, 9, NOW, &retry_ms));
	check_err(challenge_budget(recent, 10, NOW, &retry_ms), ERR_RATE);
	assert_int_equal(retry_ms, 4 * HOUR);
	check_ok(challenge_budget(recent, 10, NOW + retry_ms, &retry_ms));
}

static void answered_ones_do_not_use_up_the_budget(void **state)
{
	struct challenge recent[10];
	uint64_t retry_ms = 0;

	for (unsigned i = 0; i < 10; i++) {
		recent[i] = old_one((i + 1) * (uint64_t)MINUTE);
		recent[i].used_ms = i < 8 ? NOW : 0;
	}
	check_ok(challenge_budget(recent, 10, NOW, &retry_ms));
	recent[0].used_ms = 0;
	check_err(challenge_budget(recent, 10, NOW, &retry_ms), ERR_RATE);
}

CHECK_MAIN(TEST(the_code_opens_the_challenge_once),
	   TEST(six_wrong_codes_are_too_many_and_then_the_right_one_is_too),
	   TEST(the_fifth_try_may_be_the_right_one), TEST(a_code_lives_for_ten_minutes),
	   TEST(a_code_counts_for_its_account_purpose_and_challenge_only),
	   TEST(three_may_be_open_at_once), TEST(three_may_be_made_in_an_hour),
	   TEST(ten_may_be_made_in_a_day), TEST(answered_ones_do_not_use_up_the_budget))
