/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/net/byte_range.h"
#include "server/net/slots.h"
#include "tests/lib/check.h"

static void is_part(const char *text, uint64_t size, uint64_t from, uint64_t len)
{
	struct range range;

	assert_int_equal(range_read(bytes_text(text), size, &range), RANGE_PART);
	assert_int_equal(range.from, from);
	assert_int_equal(range.len, len);
}

static void is(enum range_kind kind, const char *text, uint64_t size)
{
	struct range range;

	assert_int_equal(range_read(bytes_text(text), size, &range), kind);
}

static void a_range_is_read_as_the_standard_has_it(void **state)
{
	is_part("bytes=0-0", 10, 0, 1);
	is_part("bytes=0-9", 10, 0, 10);
	is_part("bytes=3-", 10, 3, 7);
	is_part("bytes=-3", 10, 7, 3);
	is_part("BYTES=2-4", 10, 2, 3);
	/* what goes beyond the end is cut there */
	is_part("bytes=5-99", 10, 5, 5);
	is_part("bytes=-99", 10, 0, 10);
}

static void a_range_of_nothing_is_refused(void **state)
{
	is(RANGE_NONE, "bytes=10-", 10);
	is(RANGE_NONE, "bytes=-0", 10);
	is(RANGE_NONE, "bytes=0-", 0);
	is(RANGE_NONE, "bytes=18446744073709551615-", 10);
}

static void what_is_no_range_of_ours_is_ignored(void **state)
{
	static const char *const texts[] = {
		"",
		"bytes",
		"bytes=",
		"bytes=-",
		"bytes=a-b",
		"bytes=5-3",
		"lines=1-2",
		"bytes=1-2,4-5",
		"bytes=1-2 ",
		"bytes= 1-2",
		"bytes=1-2x",
		"bytes=--1",
		"bytes=18446744073709551616-",
		"bytes=-18446744073709551616",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		is(RANGE_ALL, texts[i], 10);
}

static void slots_are_bounded_in_all_and_for_one(void **state)
{
	struct slots *slots = slots_new(3, 2);
	const uint8_t alice[SLOT_KEY] = {1}, bob[SLOT_KEY] = {2}, carol[SLOT_KEY] = {3};
	struct slot *one = slots_take(slots, alice), *two = slots_take(slots, alice);

	assert_non_null(one);
	assert_non_null(two);
	assert_null(slots_take(slots, alice));
	assert_non_null(slots_take(slots, bob));
	assert_null(slots_take(slots, carol));
	slot_give(one);
	assert_non_null(slots_take(slots, carol));
	assert_null(slots_take(slots, alice));
	slots_free(&slots);
	slot_give(NULL);
}

CHECK_MAIN(TEST(a_range_is_read_as_the_standard_has_it),
	   TEST(a_range_of_nothing_is_refused), TEST(what_is_no_range_of_ours_is_ignored),
	   TEST(slots_are_bounded_in_all_and_for_one))
