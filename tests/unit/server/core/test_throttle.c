/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/throttle.h"

#include "tests/lib/check.h"

#define NOW    1700000000000
#define MINUTE 60000

static const struct id alice = {{1}}, bob = {{2}};

static struct id numbered(unsigned n)
{
	struct id id = {{0xff}};

	memcpy(id.bytes + 1, &n, sizeof(n));
	return id;
}

static void try_times(struct throttle *throttle, const struct id *subject, unsigned times)
{
	uint64_t retry_ms;

	for (unsigned i = 0; i < times; i++)
		check_ok(throttle_try(throttle, subject, NOW, &retry_ms));
}

static void five_failures_are_free_and_then_the_wait_doubles_to_15_minutes(void **state)
{
	struct throttle *throttle = throttle_new(&throttle_login, 100, 1);
	uint64_t now = NOW, retry_ms = 0, want = 1000;

	try_times(throttle, &alice, 5);
	for (unsigned i = 0; i < 14; i++) {
		check_err(throttle_try(throttle, &alice, now, &retry_ms), ERR_RATE);
		assert_int_equal(retry_ms, want);
		check_err(throttle_try(throttle, &alice, now + retry_ms - 1, &retry_ms),
			  ERR_RATE);
		assert_int_equal(retry_ms, 1);
		now += want;
		check_ok(throttle_try(throttle, &alice, now, &retry_ms));
		want = want * 2 < 15 * MINUTE ? want * 2 : 15 * MINUTE;
	}
	throttle_free(&throttle);
}

static void subjects_do_not_wait_for_each_other(void **state)
{
	struct throttle *throttle = throttle_new(&throttle_login, 100, 1);
	uint64_t retry_ms;

	try_times(throttle, &alice, 5);
	check_err(throttle_try(throttle, &alice, NOW, &retry_ms), ERR_RATE);
	check_ok(throttle_try(throttle, &bob, NOW, &retry_ms));
	throttle_free(&throttle);
}

static void who_got_in_starts_over(void **state)
{
	struct throttle *throttle = throttle_new(&throttle_login, 100, 1);

	try_times(throttle, &alice, 5);
	throttle_clear(throttle, &alice);
	try_times(throttle, &alice, 5);
	throttle_free(&throttle);
}

static void a_success_takes_back_one_failure_of_its_address_only(void **state)
{
	struct throttle_rule pace = throttle_pace(10, MINUTE);
	struct throttle *throttle = throttle_new(&pace, 100, 1);
	uint64_t retry_ms;

	try_times(throttle, &alice, 10);
	throttle_undo(throttle, &alice);
	check_ok(throttle_try(throttle, &alice, NOW, &retry_ms));
	check_err(throttle_try(throttle, &alice, NOW, &retry_ms), ERR_RATE);
	throttle_free(&throttle);
}

static void an_address_may_fail_ten_times_a_minute(void **state)
{
	struct throttle_rule pace = throttle_pace(10, MINUTE);
	struct throttle *throttle = throttle_new(&pace, 100, 1);
	unsigned passed = 0;
	uint64_t retry_ms;

	try_times(throttle, &alice, 10);
	for (uint64_t ms = 1; ms <= MINUTE; ms += 10)
		passed += throttle_try(throttle, &alice, NOW + ms, &retry_ms) == ERR_OK;
	assert_in_range(passed, 9, 10);
	throttle_free(&throttle);
}

static void a_pace_of_none_never_waits(void **state)
{
	struct throttle_rule pace = throttle_pace(0, MINUTE);
	struct throttle *throttle = throttle_new(&pace, 100, 1);

	try_times(throttle, &alice, 1000);
	pace = throttle_pace(1000, MINUTE);
	throttle_set(throttle, &pace);
	uint64_t retry_ms;
	check_err(throttle_try(throttle, &alice, NOW, &retry_ms), ERR_RATE);
	assert_int_equal(retry_ms, MINUTE / 1000);
	throttle_free(&throttle);
}

static void old_failures_are_forgotten(void **state)
{
	struct throttle *throttle = throttle_new(&throttle_login, 100, 1);
	uint64_t retry_ms;

	try_times(throttle, &alice, 5);
	for (unsigned i = 0; i < 5; i++)
		check_ok(
			throttle_try(throttle, &alice, NOW + 60 * MINUTE + i, &retry_ms));
	throttle_free(&throttle);
}

static void a_flood_of_names_does_not_free_the_one_that_waits(void **state)
{
	struct throttle *throttle = throttle_new(&throttle_login, 100, 1);
	uint64_t retry_ms;

	try_times(throttle, &alice, 5);
	for (unsigned i = 0; i < 10000; i++) {
		struct id id = numbered(i);
		check_ok(throttle_try(throttle, &id, NOW, &retry_ms));
	}
	check_err(throttle_try(throttle, &alice, NOW, &retry_ms), ERR_RATE);
	throttle_free(&throttle);
}

CHECK_MAIN(TEST(five_failures_are_free_and_then_the_wait_doubles_to_15_minutes),
	   TEST(subjects_do_not_wait_for_each_other), TEST(who_got_in_starts_over),
	   TEST(a_success_takes_back_one_failure_of_its_address_only),
	   TEST(an_address_may_fail_ten_times_a_minute), TEST(a_pace_of_none_never_waits),
	   TEST(old_failures_are_forgotten),
	   TEST(a_flood_of_names_does_not_free_the_one_that_waits))
