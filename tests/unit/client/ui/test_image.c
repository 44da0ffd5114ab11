/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes that make a terminal draw points, and which terminal is given which. */
#include "client/ui/image.h"

#include "common/base/mem.h"
#include "tests/lib/check.h"

/* Red, blue; the rest of @rows is nothing. */
static struct bitmap two_points(unsigned rows)
{
	static const uint8_t points[8] = {255, 0, 0, 255, 0, 0, 255, 255};
	struct bitmap bitmap;

	check_ok(bitmap_make(2, rows, &bitmap));
	memcpy(bitmap.rgba, points, sizeof(points));
	return bitmap;
}

static void kitty_gets_the_points_as_they_are(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;
	AUTO(bitmap_done) struct bitmap bitmap = two_points(1);

	image_kitty(&out, &bitmap, 4, 2);
	assert_string_equal(out.ptr, "\x1b_Ga=T,f=32,s=2,v=1,c=4,r=2,C=1,i=1,q=2,m=0;"
				     "/wAA/wAA//8=\x1b\\");
	str_clear(&out);
	image_kitty_gone(&out);
	assert_string_equal(out.ptr, "\x1b_Ga=d,d=I,i=1,q=2;\x1b\\");
}

static void a_large_picture_goes_in_pieces(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;
	AUTO(bitmap_done) struct bitmap bitmap = BITMAP_INIT;
	size_t pieces = 0, bytes = 0;

	check_ok(bitmap_make(40, 50, &bitmap));
	image_kitty(&out, &bitmap, 4, 2);
	for (const char *at = out.ptr; (at = strstr(at, "\x1b_G")); at += 3) {
		const char *data = strchr(at, ';') + 1;
		size_t len = strcspn(data, "\x1b");
		assert_in_range(len, 1, 4096);
		bool last = !strstr(at + 3, "\x1b_G");
		assert_true(strncmp(data - 4, last ? "m=0;" : "m=1;", 4) == 0);
		assert_true(last || len % 4 == 0);
		bytes += len;
		pieces++;
	}
	assert_int_equal(pieces, 3);
	assert_int_equal(bytes, (40 * 50 * 4 + 2) / 3 * 4);
}

static void a_sixel_has_runs_of_its_colours_only(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;
	AUTO(bitmap_done) struct bitmap bitmap = two_points(1);
	static const char head[] = "\x1bP0;1;0q\"1;1;8;1#0;2;0;0;0#1;2;0;0;20";

	image_sixel(&out, &bitmap, 8, 1);
	assert_memory_equal(out.ptr, head, sizeof(head) - 1);
	/* Blue is the sixth register, red the one before 216 - 35; "@" is the topmost of
	 * six points. */
	const char *body = strstr(out.ptr, "#215;2;100;100;100");
	assert_non_null(body);
	assert_string_equal(body + strlen("#215;2;100;100;100"),
			    "#5!4?!4@$#180!4@$-\x1b\\");
}

static void what_is_not_opaque_is_not_drawn(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;
	AUTO(bitmap_done) struct bitmap bitmap = two_points(7);

	image_sixel(&out, &bitmap, 2, 7);
	const char *body = strstr(out.ptr, "#215;2;100;100;100");
	assert_non_null(body);
	/* one band with the two points, one without any */
	assert_string_equal(body + strlen("#215;2;100;100;100"), "#5?@$#180@$--\x1b\\");
}

static void the_terminal_is_known_by_its_name(void **state)
{
	assert_int_equal(image_guess("xterm-kitty", NULL, false), UI_IMAGES_KITTY);
	assert_int_equal(image_guess("xterm-ghostty", NULL, false), UI_IMAGES_KITTY);
	assert_int_equal(image_guess("xterm-256color", "WezTerm", false),
			 UI_IMAGES_KITTY);
	assert_int_equal(image_guess("foot", NULL, false), UI_IMAGES_SIXEL);
	assert_int_equal(image_guess("xterm-256color", NULL, false), UI_IMAGES_BLOCKS);
	assert_int_equal(image_guess(NULL, NULL, false), UI_IMAGES_BLOCKS);
	/* tmux would print the one, and scroll away from the other */
	assert_int_equal(image_guess("xterm-kitty", NULL, true), UI_IMAGES_BLOCKS);
}

CHECK_MAIN(TEST(kitty_gets_the_points_as_they_are), TEST(a_large_picture_goes_in_pieces),
	   TEST(a_sixel_has_runs_of_its_colours_only),
	   TEST(what_is_not_opaque_is_not_drawn), TEST(the_terminal_is_known_by_its_name))
