/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures in cells: each cell is two points, one above the other, in as many colours as the
 * terminal has. They are cells like any others, so they scroll, are covered and go away as
 * text does, on every terminal.
 */
#include <string.h>

#include "client/ui/ui.h"
#include "client/ui/view.h"

#define SEEN 128 /* of 255: less is a hole */

static uint32_t rgb_of(const uint8_t point[4])
{
	return (uint32_t)point[0] << 16 | (uint32_t)point[1] << 8 | point[2];
}

static uint32_t colour_of(const struct view *view, const uint8_t point[4])
{
	return theme_colour(rgb_of(point), view->colours);
}

/* Without colours: how much of a cell is lit. */
static const char *shade_of(const uint8_t top[4], const uint8_t bottom[4])
{
	static const char *const shades[] = {" ", "░", "▒", "▓", "█"};
	unsigned light = 0;

	for (int i = 0; i < 3; i++)
		light += (top[3] < SEEN ? 0u : top[i]) +
			 (bottom[3] < SEEN ? 0u : bottom[i]);
	return shades[light * ARRAY_LEN(shades) / (6 * 255 + 1)];
}

static void put_cell(struct view *view, int row, int col, const uint8_t top[4],
		     const uint8_t bottom[4])
{
	struct style style = view->theme->styles[STYLE_TEXT];
	const char *text = "▀";

	if (view->colours < 8) {
		text = shade_of(top, bottom);
	} else if (top[3] < SEEN && bottom[3] < SEEN) {
		text = " ";
	} else if (top[3] < SEEN) {
		text = "▄";
		style.fg = colour_of(view, bottom);
	} else {
		style.fg = colour_of(view, top);
		style.bg = bottom[3] < SEEN ? style.bg : colour_of(view, bottom);
	}
	style.attrs = 0;
	screen_put(view->screen, row, col, 1, style, text, strlen(text));
}

void view_bitmap_cells(const struct bitmap *bitmap, int rows, int cols, int *ret_rows,
		       int *ret_cols)
{
	unsigned wide, high;

	bitmap_fit(bitmap->cols, bitmap->rows, (unsigned)cols, 2 * (unsigned)rows, &wide,
		   &high);
	*ret_cols = (int)wide;
	*ret_rows = (int)(high + 1) / 2;
}

/* Row @index of the picture in @at.rows x @at.cols cells. */
static void put_row(struct view *view, struct area at, int index,
		    const struct bitmap *bitmap)
{
	unsigned cols, rows;

	bitmap_fit(bitmap->cols, bitmap->rows, (unsigned)at.cols, 2 * (unsigned)at.rows,
		   &cols, &rows);
	for (unsigned x = 0; x < cols; x++) {
		uint8_t top[4] = {0}, bottom[4] = {0};
		unsigned y = 2 * (unsigned)index;
		bitmap_point(bitmap, cols, rows, x, y, top);
		if (y + 1 < rows)
			bitmap_point(bitmap, cols, rows, x, y + 1, bottom);
		put_cell(view, at.row, at.col + (int)x, top, bottom);
	}
}

void view_bitmap(struct view *view, struct area area, const struct bitmap *bitmap)
{
	for (int i = 0; i < area.rows; i++)
		put_row(view, (struct area){area.row + i, area.col, area.rows, area.cols},
			i, bitmap);
}

static const struct picture *picture_of(const struct view *view,
					const struct message *message)
{
	if (!view->pictures || id_is_zero(&message->picture) ||
	    (message->flags & MESSAGE_DELETED))
		return NULL;
	return pictures_find(&view->model->pictures, &message->picture);
}

size_t view_picture_rows(const struct view *view, const struct message *message, int cols)
{
	const struct picture *picture = picture_of(view, message);
	int high, wide;

	if (!picture || picture->state == PICTURE_WAITED || cols < 1)
		return 0;
	if (picture->state == PICTURE_NONE)
		return 1;
	view_bitmap_cells(&picture->bitmap, PICTURE_ROWS / 2, cols, &high, &wide);
	return (size_t)high;
}

void view_picture_row(struct view *view, struct area area, int y, int col,
		      const struct message *message, size_t index)
{
	const struct picture *picture = picture_of(view, message);
	struct area at = {.row = area.row + y, .col = area.col + col};

	if (!picture || picture->state == PICTURE_WAITED || col >= area.cols)
		return;
	if (picture->state == PICTURE_NONE) {
		AUTO(str_done) struct str text = STR_INIT;
		AUTO(str_done) struct str cut = STR_INIT;
		ui_no_picture(picture->why, &text);
		view_cut(&cut, text.ptr, (size_t)(area.cols - col));
		view_put(view, area, y, col, STYLE_HINT, cut.ptr);
		return;
	}
	view_bitmap_cells(&picture->bitmap, PICTURE_ROWS / 2, area.cols - col, &at.rows,
			  &at.cols);
	put_row(view, at, (int)index, &picture->bitmap);
}

void view_want_picture(struct view *view, const struct message *message)
{
	if (view->pictures && id_is_zero(&view->wanted) &&
	    !id_is_zero(&message->picture) && !(message->flags & MESSAGE_DELETED) &&
	    !pictures_find(&view->model->pictures, &message->picture))
		view->wanted = message->picture;
}
