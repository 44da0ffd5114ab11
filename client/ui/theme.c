/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of theme.def become styles for one terminal. Colours 0 to 15 are the user's own and
 * may look like anything, so a 256-colour terminal is given only the fixed ones.
 */
#include "client/ui/theme.h"

#include <string.h>

#define NONE COLOUR_DEFAULT

struct row {
	uint32_t fg[2], bg[2];     /* dark, light */
	uint32_t fg16[2], bg16[2]; /* the same for 16 colours */
	unsigned attrs;
	unsigned mono;
};

#define BOLD      ATTR_BOLD
#define DIM       ATTR_DIM
#define ITALIC    ATTR_ITALIC
#define UNDERLINE ATTR_UNDERLINE
#define REVERSE   ATTR_REVERSE

static const struct row rows[] = {
#define ROLE(id, df, db, lf, lb, df16, db16, lf16, lb16, attrs, mono) \
	{{df, lf}, {db, lb}, {df16, lf16}, {db16, lb16}, attrs, mono},
#define SENDER(...)
#include "client/ui/theme.def"
#undef ROLE
#undef SENDER
};

static const struct row senders[] = {
#define ROLE(...)
#define SENDER(dark, light, dark16, light16) \
	{{dark, light}, {NONE, NONE}, {dark16, light16}, {NONE, NONE}, BOLD, BOLD},
#include "client/ui/theme.def"
#undef ROLE
#undef SENDER
};

static unsigned part(uint32_t rgb, int index)
{
	return rgb >> (16 - 8 * index) & 0xff;
}

static const unsigned cube[] = {0, 95, 135, 175, 215, 255};

uint32_t theme_palette_rgb(unsigned index)
{
	static const uint32_t first[] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00,
					 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
					 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
					 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

	if (index < 16)
		return first[index];
	if (index >= 232)
		return (8 + 10 * (index - 232)) * 0x010101u;
	index -= 16;
	return cube[index / 36] << 16 | cube[index / 6 % 6] << 8 | cube[index % 6];
}

static unsigned distance(uint32_t a, uint32_t b)
{
	unsigned sum = 0;

	for (int i = 0; i < 3; i++) {
		int d = (int)part(a, i) - (int)part(b, i);
		sum += (unsigned)(d * d);
	}
	return sum;
}

/* The nearest entry of the palette from @first to before @end. */
static uint32_t nearest(uint32_t rgb, unsigned first, unsigned end)
{
	unsigned best = first;

	for (unsigned i = first; i < end; i++)
		if (distance(theme_palette_rgb(i), rgb) <
		    distance(theme_palette_rgb(best), rgb))
			best = i;
	return COLOUR_PALETTE(best);
}

uint32_t theme_to_256(uint32_t rgb)
{
	return nearest(rgb, 16, 256);
}

uint32_t theme_colour(uint32_t rgb, int colours)
{
	if (colours >= 1 << 24)
		return rgb;
	return colours >= 256 ? theme_to_256(rgb)
			      : nearest(rgb, 0, colours < 16 ? 8 : 16);
}

static uint32_t colour_of(uint32_t rgb, uint32_t of16, int colours)
{
	if (colours >= 1 << 24)
		return rgb;
	if (colours >= 256)
		return rgb == NONE ? NONE : theme_to_256(rgb);
	if (of16 == NONE)
		return NONE;
	/* Eight colours: the bright ones are bold ones, which the attributes bring. */
	return COLOUR_PALETTE(colours >= 16 ? of16 : of16 & 7);
}

static struct style style_of(const struct row *row, int light, int colours)
{
	if (colours < 8)
		return (struct style){NONE, NONE, row->mono};
	return (struct style){
		.fg = colour_of(row->fg[light], row->fg16[light], colours),
		.bg = colour_of(row->bg[light], row->bg16[light], colours),
		.attrs = row->attrs,
	};
}

enum err theme_init(struct theme *theme, const char *name, int colours)
{
	int light = strcmp(name, "light") == 0;

	if (!light && strcmp(name, "dark") != 0)
		return ERR_NOT_FOUND;
	theme->name = light ? "light" : "dark";
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		theme->styles[i] = style_of(&rows[i], light, colours);
	for (size_t i = 0; i < ARRAY_LEN(senders); i++)
		theme->senders[i] = style_of(&senders[i], light, colours);
	return ERR_OK;
}

struct style theme_sender(const struct theme *theme, const struct id *user)
{
	/* Ids are random; two bytes of one are as good as a hash of all. */
	unsigned pick = (unsigned)user->bytes[0] << 8 | user->bytes[15];

	return theme->senders[pick % SENDER_COUNT];
}
