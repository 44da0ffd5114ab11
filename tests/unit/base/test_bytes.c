/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/bytes.h"

#include "tests/lib/check.h"

static void what_was_added_is_read_back(void **state)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;

	buf_add_u8(&buf, 0x01);
	buf_add_u16(&buf, 0x0203);
	buf_add_u32(&buf, 0x04050607);
	buf_add_u64(&buf, 0x08090a0b0c0d0e0f);
	buf_add(&buf, "end", 3);
	assert_int_equal(buf.len, 18);
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(buf.ptr[i], i + 1);

	struct rd rd = rd_init(buf_view(&buf));
	assert_int_equal(rd_u8(&rd), 0x01);
	assert_int_equal(rd_u16(&rd), 0x0203);
	assert_int_equal(rd_u32(&rd), 0x04050607);
	assert_int_equal(rd_u64(&rd), 0x08090a0b0c0d0e0f);
	assert_true(bytes_equal(rd_bytes(&rd, 3), bytes_text("end")));
	check_ok(rd_done(&rd));
}

static void a_short_read_fails_and_everything_after_it(void **state)
{
	struct rd rd = rd_init(bytes_text("abc"));
	char two[2];

	assert_int_equal(rd_u32(&rd), 0);
	assert_int_equal(rd_u8(&rd), 0);
	rd_copy(&rd, two, 2);
	assert_int_equal(two[0], 0);
	assert_int_equal(rd_rest(&rd).len, 0);
	check_err(rd_done(&rd), ERR_TRUNCATED);
}

static void leftovers_are_refused(void **state)
{
	struct rd rd = rd_init(bytes_text("ab"));

	(void)rd_u8(&rd);
	check_err(rd_done(&rd), ERR_BAD);
	assert_int_equal(rd_left(&rd), 1);
}

static void room_for_nothing_is_somewhere(void **state)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;

	assert_non_null(buf_room(&buf, 0));
	assert_int_equal(buf.len, 0);
}

static void the_first_error_stays(void **state)
{
	struct rd rd = rd_init(bytes_of(NULL, 0));

	rd_fail(&rd, ERR_UTF8);
	(void)rd_u8(&rd);
	check_err(rd_done(&rd), ERR_UTF8);
}

static void taking_leaves_an_empty_buffer(void **state)
{
	struct buf buf = BUF_INIT;
	size_t len;

	buf_add(&buf, "x", 1);
	uint8_t *taken = buf_take(&buf, &len);
	assert_int_equal(len, 1);
	assert_int_equal(taken[0], 'x');
	assert_null(buf.ptr);
	buf.ptr = taken;
	buf_done(&buf);
}

CHECK_MAIN(TEST(what_was_added_is_read_back),
	   TEST(a_short_read_fails_and_everything_after_it), TEST(leftovers_are_refused),
	   TEST(the_first_error_stays), TEST(room_for_nothing_is_somewhere),
	   TEST(taking_leaves_an_empty_buffer))
