/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/revoked.h"

#include "server/core/token.h"
#include "tests/lib/check.h"

#define NOW 1700000000000

static struct id numbered(unsigned n)
{
	struct id id = {{0}};

	memcpy(id.bytes, &n, sizeof(n));
	return id;
}

static void a_session_is_refused_until_its_tokens_are_over(void **state)
{
	struct revoked *revoked = revoked_new(1);
	struct id alice = numbered(1), bob = numbered(2);

	assert_false(revoked_has(revoked, &alice));
	revoked_add(revoked, &alice, NOW);
	revoked_add(revoked, &bob, NOW + 1000);
	revoked_sweep(revoked, NOW + TOKEN_LIFE_MS - 1);
	assert_true(revoked_has(revoked, &alice));
	revoked_sweep(revoked, NOW + TOKEN_LIFE_MS);
	assert_false(revoked_has(revoked, &alice));
	assert_true(revoked_has(revoked, &bob));
	revoked_free(&revoked);
	assert_null(revoked);
}

static void many_are_kept_and_twice_is_once(void **state)
{
	struct revoked *revoked = revoked_new(1);

	for (unsigned i = 0; i < 3000; i++) {
		struct id id = numbered(i % 1000);
		revoked_add(revoked, &id, NOW);
	}
	assert_int_equal(revoked_count(revoked), 1000);
	revoked_sweep(revoked, NOW + TOKEN_LIFE_MS);
	assert_int_equal(revoked_count(revoked), 0);
	struct id id = numbered(7);
	revoked_add(revoked, &id, NOW);
	assert_true(revoked_has(revoked, &id));
	revoked_free(&revoked);
}

CHECK_MAIN(TEST(a_session_is_refused_until_its_tokens_are_over),
	   TEST(many_are_kept_and_twice_is_once))
