/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/otp.h"

#include "tests/lib/check.h"

static void codes_are_six_digits_and_differ(void **state)
{
	struct random_seeded seeded;
	struct random random = random_seeded(&seeded, 1);
	unsigned same = 0;
	struct otp_code before = {{0}};

	for (unsigned i = 0; i < 1000; i++) {
		struct otp_code code = otp_draw(&random);
		assert_int_equal(strspn(code.text, "0123456789"), OTP_DIGITS);
		assert_int_equal(strlen(code.text), OTP_DIGITS);
		same += strcmp(code.text, before.text) == 0;
		before = code;
	}
	assert_true(same < 3);
}

static void codes_are_evenly_spread(void **state)
{
	enum { DRAWS = 20000 };
	struct random_seeded seeded;
	struct random random = random_seeded(&seeded, 2);
	unsigned first_digit[10] = {0};

	for (unsigned i = 0; i < DRAWS; i++)
		first_digit[otp_draw(&random).text[0] - '0']++;
	/* Six standard deviations of a binomial around a tenth. */
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(first_digit[i], DRAWS / 10 - 255, DRAWS / 10 + 255);
}

static void a_typed_code_is_read_with_and_without_a_gap(void **state)
{
	static const char *const good[] = {"123456", "123 456", "123-456", "12 34 56"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct otp_code code;
		check_ok(otp_parse(bytes_text(good[i]), &code));
		assert_string_equal(code.text, "123456");
	}
}

static void what_is_no_code_is_refused(void **state)
{
	static const char *const bad[] = {"",        "12345",        "1234567", " 123456",
					  "123456 ", "12345a",       "１23456", "-12345",
					  "123456-", "1       23456"};
	struct otp_code code;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_err(otp_parse(bytes_text(bad[i]), &code), ERR_BAD_CODE);
}

static void the_hash_depends_on_key_context_and_code(void **state)
{
	static const struct otp_code code = {"123456"}, other = {"123457"};
	uint8_t hash[4][OTP_HASH_LEN];

	otp_hash(bytes_text("key"), bytes_text("alice"), &code, hash[0]);
	otp_hash(bytes_text("kez"), bytes_text("alice"), &code, hash[1]);
	otp_hash(bytes_text("key"), bytes_text("alicf"), &code, hash[2]);
	otp_hash(bytes_text("key"), bytes_text("alice"), &other, hash[3]);
	for (unsigned i = 1; i < 4; i++)
		assert_memory_not_equal(hash[0], hash[i], OTP_HASH_LEN);
	otp_hash(bytes_text("key"), bytes_text("alice"), &code, hash[1]);
	assert_memory_equal(hash[0], hash[1], OTP_HASH_LEN);
}

CHECK_MAIN(TEST(codes_are_six_digits_and_differ), TEST(codes_are_evenly_spread),
	   TEST(a_typed_code_is_read_with_and_without_a_gap),
	   TEST(what_is_no_code_is_refused),
	   TEST(the_hash_depends_on_key_context_and_code))
