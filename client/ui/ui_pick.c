/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Picking a message: Alt-v, then up and down, then one letter for what to do with it. The
 * letters stand for commands, which find the picked message in the model; while a message
 * is picked but its letter needs more words ("/react ", or any "/" command), the keys are
 * the line's again.
 */
#include <string.h>

#include "client/ui/ui_private.h"
#include "common/os/lang.h"

struct act {
	const char *key;
	const char *command;
};

static const struct act acts[] = {
	{"d", "/delete"}, {"e", "/edit"},  {"i", "/details"}, {"o", "/open"},
	{"p", "/pin"},    {"r", "/reply"}, {"s", "/save"},    {"t", "/thread"},
	{"v", "/view"},   {"\r", "/view"},
};

static bool is_key(const struct input_event *event, const char *key)
{
	return event->len == strlen(key) && memcmp(event->bytes, key, event->len) == 0;
}

/* On the screen, wherever it was; the page turns when it has to. */
static void show(struct ui *ui, struct room *room, const struct message *message)
{
	size_t at = timeline_index(&room->timeline, &message->cid);
	struct view *view = &ui->view;
	bool newest = at + 1 == room->timeline.count;

	if (newest && room->timeline.view.follow)
		return;
	if (at >= view->end_index) {
		view_scroll_to(view, room, at);
	} else if (at < view->top_index || (at == view->top_index && !view->at_top)) {
		view_scroll_to(view, room, at);
		view_scroll(view, room, view->main.rows / 2);
	}
}

static void end(struct ui *ui, struct room *room)
{
	ui->picking = false;
	timeline_unpick(&room->timeline);
}

void ui_pick(struct ui *ui, int step)
{
	struct room *room = rooms_current(&ui->model->rooms);

	ui->dirty = true;
	if (!room || ui->linear)
		return;
	timeline_uncover(&room->timeline);
	struct message *message = timeline_pick(&room->timeline, step);
	if (message)
		show(ui, room, message);
	ui->picking = timeline_picked(&room->timeline) != NULL;
	if (!ui->picking)
		ui_notice(ui, _("There is no message here to pick."));
}

void ui_unpick(struct ui *ui)
{
	struct room *room = rooms_find(&ui->model->rooms, &ui->entered);

	ui->picking = false;
	if (room)
		timeline_unpick(&room->timeline);
}

const char *ui_pick_hint(const struct ui *ui)
{
	return ui->picking ? _("r reply  t thread  + react  e edit  d delete  p pin  "
			       "v view  s save  o open  i info")
			   : NULL;
}

static bool move(struct ui *ui, const struct input_event *event)
{
	if (is_key(event, "\x1b[A") || is_key(event, "k")) {
		ui_pick(ui, -1);
	} else if (is_key(event, "\x1b[B") || is_key(event, "j")) {
		ui_pick(ui, 1);
	} else {
		return false;
	}
	return true;
}

/* The next line is about the picked message. */
static bool compose(struct ui *ui, const struct input_event *event)
{
	const char *text = is_key(event, "+") ? "/react " : "/";

	if (!is_key(event, "+") && !is_key(event, "/"))
		return false;
	ui->picking = false;
	ui_compose(ui, DRAFT_NEW, NULL, text, strlen(text));
	return true;
}

bool ui_pick_input(struct ui *ui, const struct input_event *event)
{
	struct room *room = rooms_current(&ui->model->rooms);

	if (!ui->picking || !room || !timeline_picked(&room->timeline)) {
		ui->picking = false;
		return false;
	}
	if (event->kind != INPUT_KEY) {
		end(ui, room);
		return false;
	}
	if (move(ui, event) || compose(ui, event))
		return true;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (!is_key(event, acts[i].key))
			continue;
		ui->hooks->on_command(ui->ctx, acts[i].command);
		end(ui, room);
		return true;
	}
	/* Esc, q and Alt-v go back; other letters are taken, so that a slip says nothing. */
	if (is_key(event, "\x1b") || is_key(event, "q") || is_key(event, "\x1bv")) {
		end(ui, room);
		return true;
	}
	return event->len == 1 && (unsigned char)event->bytes[0] >= ' ';
}
