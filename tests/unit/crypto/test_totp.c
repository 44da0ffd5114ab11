/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/totp.h"

#include "tests/lib/check.h"

/* The key of RFC 4226 appendix D and of RFC 6238 appendix B. */
#define KEY bytes_text("12345678901234567890")

static void the_values_of_rfc_4226_come_out(void **state)
{
	static const char *const want[] = {"755224", "287082", "359152", "969429",
					   "338314", "254676", "287922", "162583",
					   "399871", "520489"};

	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(hotp_code(KEY, i).text, want[i]);
}

/* RFC 6238 prints eight digits; ours are the last six of them. */
static void the_times_of_rfc_6238_give_its_codes(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *want;
	} rows[] = {
		{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct otp_code code;
		uint64_t step;
		check_ok(otp_parse(bytes_text(rows[i].want), &code));
		check_ok(totp_check(KEY, &code, rows[i].seconds * 1000, 0, &step));
		assert_int_equal(step, rows[i].seconds / 30);
	}
}

#define NOW 1700000010000 /* the middle of a step */

static void a_code_counts_one_step_early_and_one_step_late(void **state)
{
	struct otp_code code = hotp_code(KEY, totp_step(NOW));
	uint64_t step;

	check_ok(totp_check(KEY, &code, NOW - TOTP_STEP_MS, 0, &step));
	check_ok(totp_check(KEY, &code, NOW + TOTP_STEP_MS, 0, &step));
	check_err(totp_check(KEY, &code, NOW - 2 * TOTP_STEP_MS, 0, &step), ERR_BAD_CODE);
	check_err(totp_check(KEY, &code, NOW + 2 * TOTP_STEP_MS, 0, &step), ERR_BAD_CODE);
}

static void a_code_is_good_once_and_spends_those_before_it(void **state)
{
	uint64_t now = totp_step(NOW), step;
	struct otp_code code = hotp_code(KEY, now), before = hotp_code(KEY, now - 1),
			next = hotp_code(KEY, now + 1);

	check_ok(totp_check(KEY, &code, NOW, now - 1, &step));
	assert_int_equal(step, now);
	check_err(totp_check(KEY, &code, NOW, step, &step), ERR_BAD_CODE);
	check_err(totp_check(KEY, &before, NOW, step, &step), ERR_BAD_CODE);
	check_ok(totp_check(KEY, &next, NOW, step, &step));
	assert_int_equal(step, now + 1);
}

static void another_seed_has_other_codes(void **state)
{
	struct otp_code code = hotp_code(KEY, totp_step(NOW));
	uint64_t step = 77;

	check_err(totp_check(bytes_text("12345678901234567891"), &code, NOW, 0, &step),
		  ERR_BAD_CODE);
	assert_int_equal(step, 77);
}

/* RFC 4648 section 10, without the padding. */
static void a_secret_is_base32(void **state)
{
	static const char *const rows[][2] = {
		{"f", "MY"},
		{"fo", "MZXQ"},
		{"foo", "MZXW6"},
		{"foob", "MZXW6YQ"},
		{"fooba", "MZXW6YTB"},
		{"foobar", "MZXW6YTBOI"},
		{"", ""},
		{"12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str text = STR_INIT;
		totp_secret(bytes_text(rows[i][0]), &text);
		assert_string_equal(text.ptr, rows[i][1]);
	}
}

static void the_address_names_issuer_and_account_whatever_is_in_them(void **state)
{
	AUTO(str_done) struct str text = STR_INIT;

	totp_url(KEY, "Chat & \xc3\xa4", "alice", &text);
	assert_string_equal(text.ptr, "otpauth://totp/Chat%20%26%20%C3%A4:alice"
				      "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
				      "&issuer=Chat%20%26%20%C3%A4");
}

CHECK_MAIN(TEST(the_values_of_rfc_4226_come_out),
	   TEST(the_times_of_rfc_6238_give_its_codes),
	   TEST(a_code_counts_one_step_early_and_one_step_late),
	   TEST(a_code_is_good_once_and_spends_those_before_it),
	   TEST(another_seed_has_other_codes), TEST(a_secret_is_base32),
	   TEST(the_address_names_issuer_and_account_whatever_is_in_them))
