/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in the room: those who are there first, then by name. */
#include "client/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/width.h"
#include "common/os/lang.h"

static const char *const role_names[] = {
	[ROLE_GUEST] = N_("guest"),
	[ROLE_MODERATOR] = N_("mod"),
	[ROLE_OWNER] = N_("owner"),
};

static int compare(const void *left, const void *right, void *ctx)
{
	const struct member *a = *(const struct member *const *)left;
	const struct member *b = *(const struct member *const *)right;
	const struct view *view = ctx;
	const struct people *people = &view->model->people;
	/* Online, away, everybody else: in the order of the enum. */
	int by = (int)view_state(view, &a->user) - (int)view_state(view, &b->user);
	struct id_text at, bt;

	if (by == 0)
		by = strcasecmp(people_name(people, &a->user, &at),
				people_name(people, &b->user, &bt));
	return by ? by : id_compare(&a->user, &b->user);
}

static void draw_member(struct view *view, struct area area, int row,
			const struct member *member)
{
	AUTO(str_done) struct str name = STR_INIT;
	enum role_style dot;
	const char *mark = view_presence(view, &member->user, &dot);
	const char *role = "";

	if ((size_t)member->role < ARRAY_LEN(role_names) && role_names[member->role])
		role = _(role_names[member->role]);
	int role_cols = (int)width_text(role, strlen(role));
	int left = area.cols - 3 - (role_cols ? role_cols + 1 : 0);
	if (left < 1)
		return;
	view_put(view, area, row, 1, dot, mark);
	view_name(view, &member->user, (size_t)left, &name);
	view_put_style(view, area, row, 3, theme_sender(view->theme, &member->user),
		       name.ptr, name.len);
	if (role_cols)
		view_put(view, area, row, area.cols - role_cols, STYLE_HINT, role);
}

void view_members(struct view *view, struct area area)
{
	const struct room *room = rooms_current(&view->model->rooms);

	if (!room || room->roster.count == 0 || area.rows < 1)
		return;
	const struct roster *roster = &room->roster;
	const struct member **order = mem_alloc(roster->count, sizeof(*order));
	for (size_t i = 0; i < roster->count; i++)
		order[i] = &roster->rows[i];
	qsort_r(order, roster->count, sizeof(*order), compare, view);
	size_t shown = roster->count;
	bool more = roster->total > (size_t)area.rows;
	if (shown > (size_t)area.rows - more)
		shown = (size_t)area.rows - more;
	for (size_t i = 0; i < shown; i++)
		draw_member(view, area, (int)i, order[i]);
	if (more) {
		char text[64];
		size_t rest = roster->total - shown;
		snprintf(text, sizeof(text),
			 Q_("and %zu more", "and %zu more", (unsigned long)rest), rest);
		view_put(view, area, area.rows - 1, 1, STYLE_HINT, text);
	}
	mem_free(order);
}
