/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a grid that has everything in it on which terminals, libc and ncurses disagree;
 * screen.sh looks at it from outside. Each key draws the next picture, the last one ends. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/screen_curses.h"
#include "common/os/lang.h"

/* Each row ends with a bar in column 30: what stands before must not move it. */
#define BAR 30

static void row_of(struct screen *screen, int row, const char *text, const char *url)
{
	struct style style = {COLOUR_PALETTE(2), COLOUR_DEFAULT, 0};

	if (url)
		screen_put_link(screen, row, 0, BAR, style, text, strlen(text), url);
	else
		screen_put(screen, row, 0, BAR, STYLE_PLAIN, text, strlen(text));
	screen_put(screen, row, BAR, 1, STYLE_PLAIN, "|", 1);
}

static void draw(struct screen *screen, int picture)
{
	bool odd = picture & 1;

	screen_clear(screen, STYLE_PLAIN);
	row_of(screen, 0, "plain ascii", NULL);
	row_of(screen, 1, odd ? "short" : "日本語 e\u0301 é", NULL);
	row_of(screen, 2,
	       odd ? "now plain" : "👨‍👩‍👧‍👦x🇩🇪y❤️z", NULL);
	row_of(screen, 3, odd ? "👨‍👩‍👧‍👦 family" : "was plain and long",
	       NULL);
	row_of(screen, 4, "a link", odd ? NULL : "https://example.org/ä");
	row_of(screen, 5, "שלום abc", NULL);
	row_of(screen, 6, "\U0001fae8\U0001fae9 new", NULL);
	screen_cursor(screen, 7, 3);
}

int main(int argc, char **argv)
{
	struct screen *screen = NULL;
	struct screen_facts facts;
	struct tty tty;

	lang_init();
	if (tty_open(&tty, 0, 1) != ERR_OK ||
	    screen_curses_new(&screen, &tty, getenv("TERM"), &facts) != ERR_OK)
		return 1;
	for (int picture = 0; picture < 3; picture++) {
		struct pollfd fd = {.fd = tty.fd, .events = POLLIN};
		char bytes[64];
		size_t len = 0;
		draw(screen, picture);
		if (screen_flush(screen) != ERR_OK)
			break;
		while (len == 0 && poll(&fd, 1, 10000) > 0)
			if (tty_read(&tty, bytes, sizeof(bytes), &len) != ERR_OK)
				break;
	}
	screen_close(&screen);
	tty_close(&tty);
	return 0;
}
