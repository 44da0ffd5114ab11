/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/password.h"

#include "common/crypto/secret.h"
#include "tests/lib/check.h"

/* The least that the library allows: these tests are about the form, not the cost. */
static const struct password_cost cheap = {.passes = 1, .memory = 8192};

static struct pepper pepper(uint32_t number, const char *key)
{
	return (struct pepper){.number = number, .key = bytes_text(key)};
}

static void the_right_password_and_no_other_verifies(void **state)
{
	struct pepper one = pepper(1, "first pepper");
	struct password_hash hash;

	check_ok(password_hash(&one, cheap, bytes_text("correct horse"), &hash));
	check_ok(password_verify(&one, 1, hash.text, bytes_text("correct horse")));
	check_err(password_verify(&one, 1, hash.text, bytes_text("correct hors")),
		  ERR_BAD_LOGIN);
	check_err(password_verify(&one, 1, hash.text, bytes_text("")), ERR_BAD_LOGIN);
	check_err(password_verify(&one, 1, hash.text, bytes_of("correct horse\0", 14)),
		  ERR_BAD_LOGIN);
}

static void long_passwords_are_not_cut_off(void **state)
{
	char text[128];
	struct pepper one = pepper(1, "first pepper");
	struct password_hash hash;

	memset(text, 'a', sizeof(text));
	check_ok(password_hash(&one, cheap, bytes_of(text, sizeof(text)), &hash));
	check_ok(password_verify(&one, 1, hash.text, bytes_of(text, sizeof(text))));
	text[sizeof(text) - 1] = 'b';
	check_err(password_verify(&one, 1, hash.text, bytes_of(text, sizeof(text))),
		  ERR_BAD_LOGIN);
}

static void equal_passwords_have_different_forms(void **state)
{
	struct pepper one = pepper(1, "first pepper");
	struct password_hash a, b;

	check_ok(password_hash(&one, cheap, bytes_text("correct horse"), &a));
	check_ok(password_hash(&one, cheap, bytes_text("correct horse"), &b));
	assert_string_not_equal(a.text, b.text);
}

static void the_form_names_argon2id_and_its_costs(void **state)
{
	struct pepper one = pepper(7, "seventh pepper");
	struct password_hash hash;

	check_ok(password_hash(&one, PASSWORD_COST_DEFAULT, bytes_text("correct horse"),
			       &hash));
	assert_memory_equal(hash.text, "p7$argon2id$v=19$m=19456,t=2,p=1$", 33);
}

static void a_password_needs_its_pepper(void **state)
{
	struct pepper both[] = {pepper(2, "second pepper"), pepper(1, "first pepper")};
	struct pepper changed = pepper(1, "another pepper");
	struct password_hash hash;

	check_ok(password_hash(&both[1], cheap, bytes_text("correct horse"), &hash));
	check_ok(password_verify(both, 2, hash.text, bytes_text("correct horse")));
	check_err(password_verify(both, 1, hash.text, bytes_text("correct horse")),
		  ERR_CORRUPT);
	check_err(password_verify(&changed, 1, hash.text, bytes_text("correct horse")),
		  ERR_BAD_LOGIN);
}

static void older_peppers_and_lower_costs_are_dated(void **state)
{
	struct pepper one = pepper(1, "first pepper"), two = pepper(2, "second pepper");
	struct password_cost dearer = {.passes = 2, .memory = 8192};
	struct password_hash hash;

	check_ok(password_hash(&one, cheap, bytes_text("correct horse"), &hash));
	assert_false(password_is_dated(&one, cheap, hash.text));
	assert_true(password_is_dated(&two, cheap, hash.text));
	assert_true(password_is_dated(&one, dearer, hash.text));
}

static void damaged_forms_are_told_from_wrong_passwords(void **state)
{
	static const char *const damaged[] = {"",
					      "p",
					      "p1",
					      "p1$",
					      "$argon2id$v=19$m=8,t=1,p=1$",
					      "p99999999999$argon2id$",
					      "p1$2b$12$abcdefghijklmnopqrstuv",
					      "x1$argon2id$"};
	struct pepper one = pepper(1, "first pepper");

	for (size_t i = 0; i < ARRAY_LEN(damaged); i++)
		check_err(password_verify(&one, 1, damaged[i], bytes_text("x")),
			  ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_password_and_no_other_verifies),
		TEST(long_passwords_are_not_cut_off),
		TEST(equal_passwords_have_different_forms),
		TEST(the_form_names_argon2id_and_its_costs),
		TEST(a_password_needs_its_pepper),
		TEST(older_peppers_and_lower_costs_are_dated),
		TEST(damaged_forms_are_told_from_wrong_passwords),
	};

	return crypto_init() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
