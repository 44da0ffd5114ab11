/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving about: through the timeline, the rooms, the panes. What a move needs to know of
 * the screen is where the last drawing put things. */
#include "client/ui/ui_private.h"

/* A page of the timeline leaves two rows of the last one. */
static long page_rows(const struct ui *ui)
{
	int rows = ui->view.main.rows - 2;

	return rows > 1 ? rows : 1;
}

static void scroll_page(struct ui *ui, enum ui_move move)
{
	size_t rows = (size_t)page_rows(ui);
	size_t *top = &ui->view.page_top;

	switch (move) {
	case UI_LINE_UP: *top -= *top > 0; break;
	case UI_LINE_DOWN: (*top)++; break;
	case UI_PAGE_UP: *top = *top > rows ? *top - rows : 0; break;
	case UI_PAGE_DOWN: *top += rows; break;
	case UI_TOP: *top = 0; break;
	default: *top = SIZE_MAX / 2; break;
	}
}

/* The newest again: if it was dropped from memory, it is asked for. */
static void go_bottom(struct ui *ui, struct room *room)
{
	if (!room->timeline.at_end) {
		timeline_clear(&room->timeline);
		room->timeline.loading = true;
		ui->hooks->on_history(ui->ctx, &room->id, UI_NEWEST, 0);
	}
	/* What a search has found is not what the next command is about any more. */
	if (!ui->picking)
		timeline_unpick(&room->timeline);
	timeline_follow(&room->timeline);
}

static void go_mark(struct ui *ui, struct room *room)
{
	const struct timeline *timeline = &room->timeline;

	for (size_t i = 0; timeline->marked && i < timeline->count; i++) {
		if (timeline->rows[i]->seq <= timeline->mark_seq)
			continue;
		/* The line on top of the page: as far down as a page reaches. */
		view_scroll_to(&ui->view, room, i);
		view_scroll(&ui->view, room, page_rows(ui));
		return;
	}
}

void ui_scroll(struct ui *ui, enum ui_move move)
{
	struct room *room = rooms_current(&ui->model->rooms);

	ui->dirty = true;
	if (ui->page.len) {
		scroll_page(ui, move);
		return;
	}
	if (!room || ui->linear)
		return;
	/* What /clear has hidden comes back where it was. */
	if (move != UI_BOTTOM && timeline_uncover(&room->timeline) &&
	    (move == UI_LINE_UP || move == UI_PAGE_UP))
		return;
	switch (move) {
	case UI_LINE_UP: view_scroll(&ui->view, room, -1); break;
	case UI_LINE_DOWN: view_scroll(&ui->view, room, 1); break;
	case UI_PAGE_UP: view_scroll(&ui->view, room, -page_rows(ui)); break;
	case UI_PAGE_DOWN: view_scroll(&ui->view, room, page_rows(ui)); break;
	case UI_TOP: view_scroll_to(&ui->view, room, 0); break;
	case UI_BOTTOM: go_bottom(ui, room); break;
	case UI_MARK: go_mark(ui, room); break;
	}
}

/* Beside the timeline it is shown or not; where it has no place it lies over it. */
void ui_toggle(struct ui *ui, enum ui_pane pane)
{
	struct view *view = &ui->view;
	int over = (int)pane + 1;
	int cols = ui->linear ? 0 : ui->screen->cols;

	ui->dirty = true;
	switch (pane) {
	case UI_PANE_TIMES: view->times = !view->times; return;
	case UI_PANE_ROOMS:
		if (cols < VIEW_ROOMS_COLS)
			view->overlay = view->overlay == over ? 0 : over;
		else
			view->no_rooms = !view->no_rooms;
		return;
	case UI_PANE_MEMBERS:
		if (cols < VIEW_MEMBERS_COLS)
			view->overlay = view->overlay == over ? 0 : over;
		else
			view->no_members = !view->no_members;
		return;
	}
}

void ui_step_room(struct ui *ui, int step)
{
	const struct rooms *rooms = &ui->model->rooms;
	size_t at = 0;

	if (rooms->count == 0)
		return;
	while (at < rooms->count && !id_equal(&rooms->rows[at]->id, &rooms->current))
		at++;
	if (at == rooms->count)
		at = step > 0 ? rooms->count - 1 : 0;
	size_t next = (at + rooms->count + (size_t)((long)step % (long)rooms->count)) %
		      rooms->count;
	ui->hooks->on_room(ui->ctx, &rooms->rows[next]->id);
}

void ui_redraw(struct ui *ui)
{
	if (ui->screen)
		ui->screen->redraw = true;
	ui->laid = false;
	ui->dirty = true;
}

void ui_stop(struct ui *ui)
{
	ui->hooks->on_suspend(ui->ctx);
}
