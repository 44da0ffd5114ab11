/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The screen on a terminal, through ncurses where ncurses is right, past it elsewhere.
 *  Thread: ui. */
#ifndef CHAT_UI_SCREEN_CURSES_H
#define CHAT_UI_SCREEN_CURSES_H

#include "client/ui/screen.h"
#include "client/ui/tty.h"

/** What is known of the terminal after screen_curses_new(). */
struct screen_facts {
	int colours; /**< 0, 8, 16, 256 or 1 << 24 */
};

/** Make the terminal of @tty (borrowed) a screen. @term is $TERM; an unknown one that
 *  says "xterm", or belongs to a terminal known to speak it, becomes xterm-256color. The
 *  locale is UTF-8 already (lang_init()), which wcwidth() and ncurses need.
 *  Errors: ERR_NOT_FOUND when the terminal cannot do it: use linear mode. */
enum err screen_curses_new(struct screen **ret_screen, struct tty *tty, const char *term,
			   struct screen_facts *ret_facts) MUST_CHECK;

/** Ask the terminal for its size and take it over. */
void screen_curses_resize(struct screen *screen);
/** Mouse reports on or off. */
void screen_curses_mouse(struct screen *screen, bool on);
/** The bytes that leave the terminal as it was; terminated, at most @size. */
size_t screen_curses_leave(char *bytes, size_t size);

#endif
