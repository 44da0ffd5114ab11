/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second implementation of the screen: nothing but the grid. While suspended it
 * refuses to flush, which is how a test notices a drawing at the wrong time.
 */
#include "client/ui/screen_text.h"

#include "common/base/mem.h"

struct screen_text {
	struct screen screen;
	struct str raw;
	size_t frames;
	bool suspended;
};

static enum err text_flush(struct screen *screen)
{
	struct screen_text *text = (struct screen_text *)screen;

	if (text->suspended)
		return ERR_STATE;
	text->frames++;
	return ERR_OK;
}

static void text_suspend(struct screen *screen)
{
	((struct screen_text *)screen)->suspended = true;
}

static void text_resume(struct screen *screen)
{
	((struct screen_text *)screen)->suspended = false;
}

static void text_raw(struct screen *screen, const char *bytes, size_t len)
{
	str_add_len(&((struct screen_text *)screen)->raw, bytes, len);
}

static void text_close(struct screen *screen)
{
	struct screen_text *text = (struct screen_text *)screen;

	screen_done(screen);
	str_done(&text->raw);
	mem_free(text);
}

static const struct screen_ops ops = {
	.flush = text_flush,
	.suspend = text_suspend,
	.resume = text_resume,
	.raw = text_raw,
	.close = text_close,
};

struct screen *screen_text_new(int rows, int cols)
{
	struct screen_text *text = mem_new(struct screen_text);

	screen_init(&text->screen, &ops);
	text->raw = STR_INIT;
	screen_resize(&text->screen, rows, cols);
	return &text->screen;
}

static void dump_row(const struct screen *screen, int row, struct str *out)
{
	size_t end = out->len;

	for (int col = 0; col < screen->cols; col++) {
		const struct cell *cell = screen_cell(screen, row, col);
		if (row == screen->cursor_row && col == screen->cursor_col)
			str_add(out, "▮");
		if (cell->marks & MARK_BEFORE)
			str_add(out, "‹");
		if (cell->width)
			str_add(out, cell->text[0] ? cell->text : " ");
		if (cell->marks & MARK_AFTER)
			str_add(out, "›");
		if (cell->text[0] || cell->marks ||
		    (row == screen->cursor_row && col == screen->cursor_col))
			end = out->len;
	}
	str_cut(out, end);
	str_add_char(out, '\n');
}

void screen_text_dump(const struct screen *screen, struct str *out)
{
	for (int row = 0; row < screen->rows; row++)
		dump_row(screen, row, out);
}

size_t screen_text_frames(const struct screen *screen)
{
	return ((const struct screen_text *)screen)->frames;
}

const char *screen_text_raw(const struct screen *screen)
{
	return ((const struct screen_text *)screen)->raw.ptr;
}
