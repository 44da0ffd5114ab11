/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes and points of pictures, and the few that are kept. */
#include "client/model/bitmap.h"

#include "client/model/pictures.h"
#include "common/proto/limits.h"
#include "tests/lib/check.h"

static void a_picture_keeps_its_shape_in_a_box(void **state)
{
	static const unsigned rows[][6] = {
		/* picture, box, what fits */
		{100, 50, 40, 24, 40, 20}, {50, 100, 40, 24, 12, 24},
		{10, 10, 40, 24, 10, 10},  {16384, 1, 40, 24, 40, 1},
		{1, 16384, 40, 24, 1, 24}, {40, 24, 40, 24, 40, 24},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned cols, high;
		bitmap_fit(rows[i][0], rows[i][1], rows[i][2], rows[i][3], &cols, &high);
		assert_int_equal(cols, rows[i][4]);
		assert_int_equal(high, rows[i][5]);
	}
}

static void a_point_is_the_mean_of_what_can_be_seen(void **state)
{
	static const uint8_t points[16] = {255, 0, 0, 255, 0,   0, 255, 255,
					   0,   9, 9, 0,   200, 7, 7,   0};
	AUTO(bitmap_done) struct bitmap bitmap = BITMAP_INIT;
	AUTO(bitmap_done) struct bitmap small = BITMAP_INIT;

	check_ok(bitmap_make(2, 2, &bitmap));
	memcpy(bitmap.rgba, points, sizeof(points));
	bitmap_shrink(&bitmap, 1, 1, &small);
	assert_int_equal(small.rgba[0], 128);
	assert_int_equal(small.rgba[1], 0);
	assert_int_equal(small.rgba[2], 128);
	assert_int_equal(small.rgba[3], 128);
}

static void a_larger_size_repeats_points(void **state)
{
	AUTO(bitmap_done) struct bitmap bitmap = BITMAP_INIT;
	uint8_t rgba[4];

	check_ok(bitmap_make(2, 1, &bitmap));
	bitmap.rgba[4] = 77;
	bitmap.rgba[7] = 255;
	for (unsigned x = 0; x < 7; x++) {
		bitmap_point(&bitmap, 7, 5, x, 4, rgba);
		assert_int_equal(rgba[0], x < 4 ? 0 : 77);
	}
}

static void what_comes_from_outside_is_counted(void **state)
{
	AUTO(bitmap_done) struct bitmap bitmap = BITMAP_INIT;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	struct bitmap got;

	check_ok(bitmap_make(3, 2, &bitmap));
	bitmap.rgba[5] = 5;
	buf_room(&bytes, BITMAP_HEAD);
	bitmap_head(ERR_OK, &bitmap, bytes.ptr);
	bytes.len = BITMAP_HEAD;
	buf_add(&bytes, bitmap.rgba, 24);
	check_ok(bitmap_take(buf_view(&bytes), &got));
	assert_int_equal(got.cols, 3);
	assert_int_equal(got.rgba[5], 5);
	bitmap_done(&got);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_not_equal(bitmap_take(bytes_of(bytes.ptr, len), &got), ERR_OK);
	buf_add_u8(&bytes, 0);
	check_err(bitmap_take(buf_view(&bytes), &got), ERR_TRUNCATED);
}

static void an_error_comes_over_and_only_those_that_are_told(void **state)
{
	uint8_t head[BITMAP_HEAD];
	size_t len;

	bitmap_head(ERR_TOO_BIG, NULL, head);
	check_err(bitmap_expect(head, &len), ERR_TOO_BIG);
	bitmap_head(ERR_UNKNOWN_TYPE, NULL, head);
	check_err(bitmap_expect(head, &len), ERR_UNKNOWN_TYPE);
	bitmap_head(ERR_REVOKED, NULL, head);
	check_err(bitmap_expect(head, &len), ERR_BAD);
	memset(head + 4, 0xff, 8);
	check_err(bitmap_expect(head, &len), ERR_BAD);
	assert_int_equal(len, 0);
}

static struct id number(unsigned n)
{
	return (struct id){.bytes = {(uint8_t)n, 1}};
}

static void came(struct pictures *pictures, const struct id *file)
{
	struct bitmap bitmap;

	check_ok(bitmap_make(1, 1, &bitmap));
	pictures_came(pictures, file, ERR_OK, &bitmap);
}

static void the_one_that_nobody_looked_at_goes_first(void **state)
{
	struct pictures pictures = {0};
	struct id file;

	for (unsigned i = 0; i < PICTURES_MOST; i++) {
		file = number(i);
		assert_true(pictures_wait(&pictures, &file));
		came(&pictures, &file);
	}
	pictures_frame(&pictures);
	file = number(0);
	assert_non_null(pictures_find(&pictures, &file));
	file = number(200);
	assert_true(pictures_wait(&pictures, &file));
	file = number(0);
	assert_non_null(pictures_find(&pictures, &file));
	file = number(1);
	assert_null(pictures_find(&pictures, &file));
	/* What comes for one that is gone is dropped. */
	came(&pictures, &file);
	assert_null(pictures_find(&pictures, &file));
	file = number(200);
	came(&pictures, &file);
	assert_int_equal(pictures_find(&pictures, &file)->state, PICTURE_HERE);
	pictures_done(&pictures);
}

/* A screen with more of them than there is room for asks for each once, and rests. */
static void none_in_the_present_frame_goes_and_one_is_waited_for_at_a_time(void **state)
{
	struct pictures pictures = {0};
	unsigned asked = 0;

	for (unsigned turn = 0; turn < 4 * PICTURES_MOST; turn++) {
		struct id wanted = {0};
		pictures_frame(&pictures);
		for (unsigned i = 0; i < PICTURES_MOST + 8; i++) {
			struct id file = number(i);
			if (!pictures_find(&pictures, &file) && id_is_zero(&wanted))
				wanted = file;
		}
		if (!pictures_wait(&pictures, &wanted))
			continue;
		asked++;
		struct id other = number(250);
		assert_false(pictures_wait(&pictures, &other));
		came(&pictures, &wanted);
	}
	assert_int_equal(asked, PICTURES_MOST);
	pictures_done(&pictures);
}

CHECK_MAIN(TEST(a_picture_keeps_its_shape_in_a_box),
	   TEST(a_point_is_the_mean_of_what_can_be_seen),
	   TEST(a_larger_size_repeats_points), TEST(what_comes_from_outside_is_counted),
	   TEST(an_error_comes_over_and_only_those_that_are_told),
	   TEST(the_one_that_nobody_looked_at_goes_first),
	   TEST(none_in_the_present_frame_goes_and_one_is_waited_for_at_a_time))
