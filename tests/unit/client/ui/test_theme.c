/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "client/ui/theme.h"

#include "tests/lib/check.h"

/* The worst that the terminal's own background may be, see theme.def. */
static const uint32_t own[] = {0x262626, 0xf2f2f2};
static const char *const names[] = {"dark", "light"};

static double luminance(uint32_t rgb)
{
	static const double weight[] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;
		sum += weight[i] *
		       (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

/* WCAG 2, 1 to 21. */
static double contrast(uint32_t a, uint32_t b)
{
	double la = luminance(a) + 0.05;
	double lb = luminance(b) + 0.05;

	return la > lb ? la / lb : lb / la;
}

static uint32_t rgb_of(uint32_t colour, uint32_t instead)
{
	if (colour == COLOUR_DEFAULT)
		return instead;
	return colour & COLOUR_PALETTE(0) ? theme_palette_rgb(colour & 0xff) : colour;
}

static void check_style(struct style style, int light, int colours, size_t row)
{
	uint32_t fg = rgb_of(style.fg, light ? 0x000000 : 0xe4e4e4);
	uint32_t bg =
		rgb_of(style.bg, colours == 16 ? (light ? 0xffffff : 0) : own[light]);
	double ratio = contrast(fg, bg);

	if (ratio < 4.5)
		fail_msg("%s, %d colours, row %zu: %06x on %06x is %.2f", names[light],
			 colours, row, fg, bg, ratio);
}

static void every_style_can_be_read(void **state)
{
	static const int depths[] = {16, 256, 1 << 24};

	for (int light = 0; light < 2; light++) {
		for (size_t d = 0; d < ARRAY_LEN(depths); d++) {
			struct theme theme;
			check_ok(theme_init(&theme, names[light], depths[d]));
			for (size_t i = 0; i < STYLE_COUNT; i++)
				check_style(theme.styles[i], light, depths[d], i);
			for (size_t i = 0; i < SENDER_COUNT; i++)
				check_style(theme.senders[i], light, depths[d], 100 + i);
		}
	}
}

static void without_colours_only_attributes_are_left(void **state)
{
	struct theme theme;

	check_ok(theme_init(&theme, "dark", 0));
	for (size_t i = 0; i < STYLE_COUNT; i++) {
		assert_int_equal(theme.styles[i].fg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].bg, COLOUR_DEFAULT);
	}
	assert_true(theme.styles[STYLE_CURRENT].attrs & ATTR_REVERSE);
}

static void the_terminals_own_sixteen_are_left_alone_where_there_are_more(void **state)
{
	for (uint32_t rgb = 0; rgb <= 0xffffff; rgb += 0x010307)
		assert_true((theme_to_256(rgb) & 0xff) >= 16);
	assert_int_equal(theme_to_256(0xffffff), COLOUR_PALETTE(231));
	assert_int_equal(theme_to_256(0x080808), COLOUR_PALETTE(232));
}

static void contrast_is_that_of_wcag(void **state)
{
	assert_true(contrast(0x000000, 0xffffff) > 20.99);
	assert_true(contrast(0x777777, 0xffffff) > 4.47 &&
		    contrast(0x777777, 0xffffff) < 4.49);
}

static void an_unknown_theme_is_refused(void **state)
{
	struct theme theme;

	check_err(theme_init(&theme, "purple", 256), ERR_NOT_FOUND);
}

CHECK_MAIN(TEST(every_style_can_be_read), TEST(without_colours_only_attributes_are_left),
	   TEST(the_terminals_own_sixteen_are_left_alone_where_there_are_more),
	   TEST(contrast_is_that_of_wcag), TEST(an_unknown_theme_is_refused))
