/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/crypto/random.h"
#include "common/crypto/secret.h"

#include "tests/lib/check.h"

static void a_secret_is_wiped_when_done(void **state)
{
	struct secret secret = SECRET_INIT;
	const struct secret empty = SECRET_INIT;

	secret_set(&secret, "0123456789", 10);
	secret_done(&secret);
	assert_memory_equal(&secret, &empty, sizeof(secret));
	assert_true(secret_is_empty(&secret));
}

static void a_shorter_content_leaves_nothing_of_the_longer_one(void **state)
{
	struct secret secret = SECRET_INIT;

	secret_set(&secret, "0123456789", 10);
	secret_set(&secret, "ab", 2);
	for (size_t i = 2; i < SECRET_MAX; i++)
		assert_int_equal(secret.bytes[i], 0);
}

static void moving_leaves_nothing_behind(void **state)
{
	struct secret a = SECRET_INIT, b = SECRET_INIT;

	secret_set(&a, "key", 3);
	secret_move(&b, &a);
	assert_true(secret_is_empty(&a));
	assert_true(bytes_equal(secret_view(&b), bytes_text("key")));
	secret_move(&b, &b);
	assert_true(bytes_equal(secret_view(&b), bytes_text("key")));
	secret_done(&b);
}

static void secrets_are_equal_by_length_and_content(void **state)
{
	struct secret a = SECRET_INIT, b = SECRET_INIT;

	assert_true(secret_equal(&a, &b));
	secret_set(&a, "key", 3);
	assert_false(secret_equal(&a, &b));
	secret_set(&b, "kez", 3);
	assert_false(secret_equal(&a, &b));
	secret_set(&b, "key", 3);
	assert_true(secret_equal(&a, &b));
	secret_set(&b, "key\0", 4);
	assert_false(secret_equal(&a, &b));
}

static void a_root_holds_what_it_was_given(void **state)
{
	AUTO(root_free) struct root *root = root_new("device", 6);

	assert_true(bytes_equal(root_view(root), bytes_text("device")));
}

static void a_wiped_buffer_is_empty(void **state)
{
	struct buf buf = BUF_INIT;

	buf_wipe(&buf);
	buf_add(&buf, "x", 1);
	buf_wipe(&buf);
	assert_null(buf.ptr);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	struct random_seeded s1, s2, s3;
	struct random a = random_seeded(&s1, 7), b = random_seeded(&s2, 7);
	struct random c = random_seeded(&s3, 8);
	uint8_t x[16], y[16], z[16];

	random_fill(&a, x, 16);
	random_fill(&b, y, 16);
	random_fill(&c, z, 16);
	assert_memory_equal(x, y, 16);
	assert_memory_not_equal(x, z, 16);
	random_fill(&a, x, 16);
	assert_memory_not_equal(x, y, 16);
}

static void a_bound_is_never_reached_and_every_value_comes(void **state)
{
	unsigned seen[5] = {0};

	for (unsigned i = 0; i < 500; i++)
		seen[random_below(&random_system, 5)]++;
	for (unsigned i = 0; i < 5; i++)
		assert_true(seen[i] > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_secret_is_wiped_when_done),
		TEST(a_shorter_content_leaves_nothing_of_the_longer_one),
		TEST(moving_leaves_nothing_behind),
		TEST(secrets_are_equal_by_length_and_content),
		TEST(a_root_holds_what_it_was_given),
		TEST(a_wiped_buffer_is_empty),
		TEST(the_same_seed_gives_the_same_bytes),
		TEST(a_bound_is_never_reached_and_every_value_comes),
	};

	if (crypto_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
