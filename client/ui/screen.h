/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port through which anything becomes visible: a grid of cells of ours. Views write
 *  to the grid, screen_flush() makes the terminal (or the text of a test) look like it.
 *  A cell holds one grapheme cluster; a wide one owns the cell behind it too. Text that is
 *  put here has been neutralised: the grid refuses control characters all the same.
 *  Two implementations: screen_curses.c and screen_text.c.
 *  Thread: ui. */
#ifndef CHAT_UI_SCREEN_H
#define CHAT_UI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/err.h"
#include "common/base/str.h"

/** Bytes of a cluster that a cell can hold, with a terminator: NEUTRAL_CLUSTER. */
#define CELL_TEXT 44
/** The grid never grows over this, whatever a terminal claims: 32 MiB of cells. */
#define SCREEN_ROWS 500
#define SCREEN_COLS 1000
/** Bytes of an address that is worth a link. */
#define SCREEN_URL 2048

/** A colour: 0xRRGGBB, one of the terminal's palette, or its own. What a terminal can do
 *  is the theme's matter. */
#define COLOUR_DEFAULT        0xffffffffu
#define COLOUR_PALETTE(index) (0x1000000u | (index))

enum attr {
	ATTR_BOLD = 1 << 0,
	ATTR_DIM = 1 << 1,
	ATTR_ITALIC = 1 << 2,
	ATTR_UNDERLINE = 1 << 3,
	ATTR_REVERSE = 1 << 4,
	ATTR_STRIKE = 1 << 5,
};

struct style {
	uint32_t fg;
	uint32_t bg;
	unsigned attrs; /**< enum attr */
};

#define STYLE_PLAIN ((struct style){.fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT})

struct cell {
	/** Terminated; empty = a blank, or the tail of a wide one. */
	char text[CELL_TEXT];
	uint8_t width; /**< 1 or 2; 0 = the tail of the wide one before */
	uint8_t marks; /**< enum cell_mark */
	uint16_t link; /**< 0 = none, else index + 1 into the links of the frame */
	struct style style;
};

/** Where a field with right-to-left text begins and ends: the terminal is given U+200E
 *  there, so that its own reordering (UAX #9) cannot leave the field. */
enum cell_mark { MARK_BEFORE = 1 << 0, MARK_AFTER = 1 << 1 };

struct screen;

/** What an implementation brings. */
struct screen_ops {
	/** Make the outside look like the grid. */
	enum err (*flush)(struct screen *screen);
	/** Leave the terminal as it was; come back to it. */
	void (*suspend)(struct screen *screen);
	void (*resume)(struct screen *screen);
	/** Bytes for the terminal itself (bell, title), in order with the frames. */
	void (*raw)(struct screen *screen, const char *bytes, size_t len);
	void (*close)(struct screen *screen);
};

/** Embedded as first member of an implementation. */
struct screen {
	const struct screen_ops *ops;
	struct cell *cells; /**< rows × cols, row by row */
	int rows;
	int cols;
	int cursor_row; /**< −1 = hidden */
	int cursor_col;
	char **links; /**< of this frame: addresses in printable ASCII */
	size_t link_count;
	size_t link_cap;
	bool redraw; /**< the outside is not to be trusted: paint everything */
};

/** For implementations. */
void screen_init(struct screen *screen, const struct screen_ops *ops);
void screen_done(struct screen *screen);

/** The outside has this size now; clamped to 1…SCREEN_ROWS, 1…SCREEN_COLS; the grid is
 *  blank after it. */
void screen_resize(struct screen *screen, int rows, int cols);
/** A blank grid in @style, no links, no cursor: a frame begins. */
void screen_clear(struct screen *screen, struct style style);
/** Put @text (@len bytes) into the field of @width columns at (@row, @col), cut at a
 *  cluster; parts outside the grid are dropped. Returns the columns used. */
int screen_put(struct screen *screen, int row, int col, int width, struct style style,
	       const char *text, size_t len);
/** Like screen_put(), and the cells carry a link to @url. */
int screen_put_link(struct screen *screen, int row, int col, int width,
		    struct style style, const char *text, size_t len, const char *url);
/** @count blanks in @style. */
void screen_fill(struct screen *screen, int row, int col, int count, struct style style);
/** Restyle what is there. */
void screen_tint(struct screen *screen, int row, int col, int count, struct style style);
/** Where the terminal's cursor goes; outside of the grid = hidden. */
void screen_cursor(struct screen *screen, int row, int col);
/** NULL when outside. */
const struct cell *screen_cell(const struct screen *screen, int row, int col);

enum err screen_flush(struct screen *screen) MUST_CHECK;
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);
void screen_raw(struct screen *screen, const char *bytes, size_t len);
void screen_close(struct screen **screen);

#endif
