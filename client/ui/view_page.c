/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to read (help, a list of members): over the timeline, scrolled by rows. */
#include "client/ui/view.h"

#include <string.h>

#include "client/ui/qr.h"
#include "client/ui/wrap.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

/* The code that belongs above the text, or a line about the window that it needs. */
static void find_qr(const struct view *view, struct area area, struct qr *ret_qr)
{
	if (!view->page_qr || !view->page_qr[0] ||
	    qr_fit(view->page_qr, area.rows, area.cols, ret_qr) == ERR_OK)
		return;
	int cols = ret_qr->cols + view->screen->cols - area.cols;
	int rows = ret_qr->rows + view->screen->rows - area.rows;
	bool big = ret_qr->rows > 0;
	qr_done(ret_qr);
	if (!big)
		return;
	/* TRANSLATORS: columns and rows of the terminal window */
	str_addf(&ret_qr->lines, _("A QR code would stand here in a window of %d x %d."),
		 cols, rows);
	str_add(&ret_qr->lines, "\n");
	ret_qr->rows = 1;
}

/* The rows of the code that are in sight; returns how many of the area's are taken. */
static size_t draw_qr(struct view *view, struct area area, const struct qr *qr)
{
	enum role_style style = qr->cols ? STYLE_QR : STYLE_POPUP_HINT;
	const char *line = qr->lines.ptr;
	size_t row = 0;

	for (; *line; line = strchr(line, '\n') + 1, row++) {
		size_t at = row - view->page_top;
		if (row < view->page_top || at >= (size_t)area.rows)
			continue;
		view_put_style(view, area, (int)at,
			       qr->cols ? (area.cols - qr->cols) / 2 : 0,
			       view->theme->styles[style], line, strcspn(line, "\n"));
	}
	return row > view->page_top ? row - view->page_top : 0;
}

/* The row that the marked line begins in; the page moves so far that it is seen. */
static void show_choice(struct view *view, const char *text, size_t cols, size_t rows)
{
	const char *at = text;
	size_t row = 0;

	for (size_t i = 1; i < view->choice && *at; i++) {
		size_t len = strcspn(at, "\n");
		row += wrap_count(at, len, cols);
		at += len + (at[len] == '\n');
	}
	if (view->choice && row < view->page_top)
		view->page_top = row;
	if (view->choice && row >= view->page_top + rows)
		view->page_top = row - rows + 1;
}

/* The text from row @skip on, down to the end of @in. */
static void draw_text(struct view *view, struct area in, const struct str *text,
		      size_t skip, size_t top)
{
	size_t at = 0, line = 1, rows = (size_t)in.rows;

	for (size_t row = 0; at < text->len && row < skip + rows - top; row++) {
		size_t next;
		size_t len =
			wrap_row(text->ptr + at, text->len - at, (size_t)in.cols, &next);
		enum role_style style =
			line == view->choice ? STYLE_CURRENT : STYLE_POPUP;
		if (row >= skip)
			view_put_style(view, in, (int)(row - skip + top), 0,
				       view->theme->styles[style], text->ptr + at, len);
		at += next;
		line += text->ptr[at - 1] == '\n';
	}
}

/* The picture, in the middle of what the text above it leaves. */
static void draw_picture(struct view *view, struct area area)
{
	if (area.rows < 1)
		return;
	view_bitmap_cells(view->page_picture, area.rows, area.cols, &view->page_area.rows,
			  &view->page_area.cols);
	view->page_area.row = area.row;
	view->page_area.col = area.col + (area.cols - view->page_area.cols) / 2;
	if (view->page_cells)
		view_bitmap(view, view->page_area, view->page_picture);
}

void view_page(struct view *view, struct area area)
{
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(str_done) struct str title = STR_INIT;
	AUTO(qr_done) struct qr qr = QR_INIT;

	if (area.rows < 1 || area.cols < 3)
		return;
	view_fill(view, area, STYLE_POPUP);
	neutral_add(&title, view->page_title, strlen(view->page_title), NEUTRAL_LINE);
	str_addf(&title, "  %s",
		 view->choice ? _("(↑ ↓ Enter; Esc closes)") : _("(Esc closes)"));
	view_put(view, area, 0, 1, STYLE_POPUP_HINT, title.ptr);
	neutral_add(&text, view->page, strlen(view->page), NEUTRAL_TEXT);
	struct area in = {area.row + 1, area.col + 1, area.rows - 1, area.cols - 2};
	view->page_area = (struct area){0};
	if (view->page_picture) {
		view_put_style(view, in, 0, 0, view->theme->styles[STYLE_POPUP], text.ptr,
			       strcspn(text.ptr, "\n"));
		draw_picture(view,
			     (struct area){in.row + 1, in.col, in.rows - 1, in.cols});
		return;
	}
	find_qr(view, in, &qr);
	size_t cols = (size_t)in.cols, rows = (size_t)in.rows;
	size_t above = (size_t)qr.rows,
	       all = above + wrap_count(text.ptr, text.len, cols);
	show_choice(view, text.ptr, cols, rows);
	if (view->page_top + rows > all)
		view->page_top = all > rows ? all - rows : 0;
	size_t top = draw_qr(view, in, &qr);
	size_t skip = view->page_top > above ? view->page_top - above : 0;
	draw_text(view, in, &text, skip, top);
}
