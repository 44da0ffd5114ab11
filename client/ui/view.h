/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How the model becomes cells: the parts of the screen, each drawn by a file of its own.
 *  Nothing here keeps state but where the reader stands, and that is in the model.
 *  Thread: ui. */
#ifndef CHAT_UI_VIEW_H
#define CHAT_UI_VIEW_H

#include <stdbool.h>

#include "client/model/model.h"
#include "client/ui/form.h"
#include "client/ui/line.h"
#include "client/ui/screen.h"
#include "client/ui/theme.h"

/** A rectangle of the grid; no rows or no columns = not shown. */
struct area {
	int row, col, rows, cols;
};

/** Panes are beside the timeline from these widths on. */
#define VIEW_MEMBERS_COLS 100
#define VIEW_ROOMS_COLS   60

struct view {
	struct screen *screen;
	const struct theme *theme;
	struct model *model;
	uint64_t now_ms; /**< UTC */
	uint64_t mono_ms;
	int colours;      /**< of the terminal: 0, 8, 16, 256 or 1 << 24 */
	bool times;       /**< the column of times */
	bool pictures;    /**< below messages */
	bool no_markdown; /**< texts as typed, without styles */
	bool no_rooms;    /**< hidden though there is room */
	bool no_members;
	int overlay; /**< enum ui_pane + 1 that lies over the timeline, 0 = none */
	/* The input. */
	const char *text; /**< as typed */
	size_t len;
	size_t point;
	const char *prompt; /**< instead of the room's name, or NULL */
	const struct line_word *words;
	size_t word_count;
	const char *held; /**< lines on their way to disk, one per row; "" = none */
	/* What lies over the rest. */
	const char *hint;   /**< what the keys do now, in the status; NULL = as always */
	const char *notice; /**< "" = none */
	const char *page_title;
	const char *page;    /**< NULL = none */
	const char *page_qr; /**< drawn above the page as a QR code, or "" */
	const struct bitmap *page_picture; /**< below the page, or NULL */
	bool page_cells; /**< it is drawn in cells; else they are left empty */
	size_t page_top; /**< first row shown; clamped by drawing */
	size_t choice;   /**< the line of the page that is marked, from 1; 0 = none */
	const struct form *form; /**< NULL = none */
	/* Where things went, for the mouse and for scrolling. */
	struct area bar, rooms, main, members, status, input;
	size_t top_index;      /**< of the first message that is seen */
	size_t end_index;      /**< behind the last one */
	bool at_top;           /**< the first message's first row is seen */
	struct area page_area; /**< of the page's picture */
	struct id wanted;      /**< a picture that is not in the model; zero = none */
};

/** Everything. */
void view_draw(struct view *view);

/** The parts. */
void view_bar(struct view *view, struct area area);
void view_rooms(struct view *view, struct area area);
void view_timeline(struct view *view, struct area area);
void view_members(struct view *view, struct area area);
void view_status(struct view *view, struct area area);
void view_input(struct view *view, struct area area);
void view_words(struct view *view, struct area area);
void view_page(struct view *view, struct area area);
void view_form(struct view *view, struct area area);

/** The cells that @bitmap takes where there are @rows x @cols, in its shape. */
void view_bitmap_cells(const struct bitmap *bitmap, int rows, int cols, int *ret_rows,
		       int *ret_cols);
/** @bitmap in half blocks, in @area, which has the size that view_bitmap_cells() said. */
void view_bitmap(struct view *view, struct area area, const struct bitmap *bitmap);
/** Rows that the picture of @message takes below its text where that has @cols columns. */
size_t view_picture_rows(const struct view *view, const struct message *message,
			 int cols);
/** Row @index of them in @area's row @y from @col on. */
void view_picture_row(struct view *view, struct area area, int y, int col,
		      const struct message *message, size_t index);
/** view->wanted becomes the picture of @message unless it is here or another is. */
void view_want_picture(struct view *view, const struct message *message);

/** Rows that the input wants at @cols columns. */
int view_input_rows(const struct view *view, int cols);
/** Move the timeline by @rows (negative = towards older ones). */
void view_scroll(struct view *view, struct room *room, long rows);
/** Put the message at @index on the bottom row. */
void view_scroll_to(struct view *view, struct room *room, size_t index);
/** Which room stands in @row of the rooms pane, or NULL. */
struct room *view_room_at(const struct view *view, int row);

/** Neutralised @text (a line) in @area's row @row from @col on; returns columns used. */
int view_put(struct view *view, struct area area, int row, int col, enum role_style style,
	     const char *text);
/** The same with a length and a style. */
int view_put_style(struct view *view, struct area area, int row, int col,
		   struct style style, const char *text, size_t len);
/** Blank all of @area. */
void view_fill(struct view *view, struct area area, enum role_style style);
/** What @user is called here, neutralised, at most @columns wide, "…" when cut. */
void view_name(const struct view *view, const struct id *user, size_t columns,
	       struct str *out);
/** Append @text (neutralised) cut to @columns, with "…" when cut. */
void view_cut(struct str *out, const char *text, size_t columns);
/** Whether @user is there, as far as is known; oneself while there is a connection. */
enum presence_state view_state(const struct view *view, const struct id *user);
/** "●", "◐", "○" of @user and its style. */
const char *view_presence(const struct view *view, const struct id *user,
			  enum role_style *ret_style);

#endif
