/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who gets which part of the screen. From the outside in: a bar on top, a status row and
 * the input at the bottom, panes left and right where there is width, the timeline in what
 * is left. Where there is too little the outer parts go first; the input is the last.
 */
#include "client/ui/view.h"

#include <string.h>

#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

int view_put_style(struct view *view, struct area area, int row, int col,
		   struct style style, const char *text, size_t len)
{
	if (row < 0 || row >= area.rows || col >= area.cols)
		return 0;
	return screen_put(view->screen, area.row + row, area.col + col, area.cols - col,
			  style, text, len);
}

int view_put(struct view *view, struct area area, int row, int col, enum role_style style,
	     const char *text)
{
	return view_put_style(view, area, row, col, view->theme->styles[style], text,
			      strlen(text));
}

void view_fill(struct view *view, struct area area, enum role_style style)
{
	for (int row = 0; row < area.rows; row++)
		screen_fill(view->screen, area.row + row, area.col, area.cols,
			    view->theme->styles[style]);
}

void view_cut(struct str *out, const char *text, size_t columns)
{
	size_t len = strlen(text);
	size_t fits = width_fit(text, len, columns, NULL);

	if (fits == len) {
		str_add_len(out, text, len);
		return;
	}
	if (columns == 0)
		return;
	str_add_len(out, text, width_fit(text, len, columns - 1, NULL));
	str_add(out, "…");
}

void view_name(const struct view *view, const struct id *user, size_t columns,
	       struct str *out)
{
	AUTO(str_done) struct str name = STR_INIT;
	struct id_text room;
	const struct person *person = people_find(&view->model->people, user);
	const char *raw = people_name(&view->model->people, user, &room);

	/* "you" is who reads this, whatever others call themselves. */
	if (strcasecmp(raw, _("you")) == 0 && person && person->account.len) {
		str_add(&name, "@");
		raw = person->account.ptr;
	}
	neutral_add(&name, raw, strlen(raw), NEUTRAL_LINE);
	/* A name is cut before the word that says that nobody sits behind it. */
	const char *mark = person && person->bot ? _(" bot") : "";
	size_t mark_cols = width_text(mark, strlen(mark));
	if (mark_cols >= columns)
		mark_cols = 0;
	view_cut(out, name.ptr, columns - mark_cols);
	str_add(out, mark_cols ? mark : "");
}

enum presence_state view_state(const struct view *view, const struct id *user)
{
	const struct person *person = people_find(&view->model->people, user);

	/* The server does not tell one about oneself. */
	if (id_equal(user, &view->model->self))
		return view->model->link == MODEL_ONLINE ? PRESENCE_ONLINE
							 : PRESENCE_OFFLINE;
	return person && person->presence ? person->presence : PRESENCE_OFFLINE;
}

const char *view_presence(const struct view *view, const struct id *user,
			  enum role_style *ret_style)
{
	switch (view_state(view, user)) {
	case PRESENCE_ONLINE: *ret_style = STYLE_ONLINE; return "●";
	case PRESENCE_AWAY: *ret_style = STYLE_AWAY; return "◐";
	default: *ret_style = STYLE_OFFLINE; return "○";
	}
}

static struct area take_top(struct area *from, int rows)
{
	struct area area = *from;

	area.rows = rows < from->rows ? rows : from->rows;
	from->row += area.rows;
	from->rows -= area.rows;
	return area;
}

static struct area take_bottom(struct area *from, int rows)
{
	struct area area = *from;

	area.rows = rows < from->rows ? rows : from->rows;
	from->rows -= area.rows;
	area.row = from->row + from->rows;
	return area;
}

/* A pane of @cols and a column of border. */
static struct area take_side(struct view *view, struct area *from, int cols, bool left)
{
	struct area area = *from;
	int border;

	area.cols = cols;
	from->cols -= cols + 1;
	if (left) {
		border = from->col + cols;
		from->col += cols + 1;
	} else {
		border = from->col + from->cols;
		area.col = border + 1;
	}
	for (int row = 0; row < area.rows; row++)
		screen_put(view->screen, area.row + row, border, 1,
			   view->theme->styles[STYLE_BORDER], "│", strlen("│"));
	return area;
}

static int pane_cols(int cols, int least, int most)
{
	int want = cols / 5;

	return want < least ? least : want > most ? most : want;
}

static void draw_middle(struct view *view, struct area middle)
{
	int cols = view->screen->cols;

	view->rooms = view->members = (struct area){0};
	if (cols >= VIEW_ROOMS_COLS && !view->no_rooms)
		view->rooms = take_side(view, &middle, pane_cols(cols, 16, 26), true);
	if (cols >= VIEW_MEMBERS_COLS && !view->no_members)
		view->members = take_side(view, &middle, pane_cols(cols, 16, 24), false);
	/* A blank between a border and the text. */
	middle.col += view->rooms.cols > 0;
	middle.cols -= (view->rooms.cols > 0) + (view->members.cols > 0);
	view->main = middle;
	view_timeline(view, middle);
	if (view->rooms.cols)
		view_rooms(view, view->rooms);
	if (view->members.cols)
		view_members(view, view->members);
}

/* A pane that has no place of its own, over the timeline, with its border. */
static void draw_overlay(struct view *view)
{
	struct area area = view->main;
	bool rooms = view->overlay == UI_PANE_ROOMS + 1;

	if (!view->overlay || (rooms ? view->rooms : view->members).cols)
		return;
	if (area.cols > 30) {
		area.cols = 28;
		area.col = rooms ? area.col : view->main.col + view->main.cols - 28;
	}
	view_fill(view, area, STYLE_POPUP);
	if (rooms)
		view_rooms(view, view->rooms = area);
	else
		view_members(view, view->members = area);
}

/* What just happened, in up to three rows of its own: what is said meanwhile stands above it. */
static void draw_notice(struct view *view, struct area *rest)
{
	AUTO(str_done) struct str text = STR_INIT;
	int cols = rest->cols - 2;

	if (!*view->notice || rest->rows < 1 || cols < 1)
		return;
	neutral_add(&text, view->notice, strlen(view->notice), NEUTRAL_LINE);
	int rows = (int)width_text(text.ptr, text.len) / cols + 1;
	struct area area = take_bottom(rest, rows > 3 ? 3 : rows);
	view_fill(view, area, STYLE_POPUP);
	size_t at = 0;
	for (int row = 0; row < area.rows; row++) {
		size_t len = width_fit(text.ptr + at, text.len - at, (size_t)cols, NULL);
		view_put_style(view, area, row, 1, view->theme->styles[STYLE_POPUP],
			       text.ptr + at, len);
		at += len;
	}
}

static void draw_chat(struct view *view)
{
	struct area rest = {0, 0, view->screen->rows, view->screen->cols};
	int input = view_input_rows(view, rest.cols);
	int most = rest.rows / 3 > 1 ? rest.rows / 3 : 1;

	view->input = take_bottom(&rest, input < most ? input : most);
	view->status = take_bottom(&rest, rest.rows >= 3);
	view->bar = take_top(&rest, rest.rows >= 4);
	view_bar(view, view->bar);
	struct area middle = rest;
	draw_notice(view, &middle);
	draw_middle(view, middle);
	draw_overlay(view);
	view_status(view, view->status);
	if (view->page) {
		rest.col = 0;
		rest.cols = view->screen->cols;
		view_page(view, rest);
	}
	view_words(view, rest);
	view_input(view, view->input);
}

void view_draw(struct view *view)
{
	screen_clear(view->screen, view->theme->styles[STYLE_TEXT]);
	if (view->form)
		view_form(view,
			  (struct area){0, 0, view->screen->rows, view->screen->cols});
	else
		draw_chat(view);
}
