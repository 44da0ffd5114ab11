/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row is painted from column 0. Before a cluster of unsure width its columns are blanked,
 * after it the cursor is sent to where the next cell begins: whatever the terminal makes
 * of a family of four, everything behind it stands right.
 */
#include "client/ui/paint.h"

#include <string.h>

#include "common/base/unicode.h"
#include "common/base/utf8.h"

static void add_colour(struct str *out, uint32_t colour, bool background)
{
	unsigned base = background ? 40 : 30;
	unsigned index = colour & 0xff;

	if (colour == COLOUR_DEFAULT)
		return;
	if (!(colour & COLOUR_PALETTE(0)))
		str_addf(out, ";%u;2;%u;%u;%u", base + 8, colour >> 16 & 0xff,
			 colour >> 8 & 0xff, index);
	else if (index < 8)
		str_addf(out, ";%u", base + index);
	else if (index < 16)
		str_addf(out, ";%u", base + 60 + index - 8);
	else
		str_addf(out, ";%u;5;%u", base + 8, index);
}

static void add_style(struct str *out, struct style style)
{
	static const char *const codes[] = {";1", ";2", ";3", ";4", ";7", ";9"};

	str_add(out, "\x1b[0");
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (style.attrs & (1u << i))
			str_add(out, codes[i]);
	add_colour(out, style.fg, false);
	add_colour(out, style.bg, true);
	str_add(out, "m");
}

bool paint_is_unsure(const struct cell *cell)
{
	size_t len = strlen(cell->text);
	size_t at = 0;
	uint32_t code;
	int solid = 0;

	if (len <= 1)
		return false;
	while (at < len) {
		size_t used = utf8_decode(cell->text + at, len - at, &code);
		if (used == 0 || unicode_is_hidden(code) ||
		    unicode_break(code) == BREAK_REGIONAL)
			return true;
		solid += unicode_width(code) > 0;
		at += used;
	}
	/* A picture newer than some terminals' tables may be one column there. */
	return solid != 1 || (unicode_break(code) == BREAK_PICT && code >= 0x1f300);
}

static bool same_style(struct style a, struct style b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

static void add_link(struct str *out, const struct screen *screen, uint16_t link)
{
	str_addf(out, "\x1b]8;;%s\x1b\\", link ? screen->links[link - 1] : "");
}

static void add_cell(struct str *out, const struct cell *cell, int col)
{
	bool unsure = paint_is_unsure(cell);

	if (unsure)
		str_addf(out, "%*s\x1b[%dG", cell->width, "", col + 1);
	if (cell->marks & MARK_BEFORE)
		str_add(out, "\u200e");
	str_add(out, cell->text[0] ? cell->text : " ");
	if (cell->marks & MARK_AFTER)
		str_add(out, "\u200e");
	if (unsure)
		str_addf(out, "\x1b[%dG", col + cell->width + 1);
}

void paint_row(struct str *out, const struct screen *screen, int row)
{
	struct style pen = STYLE_PLAIN;
	uint16_t link = 0;

	str_addf(out, "\x1b[%d;1H\x1b[m", row + 1);
	for (int col = 0; col < screen->cols; col++) {
		const struct cell *cell = screen_cell(screen, row, col);
		if (cell->width == 0)
			continue;
		if (!same_style(pen, cell->style))
			add_style(out, cell->style);
		if (link != cell->link)
			add_link(out, screen, cell->link);
		pen = cell->style;
		link = cell->link;
		add_cell(out, cell, col);
	}
	if (link)
		add_link(out, screen, 0);
	str_add(out, "\x1b[m");
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	/* FNV-1a: no adversary gains anything from a row that is not painted anew but
	 * its own. */
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3u;
	return hash;
}

uint64_t paint_hash(const struct screen *screen, int row)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (int col = 0; col < screen->cols; col++) {
		const struct cell *cell = screen_cell(screen, row, col);
		const char *link = cell->link ? screen->links[cell->link - 1] : "";
		hash = mix(hash, cell->text, strlen(cell->text) + 1);
		hash = mix(hash, &cell->style, sizeof(cell->style));
		hash = mix(hash, link, strlen(link));
		hash = mix(hash, &cell->marks, 1);
		hash = mix(hash, &cell->width, 1);
	}
	return hash;
}
