/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a message says, ready for rows: made safe, its markup found, wrapped, drawn. For
 *  view_timeline.c. Thread: ui. */
#ifndef CHAT_UI_VIEW_TEXT_H
#define CHAT_UI_VIEW_TEXT_H

#include "client/ui/view.h"

struct view_text {
	struct str text;
	size_t end;     /**< where what we say about the message begins */
	uint8_t *marks; /**< enum markup, one for each byte before the end */
};

void view_text_done(struct view_text *said);
/** The text of @message; @named: behind its sender's name. */
void view_text_make(const struct view *view, const struct message *message, bool named,
		    struct view_text *ret_said);
/** The row that begins at @at: see wrap_row(). */
size_t view_text_row(const struct view_text *said, size_t at, size_t columns,
		     size_t *ret_next);
/** Draw @len bytes from @at on in row @y of @area, from column @col on. */
void view_text_draw(struct view *view, struct area area, int y, int col,
		    const struct message *message, const struct view_text *said,
		    size_t at, size_t len);

#endif
