/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files become points, or an error: nothing else, whatever is in them. */
#include "client/picture/decode.h"

#include "common/proto/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/paint_box.h"

typedef void paint_fn(unsigned cols, unsigned rows, struct buf *out);
static paint_fn *const paints[] = {paint_png, paint_jpeg, paint_webp};

static enum err try(const struct buf *file)
{
	struct bitmap bitmap;
	enum err err = picture_decode(buf_view(file), &bitmap);

	if (err != ERR_OK)
		assert_null(bitmap.rgba);
	bitmap_done(&bitmap);
	return err;
}

static void each_format_keeps_its_colours(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(paints); i++) {
		AUTO(buf_done) struct buf file = BUF_INIT;
		struct bitmap bitmap;
		paints[i](40, 20, &file);
		check_ok(picture_decode(buf_view(&file), &bitmap));
		assert_int_equal(bitmap.cols, 40);
		assert_int_equal(bitmap.rows, 20);
		const uint8_t *left = bitmap.rgba + (10 * 40 + 4) * 4;
		const uint8_t *right = bitmap.rgba + (10 * 40 + 35) * 4;
		assert_in_range(left[0], 240, 255);
		assert_in_range(left[2], 0, 15);
		assert_in_range(right[0], 0, 15);
		assert_in_range(right[2], 240, 255);
		assert_int_equal(right[3], 255);
		bitmap_done(&bitmap);
	}
}

static void no_truncation_is_a_picture(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(paints); i++) {
		AUTO(buf_done) struct buf file = BUF_INIT;
		paints[i](24, 24, &file);
		for (size_t len = file.len; len-- > 0;) {
			/* of memory of just that size, so that ASan sees a byte too far */
			AUTO(buf_done) struct buf part = BUF_INIT;
			buf_add(&part, file.ptr, len);
			enum err err = try(&part);
			/* PNG's last chunks hold no points. */
			if (i != 0 || len + 16 < file.len)
				assert_int_not_equal(err, ERR_OK);
		}
	}
}

static void a_flipped_bit_crashes_nothing(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(paints); i++) {
		AUTO(buf_done) struct buf file = BUF_INIT;
		paints[i](24, 24, &file);
		for (size_t bit = 0; bit < file.len * 8; bit++) {
			file.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
			enum err err = try(&file);
			assert_true(err == ERR_OK || err == ERR_BAD ||
				    err == ERR_TOO_BIG || err == ERR_UNKNOWN_TYPE);
			file.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void a_size_is_refused_before_memory_is_asked_for(void **state)
{
	static const uint32_t sizes[][2] = {{LIMIT_PICTURE_SIDE + 1, 1},
					    {1, LIMIT_PICTURE_SIDE + 1},
					    {LIMIT_PICTURE_SIDE, LIMIT_PICTURE_SIDE},
					    {1000000, 1000000}};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(buf_done) struct buf file = BUF_INIT;
		paint_png_head(sizes[i][0], sizes[i][1], &file);
		enum err err = try(&file);
		/* libpng has a limit of its own beyond ours. */
		assert_true(err == ERR_TOO_BIG || (i == 3 && err == ERR_BAD));
	}
	AUTO(buf_done) struct buf small = BUF_INIT;
	paint_png_head(100, 100, &small); /* the head is right: what misses is points */
	check_err(try(&small), ERR_BAD);
}

static void a_jpeg_beyond_the_screen_comes_smaller(void **state)
{
	AUTO(buf_done) struct buf file = BUF_INIT;
	struct bitmap bitmap;

	paint_jpeg(4096, 16, &file);
	check_ok(picture_decode(buf_view(&file), &bitmap));
	assert_int_equal(bitmap.cols, 1024);
	assert_int_equal(bitmap.rows, 4);
	bitmap_done(&bitmap);
}

static void other_files_are_no_pictures(void **state)
{
	static const char *const texts[] = {"",         "hello", "GIF89a",      "<svg/>",
					    "%PDF-1.7", "BM",    "RIFF....WAVE"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(buf_done) struct buf file = BUF_INIT;
		buf_add_bytes(&file, bytes_text(texts[i]));
		check_err(try(&file), ERR_UNKNOWN_TYPE);
	}
}

CHECK_MAIN(TEST(each_format_keeps_its_colours), TEST(no_truncation_is_a_picture),
	   TEST(a_flipped_bit_crashes_nothing),
	   TEST(a_size_is_refused_before_memory_is_asked_for),
	   TEST(a_jpeg_beyond_the_screen_comes_smaller),
	   TEST(other_files_are_no_pictures))
