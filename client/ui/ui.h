/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The person's side of the client: draws the model, turns key presses into lines and
 *  commands. It knows neither network nor store; what is to happen leaves through hooks.
 *
 *  One turn of the app's loop: poll ui_fd() for ui_events() with ui_timeout_ms();
 *  ui_ready() when something is there; ui_tick(); ui_draw(). Hooks are called from
 *  ui_ready(), ui_tick() and ui_draw() only, and may call anything here but ui_free().
 *  Linear mode is the same interface: lines instead of a screen.
 *  Thread: ui. */
#ifndef CHAT_UI_UI_H
#define CHAT_UI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "client/model/model.h"
#include "client/ui/screen.h"
#include "common/base/clock.h"

struct ui;

/** A line that was entered. Views are valid during the call. */
struct ui_line {
	const struct id *room; /**< NULL = no room is on the screen */
	enum draft_kind kind;
	const struct id *target; /**< of an edit or a reply */
	const char *text;        /**< as typed: a command, or something to say */
	size_t len;
	uint64_t ticket; /**< for ui_line_done() */
};

/** What became of a line. */
enum ui_taken {
	UI_LINE_DONE, /**< forget it */
	UI_LINE_KEEP, /**< give it back to the input: not taken, a notice says why */
	UI_LINE_HELD, /**< on its way to disk: shown above the input until ui_line_done() */
};

enum ui_history { UI_OLDER, UI_NEWER, UI_NEWEST };

enum ui_form {
	UI_FORM_NONE,
	UI_FORM_LOGIN,
	UI_FORM_SIGNUP,
	UI_FORM_CODE,
	UI_FORM_FORGOTTEN, /**< the address that a code goes to */
	UI_FORM_RENEW,     /**< that code, and the new password */
	UI_FORM_CONFIRM,   /**< the password, for what ui_form_title() says */
	UI_FORM_ASK,       /**< something else that ui_form_title() says, as `code` */
	UI_FORM_PROFILE, /**< display, status, about, findable: what was changed comes back */
	UI_FORM_LOCK, /**< nothing else is shown or told until the app ends it */
};

/** Fields of the forms; NULL = not asked in this one. */
struct ui_values {
	const char *server;
	const char *account; /**< log-in: or the e-mail address */
	const char *display;
	const char *email;
	const char *password; /**< wiped after the call */
	const char *code;
	const char *status, *about;
	const char *findable, *receipts, *typing; /**< "yes" or "no" */
	const char *presence;                     /**< "everyone", "rooms", "nobody" */
};

enum ui_form_act {
	UI_FORM_SUBMIT,
	UI_FORM_AGAIN, /**< send another code; from the log-in: the password is forgotten */
	UI_FORM_OTHER, /**< log-in ↔ sign-up */
	UI_FORM_KEY,   /**< log in by what ui_form_offer() said */
	UI_FORM_BACK,  /**< leave the form; from the first one: leave the program */
};

/** Words that Tab may put in; see `complete`. */
struct ui_words;

struct ui_hooks {
	enum ui_taken (*on_line)(void *ctx, const struct ui_line *line);
	/** A key was pressed that stands for this command ("/scroll page-up"). */
	void (*on_command)(void *ctx, const char *command);
	/** Typing began, goes on (every 3 s at most) or ended. */
	void (*on_typing)(void *ctx, const struct id *room, bool on);
	/** Messages are needed before or after @seq. Asked once until timeline.loading is
	 *  false again; the answer goes into the timeline. */
	void (*on_history)(void *ctx, const struct id *room, enum ui_history way,
			   uint64_t seq);
	/** Everything up to @seq has been on the screen while it had the focus. */
	void (*on_seen)(void *ctx, const struct id *room, uint64_t seq);
	/** room->draft is worth keeping: typing paused, or the room was left. */
	void (*on_draft)(void *ctx, const struct id *room);
	/** A room was picked. The app loads it and calls ui_enter(). */
	void (*on_room)(void *ctx, const struct id *room);
	void (*on_form)(void *ctx, enum ui_form form, enum ui_form_act act,
			const struct ui_values *values);
	/** The small picture of @file is seen and waited for in the model: pictures_came()
	 *  and ui_touch() later; no other one is asked for before. */
	void (*on_picture)(void *ctx, const struct id *file);
	/** Add with ui_word() what could stand at @word…@point of @line. */
	void (*complete)(void *ctx, const char *line, size_t word, size_t point,
			 struct ui_words *words);
	/** Ctrl-Z: call ui_suspend(), stop the process, ui_resume(). */
	void (*on_suspend)(void *ctx);
	/** Lines that no terminal sends: whether @line may be taken now; NULL: whether the
	 *  input may end. Asked again in each turn. */
	bool (*may_take)(void *ctx, const char *line);
	/** Ctrl-C twice, Ctrl-D on an empty line, or the input ended. */
	void (*on_quit)(void *ctx);
};

/** How a terminal is told: by its name, the bell alone, OSC 9, 777 or 99, not at all. */
enum ui_notify {
	UI_NOTIFY_AUTO,
	UI_NOTIFY_BELL,
	UI_NOTIFY_9,
	UI_NOTIFY_777,
	UI_NOTIFY_99,
	UI_NOTIFY_OFF,
};

/** How pictures are shown: by what the terminal is and as cells below messages where it has
 *  the colours; not below messages; as cells; by one of two protocols. */
enum ui_images {
	UI_IMAGES_AUTO,
	UI_IMAGES_OFF,
	UI_IMAGES_BLOCKS,
	UI_IMAGES_KITTY,
	UI_IMAGES_SIXEL,
};

struct ui_options {
	int in_fd; /**< the terminal; linear mode: anything readable */
	int out_fd;
	const char *term;  /**< $TERM; NULL = dumb */
	const char *theme; /**< "dark", "light"; NULL = dark */
	int colours; /**< −1 = by the terminal; 0 = none (NO_COLOR), 16, 256, 1<<24 */
	bool linear; /**< lines instead of a screen */
	bool no_mouse;
	bool no_markdown;
	enum ui_notify notify;
	enum ui_images images;
	const struct clock *clock; /**< borrowed */
	struct screen *screen;     /**< tests: draw here, taken; fds are not touched */
};

/** Takes the terminal over. Falls back to linear mode, with a line that says why, where
 *  the terminal cannot do more. Borrows @model, @hooks and @ctx until ui_free().
 *  Errors: ERR_IO when there is no terminal and linear mode was not asked for. */
enum err ui_new(struct ui **ret_ui, const struct ui_options *options, struct model *model,
		const struct ui_hooks *hooks, void *ctx) MUST_CHECK;
/** Gives the terminal back. */
void ui_free(struct ui **ui);

int ui_fd(const struct ui *ui);
/** POLLIN, and POLLOUT while the terminal has not taken everything. */
short ui_events(const struct ui *ui);
/** Milliseconds until ui_tick() has something to do, −1 = nothing. */
int ui_timeout_ms(const struct ui *ui);
/** Errors: ERR_CLOSED when the terminal is gone: leave without a word. */
enum err ui_ready(struct ui *ui, short revents) MUST_CHECK;
/** What time brings: a lone Esc, count-downs, typing that ended. */
void ui_tick(struct ui *ui);
/** Bytes as if typed. */
void ui_feed(struct ui *ui, const char *bytes, size_t len);
/** The window changed (SIGWINCH): asks the terminal for its size. */
void ui_resize(struct ui *ui);
/** The model changed. */
void ui_touch(struct ui *ui);
/** Draw if something changed; nothing while suspended or while the terminal is full. */
void ui_draw(struct ui *ui);

void ui_suspend(struct ui *ui);
void ui_resume(struct ui *ui);

/** The room is on the screen now (NULL = none): model_enter(), its draft, its history of
 *  lines. Asks for messages when it has none. */
void ui_enter(struct ui *ui, struct room *room);
/** What became of a held line; a failure gives it back to the input. */
void ui_line_done(struct ui *ui, uint64_t ticket, enum err err);
/** Put @text into the input, as if typed; for /edit and /reply with what it is about. */
void ui_compose(struct ui *ui, enum draft_kind kind, const struct id *target,
		const char *text, size_t len);

/** One line about what just happened, above the input until the next key; raw text. */
void ui_notice(struct ui *ui, const char *text);
/** Monotonic time of the last key, click or paste; 0: none yet. */
uint64_t ui_typed_ms(const struct ui *ui);
/** Several lines to read: an overlay that scrolls and closes with Esc. */
void ui_page(struct ui *ui, const char *title, const char *text);
/** The same with the QR code of @code above the text, as large as fits; where it does not
 *  fit, a line says so. */
void ui_page_qr(struct ui *ui, const char *title, const char *code, const char *text);
/** The same, and the first @count lines of @text stand for @commands (copied): the arrows
 *  mark one, Enter closes the page and gives its command to on_command(). Linear mode has
 *  the text alone. */
void ui_choose(struct ui *ui, const char *title, const char *text,
	       const char *const *commands, size_t count);
/** The same with *bitmap, which is taken, below the text, as large as fits. */
void ui_page_picture(struct ui *ui, const char *title, const char *text,
		     struct bitmap *bitmap);
/** Append the sentence that there is no picture, because of @why. */
void ui_no_picture(enum err why, struct str *out);
void ui_images(struct ui *ui, enum ui_images images);
/** Tell the person who looks elsewhere: by the terminal's notification and the bell, unless
 *  the window has the focus. Raw texts. */
void ui_alert(struct ui *ui, const char *title, const char *text);
void ui_notify(struct ui *ui, enum ui_notify form);

/** Show @form, with what is known already; UI_FORM_NONE closes it. */
void ui_form(struct ui *ui, enum ui_form form, const struct ui_values *known);
/** The answer is awaited / is there. @text: what is wrong, NULL = nothing. */
void ui_form_busy(struct ui *ui, bool busy);
void ui_form_error(struct ui *ui, const char *text);
/** The same, of a password that was refused: its field is empty again. */
void ui_form_refused(struct ui *ui, const char *text);
/** For UI_FORM_CODE: where the code went, until when it holds, from when on another may
 *  be sent (both monotonic; UINT64_MAX: none is sent, an app has it). */
void ui_form_code(struct ui *ui, const char *where, uint64_t until_ms, uint64_t again_ms);
/** How often it may still be tried. */
void ui_form_tries(struct ui *ui, unsigned tries);

/** What the open form is about, where it can be about several things; raw text. */
void ui_form_title(struct ui *ui, const char *text);
/** For UI_FORM_LOGIN: the SSH key that could be used instead of a password; raw text. */
void ui_form_offer(struct ui *ui, const char *key);

/** A key of ours: @keys in the notation of inputrc ("\\eg", "\\C-xg"); the user's inputrc
 *  wins where it binds the same. @command is borrowed for good. */
void ui_bind(struct ui *ui, const char *keys, const char *command);
/** One candidate for completion. @help may be NULL. */
void ui_word(struct ui_words *words, const char *word, const char *help);

/** What the commands of the keys need. */
enum ui_move {
	UI_LINE_UP,
	UI_LINE_DOWN,
	UI_PAGE_UP,
	UI_PAGE_DOWN,
	UI_TOP,
	UI_BOTTOM,
	UI_MARK, /**< the new-messages line */
};
void ui_scroll(struct ui *ui, enum ui_move move);
/** Pick a message of the room on the screen: the newest, then above (−1) or below (1) it;
 *  the next keys say what to do with it. */
void ui_pick(struct ui *ui, int step);
enum ui_pane { UI_PANE_ROOMS, UI_PANE_MEMBERS, UI_PANE_TIMES };
/** Show or hide; where the window is narrow, as an overlay. */
void ui_toggle(struct ui *ui, enum ui_pane pane);
/** The room @step places further in the list (−1 = up). */
void ui_step_room(struct ui *ui, int step);
/** Everything anew. */
void ui_redraw(struct ui *ui);
/** What Ctrl-C does: forget the line; on an empty one, twice, leave. */
void ui_cancel(struct ui *ui);
/** What Ctrl-Z does: ask the app to suspend. */
void ui_stop(struct ui *ui);
/** Errors: ERR_NOT_FOUND. */
enum err ui_theme(struct ui *ui, const char *name) MUST_CHECK;
void ui_mouse(struct ui *ui, bool on);
/** Whether the markup of messages is drawn. */
void ui_markdown(struct ui *ui, bool on);
bool ui_is_linear(const struct ui *ui);

/** What a crash handler needs to leave the terminal as it was. Taken once after ui_new(),
 *  kept where a signal handler finds it. */
struct ui_rescue {
	int fd; /**< −1 = nothing to do */
	struct termios termios;
	char bytes[256];
	size_t len;
};
void ui_rescue(const struct ui *ui, struct ui_rescue *ret_rescue);
/** Async-signal-safe; never blocks. */
void screen_restore(const struct ui_rescue *rescue);

#endif
