/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a terminal shows outside of its window, for the person who looks elsewhere: the bell,
 * and one of three sequences, each of which some terminals know and the others swallow. In
 * tmux and screen it goes around them, where they let it.
 */
#include <stdlib.h>
#include <string.h>

#include "client/ui/ui_private.h"
#include "common/base/neutral.h"
#include "common/base/width.h"

#define TITLE_COLS 60
#define TEXT_COLS  160

/* What stands around title and text; forms without a sequence have none. OSC 99 is kitty's,
 * whose two parts are told apart by their keys. */
static const struct {
	const char *before;
	const char *between;
} forms[UI_NOTIFY_OFF + 1] = {
	[UI_NOTIFY_9] = {"\x1b]9;", ": "},
	[UI_NOTIFY_777] = {"\x1b]777;notify;", ";"},
	[UI_NOTIFY_99] = {"\x1b]99;i=chat:d=0:p=title;",
			  "\x1b\\\x1b]99;i=chat:d=1:p=body;"},
};

/* One line without controls, and without what separates the parts of a sequence. */
static void add_safe(struct str *out, const char *text, size_t cols)
{
	AUTO(str_done) struct str safe = STR_INIT;
	AUTO(str_done) struct str cut = STR_INIT;

	neutral_add(&safe, text, strlen(text), NEUTRAL_LINE);
	view_cut(&cut, safe.ptr, cols);
	for (size_t i = 0; i < cut.len; i++)
		str_add_char(out, cut.ptr[i] == ';' ? ',' : cut.ptr[i]);
}

enum ui_notify ui_notify_guess(const char *term, const char *program)
{
	if (term && strstr(term, "kitty"))
		return UI_NOTIFY_99;
	/* These know the short form only. */
	if (program &&
	    (strcmp(program, "iTerm.app") == 0 || strcmp(program, "WarpTerminal") == 0))
		return UI_NOTIFY_9;
	return UI_NOTIFY_777;
}

void ui_notify_write(struct str *out, enum ui_notify form, const char *title,
		     const char *text)
{
	if (!forms[form].before)
		return;
	str_add(out, forms[form].before);
	add_safe(out, title, TITLE_COLS);
	str_add(out, forms[form].between);
	add_safe(out, text, TEXT_COLS);
	str_add(out, "\x1b\\");
}

/* tmux(1), allow-passthrough; screen(1) has the same without a word for it. */
void ui_notify_wrap(struct str *out, const char *sequence, bool tmux)
{
	str_add(out, tmux ? "\x1bPtmux;" : "\x1bP");
	for (; *sequence; sequence++) {
		if (*sequence == '\x1b' && tmux)
			str_add_char(out, '\x1b');
		str_add_char(out, *sequence);
	}
	str_add(out, "\x1b\\");
}

void ui_alert(struct ui *ui, const char *title, const char *text)
{
	AUTO(str_done) struct str sequence = STR_INIT;
	AUTO(str_done) struct str out = STR_INIT;
	const char *term = getenv("TERM");
	enum ui_notify form = ui->notify;

	if (ui->focused || !ui->screen || form == UI_NOTIFY_OFF)
		return;
	if (form == UI_NOTIFY_AUTO)
		form = ui_notify_guess(term, getenv("TERM_PROGRAM"));
	/* Who has locked the screen does not want it to talk. */
	if (ui->form.kind == UI_FORM_NONE)
		ui_notify_write(&sequence, form, title, text);
	if (sequence.len && getenv("TMUX"))
		ui_notify_wrap(&out, sequence.ptr, true);
	else if (sequence.len && term && strncmp(term, "screen", 6) == 0)
		ui_notify_wrap(&out, sequence.ptr, false);
	else
		str_add_len(&out, sequence.ptr, sequence.len);
	str_add(&out, "\a");
	screen_raw(ui->screen, out.ptr, out.len);
}

void ui_notify(struct ui *ui, enum ui_notify form)
{
	ui->notify = form;
}
