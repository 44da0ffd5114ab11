/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/challenge.h"

#include "tests/lib/check.h"

#define NOW    1700000000000
#define MINUTE 60000
#define KEY    bytes_text("the key of one-time codes")

static const struct id alice = {{1}}, bob = {{2}};

/* A challenge of alice's log-in, made NOW, and its code. */
static struct otp_row made(uint64_t seed, struct otp_code *ret_code)
{
	struct random_seeded seeded;
	struct random random = random_seeded(&seeded, seed);
	struct otp_row row = {.purpose = OTP_LOGIN, .user = alice};

	challenge_make(&row, KEY, NOW, &random, ret_code);
	return row;
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
	struct otp_row row = made(1, &code);

	check_ok(challenge_answer(&row, KEY, &code, NOW + MINUTE));
	row.used_ms = NOW + MINUTE;
	check_err(challenge_answer(&row, KEY, &code, NOW + MINUTE), ERR_EXPIRED);
}

static void after_five_wrong_codes_every_code_is_one_too_many(void **state)
{
	struct otp_code code, wrong;
	struct otp_row row = made(1, &code);

	wrong = other_than(&code);
	for (row.tries = 0; row.tries < 5; row.tries++) {
		assert_int_equal(challenge_tries_left(&row), 5 - row.tries);
		check_err(challenge_answer(&row, KEY, &wrong, NOW), ERR_BAD_CODE);
	}
	check_err(challenge_answer(&row, KEY, &wrong, NOW), ERR_TOO_MANY_TRIES);
	check_err(challenge_answer(&row, KEY, &code, NOW), ERR_TOO_MANY_TRIES);
	assert_int_equal(challenge_tries_left(&row), 0);
}

static void the_fifth_try_may_be_the_right_one(void **state)
{
	struct otp_code code;
	struct otp_row row = made(1, &code);

	row.tries = 4;
	check_ok(challenge_answer(&row, KEY, &code, NOW));
}

static void a_code_lives_for_ten_minutes(void **state)
{
	struct otp_code code;
	struct otp_row row = made(1, &code);

	check_ok(challenge_answer(&row, KEY, &code, NOW + 10 * MINUTE - 1));
	check_err(challenge_answer(&row, KEY, &code, NOW + 10 * MINUTE), ERR_EXPIRED);
}

/* What somebody who can write to the database would try. */
static void a_code_counts_for_its_account_purpose_and_challenge_only(void **state)
{
	struct otp_code code, other_code;
	struct otp_row row = made(1, &code), other = made(2, &other_code), copy = row;

	copy.user = bob;
	check_err(challenge_answer(&copy, KEY, &code, NOW), ERR_BAD_CODE);
	copy = row;
	copy.purpose = OTP_RESET;
	check_err(challenge_answer(&copy, KEY, &code, NOW), ERR_BAD_CODE);
	copy = other;
	memcpy(copy.mac, row.mac, sizeof(copy.mac));
	check_err(challenge_answer(&copy, KEY, &code, NOW), ERR_BAD_CODE);
	check_err(challenge_answer(&row, bytes_text("another key"), &code, NOW),
		  ERR_BAD_CODE);
	check_ok(challenge_answer(&row, KEY, &code, NOW));
}

static void challenges_are_bounded_at_once_per_hour_and_per_day(void **state)
{
	static const struct {
		struct otp_counts counts;
		enum err want;
		uint64_t retry_ms;
	} rows[] = {
		{{0, 0, 0}, ERR_OK, 0},
		{{2, 2, 9}, ERR_OK, 0},
		{{3, 2, 3}, ERR_RATE, 10 * MINUTE},
		{{0, 3, 3}, ERR_RATE, 60 * MINUTE},
		{{0, 0, 10}, ERR_RATE, 24 * 60 * MINUTE},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t retry_ms = 0;
		check_err(challenge_budget(&rows[i].counts, &retry_ms), rows[i].want);
		assert_int_equal(retry_ms, rows[i].retry_ms);
	}
}

CHECK_MAIN(TEST(the_code_opens_the_challenge_once),
	   TEST(after_five_wrong_codes_every_code_is_one_too_many),
	   TEST(the_fifth_try_may_be_the_right_one), TEST(a_code_lives_for_ten_minutes),
	   TEST(a_code_counts_for_its_account_purpose_and_challenge_only),
	   TEST(challenges_are_bounded_at_once_per_hour_and_per_day))
