/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to read (help, a list of members): over the timeline, scrolled by rows. */
#include "client/ui/view.h"

#include <string.h>

#include "client/ui/wrap.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

void view_page(struct view *view, struct area area)
{
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(str_done) struct str title = STR_INIT;

	if (area.rows < 1 || area.cols < 3)
		return;
	view_fill(view, area, STYLE_POPUP);
	neutral_add(&title, view->page_title, strlen(view->page_title), NEUTRAL_LINE);
	str_addf(&title, "  %s", _("(Esc closes)"));
	view_put(view, area, 0, 1, STYLE_POPUP_HINT, title.ptr);
	neutral_add(&text, view->page, strlen(view->page), NEUTRAL_TEXT);
	size_t cols = (size_t)area.cols - 2;
	size_t all = wrap_count(text.ptr, text.len, cols);
	size_t rows = (size_t)area.rows - 1;
	if (view->page_top + rows > all)
		view->page_top = all > rows ? all - rows : 0;
	size_t at = 0;
	for (size_t row = 0; at < text.len && row < view->page_top + rows; row++) {
		size_t next;
		size_t len = wrap_row(text.ptr + at, text.len - at, cols, &next);
		if (row >= view->page_top)
			view_put_style(view, area, (int)(row - view->page_top) + 1, 1,
				       view->theme->styles[STYLE_POPUP], text.ptr + at,
				       len);
		at += next;
	}
}
