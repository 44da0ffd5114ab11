/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The messages, laid out from the bottom row upwards: only what is seen is ever wrapped, so
 * a room of four thousand messages costs as much as a screen. Where the bottom is says the
 * model: a message and how many of its rows are below the edge.
 */
#include "client/ui/view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/ui/view_text.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

/* Columns: time, sender, text. */
struct columns {
	int name; /* where the sender begins; before it the time */
	int name_cols;
	int text;
	int text_cols;
	bool inline_name; /* too narrow: "bob: text", and what has no name is indented */
};

enum row_kind { ROW_DAY, ROW_MARK, ROW_QUOTE, ROW_TEXT, ROW_PICTURE, ROW_CHIPS };

struct row {
	enum row_kind kind;
	size_t start, len; /* of ROW_TEXT, in the text; start: which of ROW_PICTURE */
	bool first;        /* of the message's text: time and sender stand here */
};

/* One message, ready to be drawn. */
struct laid {
	const struct message *message;
	struct view_text said;
	struct row *rows;
	size_t count;
	size_t cap;
	bool shows_name;
	bool shows_time;
};

static void laid_done(struct laid *laid)
{
	view_text_done(&laid->said);
	mem_free(laid->rows);
}

static struct columns columns_of(const struct view *view, struct area area)
{
	struct columns columns = {0};
	int name = area.cols / 8;

	if (area.cols < 24) {
		columns.inline_name = true;
		columns.text = 1;
		columns.text_cols = area.cols > 1 ? area.cols - 1 : 1;
		return columns;
	}
	columns.name = view->times && area.cols >= 40 ? 6 : 0;
	columns.name_cols = name < 8 ? 8 : name > 12 ? 12 : name;
	columns.text = columns.name + columns.name_cols + 1;
	columns.text_cols = area.cols - columns.text;
	return columns;
}

static struct tm local_time(uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof(tm));
	return tm;
}

static bool same_day(uint64_t a_ms, uint64_t b_ms)
{
	struct tm a = local_time(a_ms);
	struct tm b = local_time(b_ms);

	return a.tm_year == b.tm_year && a.tm_yday == b.tm_yday;
}

static bool same_minute(uint64_t a_ms, uint64_t b_ms)
{
	return a_ms / 60000 == b_ms / 60000;
}

static void add_row(struct laid *laid, struct row row)
{
	if (laid->count == laid->cap) {
		laid->cap = mem_grow(laid->cap, laid->count + 1);
		laid->rows = mem_resize(laid->rows, laid->cap, sizeof(*laid->rows));
	}
	laid->rows[laid->count++] = row;
}

/* Whether reading stopped right before @message. */
static bool is_marked(const struct timeline *timeline, const struct message *last,
		      const struct message *message)
{
	if (!timeline->marked || message->seq <= timeline->mark_seq)
		return false;
	return last ? last->seq && last->seq <= timeline->mark_seq : timeline->at_start;
}

/* Hidden by /clear. */
static bool is_covered(const struct timeline *timeline, const struct message *message)
{
	return timeline->view.follow && message->seq &&
	       message->seq <= timeline->covered_seq;
}

/* What stands above a message: what it answers, else what its thread begins with. */
static const struct id *quoted(const struct message *message)
{
	return id_is_zero(&message->reply_to) ? &message->thread : &message->reply_to;
}

static void lay(const struct view *view, const struct timeline *timeline, size_t index,
		const struct columns *columns, struct laid *laid)
{
	const struct message *message = timeline->rows[index];
	const struct message *last = index ? timeline->rows[index - 1] : NULL;
	bool notice = message->flags & MESSAGE_NOTICE;
	bool apart =
		!last || (last->flags & MESSAGE_NOTICE) || is_covered(timeline, last);

	*laid = (struct laid){.message = message};
	if (!last || !same_day(last->ts_ms, message->ts_ms)) {
		add_row(laid, (struct row){.kind = ROW_DAY});
		apart = true;
	}
	if (is_marked(timeline, last, message)) {
		add_row(laid, (struct row){.kind = ROW_MARK});
		apart = true;
	}
	laid->shows_name =
		!notice && (apart || !id_equal(&last->sender, &message->sender));
	laid->shows_time =
		apart || laid->shows_name || !same_minute(last->ts_ms, message->ts_ms);
	bool first = id_is_zero(quoted(message));
	if (!first)
		add_row(laid, (struct row){.kind = ROW_QUOTE, .first = true});
	view_text_make(view, message, columns->inline_name && laid->shows_name,
		       &laid->said);
	size_t at = 0;
	do {
		struct row row = {.kind = ROW_TEXT, .start = at, .first = first};
		size_t next;
		row.len =
			view_text_row(&laid->said, at, (size_t)columns->text_cols, &next);
		add_row(laid, row);
		first = false;
		at += next;
	} while (at < laid->said.text.len);
	size_t high = view_picture_rows(view, message, columns->text_cols);
	for (size_t i = 0; i < high; i++)
		add_row(laid, (struct row){.kind = ROW_PICTURE, .start = i});
	if (message->reactions.count)
		add_row(laid, (struct row){.kind = ROW_CHIPS});
}

static size_t height_of(const struct view *view, const struct timeline *timeline,
			size_t index)
{
	struct columns columns = columns_of(view, view->main);
	struct laid laid;

	lay(view, timeline, index, &columns, &laid);
	size_t count = laid.count;
	laid_done(&laid);
	return count;
}

static void draw_rule(struct view *view, struct area area, int y, enum role_style style,
		      const char *text)
{
	int cols = (int)width_text(text, strlen(text)) + 2;
	int col = (area.cols - cols) / 2;

	if (col < 0)
		col = 0;
	for (int i = 0; i < area.cols; i++)
		view_put(view, area, y, i, style, "─");
	if (cols <= area.cols) {
		view_put(view, area, y, col, style, " ");
		view_put(view, area, y, col + 1, style, text);
		view_put(view, area, y, col + cols - 1, style, " ");
	}
}

static void draw_day(struct view *view, struct area area, int y, uint64_t ts_ms)
{
	struct tm tm = local_time(ts_ms);
	struct tm now = local_time(view->now_ms);
	char text[80];
	size_t len;

	/* TRANSLATORS: strftime(3) formats of the line between two days. */
	if (tm.tm_year == now.tm_year)
		len = strftime(text, sizeof(text), _("%A %-d %B"), &tm);
	else
		len = strftime(text, sizeof(text), _("%A %-d %B %Y"), &tm);
	text[len] = '\0';
	draw_rule(view, area, y, STYLE_DAY, text);
}

static void draw_quote(struct view *view, struct area area, int y, int col,
		       const struct timeline *timeline, const struct message *message)
{
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(str_done) struct str cut = STR_INIT;
	const struct message *target = timeline_find(timeline, quoted(message));

	str_add(&text, id_is_zero(&message->reply_to) ? "⋮ " : "↳ ");
	if (target) {
		view_name(view, &target->sender, 16, &text);
		str_add(&text, ": ");
		if (target->flags & MESSAGE_DELETED)
			str_add(&text, _("(deleted)"));
		else
			neutral_add(&text, target->text.ptr, target->text.len,
				    NEUTRAL_LINE);
	} else {
		str_add(&text, _("an earlier message"));
	}
	if (col < area.cols)
		view_cut(&cut, text.ptr, (size_t)(area.cols - col));
	view_put(view, area, y, col, STYLE_QUOTE, cut.ptr);
}

static void draw_sender(struct view *view, struct area area, int y,
			const struct columns *columns, const struct laid *laid)
{
	const struct message *message = laid->message;
	AUTO(str_done) struct str name = STR_INIT;
	struct style style = theme_sender(view->theme, &message->sender);

	if (columns->inline_name)
		return;
	if (laid->shows_time && columns->name) {
		struct tm tm = local_time(message->ts_ms);
		char text[16];
		snprintf(text, sizeof(text), "%02d:%02d", tm.tm_hour % 100,
			 tm.tm_min % 100);
		view_put(view, area, y, 0, STYLE_TIME, text);
	}
	if (!laid->shows_name)
		return;
	if (id_equal(&message->sender, &view->model->self)) {
		view_cut(&name, _("you"), (size_t)columns->name_cols);
		style = view->theme->styles[STYLE_SELF];
	} else {
		view_name(view, &message->sender, (size_t)columns->name_cols, &name);
	}
	view_put_style(view, area, y, columns->name, style, name.ptr, name.len);
}

/* One chip for each reaction: "👍 2"; one's own stands out. */
static void draw_chips(struct view *view, struct area area, int y, int col,
		       const struct message *message)
{
	for (size_t i = 0; i < message->reactions.count && col + 4 < area.cols; i++) {
		AUTO(str_done) struct str text = STR_INIT;
		AUTO(str_done) struct str cut = STR_INIT;
		const struct str *emoji = &message->reactions.rows[i].text;
		bool own;
		size_t count =
			reactions_count(&message->reactions, i, &view->model->self, &own);
		if (count == 0)
			continue;
		str_add(&text, " ");
		neutral_add(&text, emoji->ptr, emoji->len, NEUTRAL_LINE);
		if (count > 1)
			str_addf(&text, " %zu", count);
		str_add(&text, " ");
		view_cut(&cut, text.ptr, (size_t)(area.cols - col));
		col += view_put(view, area, y, col, own ? STYLE_CHIP_OWN : STYLE_CHIP,
				cut.ptr);
		col++;
	}
}

/* Only a name stands at the edge: no text reads as if somebody else had spoken. */
static int text_col(const struct columns *columns, const struct laid *laid,
		    const struct row *row)
{
	bool named = columns->inline_name && laid->shows_name && row->start == 0;

	return named ? 0 : columns->text;
}

static void draw_row(struct view *view, struct area area, int y,
		     const struct columns *columns, const struct timeline *timeline,
		     const struct laid *laid, const struct row *row)
{
	if (row->first)
		draw_sender(view, area, y, columns, laid);
	switch (row->kind) {
	case ROW_DAY: draw_day(view, area, y, laid->message->ts_ms); break;
	case ROW_MARK: draw_rule(view, area, y, STYLE_MARK, _("new messages")); break;
	case ROW_QUOTE:
		draw_quote(view, area, y, columns->text, timeline, laid->message);
		break;
	case ROW_TEXT:
		view_text_draw(view, area, y, text_col(columns, laid, row), laid->message,
			       &laid->said, row->start, row->len);
		break;
	case ROW_PICTURE:
		view_picture_row(view, area, y, columns->text, laid->message, row->start);
		break;
	case ROW_CHIPS: draw_chips(view, area, y, columns->text, laid->message); break;
	}
	if (laid->message == timeline_picked(timeline) && row->kind >= ROW_QUOTE &&
	    text_col(columns, laid, row) > 0)
		view_put(view, area, y, columns->text - 1, STYLE_PICKED, "▌");
}

/* The message on the bottom row and its rows below the edge. */
static void bottom_of(const struct timeline *timeline, size_t *ret_index,
		      size_t *ret_hidden)
{
	size_t index = timeline->view.follow
			       ? timeline->count
			       : timeline_index(timeline, &timeline->view.anchor);

	*ret_hidden = index < timeline->count ? timeline->view.line : 0;
	*ret_index = index < timeline->count ? index : timeline->count - 1;
}

static void draw_messages(struct view *view, struct area area,
			  const struct timeline *timeline)
{
	struct columns columns = columns_of(view, area);
	int y = area.rows;
	size_t index, hidden;

	bottom_of(timeline, &index, &hidden);
	view->end_index = index + 1;
	for (;; index--) {
		struct laid laid;
		if (is_covered(timeline, timeline->rows[index])) {
			view->top_index = index + 1;
			view->at_top = false;
			break;
		}
		lay(view, timeline, index, &columns, &laid);
		view_want_picture(view, laid.message);
		size_t left = hidden < laid.count ? laid.count - hidden : 1;
		hidden = 0;
		while (left > 0 && y > 0) {
			left--;
			y--;
			draw_row(view, area, y, &columns, timeline, &laid,
				 &laid.rows[left]);
		}
		laid_done(&laid);
		view->top_index = index;
		view->at_top = left == 0 && index == 0;
		if (index == 0 || y == 0)
			break;
	}
}

static void draw_empty(struct view *view, struct area area, const struct room *room)
{
	const char *text = _("Nothing has been said here yet.");

	if (!room && !view->model->rooms.count)
		text = _("You are in no room yet: /join #lobby, or /msg @name");
	else if (!room)
		text = _("Pick a room: Alt-Up, Alt-Down, or /join");
	else if (room->timeline.loading || !room->timeline.at_start)
		text = _("Loading…");
	view_put(view, area, area.rows / 2, 1, STYLE_HINT, text);
}

void view_timeline(struct view *view, struct area area)
{
	const struct room *room = rooms_current(&view->model->rooms);

	view->main = area;
	view->top_index = view->end_index = 0;
	view->wanted = (struct id){0};
	pictures_frame(&view->model->pictures);
	view->at_top = true;
	if (area.rows < 1 || area.cols < 1)
		return;
	if (room && room->timeline.count)
		draw_messages(view, area, &room->timeline);
	else
		draw_empty(view, area, room);
}

/* How many of @want rows there are from the bottom (@index, @hidden) upwards. */
static size_t rows_above(const struct view *view, const struct timeline *timeline,
			 size_t index, size_t hidden, size_t want)
{
	size_t rows = 0;

	for (;; index--) {
		size_t height = height_of(view, timeline, index);
		rows += height > hidden ? height - hidden : 0;
		hidden = 0;
		if (index == 0 || rows >= want)
			return rows;
	}
}

static void go_up(const struct view *view, const struct timeline *timeline, size_t *index,
		  size_t *hidden, size_t rows)
{
	*hidden += rows;
	for (;;) {
		size_t height = height_of(view, timeline, *index);
		if (*hidden < height)
			return;
		if (*index == 0) {
			*hidden = height - 1;
			return;
		}
		*hidden -= height;
		(*index)--;
	}
}

/* True: the end was reached. */
static bool go_down(const struct view *view, const struct timeline *timeline,
		    size_t *index, size_t *hidden, size_t rows)
{
	while (rows-- > 0) {
		if (*hidden > 0) {
			(*hidden)--;
		} else if (*index + 1 < timeline->count) {
			(*index)++;
			*hidden = height_of(view, timeline, *index) - 1;
		} else {
			return true;
		}
	}
	return *hidden == 0 && *index + 1 == timeline->count;
}

void view_scroll(struct view *view, struct room *room, long rows)
{
	struct timeline *timeline = &room->timeline;
	size_t page = view->main.rows > 0 ? (size_t)view->main.rows : 1;
	size_t index, hidden;
	bool end = false;

	if (timeline->count == 0 || view->main.cols < 1)
		return;
	bottom_of(timeline, &index, &hidden);
	if (rows < 0) {
		go_up(view, timeline, &index, &hidden, (size_t)-rows);
		size_t above = rows_above(view, timeline, index, hidden, page);
		if (above < page)
			end = go_down(view, timeline, &index, &hidden, page - above);
	} else {
		end = go_down(view, timeline, &index, &hidden, (size_t)rows);
	}
	if (end && timeline->at_end)
		timeline_follow(timeline);
	else
		timeline_anchor(timeline, &timeline->rows[index]->cid, hidden);
}

void view_scroll_to(struct view *view, struct room *room, size_t index)
{
	if (index >= room->timeline.count)
		return;
	timeline_anchor(&room->timeline, &room->timeline.rows[index]->cid, 0);
	view_scroll(view, room, 0);
}
