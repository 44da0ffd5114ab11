/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The input: a prompt, the text over several rows, the cursor; above it what is on its way
 * to disk and what Tab offers. The text is neutralised like any other, so that a pasted
 * escape sequence is seen before it is sent; the cursor is found by neutralising what
 * stands before it.
 */
#include "client/ui/view.h"

#include <string.h>

#include "client/ui/wrap.h"
#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

/* Rows of completions shown at once. */
#define WORDS_ROWS 8

static void add_prompt(const struct view *view, struct str *out)
{
	const struct room *room = rooms_current(&view->model->rooms);
	AUTO(str_done) struct str title = STR_INIT;
	AUTO(str_done) struct str safe = STR_INIT;

	if (view->prompt) {
		neutral_add(out, view->prompt, strlen(view->prompt), NEUTRAL_LINE);
		return;
	}
	if (!room) {
		str_add(out, "> ");
		return;
	}
	room_title(room, &view->model->people, &title);
	neutral_add(&safe, title.ptr, title.len, NEUTRAL_LINE);
	str_add(out, "[");
	view_cut(out, safe.ptr, 16);
	if (room->draft.kind == DRAFT_EDIT)
		str_addf(out, " %s", _("edit"));
	else if (room->draft.kind == DRAFT_REPLY)
		str_addf(out, " %s", _("reply"));
	else if (room->draft.kind == DRAFT_THREAD)
		str_addf(out, " %s", _("thread"));
	str_add(out, "] ");
}

/* Prompt and text as one, and where the cursor is in it. */
static size_t make_text(const struct view *view, int cols, struct str *out,
			size_t *ret_prompt)
{
	AUTO(str_done) struct str prompt = STR_INIT;

	add_prompt(view, &prompt);
	/* A prompt that leaves no room is left out. */
	if (width_text(prompt.ptr, prompt.len) * 2 <= (size_t)cols)
		str_add_len(out, prompt.ptr, prompt.len);
	*ret_prompt = out->len;
	neutral_add(out, view->text, view->point, NEUTRAL_TEXT);
	size_t point = out->len;
	/* Once more as a whole: a cluster may reach over the cursor. */
	str_cut(out, *ret_prompt);
	neutral_add(out, view->text, view->len, NEUTRAL_TEXT);
	return point < out->len ? point : out->len;
}

/* Rows are filled to the last column here; blanks do not vanish at a break, or the
 * cursor would stand where nothing is typed. */
static size_t next_row(const char *text, size_t len, size_t cols, size_t *ret_next)
{
	const char *end = memchr(text, '\n', len);
	size_t line = end ? (size_t)(end - text) : len;
	size_t fits = width_fit(text, line, cols, NULL);

	if (fits == 0 && line > 0)
		fits = wrap_row(text, line, 1, ret_next);
	*ret_next = fits == line && end ? fits + 1 : fits;
	return fits;
}

static int count_rows(const struct str *text, int cols, size_t point, int *ret_row,
		      int *ret_col)
{
	size_t at = 0;
	int rows = 0;

	*ret_row = *ret_col = 0;
	do {
		size_t next;
		size_t len =
			next_row(text->ptr + at, text->len - at, (size_t)cols, &next);
		if (point >= at && point <= at + len) {
			*ret_row = rows;
			*ret_col = (int)width_text(text->ptr + at, point - at);
		}
		at += next;
		rows++;
	} while (at < text->len);
	/* A newline at the end, or a full last row with the cursor behind it. */
	bool newline = text->len && text->ptr[text->len - 1] == '\n';
	if (point == text->len && (newline || *ret_col >= cols)) {
		*ret_row = rows++;
		*ret_col = 0;
	}
	return rows;
}

int view_input_rows(const struct view *view, int cols)
{
	AUTO(str_done) struct str text = STR_INIT;
	size_t prompt;
	int row, col;
	size_t point = make_text(view, cols, &text, &prompt);
	int rows = count_rows(&text, cols, point, &row, &col);

	for (const char *c = view->held; *c; c++)
		rows += *c == '\n';
	return rows;
}

static int draw_held(struct view *view, struct area area)
{
	AUTO(str_done) struct str text = STR_INIT;
	int row = 0;

	for (const char *at = view->held; *at && row + 1 < area.rows; row++) {
		const char *end = strchr(at, '\n');
		str_set(&text, "… ");
		neutral_add(&text, at, (size_t)(end - at), NEUTRAL_LINE);
		view_put(view, area, row, 0, STYLE_PENDING, text.ptr);
		at = end + 1;
	}
	return row;
}

void view_input(struct view *view, struct area area)
{
	AUTO(str_done) struct str text = STR_INIT;
	size_t prompt;
	int cursor_row, cursor_col;

	if (area.rows < 1)
		return;
	int held = draw_held(view, area);
	area.row += held;
	area.rows -= held;
	size_t point = make_text(view, area.cols, &text, &prompt);
	int rows = count_rows(&text, area.cols, point, &cursor_row, &cursor_col);
	int first = rows > area.rows ? rows - area.rows : 0;
	if (cursor_row < first)
		first = cursor_row;
	size_t at = 0;
	for (int row = 0; at < text.len; row++) {
		size_t next;
		size_t len =
			next_row(text.ptr + at, text.len - at, (size_t)area.cols, &next);
		size_t head = at < prompt ? prompt - at : 0;
		int col = 0;
		if (head > len)
			head = len;
		if (head)
			col = view_put_style(view, area, row - first, 0,
					     view->theme->styles[STYLE_PROMPT],
					     text.ptr + at, head);
		view_put_style(view, area, row - first, col,
			       view->theme->styles[STYLE_TEXT], text.ptr + at + head,
			       len - head);
		at += next;
	}
	if (!view->form)
		screen_cursor(view->screen, area.row + cursor_row - first,
			      area.col + cursor_col);
}

void view_words(struct view *view, struct area area)
{
	int rows = view->word_count < WORDS_ROWS ? (int)view->word_count : WORDS_ROWS;
	int widest = 0;

	if (rows > area.rows)
		rows = area.rows;
	for (int i = 0; i < rows; i++) {
		const char *word = view->words[i].word;
		int cols = (int)width_text(word, strlen(word));
		widest = cols > widest ? cols : widest;
	}
	area.row += area.rows - rows;
	area.rows = rows;
	area.col = 0;
	area.cols = view->screen->cols;
	view_fill(view, area, STYLE_POPUP);
	for (int i = 0; i < rows; i++) {
		AUTO(str_done) struct str word = STR_INIT;
		AUTO(str_done) struct str help = STR_INIT;
		bool last = i + 1 == rows && (size_t)rows < view->word_count;
		neutral_add(&word, view->words[i].word, strlen(view->words[i].word),
			    NEUTRAL_LINE);
		neutral_add(&help, view->words[i].help, strlen(view->words[i].help),
			    NEUTRAL_LINE);
		view_put(view, area, i, 1, STYLE_POPUP, last ? "…" : word.ptr);
		view_put(view, area, i, widest + 3, STYLE_POPUP_HINT,
			 last ? "" : help.ptr);
	}
}
