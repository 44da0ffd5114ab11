/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * After each drawing: is there enough above (or below, where newer messages were dropped)
 * for the next page, and what has now been seen. Asking sets `loading`, so that it happens
 * once; the app clears it with its answer.
 */
#include "client/ui/ui_private.h"

static bool nearly_at_top(const struct ui *ui)
{
	int rows = ui->view.main.rows > 0 ? ui->view.main.rows : 1;

	/* A message takes at least one row: below this there may be less than two pages. */
	return ui->view.top_index <= 2 * (size_t)rows;
}

void ui_ask_history(struct ui *ui)
{
	struct room *room = rooms_current(&ui->model->rooms);

	if (!room || room->timeline.loading || ui->form.kind != UI_FORM_NONE)
		return;
	struct timeline *timeline = &room->timeline;
	if (timeline_last_seq(timeline) == 0 && !timeline->at_start) {
		timeline->loading = true;
		ui->hooks->on_history(ui->ctx, &room->id, UI_NEWEST, 0);
	} else if (!timeline->at_start && nearly_at_top(ui)) {
		timeline->loading = true;
		ui->hooks->on_history(ui->ctx, &room->id, UI_OLDER,
				      timeline_first_seq(timeline));
	} else if (!timeline->at_end &&
		   ui->view.end_index + (size_t)ui->view.main.rows >= timeline->count) {
		timeline->loading = true;
		ui->hooks->on_history(ui->ctx, &room->id, UI_NEWER,
				      timeline_last_seq(timeline));
	}
}

void ui_tell_seen(struct ui *ui)
{
	struct room *room = rooms_current(&ui->model->rooms);

	if (!room || !ui->focused || ui->form.kind != UI_FORM_NONE || ui->page.len)
		return;
	const struct timeline *timeline = &room->timeline;
	size_t end = ui->view.end_index;
	while (end > 0 && end <= timeline->count && timeline->rows[end - 1]->seq == 0)
		end--;
	if (end == 0 || end > timeline->count)
		return;
	uint64_t seq = timeline->rows[end - 1]->seq;
	bool other = !id_equal(&ui->seen_room, &room->id) || ui->seen_logs != room->logs;
	if (seq <= room->read_seq || (!other && seq <= ui->seen_seq))
		return;
	ui->seen_room = room->id;
	ui->seen_seq = seq;
	ui->seen_logs = room->logs;
	ui->hooks->on_seen(ui->ctx, &room->id, seq);
}
