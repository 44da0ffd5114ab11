/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/name.h"

#include "tests/lib/check.h"

static void names_are_short_lower_case_words(void **state)
{
	static const char *const good[] = {"a",     "alice",
					   "0",     "bob.smith",
					   "x-y_z", "abcdefghijklmnopqrstuvwxyz012345"};
	static const char *const bad[] = {
		"",    "Alice",  ".alice",  "-a",
		"_a",  "al ice", "alice\n", "ältere",
		"a/b", "a@b",    "#ops",    "abcdefghijklmnopqrstuvwxyz0123456"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(name_is_valid(bytes_text(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(name_is_valid(bytes_text(bad[i])));
	assert_false(name_is_valid(bytes_of("al\0ce", 5)));
}

static void addresses_are_folded(void **state)
{
	struct email email;

	check_ok(email_fold(bytes_text("Alice.Smith+chat@Example.ORG"), &email));
	assert_string_equal(email.text, "alice.smith+chat@example.org");
	check_ok(email_fold(bytes_text("root@localhost"), &email));
	check_ok(email_fold(bytes_text("a@b-c.d"), &email));
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  "alice",
					  "@example.org",
					  "alice@",
					  "alice@-a.org",
					  "alice@a-.org",
					  "alice@a..org",
					  "alice@.org",
					  "alice@org.",
					  ".alice@example.org",
					  "alice.@example.org",
					  "al..ice@example.org",
					  "al ice@example.org",
					  "alice@exa mple.org",
					  "alice@example.org\nBcc: bob@example.org",
					  "\"alice\"@example.org",
					  "a@b@c",
					  "alice@exämple.org",
					  "alice@[192.0.2.1]",
					  "alice,bob@example.org",
					  "<alice@example.org>"};
	struct email email;
	char longest[300];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_err(email_fold(bytes_text(bad[i]), &email), ERR_BAD);
	check_err(email_fold(bytes_of("a\0b@c", 5), &email), ERR_BAD);
	memset(longest, 'a', sizeof(longest));
	longest[64] = '@';
	check_err(email_fold(bytes_of(longest, sizeof(longest)), &email), ERR_BAD);
	check_err(email_fold(bytes_of(longest, 64 + 1 + 64), &email), ERR_BAD);
	check_ok(email_fold(bytes_of(longest, 64 + 1 + 63), &email));
}

static enum err strength(const char *password)
{
	const char *why = NULL;
	enum err err = password_check(bytes_text(password), bytes_text("alice"),
				      bytes_text("alice.smith@example.org"), &why);

	if (err != ERR_OK)
		assert_non_null(why);
	return err;
}

static void good_passwords_pass(void **state)
{
	static const char *const good[] = {"a quiet meadow", "tr0ub4dor&3x",
					   "日本語のパスワードです",
					   "malice in wonderland"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		check_ok(strength(good[i]));
}

static void weak_passwords_are_refused_with_a_reason(void **state)
{
	static const char *const weak[] = {"",
					   "short one",
					   "äöüäöüäöü",
					   "aaaaaaaaaaaaaaaa",
					   "abababababab",
					   "Password123",
					   "1234567890",
					   "QWERTYUIOP",
					   "alicealice",
					   "alicealice12",
					   "Alice.Smith12",
					   "alice.smith@example.org"};

	for (size_t i = 0; i < ARRAY_LEN(weak); i++)
		check_err(strength(weak[i]), ERR_WEAK_PASSWORD);
}

static void a_password_has_at_most_128_bytes(void **state)
{
	char text[130];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	text[128] = '\0';
	check_ok(strength(text));
	text[128] = 'x';
	text[129] = '\0';
	check_err(strength(text), ERR_TOO_BIG);
}

static void a_line_is_one_line_with_something_in_it(void **state)
{
	assert_true(line_is_valid(bytes_text("Alice A.")));
	assert_true(line_is_valid(bytes_text("日本")));
	assert_false(line_is_valid(bytes_text("")));
	assert_false(line_is_valid(bytes_text("   ")));
	assert_false(line_is_valid(bytes_text("two\nlines")));
	assert_false(line_is_valid(bytes_text("a\ttab")));
	assert_false(line_is_valid(bytes_text("\x7f")));
}

CHECK_MAIN(TEST(a_line_is_one_line_with_something_in_it),
	   TEST(names_are_short_lower_case_words), TEST(addresses_are_folded),
	   TEST(what_is_no_address_is_refused), TEST(good_passwords_pass),
	   TEST(weak_passwords_are_refused_with_a_reason),
	   TEST(a_password_has_at_most_128_bytes))
