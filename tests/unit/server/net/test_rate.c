/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/net/rate.h"

#include "server/net/who.h"
#include "tests/lib/check.h"
#include "tests/lib/fake_clock.h"

static void a_burst_passes_then_the_pace_holds(void **state)
{
	struct fake_clock time;
	uint64_t retry = 0;

	fake_clock_init(&time);
	struct rates *rates = rates_new(&time.clock, 10, 1);

	rates_set(rates, RATE_SEND, 3, 60);
	for (int i = 0; i < 3; i++) {
		check_ok(rate_take(rates, RATE_SEND, bytes_text("alice"), &retry));
	}
	check_err(rate_take(rates, RATE_SEND, bytes_text("alice"), &retry), ERR_RATE);
	assert_int_equal(retry, 1000);
	check_ok(rate_take(rates, RATE_SEND, bytes_text("bob"), &retry));
	check_ok(rate_take(rates, RATE_TYPING, bytes_text("alice"), &retry));
	time.ms += 999;
	check_err(rate_look(rates, RATE_SEND, bytes_text("alice"), &retry), ERR_RATE);
	assert_int_equal(retry, 1);
	time.ms += 1;
	check_ok(rate_look(rates, RATE_SEND, bytes_text("alice"), &retry));
	check_ok(rate_take(rates, RATE_SEND, bytes_text("alice"), &retry));
	check_err(rate_take(rates, RATE_SEND, bytes_text("alice"), NULL), ERR_RATE);
	rates_free(&rates);
}

static void looking_costs_nothing(void **state)
{
	struct fake_clock time;

	fake_clock_init(&time);
	struct rates *rates = rates_new(&time.clock, 10, 1);

	rates_set(rates, RATE_REFUSED, 1, 60);
	for (int i = 0; i < 10; i++) {
		check_ok(rate_look(rates, RATE_REFUSED, bytes_text("x"), NULL));
	}
	check_ok(rate_take(rates, RATE_REFUSED, bytes_text("x"), NULL));
	check_err(rate_look(rates, RATE_REFUSED, bytes_text("x"), NULL), ERR_RATE);
	rates_free(&rates);
}

static void zero_is_no_limit(void **state)
{
	struct fake_clock time;

	fake_clock_init(&time);
	struct rates *rates = rates_new(&time.clock, 10, 1);

	rates_set(rates, RATE_SEND, 1, 0);
	for (int i = 0; i < 1000; i++) {
		check_ok(rate_take(rates, RATE_SEND, bytes_text("x"), NULL));
	}
	rates_free(&rates);
}

static void a_full_table_forgets_the_calm_and_then_fails_as_its_row_says(void **state)
{
	struct fake_clock time;
	uint8_t key = 0;

	fake_clock_init(&time);
	struct rates *rates = rates_new(&time.clock, 4, 1);

	rates_set(rates, RATE_SEND, 10, 60);
	rates_set(rates, RATE_GUEST, 10, 60);
	for (key = 0; key < 4; key++) {
		check_ok(rate_take(rates, RATE_SEND, bytes_of(&key, 1), NULL));
	}
	check_ok(rate_take(rates, RATE_SEND, bytes_of(&key, 1), NULL)); /* fails open */
	check_err(rate_take(rates, RATE_GUEST, bytes_of(&key, 1), NULL),
		  ERR_RATE); /* closed */
	time.ms += 1000;     /* all are full again */
	check_ok(rate_take(rates, RATE_GUEST, bytes_of(&key, 1), NULL));
	rates_free(&rates);
}

static struct bytes key_of(const char *address, uint8_t key[16])
{
	struct peer peer = {.local = false};

	memcpy(peer.address, address, strlen(address) + 1);
	return rate_peer(&peer, key);
}

static void an_address_counts_by_what_one_household_has(void **state)
{
	uint8_t a[16], b[16];

	assert_false(bytes_equal(key_of("192.0.2.1", a), key_of("192.0.2.2", b)));
	assert_true(bytes_equal(key_of("2001:db8::1", a), key_of("2001:db8::ffff", b)));
	assert_false(bytes_equal(key_of("2001:db8::1", a), key_of("2001:db8:0:1::1", b)));
	struct peer one = {.local = true, .uid = 1000},
		    other = {.local = true, .uid = 1001};

	assert_false(bytes_equal(rate_peer(&one, a), rate_peer(&other, b)));
}

/* Every row: so many at once, then one each interval, and a full table as it says. */
static void each_bucket_is_as_its_row_says(void **state)
{
	enum { OPEN, CLOSED };
	static const struct {
		enum rate rate;
		uint32_t burst, minute;
		int full;
	} rows[] = {
#define RATE(id, burst, minute, full, reason) {RATE_##id, burst, minute, full},
#include "server/net/rate.def"
#undef RATE
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_clock time;
		uint64_t retry = 0;

		fake_clock_init(&time);
		struct rates *rates = rates_new(&time.clock, 1, 1);

		for (uint32_t n = 0; n < rows[i].burst; n++) {
			check_ok(rate_take(rates, rows[i].rate, bytes_text("a"), NULL));
		}
		check_err(rate_take(rates, rows[i].rate, bytes_text("a"), &retry),
			  ERR_RATE);
		assert_int_equal(retry, (60000 + rows[i].minute - 1) / rows[i].minute);
		check_err(rate_take(rates, rows[i].rate, bytes_text("b"), NULL),
			  rows[i].full == OPEN ? ERR_OK : ERR_RATE);
		time.ms += retry - 1;
		check_err(rate_take(rates, rows[i].rate, bytes_text("a"), NULL),
			  ERR_RATE);
		time.ms += 1;
		check_ok(rate_take(rates, rows[i].rate, bytes_text("a"), NULL));
		check_err(rate_take(rates, rows[i].rate, bytes_text("a"), NULL),
			  ERR_RATE);
		rates_free(&rates);
	}
}

/* Whatever the numbers of rows and users are, nobody uses up what is another's. */
static void no_two_rows_share_a_bucket(void **state)
{
	struct fake_clock time;
	uint8_t key[16], other_key[16];

	fake_clock_init(&time);
	struct peer peer = {.local = true, .uid = 1000};
	struct rates *rates = rates_new(&time.clock, 10, 1);

	for (int row = 0; row < RATE_COUNT; row++) {
		rates_set(rates, (enum rate)row, 1, 60);
	}
	check_ok(rate_take(rates, RATE_CALL, rate_peer(&peer, key), NULL));
	for (int row = 0; row < RATE_COUNT; row++) {
		for (unsigned i = 0; i < 32; i++) {
			struct peer other = {.local = true, .uid = 1000 ^ i};
			enum err err = rate_look(rates, (enum rate)row,
						 rate_peer(&other, other_key), NULL);
			check_err(err, row == RATE_CALL && i == 0 ? ERR_RATE : ERR_OK);
		}
	}
	rates_free(&rates);
}

CHECK_MAIN(TEST(each_bucket_is_as_its_row_says), TEST(a_burst_passes_then_the_pace_holds),
	   TEST(looking_costs_nothing), TEST(zero_is_no_limit),
	   TEST(a_full_table_forgets_the_calm_and_then_fails_as_its_row_says),
	   TEST(no_two_rows_share_a_bucket),
	   TEST(an_address_counts_by_what_one_household_has))
