/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grid. Whatever is put into it keeps two invariants, so that no implementation has to
 * think about them: a wide cell is followed by its tail, and a tail is never without its
 * head: writing over one half blanks the other.
 */
#include "client/ui/screen.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/grapheme.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/width.h"

_Static_assert(CELL_TEXT == NEUTRAL_CLUSTER + 1, "a neutralised cluster fits a cell");

void screen_init(struct screen *screen, const struct screen_ops *ops)
{
	*screen = (struct screen){.ops = ops, .cursor_row = -1, .redraw = true};
}

static void drop_links(struct screen *screen)
{
	for (size_t i = 0; i < screen->link_count; i++)
		mem_free(screen->links[i]);
	screen->link_count = 0;
}

void screen_done(struct screen *screen)
{
	drop_links(screen);
	mem_free(screen->links);
	mem_free(screen->cells);
	screen->cells = NULL;
	screen->links = NULL;
}

static int clamp(int value, int most)
{
	return value < 1 ? 1 : value > most ? most : value;
}

void screen_resize(struct screen *screen, int rows, int cols)
{
	screen->rows = clamp(rows, SCREEN_ROWS);
	screen->cols = clamp(cols, SCREEN_COLS);
	mem_free(screen->cells);
	screen->cells = mem_alloc((size_t)screen->rows * (size_t)screen->cols,
				  sizeof(struct cell));
	screen->redraw = true;
	screen_clear(screen, STYLE_PLAIN);
}

static struct cell *cell_at(struct screen *screen, int row, int col)
{
	return &screen->cells[(size_t)row * (size_t)screen->cols + (size_t)col];
}

static bool is_inside(const struct screen *screen, int row, int col)
{
	return row >= 0 && row < screen->rows && col >= 0 && col < screen->cols;
}

const struct cell *screen_cell(const struct screen *screen, int row, int col)
{
	if (!is_inside(screen, row, col))
		return NULL;
	return &screen->cells[(size_t)row * (size_t)screen->cols + (size_t)col];
}

static void set_blank(struct cell *cell, struct style style)
{
	*cell = (struct cell){.width = 1, .style = style};
}

void screen_clear(struct screen *screen, struct style style)
{
	size_t count = (size_t)screen->rows * (size_t)screen->cols;

	for (size_t i = 0; i < count; i++)
		set_blank(&screen->cells[i], style);
	drop_links(screen);
	screen->cursor_row = -1;
	screen->cursor_col = 0;
}

/* Before a cell is written: the other half of a wide one becomes a blank. */
static void part(struct screen *screen, int row, int col)
{
	struct cell *cell = cell_at(screen, row, col);

	if (cell->width == 0 && col > 0)
		set_blank(cell - 1, cell[-1].style);
	if (cell->width == 2 && col + 1 < screen->cols)
		set_blank(cell + 1, cell->style);
}

static struct cell *put_cell(struct screen *screen, int row, int col, int width,
			     struct style style, const char *text, size_t len)
{
	struct cell *cell = cell_at(screen, row, col);

	part(screen, row, col);
	if (width == 2)
		part(screen, row, col + 1);
	*cell = (struct cell){.width = (uint8_t)width, .style = style};
	if (len != 1 || text[0] != ' ')
		memcpy(cell->text, text, len);
	if (width == 2)
		cell[1] = (struct cell){.style = style};
	return cell;
}

static uint16_t keep_link(struct screen *screen, const char *url)
{
	AUTO(str_done) struct str safe = STR_INIT;

	for (const unsigned char *c = (const unsigned char *)url; *c; c++) {
		if (*c > ' ' && *c < 0x7f)
			str_add_char(&safe, (char)*c);
		else
			str_addf(&safe, "%%%02X", *c);
	}
	if (safe.len == 0 || safe.len > SCREEN_URL || screen->link_count >= UINT16_MAX)
		return 0;
	if (screen->link_count == screen->link_cap) {
		screen->link_cap = mem_grow(screen->link_cap, screen->link_count + 1);
		screen->links =
			mem_resize(screen->links, screen->link_cap, sizeof(char *));
	}
	screen->links[screen->link_count++] = str_take(&safe);
	return (uint16_t)screen->link_count;
}

static int put_text(struct screen *screen, int row, int col, int width,
		    struct style style, const char *text, size_t len, uint16_t link)
{
	bool rtl = neutral_has_rtl(text, len);
	struct cell *first = NULL;
	struct cell *last = NULL;
	int used = 0;

	if (row < 0 || row >= screen->rows)
		return 0;
	for (size_t at = 0; at < len;) {
		size_t step = grapheme_next(text + at, len - at);
		int wide = width_cluster(text + at, step);
		/* What neutral.h promises; anything else is a bug that must not hurt. */
		if (wide < 1 || step >= CELL_TEXT || (unsigned char)text[at] < ' ') {
			at += step;
			continue;
		}
		if (used + wide > width)
			break;
		if (col + used >= 0 && col + used + wide <= screen->cols) {
			last = put_cell(screen, row, col + used, wide, style, text + at,
					step);
			last->link = link;
			first = first ? first : last;
		}
		used += wide;
		at += step;
	}
	if (rtl && first) {
		first->marks |= MARK_BEFORE;
		last->marks |= MARK_AFTER;
	}
	return used;
}

int screen_put(struct screen *screen, int row, int col, int width, struct style style,
	       const char *text, size_t len)
{
	return put_text(screen, row, col, width, style, text, len, 0);
}

int screen_put_link(struct screen *screen, int row, int col, int width,
		    struct style style, const char *text, size_t len, const char *url)
{
	return put_text(screen, row, col, width, style, text, len,
			keep_link(screen, url));
}

void screen_fill(struct screen *screen, int row, int col, int count, struct style style)
{
	for (int i = 0; i < count; i++)
		if (is_inside(screen, row, col + i))
			put_cell(screen, row, col + i, 1, style, " ", 1);
}

void screen_tint(struct screen *screen, int row, int col, int count, struct style style)
{
	for (int i = 0; i < count; i++)
		if (is_inside(screen, row, col + i))
			cell_at(screen, row, col + i)->style = style;
}

void screen_cursor(struct screen *screen, int row, int col)
{
	bool inside = is_inside(screen, row, col);

	screen->cursor_row = inside ? row : -1;
	screen->cursor_col = inside ? col : 0;
}

enum err screen_flush(struct screen *screen)
{
	enum err err = screen->ops->flush(screen);

	if (err == ERR_OK)
		screen->redraw = false;
	return err;
}

void screen_suspend(struct screen *screen)
{
	screen->ops->suspend(screen);
}

void screen_resume(struct screen *screen)
{
	screen->redraw = true;
	screen->ops->resume(screen);
}

void screen_raw(struct screen *screen, const char *bytes, size_t len)
{
	screen->ops->raw(screen, bytes, len);
}

void screen_close(struct screen **screen)
{
	if (*screen)
		(*screen)->ops->close(*screen);
	*screen = NULL;
}
