/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ui as a whole: terminal in, terminal out, time. One turn reads what is there, lets
 * time pass, draws once; what keys mean stands in ui_line.c, ui_form.c, ui_mouse.c, what is
 * seen in view_*.c.
 */
#include "client/ui/ui.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "client/ui/screen_curses.h"
#include "client/ui/ui_private.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

/* The name that "$if" in an inputrc sees. */
#define NAME "chat-client"

static enum err open_screen(struct ui *ui, const struct ui_options *options)
{
	struct screen_facts facts;

	if (options->screen) {
		ui->screen = options->screen;
		ui->colours = options->colours < 0 ? 256 : options->colours;
		return ERR_OK;
	}
	enum err err = tty_open(&ui->tty, options->in_fd, options->out_fd);
	if (err != ERR_OK)
		return err;
	ui->has_tty = true;
	err = screen_curses_new(&ui->screen, &ui->tty,
				options->term ? options->term : "dumb", &facts);
	if (err != ERR_OK) {
		tty_close(&ui->tty);
		ui->has_tty = false;
		return err;
	}
	ui->colours = options->colours < 0 ? facts.colours : options->colours;
	if (options->no_mouse)
		screen_curses_mouse(ui->screen, false);
	return ERR_OK;
}

static void start_view(struct ui *ui, const struct ui_options *options)
{
	const char *name = options->theme ? options->theme : "dark";

	if (theme_init(&ui->theme, name, ui->colours) != ERR_OK &&
	    theme_init(&ui->theme, "dark", ui->colours) != ERR_OK)
		return;
	ui->view.theme = &ui->theme;
	ui->view.screen = ui->screen;
	ui->view.model = ui->model;
	ui->view.times = true;
	ui->view.no_markdown = options->no_markdown;
	ui->view.colours = ui->colours;
	ui_images(ui, options->images);
}

static void init(struct ui *ui, const struct ui_options *options, struct model *model,
		 const struct ui_hooks *hooks, void *ctx)
{
	ui->model = model;
	ui->hooks = hooks;
	ui->ctx = ctx;
	ui->clock = options->clock;
	ui->notify = options->notify;
	ui->tty.fd = -1;
	ui->notice = ui->page = ui->choices = ui->page_qr = ui->page_title =
		ui->held_text = STR_INIT;
	ui->focused = true;
	ui->dirty = true;
	input_init(&ui->input);
	form_init(&ui->form);
}

enum err ui_new(struct ui **ret_ui, const struct ui_options *options, struct model *model,
		const struct ui_hooks *hooks, void *ctx)
{
	struct ui *ui = mem_new(struct ui);
	bool linear = options->linear;

	init(ui, options, model, hooks, ctx);
	if (!linear) {
		/* Before ncurses: readline asks terminfo too, and the last one stays. */
		ui->line = line_new(NAME, &ui_line_hooks, ui);
		enum err err = open_screen(ui, options);
		if (err == ERR_IO) {
			ui_free(&ui);
			return err;
		}
		linear = err != ERR_OK;
	}
	if (linear) {
		line_free(&ui->line);
		linear_new(ui, options->in_fd, options->out_fd);
		if (!options->linear)
			linear_say(
				ui,
				_("This terminal is not known well enough for the full "
				  "screen: linear mode."));
	} else {
		start_view(ui, options);
		line_width(ui->line, ui->screen->cols);
	}
	*ret_ui = ui;
	return ERR_OK;
}

void ui_free(struct ui **at)
{
	struct ui *ui = *at;

	if (!ui)
		return;
	if (ui->linear)
		linear_free(&ui->linear);
	screen_close(&ui->screen);
	if (ui->has_tty)
		tty_close(&ui->tty);
	line_free(&ui->line);
	ui_drop_held(ui);
	form_done(&ui->form);
	input_done(&ui->input);
	str_done(&ui->notice);
	str_done(&ui->page);
	str_done(&ui->page_qr);
	str_done(&ui->choices);
	bitmap_done(&ui->page_picture);
	str_done(&ui->page_title);
	str_done(&ui->held_text);
	mem_free(ui);
	*at = NULL;
}

bool ui_is_linear(const struct ui *ui)
{
	return ui->linear != NULL;
}

int ui_fd(const struct ui *ui)
{
	return ui->linear ? linear_fd(ui->linear) : ui->tty.fd;
}

short ui_events(const struct ui *ui)
{
	if (ui->suspended)
		return 0;
	return ui->has_tty && ui->tty.out.len ? POLLIN | POLLOUT : POLLIN;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

/* Count-downs that are on the screen move once a second. */
static uint64_t countdown_ms(const struct ui *ui, uint64_t now)
{
	const struct form *form = &ui->form;
	bool waits = ui->model->link == MODEL_WAITING && ui->model->retry_ms > now;
	bool code =
		(form->kind == UI_FORM_CODE || form->kind == UI_FORM_RENEW) &&
		(form->until_ms > now || (form_has_again(form) && form->again_ms > now));

	return (waits && form->kind == UI_FORM_NONE && !ui->linear) ||
			       (code && !ui->linear)
		       ? ui->view.mono_ms + 1000
		       : 0;
}

int ui_timeout_ms(const struct ui *ui)
{
	uint64_t now = clock_mono_ms(ui->clock);
	uint64_t due = sooner(ui->input.due_ms, ui_line_due(ui));

	if (ui->suspended)
		return -1;
	if (ui->dirty && !(ui->has_tty && ui->tty.out.len))
		return 0;
	if (ui->linear && linear_more(ui->linear))
		return 0;
	due = sooner(due, model_next_ms(ui->model));
	due = sooner(due, countdown_ms(ui, now));
	if (!due)
		return -1;
	return due <= now ? 0 : due - now > 60000 ? 60000 : (int)(due - now);
}

static bool is_esc(const struct input_event *event)
{
	return event->kind == INPUT_KEY && event->len == 1 && event->bytes[0] == '\x1b';
}

/* Esc goes back: from what lies on top to an edit that was begun. True: it did. */
static bool go_back(struct ui *ui)
{
	struct room *room = rooms_current(&ui->model->rooms);

	if (ui->page.len) {
		ui_page_close(ui);
	} else if (ui->view.overlay) {
		ui->view.overlay = 0;
	} else if (room && timeline_picked(&room->timeline)) {
		timeline_unpick(&room->timeline);
		ui_compose(ui, DRAFT_NEW, NULL, "", 0);
	} else if (room && room->draft.kind != DRAFT_NEW) {
		draft_about(&room->draft, DRAFT_NEW, NULL);
		ui_compose(ui, DRAFT_NEW, NULL, "", 0);
	} else {
		return false;
	}
	return true;
}

static void on_paste(struct ui *ui, const struct input_event *event)
{
	if (event->cut)
		ui_notice(ui, _("What was pasted was too long: the end is missing."));
	ui->pasted |= memchr(event->bytes, '\n', event->len) != NULL;
	ui->confirmed = false;
	line_insert(ui->line, event->bytes, event->len);
}

static void on_input(const struct input_event *event, void *ctx)
{
	struct ui *ui = ctx;

	ui->dirty = true;
	if (event->kind == INPUT_FOCUS) {
		ui->focused = event->on;
		return;
	}
	ui->input_ms = clock_mono_ms(ui->clock);
	if (event->kind != INPUT_MOUSE)
		str_clear(&ui->notice);
	if (ui->form.kind != UI_FORM_NONE)
		ui_form_input(ui, event);
	else if (ui_choose_input(ui, event) || ui_pick_input(ui, event))
		return;
	else if (event->kind == INPUT_MOUSE)
		ui_mouse_input(ui, event);
	else if (event->kind == INPUT_PASTE)
		on_paste(ui, event);
	else if (!is_esc(event) || (!go_back(ui) && line_wants_esc(ui->line)))
		line_key(ui->line, event->bytes, event->len);
}

void ui_feed(struct ui *ui, const char *bytes, size_t len)
{
	input_feed(&ui->input, bytes, len, clock_mono_ms(ui->clock), on_input, ui);
}

enum err ui_ready(struct ui *ui, short revents)
{
	char bytes[4096];
	size_t len;

	if (ui->linear)
		return linear_read(ui);
	if (revents & POLLOUT)
		tty_flush(&ui->tty);
	enum err err = tty_read(&ui->tty, bytes, sizeof(bytes), &len);
	if (err != ERR_OK)
		return err;
	ui_feed(ui, bytes, len);
	explicit_bzero(bytes, len);
	return (revents & (POLLERR | POLLNVAL)) || ((revents & POLLHUP) && len == 0)
		       ? ERR_CLOSED
		       : ERR_OK;
}

void ui_tick(struct ui *ui)
{
	uint64_t now = clock_mono_ms(ui->clock);

	if (ui->linear)
		linear_tick(ui);
	input_tick(&ui->input, now, on_input, ui);
	ui->dirty |= model_expire(ui->model, now);
	uint64_t due = countdown_ms(ui, now);
	ui->dirty |= due && due <= now;
	ui_line_tick(ui);
}

void ui_resize(struct ui *ui)
{
	if (ui->has_tty && !ui->suspended)
		screen_curses_resize(ui->screen);
	if (ui->line)
		line_width(ui->line, ui->screen->cols);
	ui_picture_gone(ui);
	ui->dirty = true;
}

void ui_touch(struct ui *ui)
{
	ui->dirty = true;
}

static void fill_view(struct ui *ui)
{
	struct view *view = &ui->view;

	view->now_ms = clock_now_ms(ui->clock);
	view->mono_ms = clock_mono_ms(ui->clock);
	view->text = line_text(ui->line);
	view->len = line_len(ui->line);
	view->point = line_point(ui->line);
	view->prompt = line_prompt(ui->line, NULL);
	view->word_count = line_words(ui->line, &view->words);
	view->held = ui->held_text.ptr;
	view->hint = ui_pick_hint(ui);
	view->notice = ui->notice.ptr;
	view->page_title = ui->page_title.ptr;
	view->page = ui->page.len ? ui->page.ptr : NULL;
	view->page_qr = ui->page_qr.ptr;
	view->choice = ui->choices.len ? ui->choice + 1 : 0;
	view->page_picture = ui->page_picture.rgba ? &ui->page_picture : NULL;
	view->page_cells = ui_images_now(ui) == UI_IMAGES_BLOCKS;
	view->form = ui->form.kind == UI_FORM_NONE ? NULL : &ui->form;
}

/* One at a time: the next when this one has come. */
static void ask_picture(struct ui *ui)
{
	struct id file = ui->view.wanted;

	if (id_is_zero(&file) || ui->form.kind != UI_FORM_NONE || !ui->hooks->on_picture)
		return;
	if (pictures_wait(&ui->model->pictures, &file))
		ui->hooks->on_picture(ui->ctx, &file);
}

void ui_draw(struct ui *ui)
{
	if (ui->suspended || !ui->dirty)
		return;
	/* A terminal that has not taken the last frame gets no other one. */
	if (ui->has_tty && ui->tty.out.len)
		return;
	if (ui->form.kind != UI_FORM_NONE)
		ui_picture_gone(ui);
	ui->dirty = false;
	if (ui->linear) {
		linear_draw(ui);
		return;
	}
	fill_view(ui);
	view_draw(&ui->view);
	if (screen_flush(ui->screen) != ERR_OK)
		return;
	ui_lay_picture(ui);
	ask_picture(ui);
	ui_ask_history(ui);
	ui_tell_seen(ui);
}

void ui_suspend(struct ui *ui)
{
	if (ui->suspended)
		return;
	ui->suspended = true;
	if (ui->screen)
		screen_suspend(ui->screen);
}

void ui_resume(struct ui *ui)
{
	ui->suspended = false;
	ui->dirty = true;
	if (!ui->screen)
		return;
	/* Also after a stop that we were not asked about (SIGSTOP). */
	screen_suspend(ui->screen);
	screen_resume(ui->screen);
	ui->laid = false;
	line_width(ui->line, ui->screen->cols);
}

void ui_enter(struct ui *ui, struct room *room)
{
	model_enter(ui->model, room);
	ui->view.overlay = 0;
	str_clear(&ui->notice);
	if (ui->line)
		ui_swap_draft(ui, room);
	ui->dirty = true;
}

void ui_notice(struct ui *ui, const char *text)
{
	if (ui->form.kind == UI_FORM_LOCK)
		return;
	if (ui->linear)
		linear_say(ui, text);
	str_set(&ui->notice, text);
	ui->dirty = true;
}

uint64_t ui_typed_ms(const struct ui *ui)
{
	return ui->input_ms;
}

enum err ui_theme(struct ui *ui, const char *name)
{
	ui->dirty = true;
	if (ui->linear)
		return ERR_OK;
	return theme_init(&ui->theme, name, ui->colours);
}

void ui_mouse(struct ui *ui, bool on)
{
	if (ui->has_tty)
		screen_curses_mouse(ui->screen, on);
}

void ui_markdown(struct ui *ui, bool on)
{
	ui->view.no_markdown = !on;
	ui->dirty = true;
}

void ui_bind(struct ui *ui, const char *keys, const char *command)
{
	if (ui->line)
		line_bind(ui->line, keys, command);
}

void ui_rescue(const struct ui *ui, struct ui_rescue *ret_rescue)
{
	*ret_rescue = (struct ui_rescue){.fd = -1};
	if (!ui->has_tty)
		return;
	ret_rescue->fd = ui->tty.fd;
	ret_rescue->termios = ui->tty.saved;
	ret_rescue->len =
		screen_curses_leave(ret_rescue->bytes, sizeof(ret_rescue->bytes));
}
