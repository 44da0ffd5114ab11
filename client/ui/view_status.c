/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar on top (where am I) and the row above the input (what is going on). */
#include "client/ui/view.h"

#include <stdio.h>
#include <string.h>

#include "client/model/unread.h"
#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

static size_t count_online(const struct view *view, const struct room *room)
{
	size_t count = 0;

	for (size_t i = 0; i < room->roster.count; i++) {
		count += view_state(view, &room->roster.rows[i].user) != PRESENCE_OFFLINE;
	}
	return count;
}

/* Right-aligned; returns the column where it begins. */
static int put_right(struct view *view, struct area area, enum role_style style,
		     const char *text)
{
	int cols = (int)width_text(text, strlen(text));
	int col = area.cols - cols - 1;

	if (col < 0 || !*text)
		return area.cols;
	view_put(view, area, 0, col, style, text);
	return col;
}

static void add_facts(const struct view *view, const struct room *room, struct str *out)
{
	size_t online = count_online(view, room);

	if (online)
		str_addf(out, Q_("%zu online", "%zu online", (unsigned long)online),
			 online);
	str_addf(out, "%s%s", online ? " · " : "",
		 room->sealed ? _("encrypted") : _("not encrypted"));
}

void view_bar(struct view *view, struct area area)
{
	const struct room *room = rooms_current(&view->model->rooms);
	AUTO(str_done) struct str left = STR_INIT;
	AUTO(str_done) struct str right = STR_INIT;
	AUTO(str_done) struct str topic = STR_INIT;
	AUTO(str_done) struct str cut = STR_INIT;

	if (area.rows < 1)
		return;
	view_fill(view, area, STYLE_BAR);
	if (!room) {
		neutral_add(&left, view->model->server.ptr, view->model->server.len,
			    NEUTRAL_LINE);
		view_put(view, area, 0, 1, STYLE_TITLE, left.ptr);
		return;
	}
	AUTO(str_done) struct str title = STR_INIT;
	room_title(room, &view->model->people, &title);
	neutral_add(&left, title.ptr, title.len, NEUTRAL_LINE);
	add_facts(view, room, &right);
	int col = 1 + view_put(view, area, 0, 1, STYLE_TITLE, left.ptr);
	int end = area.cols;
	if (col + 2 + (int)width_text(right.ptr, right.len) < area.cols)
		end = put_right(view, area, STYLE_BAR, right.ptr);
	neutral_add(&topic, room->topic.ptr, room->topic.len, NEUTRAL_LINE);
	if (topic.len == 0 || end - col < 8)
		return;
	view_put(view, area, 0, col + 1, STYLE_BAR, "▏");
	view_cut(&cut, topic.ptr, (size_t)(end - col - 4));
	view_put(view, area, 0, col + 3, STYLE_BAR, cut.ptr);
}

static void add_typing(const struct view *view, const struct room *room, struct str *out)
{
	const struct member *typing[3];
	size_t count = 0;

	for (size_t i = 0; i < room->roster.count && count < 3; i++) {
		const struct member *member = &room->roster.rows[i];
		if (member->typing_until_ms > view->mono_ms &&
		    !id_equal(&member->user, &view->model->self))
			typing[count++] = member;
	}
	if (count == 0)
		return;
	AUTO(str_done) struct str first = STR_INIT;
	AUTO(str_done) struct str second = STR_INIT;
	view_name(view, &typing[0]->user, 20, &first);
	if (count > 1)
		view_name(view, &typing[1]->user, 20, &second);
	if (count == 1)
		str_addf(out, _("%s is typing…"), first.ptr);
	else if (count == 2)
		str_addf(out, _("%s and %s are typing…"), first.ptr, second.ptr);
	else
		str_add(out, _("several people are typing…"));
}

/* The connection in words; true when it deserves a warning. */
static bool add_link(const struct view *view, struct str *out)
{
	const struct model *model = view->model;
	uint64_t left = 0;

	switch (model->link) {
	case MODEL_ONLINE: return false;
	case MODEL_CONNECTING: str_add(out, _("connecting…")); return true;
	case MODEL_WAITING:
		if (model->retry_ms > view->mono_ms)
			left = (model->retry_ms - view->mono_ms + 999) / 1000;
		str_addf(out, _("reconnecting in %u s"), (unsigned)left);
		return true;
	case MODEL_OFFLINE: str_add(out, _("offline")); return true;
	}
	return false;
}

static void add_part(struct str *out, const char *part)
{
	if (*part)
		str_addf(out, "%s%s", out->len ? " · " : "", part);
}

static bool add_right(const struct view *view, const struct room *room, struct str *out)
{
	AUTO(str_done) struct str link = STR_INIT;
	char text[80];
	bool warn = add_link(view, &link);
	size_t unread, mentions;

	if (room && room->timeline.view.below) {
		snprintf(text, sizeof(text), _("↓ %zu new"), room->timeline.view.below);
		add_part(out, text);
	} else if (room && !room->timeline.view.follow) {
		add_part(out, _("↓ End: Ctrl-End"));
	}
	unread_total(&view->model->rooms, &unread, &mentions);
	if (room && room->level != LEVEL_NONE) {
		unread -= room->unread;
		mentions -= room->mentions;
	}
	if (unread && view->rooms.cols == 0) {
		snprintf(text, sizeof(text),
			 Q_("%zu unread", "%zu unread", (unsigned long)unread), unread);
		add_part(out, text);
	}
	if (mentions && view->rooms.cols == 0) {
		snprintf(text, sizeof(text),
			 Q_("%zu for you", "%zu for you", (unsigned long)mentions),
			 mentions);
		add_part(out, text);
	}
	if (view->model->waiting) {
		size_t waiting = view->model->waiting;
		snprintf(text, sizeof(text),
			 Q_("%zu waiting to send", "%zu waiting to send",
			    (unsigned long)waiting),
			 waiting);
		add_part(out, text);
	}
	add_part(out, link.ptr);
	return warn || view->model->waiting;
}

void view_status(struct view *view, struct area area)
{
	const struct room *room = rooms_current(&view->model->rooms);
	AUTO(str_done) struct str left = STR_INIT;
	AUTO(str_done) struct str right = STR_INIT;
	AUTO(str_done) struct str cut = STR_INIT;

	if (area.rows < 1)
		return;
	for (int col = 0; col < area.cols; col++)
		view_put(view, area, 0, col, STYLE_BORDER, "─");
	bool warn = add_right(view, room, &right);
	view_cut(&cut, right.ptr, area.cols > 2 ? (size_t)(area.cols - 2) : 0);
	int end = put_right(view, area, warn ? STYLE_MENTION : STYLE_HINT, cut.ptr);
	/* What the keys do now is worth more than who types. */
	if (view->hint)
		str_add(&left, view->hint);
	else if (room)
		add_typing(view, room, &left);
	str_clear(&cut);
	if (end > 4)
		view_cut(&cut, left.ptr, (size_t)(end - 3));
	view_put(view, area, 0, 1, STYLE_TYPING, cut.ptr);
}
