/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger of the load generator: what it must find, one fault at a time, and that it
 * finds nothing where nothing is wrong.
 */
#include "tests/lib/check.h"

#include "tests/bench/ledger.h"
#include "tests/bench/mark.h"

#define CHECK_FAULTS(ledger, a, b, c, d) \
	do { \
		const struct ledger_faults *faults = &(ledger)->faults; \
		assert_int_equal(faults->lost, a); \
		assert_int_equal(faults->doubled, b); \
		assert_int_equal(faults->swapped, c); \
		assert_int_equal(faults->foreign, d); \
	} while (0)

/* One room with two listeners, two senders, who have sent two messages each. */
static void begin(struct ledger *ledger, bool one_order)
{
	ledger_init(ledger, 1, 2, 2, one_order);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(ledger_send(ledger, 0, i % 2), i / 2);
	for (unsigned i = 0; i < 4; i++)
		assert_true(ledger_hear(ledger, 0, i % 2, i / 2));
}

static void everything_heard_in_order_is_no_fault(void **state)
{
	struct ledger ledger;

	begin(&ledger, true);
	assert_false(ledger_even(&ledger, 1));
	for (unsigned i = 0; i < 4; i++)
		assert_true(ledger_hear(&ledger, 1, i % 2, i / 2));
	assert_true(ledger_even(&ledger, 1));
	assert_true(ledger_close(&ledger));
	ledger_done(&ledger);
}

static void a_message_left_out_is_lost(void **state)
{
	struct ledger ledger;

	begin(&ledger, false);
	assert_false(ledger_hear(&ledger, 1, 0, 1));
	assert_true(ledger_hear(&ledger, 1, 1, 0));
	assert_true(ledger_hear(&ledger, 1, 1, 1));
	assert_false(ledger_close(&ledger));
	CHECK_FAULTS(&ledger, 1, 0, 0, 0);
	ledger_done(&ledger);
}

static void what_never_came_is_lost_at_the_end(void **state)
{
	struct ledger ledger;

	begin(&ledger, true);
	assert_true(ledger_hear(&ledger, 1, 0, 0));
	assert_false(ledger_close(&ledger));
	CHECK_FAULTS(&ledger, 3, 0, 0, 0);
	ledger_done(&ledger);
}

static void a_message_heard_twice_is_doubled(void **state)
{
	struct ledger ledger;

	begin(&ledger, false);
	for (unsigned i = 0; i < 4; i++)
		assert_true(ledger_hear(&ledger, 1, i % 2, i / 2));
	assert_false(ledger_hear(&ledger, 1, 1, 1));
	assert_false(ledger_close(&ledger));
	CHECK_FAULTS(&ledger, 0, 1, 0, 0);
	ledger_done(&ledger);
}

static void two_messages_of_one_sender_swapped_are_not_lost(void **state)
{
	struct ledger ledger;

	begin(&ledger, false);
	assert_false(ledger_hear(&ledger, 1, 0, 1));
	assert_false(ledger_hear(&ledger, 1, 0, 0));
	assert_true(ledger_hear(&ledger, 1, 1, 0));
	assert_true(ledger_hear(&ledger, 1, 1, 1));
	assert_false(ledger_close(&ledger));
	CHECK_FAULTS(&ledger, 0, 0, 1, 0);
	ledger_done(&ledger);
}

static void senders_swapped_among_each_other_count_where_order_is_promised(void **state)
{
	for (int promised = 0; promised < 2; promised++) {
		struct ledger ledger;
		begin(&ledger, promised);
		assert_int_equal(ledger_hear(&ledger, 1, 1, 0), !promised);
		assert_true(ledger_hear(&ledger, 1, 0, 0));
		assert_true(ledger_hear(&ledger, 1, 0, 1));
		assert_true(ledger_hear(&ledger, 1, 1, 1));
		assert_int_equal(ledger_close(&ledger), !promised);
		CHECK_FAULTS(&ledger, 0, 0, promised, 0);
		ledger_done(&ledger);
	}
}

static void what_nobody_sent_is_foreign(void **state)
{
	struct ledger ledger;

	begin(&ledger, false);
	assert_false(ledger_hear(&ledger, 0, 0, 2)); /* not sent yet */
	assert_false(ledger_hear(&ledger, 0, 7, 0)); /* no such sender */
	CHECK_FAULTS(&ledger, 0, 0, 0, 2);
	ledger_done(&ledger);
}

static void rooms_are_kept_apart(void **state)
{
	struct ledger ledger;

	ledger_init(&ledger, 2, 4, 2, true);
	assert_int_equal(ledger_send(&ledger, 1, 0), 0);
	assert_false(ledger_hear(&ledger, 1, 0, 0)); /* of room 0: nothing was sent */
	assert_true(ledger_hear(&ledger, 2, 0, 0));
	assert_true(ledger_hear(&ledger, 3, 0, 0));
	CHECK_FAULTS(&ledger, 0, 0, 0, 1);
	ledger_done(&ledger);
}

static void a_mark_is_read_as_it_was_written(void **state)
{
	const struct mark mark = {.who = 0xabcde, .number = 0x12345678};
	struct mark read;
	char text[MARK_TEXT];

	mark_write(&mark, text);
	assert_ptr_equal(mark_find(text, sizeof(text)), text);
	assert_true(mark_read(text, &read));
	assert_int_equal(read.who, mark.who);
	assert_int_equal(read.number, mark.number);
	assert_null(mark_find(text, MARK_LEN - 1));
	for (size_t i = 0; i < MARK_LEN; i++) {
		char hurt[MARK_TEXT];
		memcpy(hurt, text, sizeof(hurt));
		hurt[i] = '!';
		assert_false(mark_read(hurt, &read));
	}
}

CHECK_MAIN(TEST(everything_heard_in_order_is_no_fault), TEST(a_message_left_out_is_lost),
	   TEST(what_never_came_is_lost_at_the_end),
	   TEST(a_message_heard_twice_is_doubled),
	   TEST(two_messages_of_one_sender_swapped_are_not_lost),
	   TEST(senders_swapped_among_each_other_count_where_order_is_promised),
	   TEST(what_nobody_sent_is_foreign), TEST(rooms_are_kept_apart),
	   TEST(a_mark_is_read_as_it_was_written))
