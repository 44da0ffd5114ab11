/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of rooms, in its groups. The model has sorted it; the view only decides from
 * which row on it is seen, so that the room on the screen is among them.
 */
#include "client/ui/view.h"

#include <stdio.h>
#include <string.h>

#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

static const char *const group_names[GROUP_COUNT] = {
	[GROUP_UNREAD] = N_("Unread"),
	[GROUP_ROOMS] = N_("Rooms"),
	[GROUP_DIRECT] = N_("Direct"),
	[GROUP_LEFT] = N_("Left"),
};

/* Row of the list (headings count) at which room @index stands. */
static int row_of(const struct rooms *rooms, size_t index)
{
	int row = 0;

	for (size_t i = 0; i <= index; i++) {
		bool first = i == 0 || room_group(rooms, rooms->rows[i]) !=
					       room_group(rooms, rooms->rows[i - 1]);
		row += first + (i < index);
	}
	return row;
}

/* How many rows are above the pane. */
static int first_row(const struct view *view, int rows)
{
	const struct rooms *list = &view->model->rooms;
	int all = list->count ? row_of(list, list->count - 1) + 1 : 0;
	int at = 0;

	for (size_t i = 0; i < list->count; i++)
		if (id_equal(&list->rows[i]->id, &list->current))
			at = row_of(list, i);
	int first = at - rows / 2;
	if (first > all - rows)
		first = all - rows;
	return first < 0 ? 0 : first;
}

static enum role_style style_of(const struct view *view, const struct room *room)
{
	if (id_equal(&room->id, &view->model->rooms.current))
		return STYLE_CURRENT;
	if (room->level == LEVEL_NONE || room->left)
		return STYLE_MUTED;
	return room->unread || room->mentions ? STYLE_UNREAD : STYLE_TEXT;
}

/* "2 @1" at the right edge, "~" for a draft. */
static void counts_of(const struct view *view, const struct room *room, char *text,
		      size_t size)
{
	bool current = id_equal(&room->id, &view->model->rooms.current);
	int len = 0;

	text[0] = '\0';
	if (room->draft.text.len && !current)
		len += snprintf(text + len, size - (size_t)len, "~");
	if (room->unread)
		len += snprintf(text + len, size - (size_t)len, "%s%zu", len ? " " : "",
				room->unread > 999 ? 999 : room->unread);
	if (room->mentions)
		snprintf(text + len, size - (size_t)len, "%s@%zu", len ? " " : "",
			 room->mentions > 99 ? 99 : room->mentions);
}

static void draw_room(struct view *view, struct area area, int row, struct room *room)
{
	AUTO(str_done) struct str title = STR_INIT;
	AUTO(str_done) struct str safe = STR_INIT;
	AUTO(str_done) struct str cut = STR_INIT;
	enum role_style style = style_of(view, room);
	char counts[32];
	int col = 1;

	counts_of(view, room, counts, sizeof(counts));
	if (style == STYLE_CURRENT)
		view_fill(view, (struct area){area.row + row, area.col, 1, area.cols},
			  style);
	if (room->kind == ROOM_DIRECT) {
		enum role_style dot;
		const char *mark = view_presence(view, &room->peer, &dot);
		view_put(view, area, row, col, style == STYLE_CURRENT ? style : dot,
			 mark);
		col += 2;
	}
	room_title(room, &view->model->people, &title);
	neutral_add(&safe, title.ptr, title.len, NEUTRAL_LINE);
	int left = area.cols - col - (int)strlen(counts) - (*counts ? 2 : 1);
	if (left > 0)
		view_cut(&cut, safe.ptr, (size_t)left);
	view_put(view, area, row, col, style, cut.ptr);
	int at = area.cols - (int)strlen(counts) - 1;
	if (at > 0 && *counts)
		view_put(view, area, row, at,
			 style == STYLE_CURRENT ? style
			 : room->mentions       ? STYLE_MENTION
						: style,
			 counts);
}

static void draw_group(struct view *view, struct area area, int row,
		       enum room_group group)
{
	const struct rooms *rooms = &view->model->rooms;
	char text[64];
	size_t count = 0;

	for (size_t i = 0; i < rooms->count; i++)
		count += room_group(rooms, rooms->rows[i]) == group;
	if (group == GROUP_UNREAD)
		snprintf(text, sizeof(text), "▾ %s %zu", _(group_names[group]), count);
	else
		snprintf(text, sizeof(text), "▾ %s", _(group_names[group]));
	view_put(view, area, row, 0, STYLE_GROUP, text);
}

void view_rooms(struct view *view, struct area area)
{
	const struct rooms *rooms = &view->model->rooms;
	int row = -first_row(view, area.rows);

	if (rooms->count == 0)
		view_put(view, area, 0, 0, STYLE_HINT, _("no rooms yet"));
	for (size_t i = 0; i < rooms->count && row < area.rows; i++) {
		struct room *room = rooms->rows[i];
		enum room_group group = room_group(rooms, room);
		if (i == 0 || group != room_group(rooms, rooms->rows[i - 1])) {
			if (row >= 0)
				draw_group(view, area, row, group);
			row++;
		}
		if (row >= 0 && row < area.rows)
			draw_room(view, area, row, room);
		row++;
	}
}

struct room *view_room_at(const struct view *view, int row)
{
	const struct rooms *rooms = &view->model->rooms;
	int want = row - view->rooms.row + first_row(view, view->rooms.rows);

	for (size_t i = 0; i < rooms->count; i++)
		if (row_of(rooms, i) == want)
			return rooms->rows[i];
	return NULL;
}
