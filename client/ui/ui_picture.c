/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture of a page: in cells it is drawn with them; where the terminal can do better, it
 * is laid over the empty cells after they are there, once, and taken away before anything
 * else comes to its place.
 */
#include <stdlib.h>
#include <string.h>

#include "client/ui/image.h"
#include "client/ui/ui_private.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

enum ui_images ui_images_now(const struct ui *ui)
{
	const char *term = getenv("TERM");
	bool inside = getenv("TMUX") || (term && strncmp(term, "screen", 6) == 0);

	if (!ui->has_tty && ui->images == UI_IMAGES_AUTO)
		return UI_IMAGES_BLOCKS;
	if (ui->images == UI_IMAGES_AUTO)
		return image_guess(term, getenv("TERM_PROGRAM"), inside);
	return ui->images == UI_IMAGES_OFF ? UI_IMAGES_BLOCKS : ui->images;
}

void ui_images(struct ui *ui, enum ui_images images)
{
	ui->images = images;
	/* A mosaic of sixteen colours is worth looking at only when asked for. */
	ui->view.pictures =
		images == UI_IMAGES_AUTO ? ui->colours >= 256 : images != UI_IMAGES_OFF;
	ui_redraw(ui);
}

void ui_page_picture(struct ui *ui, const char *title, const char *text,
		     struct bitmap *bitmap)
{
	ui_page(ui, title, text);
	if (ui->page.len) {
		ui->page_picture = *bitmap;
		*bitmap = BITMAP_INIT;
	}
	bitmap_done(bitmap);
}

void ui_no_picture(enum err why, struct str *out)
{
	/* TRANSLATORS: %s says why: "it is too large" */
	str_addf(out, _("picture cannot be shown: %s"),
		 why == ERR_BAD ? _("the file is damaged")
		 : why == ERR_UNKNOWN_TYPE
			 ? _("only PNG, JPEG and WebP that does not move can")
			 : _(err_text(why)));
}

void ui_picture_gone(struct ui *ui)
{
	AUTO(str_done) struct str bytes = STR_INIT;

	if (!ui->laid)
		return;
	if (ui_images_now(ui) == UI_IMAGES_KITTY) {
		image_kitty_gone(&bytes);
		screen_raw(ui->screen, bytes.ptr, bytes.len);
	}
	ui->laid = false;
	ui_redraw(ui);
}

/* The points of @area in a sixel, each cell as large as the terminal says. */
static void add_sixel(const struct ui *ui, struct area area, struct str *out)
{
	int wide, high;

	tty_cell(&ui->tty, &wide, &high);
	unsigned cols = (unsigned)(area.cols * wide), rows = (unsigned)(area.rows * high);
	unsigned fit_cols, fit_rows;
	bitmap_fit(cols, rows, LIMIT_PICTURE_BOX, LIMIT_PICTURE_BOX, &fit_cols,
		   &fit_rows);
	image_sixel(out, &ui->page_picture, fit_cols, fit_rows);
}

void ui_lay_picture(struct ui *ui)
{
	struct area area = ui->view.page_area;
	enum ui_images images = ui_images_now(ui);
	AUTO(str_done) struct str bytes = STR_INIT;

	if (ui->laid || !ui->page_picture.rgba || ui->form.kind != UI_FORM_NONE ||
	    images == UI_IMAGES_BLOCKS || area.rows < 1 || area.cols < 1)
		return;
	/* It follows the cells, when they have gone out. */
	if (ui->has_tty && ui->tty.out.len) {
		ui->dirty = true;
		return;
	}
	str_addf(&bytes, "\0337\x1b[%d;%dH", area.row + 1, area.col + 1);
	if (images == UI_IMAGES_KITTY)
		image_kitty(&bytes, &ui->page_picture, area.cols, area.rows);
	else
		add_sixel(ui, area, &bytes);
	str_add(&bytes, "\0338");
	screen_raw(ui->screen, bytes.ptr, bytes.len);
	ui->laid = true;
}
