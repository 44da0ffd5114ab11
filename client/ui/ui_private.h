/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the files of the ui share: struct ui. Nobody else includes this.
 *  Thread: ui. */
#ifndef CHAT_UI_UI_PRIVATE_H
#define CHAT_UI_UI_PRIVATE_H

#include "client/ui/form.h"
#include "client/ui/input.h"
#include "client/ui/line.h"
#include "client/ui/screen.h"
#include "client/ui/theme.h"
#include "client/ui/tty.h"
#include "client/ui/ui.h"
#include "client/ui/view.h"

struct linear;

/** A line between Enter and the disk. */
struct held {
	uint64_t ticket;
	struct id room;
	struct str text;
	enum draft_kind kind;
	struct id target;
};

struct ui {
	struct model *model;
	const struct ui_hooks *hooks;
	void *ctx;
	const struct clock *clock;
	struct linear *linear; /**< NULL = there is a screen */
	struct tty tty;
	bool has_tty;
	struct screen *screen;
	int colours;
	struct theme theme;
	struct input input;
	struct line *line;
	struct form form;
	struct view view; /**< as drawn last, with what the person has set */
	struct str notice;
	struct str page_title;
	struct str page;
	struct str page_qr;
	struct str choices;         /**< commands, each ended by a newline; "" = none */
	size_t choice;              /**< the one that is marked */
	struct bitmap page_picture; /**< none: rgba is NULL */
	enum ui_images images;
	bool laid; /**< the picture lies over the cells of the terminal */
	struct held *held;
	size_t held_count;
	size_t held_cap;
	struct str held_text;
	uint64_t last_ticket;
	struct id entered;  /**< the room whose draft is in the line */
	bool changing;      /**< we change the line, not the person */
	bool pasted;        /**< the line has pasted lines in it … */
	bool confirmed;     /**< … and sending them was confirmed */
	bool typing;        /**< told others so */
	uint64_t typed_ms;  /**< last change of the line; 0 = long ago */
	uint64_t typing_ms; /**< last told others */
	uint64_t input_ms;  /**< last key, click or paste */
	uint64_t quit_ms;   /**< first Ctrl-C */
	uint64_t seen_seq;  /**< told with on_seen */
	unsigned seen_logs; /**< of the room, when that was */
	struct id seen_room;
	bool focused;
	enum ui_notify notify;
	bool picking; /**< keys pick a message and do something with it */
	bool suspended;
	bool dirty;
};

/** ui_line.c: from the line to the hooks. */
extern const struct line_hooks ui_line_hooks;
/** The person has entered @text in this front; what to do with the line afterwards. */
enum ui_taken ui_take_line(struct ui *ui, const char *text, size_t len);
/** The draft of the room that is left, that of the one that comes. */
void ui_swap_draft(struct ui *ui, struct room *room);
/** Typing that ended, a draft worth keeping. */
void ui_line_tick(struct ui *ui);
uint64_t ui_line_due(const struct ui *ui);
void ui_drop_held(struct ui *ui);

/** ui_form.c: the open form. */
void ui_form_input(struct ui *ui, const struct input_event *event);

/** ui_pick.c: what the keys are while a message is picked; true: the event was taken. */
bool ui_pick_input(struct ui *ui, const struct input_event *event);
/** Nothing is picked any more in the room that was entered. */
void ui_unpick(struct ui *ui);
/** The letters, or NULL while nothing is picked. */
const char *ui_pick_hint(const struct ui *ui);

/** ui_page.c: what the keys are while a page has rows to choose from; true: the event was
 *  taken. */
bool ui_choose_input(struct ui *ui, const struct input_event *event);
/** No page lies over the rest any more. */
void ui_page_close(struct ui *ui);

/** ui_mouse.c: clicks and the wheel. */
void ui_mouse_input(struct ui *ui, const struct input_event *event);

/** ui_history.c: what the timeline lacks is asked for, what was seen is told. */
void ui_ask_history(struct ui *ui);
void ui_tell_seen(struct ui *ui);

/** ui_picture.c: the picture of a page, where it is not drawn in cells. */
/** What this terminal draws: not UI_IMAGES_AUTO, not _OFF. */
enum ui_images ui_images_now(const struct ui *ui);
/** After the cells: lay it over them, unless it is there or there is none. */
void ui_lay_picture(struct ui *ui);
/** Before anything else is drawn there; also when the cells were wiped. */
void ui_picture_gone(struct ui *ui);

/** linear.c: the other front. Errors of _read(): ERR_CLOSED. _fd() is -1 while lines wait
 *  for their turn; _tick() takes one if it has come; _more(): the next one is to be looked
 *  at, without anything else happening. */
void linear_new(struct ui *ui, int in_fd, int out_fd);
void linear_free(struct linear **linear);
int linear_fd(const struct linear *linear);
enum err linear_read(struct ui *ui) MUST_CHECK;
void linear_tick(struct ui *ui);
bool linear_more(const struct linear *linear);
void linear_draw(struct ui *ui);
void linear_say(struct ui *ui, const char *text);
void linear_form(struct ui *ui);

/* ---- ui_notify.c ---- */

/** What the terminal of these names ($TERM, $TERM_PROGRAM) knows, as far as names tell. */
enum ui_notify ui_notify_guess(const char *term, const char *program);
/** The sequence that shows @title and @text, nothing of which acts on the terminal. */
void ui_notify_write(struct str *out, enum ui_notify form, const char *title,
		     const char *text);
/** Around tmux, or screen. */
void ui_notify_wrap(struct str *out, const char *sequence, bool tmux);

#endif
