/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/codec.h"

#include "tests/lib/check.h"

static enum err read_varint(const void *bytes, size_t len, uint32_t *ret)
{
	struct rd rd = rd_init(bytes_of(bytes, len));

	*ret = rd_varint(&rd);
	return rd_done(&rd);
}

static void every_width_is_read_and_written(void **state)
{
	static const uint32_t values[] = {0, 63, 64, 16383, 16384, VARINT_MAX};
	static const size_t widths[] = {1, 1, 2, 2, 4, 4};

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		AUTO(buf_done) struct buf buf = BUF_INIT;
		uint32_t value;
		buf_add_varint(&buf, values[i]);
		assert_int_equal(buf.len, widths[i]);
		check_ok(read_varint(buf.ptr, buf.len, &value));
		assert_int_equal(value, values[i]);
	}
}

static void rfc_2_1_2_only_the_shortest_form_is_read(void **state)
{
	static const char *const longer[] = {"\x40\x00", "\x40\x3f", "\x80\x00\x00\x00",
					     "\x80\x00\x00\x3f", "\x80\x00\x3f\xff"};
	static const size_t len[] = {2, 2, 4, 4, 4};
	uint32_t value;

	for (size_t i = 0; i < ARRAY_LEN(longer); i++) {
		check_err(read_varint(longer[i], len[i], &value), ERR_BAD);
		assert_int_equal(value, 0);
	}
}

static void rfc_2_1_2_the_fourth_form_does_not_exist(void **state)
{
	uint32_t value;

	check_err(read_varint("\xc0\0\0\0\0\0\0\0", 8, &value), ERR_BAD);
	check_err(read_varint("\xff", 1, &value), ERR_BAD);
}

static void a_cut_header_is_truncated(void **state)
{
	uint32_t value;

	check_err(read_varint("", 0, &value), ERR_TRUNCATED);
	check_err(read_varint("\x40", 1, &value), ERR_TRUNCATED);
	check_err(read_varint("\x80\x01\x00", 3, &value), ERR_TRUNCATED);
}

static void a_vector_of_unknown_length_gets_its_header_afterwards(void **state)
{
	for (size_t len = 60; len < 17000; len += 4000) {
		AUTO(buf_done) struct buf open = BUF_INIT;
		AUTO(buf_done) struct buf known = BUF_INIT;
		AUTO(buf_done) struct buf content = BUF_INIT;
		memset(buf_room(&content, len), 'x', len);
		content.len = len;
		buf_add(&open, "before", 6);
		buf_add(&known, "before", 6);
		size_t mark = buf_open_vec(&open);
		buf_add_bytes(&open, buf_view(&content));
		buf_close_vec(&open, mark);
		buf_add_vec(&known, buf_view(&content));
		assert_true(bytes_equal(buf_view(&open), buf_view(&known)));
	}
}

static void a_vector_longer_than_its_bound_is_too_big(void **state)
{
	struct rd rd = rd_init(bytes_text("\5hello"));

	assert_int_equal(rd_vec_max(&rd, 4).len, 0);
	check_err(rd_done(&rd), ERR_TOO_BIG);
}

static void an_optional_is_there_or_not(void **state)
{
	struct rd rd = rd_init(bytes_of("\0\1\2", 3));

	assert_false(rd_present(&rd));
	assert_true(rd_present(&rd));
	(void)rd_present(&rd);
	check_err(rd_done(&rd), ERR_BAD);
}

CHECK_MAIN(TEST(every_width_is_read_and_written),
	   TEST(rfc_2_1_2_only_the_shortest_form_is_read),
	   TEST(rfc_2_1_2_the_fourth_form_does_not_exist),
	   TEST(a_cut_header_is_truncated),
	   TEST(a_vector_of_unknown_length_gets_its_header_afterwards),
	   TEST(a_vector_longer_than_its_bound_is_too_big),
	   TEST(an_optional_is_there_or_not))
