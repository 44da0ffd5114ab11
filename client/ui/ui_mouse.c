/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mouse: the wheel scrolls what is under it, a click picks a room or closes what lies
 * on top. Selecting text stays with the terminal (Shift). */
#include "client/ui/ui_private.h"

#define WHEEL_UP   64
#define WHEEL_DOWN 65
#define WHEEL_ROWS 3

static bool is_in(struct area area, int row, int col)
{
	return row >= area.row && row < area.row + area.rows && col >= area.col &&
	       col < area.col + area.cols;
}

static void wheel(struct ui *ui, int row, int col, int step)
{
	if (ui->page.len) {
		ui_scroll(ui, step < 0 ? UI_LINE_UP : UI_LINE_DOWN);
		return;
	}
	if (is_in(ui->view.rooms, row, col)) {
		ui_step_room(ui, step < 0 ? -1 : 1);
		return;
	}
	for (int i = 0; i < WHEEL_ROWS; i++)
		ui_scroll(ui, step < 0 ? UI_LINE_UP : UI_LINE_DOWN);
}

void ui_mouse_input(struct ui *ui, const struct input_event *event)
{
	struct room *room;

	if (event->button == WHEEL_UP || event->button == WHEEL_DOWN) {
		wheel(ui, event->row, event->col, event->button == WHEEL_UP ? -1 : 1);
		return;
	}
	if (event->button != 0 || !event->on)
		return;
	if (ui->page.len) {
		ui_page_close(ui);
	} else if (is_in(ui->view.rooms, event->row, event->col)) {
		room = view_room_at(&ui->view, event->row);
		if (room)
			ui->hooks->on_room(ui->ctx, &room->id);
	} else {
		ui->view.overlay = 0;
	}
}
