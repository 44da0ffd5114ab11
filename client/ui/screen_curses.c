/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file that knows curses. ncurses never sees the terminal: it writes into an
 * unlinked file in memory, and what it wrote goes to the terminal together with our own
 * rows in one piece, through a queue that does not block. (ncurses itself spins on EAGAIN.)
 *
 * Rows on which our width table, libc and ncurses agree are given to ncurses, which finds
 * the shortest way to change them. Any other row (sequences, links, right-to-left fields,
 * true colour) is full of no-break spaces for ncurses, so that it never takes the rest of
 * the screen for blank and clears it, and is painted by paint.c when it changed. A row
 * that goes back to ncurses is declared unknown to it.
 */
#include "client/ui/screen_curses.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

#include "client/ui/paint.h"
#include "common/base/mem.h"
#include "common/base/unicode.h"
#include "common/base/utf8.h"

/* The scroll region is reset, because ncurses sets the one of terminfo's size, which homes
 * the cursor that the terminal saves for the end: it is kept around that. Bracketed
 * paste, focus events; mouse with SGR reports. */
#define ENTER_MODES "\0337\x1b[r\0338\x1b[?2004h\x1b[?1004h"
#define ENTER_MOUSE "\x1b[?1000h\x1b[?1006h"
#define LEAVE_MOUSE "\x1b[?1006l\x1b[?1000l"
#define LEAVE_MODES "\x1b]8;;\x1b\\" LEAVE_MOUSE "\x1b[?1004l\x1b[?2004l\x1b[r"

struct screen_curses {
	struct screen screen;
	struct tty *tty;
	FILE *file; /* what ncurses writes to */
	SCREEN *curses;
	struct str bytes; /* a frame */
	uint64_t *hashes; /* per row: what paint.c painted, 0 = ncurses owns it */
	bool mouse;
	bool suspended;
};

static struct screen_curses *curses_of(struct screen *screen)
{
	return (struct screen_curses *)screen;
}

/* What ncurses wrote since the last time, appended to the frame. */
static void take_bytes(struct screen_curses *self)
{
	int fd = fileno(self->file);

	fflush(self->file);
	off_t len = lseek(fd, 0, SEEK_CUR);
	if (len <= 0)
		return;
	char *bytes = mem_alloc((size_t)len, 1);
	ssize_t got = pread(fd, bytes, (size_t)len, 0);
	if (got > 0)
		str_add_len(&self->bytes, bytes, (size_t)got);
	mem_free(bytes);
	/* The page stays: the next frame is written over it. */
	lseek(fd, 0, SEEK_SET);
}

static void send_bytes(struct screen_curses *self)
{
	tty_write(self->tty, self->bytes.ptr, self->bytes.len);
	str_clear(&self->bytes);
}

/* ncurses can have the cell: one column-taking code point, marks of no width behind it,
 * and libc of the same opinion about each. */
static bool is_common(const struct cell *cell)
{
	size_t len = strlen(cell->text);
	int total = 0;
	int count = 0;
	uint32_t code;

	/* What ncurses has no attribute for. */
	if (cell->link || cell->marks || cell->style.attrs & ATTR_STRIKE)
		return false;
	if (!((cell->style.fg & cell->style.bg) & COLOUR_PALETTE(0)))
		return false;
	if (len <= 1)
		return true;
	if (paint_is_unsure(cell))
		return false;
	for (size_t at = 0; at < len; count++) {
		size_t used = utf8_decode(cell->text + at, len - at, &code);
		int wide = used ? wcwidth((wchar_t)code) : -1;
		if (wide < 0 || (count == 0) != (wide > 0) || unicode_is_rtl(code))
			return false;
		total += wide;
		at += used;
	}
	return total == cell->width && count < CCHARW_MAX;
}

static bool is_common_row(const struct screen *screen, int row)
{
	for (int col = 0; col < screen->cols; col++)
		if (!is_common(screen_cell(screen, row, col)))
			return false;
	return true;
}

static attr_t attrs_of(struct style style)
{
	attr_t attrs = A_NORMAL;

	attrs |= style.attrs & ATTR_BOLD ? A_BOLD : 0;
	attrs |= style.attrs & ATTR_DIM ? A_DIM : 0;
	attrs |= style.attrs & ATTR_ITALIC ? A_ITALIC : 0;
	attrs |= style.attrs & ATTR_UNDERLINE ? A_UNDERLINE : 0;
	attrs |= style.attrs & ATTR_REVERSE ? A_REVERSE : 0;
	return attrs;
}

static int pair_of(struct style style)
{
	int fg = style.fg == COLOUR_DEFAULT ? -1 : (int)(style.fg & 0xff);
	int bg = style.bg == COLOUR_DEFAULT ? -1 : (int)(style.bg & 0xff);

	if (fg < 0 && bg < 0)
		return 0;
	int pair = alloc_pair(fg, bg);
	return pair < 0 ? 0 : pair;
}

static void give_cell(const struct cell *cell, int row, int col)
{
	wchar_t wide[CCHARW_MAX] = {L' '};
	size_t len = strlen(cell->text);
	int pair = pair_of(cell->style);
	size_t count = 0;
	cchar_t out;

	for (size_t at = 0; at < len && count < CCHARW_MAX - 1;) {
		uint32_t code;
		at += utf8_decode(cell->text + at, len - at, &code);
		wide[count++] = (wchar_t)code;
	}
	setcchar(&out, wide, attrs_of(cell->style), 0, &pair);
	mvadd_wch(row, col, &out);
}

static void give_filler(const struct screen *screen, int row)
{
	static const wchar_t wide[] = {0xa0, 0};
	cchar_t out;

	setcchar(&out, wide, A_NORMAL, 0, NULL);
	mvhline_set(row, 0, &out, screen->cols);
}

/* Lay the row out for ncurses; true when paint.c has to paint it afterwards. */
static bool give_row(struct screen_curses *self, int row)
{
	struct screen *screen = &self->screen;

	if (!is_common_row(screen, row)) {
		uint64_t hash = paint_hash(screen, row) | 1;
		bool changed = self->hashes[row] != hash || screen->redraw;
		if (!self->hashes[row] || screen->redraw)
			give_filler(screen, row);
		self->hashes[row] = hash;
		return changed;
	}
	if (self->hashes[row]) {
		self->hashes[row] = 0;
		wredrawln(stdscr, row, 1);
	}
	for (int col = 0; col < screen->cols; col++) {
		const struct cell *cell = screen_cell(screen, row, col);
		if (cell->width)
			give_cell(cell, row, col);
	}
	return false;
}

static enum err curses_flush(struct screen *screen)
{
	struct screen_curses *self = curses_of(screen);
	AUTO(str_done) struct str rows = STR_INIT;
	int row = screen->cursor_row;

	if (self->suspended)
		return ERR_STATE;
	if (screen->redraw)
		clearok(curscr, TRUE);
	for (int i = 0; i < screen->rows; i++)
		if (give_row(self, i))
			paint_row(&rows, screen, i);
	curs_set(row >= 0);
	move(row < 0 ? 0 : row, screen->cursor_col);
	wnoutrefresh(stdscr);
	doupdate();
	take_bytes(self);
	if (rows.len) {
		/* ncurses believes that the cursor stands where it left it. */
		str_add_len(&self->bytes, rows.ptr, rows.len);
		str_addf(&self->bytes, "\x1b[%d;%dH", (row < 0 ? 0 : row) + 1,
			 screen->cursor_col + 1);
	}
	send_bytes(self);
	return self->tty->gone ? ERR_CLOSED : ERR_OK;
}

static void enter(struct screen_curses *self)
{
	tty_raw(self->tty);
	take_bytes(self);
	str_add(&self->bytes, ENTER_MODES);
	if (self->mouse)
		str_add(&self->bytes, ENTER_MOUSE);
}

static void leave(struct screen_curses *self)
{
	if (self->suspended)
		return;
	self->suspended = true;
	str_add(&self->bytes, LEAVE_MODES);
	endwin();
	take_bytes(self);
	send_bytes(self);
	tty_drain(self->tty, 200);
	tty_restore(self->tty);
}

static void curses_suspend(struct screen *screen)
{
	leave(curses_of(screen));
}

static void curses_resume(struct screen *screen)
{
	struct screen_curses *self = curses_of(screen);

	self->suspended = false;
	enter(self);
	screen_curses_resize(screen);
}

static void curses_raw(struct screen *screen, const char *bytes, size_t len)
{
	struct screen_curses *self = curses_of(screen);

	/* A bell for a terminal that does not listen is not worth a queue. */
	if (!self->suspended && self->tty->out.len == 0)
		tty_write(self->tty, bytes, len);
}

static void curses_close(struct screen *screen)
{
	struct screen_curses *self = curses_of(screen);

	if (self->curses) {
		leave(self);
		delscreen(self->curses);
	}
	if (self->file)
		fclose(self->file);
	str_done(&self->bytes);
	mem_free(self->hashes);
	screen_done(screen);
	mem_free(self);
}

static const struct screen_ops ops = {
	.flush = curses_flush,
	.suspend = curses_suspend,
	.resume = curses_resume,
	.raw = curses_raw,
	.close = curses_close,
};

void screen_curses_resize(struct screen *screen)
{
	struct screen_curses *self = curses_of(screen);
	int rows, cols;

	tty_size(self->tty, &rows, &cols);
	screen_resize(screen, rows, cols);
	resizeterm(screen->rows, screen->cols);
	mem_free(self->hashes);
	self->hashes = mem_alloc((size_t)screen->rows, sizeof(*self->hashes));
}

void screen_curses_mouse(struct screen *screen, bool on)
{
	const char *modes = on ? ENTER_MOUSE : LEAVE_MOUSE;

	curses_of(screen)->mouse = on;
	screen_raw(screen, modes, strlen(modes));
}

size_t screen_curses_leave(char *bytes, size_t size)
{
	const char *parts[] = {LEAVE_MODES "\x1b[m", tigetstr("rmcup"), tigetstr("cnorm"),
			       tigetstr("rmkx")};
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *part = parts[i];
		if (!part || part == (const char *)-1 || len + strlen(part) >= size)
			continue;
		memcpy(bytes + len, part, strlen(part));
		len += strlen(part);
	}
	return len;
}

/* Signal handlers of ncurses would write to the terminal behind our back. */
static SCREEN *new_term(const char *term, FILE *file)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
	struct sigaction saved[ARRAY_LEN(signals)];

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], NULL, &saved[i]);
	SCREEN *curses = newterm(term, file, file);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &saved[i], NULL);
	return curses;
}

static bool speaks_xterm(const char *term)
{
	static const char *const names[] = {"xterm",   "kitty",     "ghostty",
					    "foot",    "alacritty", "wezterm",
					    "contour", "konsole",   "rio"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strstr(term, names[i]))
			return true;
	return false;
}

/* newterm() and not initscr(), which ends the process for a terminal it does not know. */
static SCREEN *open_term(const char *term, FILE *file)
{
	SCREEN *curses = new_term(term, file);

	if (!curses && speaks_xterm(term))
		curses = new_term("xterm-256color", file);
	if (!curses)
		return NULL;
	/* paint.c speaks ECMA-48 (ISO 6429); so must the terminal. */
	const char *cup = tigetstr("cup");
	if (cup && cup != (const char *)-1 && strncmp(cup, "\x1b[", 2) == 0)
		return curses;
	endwin();
	delscreen(curses);
	return NULL;
}

static int count_colours(void)
{
	const char *direct = getenv("COLORTERM");

	if (!has_colors() || start_color() == ERR)
		return 0;
	use_default_colors();
	if (COLORS >= 256 && direct &&
	    (strcmp(direct, "truecolor") == 0 || strcmp(direct, "24bit") == 0))
		return 1 << 24;
	return COLORS > 256 ? 256 : COLORS;
}

enum err screen_curses_new(struct screen **ret_screen, struct tty *tty, const char *term,
			   struct screen_facts *ret_facts)
{
	struct screen_curses *self = mem_new(struct screen_curses);
	struct screen *screen = &self->screen;

	screen_init(screen, &ops);
	self->bytes = STR_INIT;
	self->tty = tty;
	self->mouse = true;
	self->suspended = true;
	int fd = memfd_create("screen", MFD_CLOEXEC);
	self->file = fd < 0 ? NULL : fdopen(fd, "r+");
	if (fd >= 0 && !self->file)
		close(fd);
	self->curses = self->file ? open_term(term, self->file) : NULL;
	if (!self->curses) {
		screen_close(&screen);
		return ERR_NOT_FOUND;
	}
	ret_facts->colours = count_colours();
	nonl();
	screen_resume(screen);
	*ret_screen = screen;
	return ERR_OK;
}
