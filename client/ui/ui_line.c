/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the input line to the hooks. A line that was entered is given away with a ticket;
 * until the answer comes it is shown above the input, and typing goes on. A refusal gives
 * it back. What is not entered is the room's draft.
 */
#include <string.h>

#include "client/ui/ui_private.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

/* Others are told again while typing goes on, and that it ended after a pause. */
#define TYPING_AGAIN_MS 3000
#define TYPING_END_MS   5000
#define DRAFT_MS        1000
/* Two Ctrl-C within this time leave. */
#define QUIT_MS 2000
/* More pasted lines than this are asked about. */
#define PASTE_LINES 3

_Static_assert(TYPING_AGAIN_MS < LIMIT_TYPING_MS, "typing is renewed before it expires");

static void show_held(struct ui *ui)
{
	str_clear(&ui->held_text);
	for (size_t i = 0; i < ui->held_count; i++) {
		const struct str *text = &ui->held[i].text;
		for (size_t j = 0; j < text->len; j++)
			str_add_char(&ui->held_text,
				     text->ptr[j] == '\n' ? ' ' : text->ptr[j]);
		str_add_char(&ui->held_text, '\n');
	}
	ui->dirty = true;
}

static void hold(struct ui *ui, const struct ui_line *line)
{
	if (ui->held_count == ui->held_cap) {
		ui->held_cap = mem_grow(ui->held_cap, ui->held_count + 1);
		ui->held = mem_resize(ui->held, ui->held_cap, sizeof(*ui->held));
	}
	struct held *held = &ui->held[ui->held_count++];
	*held = (struct held){
		.ticket = line->ticket, .text = STR_INIT, .kind = line->kind};
	if (line->room)
		held->room = *line->room;
	if (line->target)
		held->target = *line->target;
	str_set_len(&held->text, line->text, line->len);
	show_held(ui);
}

void ui_drop_held(struct ui *ui)
{
	for (size_t i = 0; i < ui->held_count; i++)
		str_done(&ui->held[i].text);
	mem_free(ui->held);
	ui->held = NULL;
	ui->held_count = 0;
}

static void stop_typing(struct ui *ui)
{
	if (ui->typing && !id_is_zero(&ui->entered))
		ui->hooks->on_typing(ui->ctx, &ui->entered, false);
	ui->typing = false;
}

static void set_line(struct ui *ui, const char *text, size_t len, size_t point)
{
	ui->changing = true;
	line_set(ui->line, text, len, point);
	ui->changing = false;
	ui->dirty = true;
}

static void save_draft(struct ui *ui, struct room *room)
{
	ui->hooks->on_draft(ui->ctx, &room->id);
	room->draft.unsaved = false;
}

/* @held in front of what has been typed meanwhile. */
static void put_before(const struct held *held, const char *text, size_t len,
		       struct str *ret_both)
{
	str_set_len(ret_both, held->text.ptr, held->text.len);
	if (!len)
		return;
	str_add_char(ret_both, '\n');
	str_add_len(ret_both, text, len);
}

/* Whether Enter would do with the draft of @room what it should have done with @held. */
static bool is_same(const struct held *held, const struct room *room)
{
	return held->text.ptr[0] == '/' || (room->draft.kind == held->kind &&
					    id_equal(&room->draft.target, &held->target));
}

/* What was refused is what it was again: a new message, an edit, an answer. */
static void give_back(struct ui *ui, const struct held *held)
{
	struct room *room = rooms_find(&ui->model->rooms, &held->room);
	bool here = !room || id_equal(&held->room, &ui->entered);
	AUTO(str_done) struct str both = STR_INIT;

	if (!ui->line) {
		str_addf(&both, _("Not sent: %s"), held->text.ptr);
		linear_say(ui, both.ptr);
	} else if (here && room && !is_same(held, room)) {
		/* Another begun message is one key away. */
		ui_compose(ui, held->kind, &held->target, held->text.ptr, held->text.len);
	} else if (here) {
		put_before(held, line_text(ui->line), line_len(ui->line), &both);
		set_line(ui, both.ptr, both.len, both.len);
	} else {
		put_before(held, room->draft.text.ptr, room->draft.text.len, &both);
		if (!is_same(held, room))
			draft_about(&room->draft, held->kind, &held->target);
		if (draft_set(&room->draft, both.ptr, both.len, both.len))
			save_draft(ui, room);
	}
}

void ui_line_done(struct ui *ui, uint64_t ticket, enum err err)
{
	for (size_t i = 0; i < ui->held_count; i++) {
		struct held held = ui->held[i];
		if (held.ticket != ticket)
			continue;
		memmove(ui->held + i, ui->held + i + 1,
			(--ui->held_count - i) * sizeof(held));
		if (err != ERR_OK) {
			give_back(ui, &held);
			ui_notice(ui, _(err_text(err)));
		}
		str_done(&held.text);
		show_held(ui);
		return;
	}
}

static bool is_blank(const char *text, size_t len)
{
	return strspn(text, " \t\n") >= len;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

enum ui_taken ui_take_line(struct ui *ui, const char *text, size_t len)
{
	struct room *room = rooms_current(&ui->model->rooms);
	struct ui_line line = {
		.room = room ? &room->id : NULL,
		.kind = room ? room->draft.kind : DRAFT_NEW,
		.text = text,
		.len = len,
		.ticket = ++ui->last_ticket,
	};

	if (line.kind != DRAFT_NEW)
		line.target = &room->draft.target;
	enum ui_taken taken = ui->hooks->on_line(ui->ctx, &line);
	if (taken == UI_LINE_HELD)
		hold(ui, &line);
	/* A command that only composes (/edit) has set the draft for what comes next. */
	room = rooms_current(&ui->model->rooms);
	if (taken != UI_LINE_KEEP && room && text[0] != '/')
		draft_about(&room->draft, DRAFT_NEW, NULL);
	return taken;
}

static struct id picked_now(const struct ui *ui)
{
	const struct room *room = rooms_current(&ui->model->rooms);

	return room ? room->timeline.picked : (struct id){0};
}

static void on_enter(void *ctx, const char *text, size_t len)
{
	struct ui *ui = ctx;

	ui->dirty = true;
	if (is_blank(text, len))
		return;
	size_t lines = count_lines(text);
	if (ui->pasted && lines > PASTE_LINES && !ui->confirmed) {
		AUTO(str_done) struct str ask = STR_INIT;
		str_addf(&ask, _("These are %zu lines: Enter once more sends them."),
			 lines);
		set_line(ui, text, len, len);
		ui->confirmed = true;
		ui_notice(ui, ask.ptr);
		return;
	}
	ui->pasted = ui->confirmed = false;
	/* Copies: readline frees its own when the next line begins. */
	AUTO(mem_freep) char *copy = mem_strndup(text, len);
	struct id picked = picked_now(ui);
	enum ui_taken taken = ui_take_line(ui, copy, len);
	if (taken == UI_LINE_KEEP) {
		set_line(ui, copy, len, len);
		return;
	}
	line_remember(ui->line, copy);
	/* What the line was about; what it has picked itself (/goto, /pick) stays. */
	struct id now = picked_now(ui);
	if (id_equal(&now, &picked))
		ui_unpick(ui);
	stop_typing(ui);
	ui->typed_ms = 0;
	/* At once: after a crash the draft must not be what was sent. */
	struct room *room = rooms_find(&ui->model->rooms, &ui->entered);
	if (room && draft_set(&room->draft, line_text(ui->line), line_len(ui->line),
			      line_point(ui->line)))
		save_draft(ui, room);
}

static void on_command(void *ctx, const char *command)
{
	struct ui *ui = ctx;

	ui->dirty = true;
	ui->hooks->on_command(ui->ctx, command);
}

static void quit_twice(struct ui *ui)
{
	uint64_t now = clock_mono_ms(ui->clock);

	if (ui->quit_ms && now - ui->quit_ms < QUIT_MS) {
		ui->hooks->on_quit(ui->ctx);
		return;
	}
	ui->quit_ms = now;
	ui_notice(ui, _("Once more leaves; Ctrl-Z suspends."));
}

static void on_eof(void *ctx)
{
	quit_twice(ctx);
}

void ui_cancel(struct ui *ui)
{
	if (line_len(ui->line)) {
		line_remember(ui->line, line_text(ui->line));
		set_line(ui, "", 0, 0);
		ui->quit_ms = 0;
		return;
	}
	quit_twice(ui);
}

static void complete(void *ctx, const char *text, size_t word, size_t point)
{
	struct ui *ui = ctx;

	ui->hooks->complete(ui->ctx, text, word, point, (struct ui_words *)ui->line);
}

void ui_word(struct ui_words *words, const char *word, const char *help)
{
	line_word((struct line *)words, word, help);
}

static void tell_typing(struct ui *ui, struct room *room, uint64_t now)
{
	const char *text = line_text(ui->line);

	if (line_len(ui->line) == 0 || (text[0] == '/' && text[1] != '/')) {
		stop_typing(ui);
		return;
	}
	if (ui->typing && now - ui->typing_ms < TYPING_AGAIN_MS)
		return;
	ui->typing = true;
	ui->typing_ms = now;
	ui->hooks->on_typing(ui->ctx, &room->id, true);
}

static void on_change(void *ctx)
{
	struct ui *ui = ctx;

	ui->dirty = true;
	struct room *room = ui->line ? rooms_current(&ui->model->rooms) : NULL;
	if (!room || ui->changing || !id_equal(&room->id, &ui->entered))
		return;
	if (!draft_set(&room->draft, line_text(ui->line), line_len(ui->line),
		       line_point(ui->line)))
		return;
	ui->typed_ms = clock_mono_ms(ui->clock);
	ui->quit_ms = 0;
	tell_typing(ui, room, ui->typed_ms);
}

const struct line_hooks ui_line_hooks = {
	.on_enter = on_enter,
	.on_command = on_command,
	.on_eof = on_eof,
	.complete = complete,
	.on_change = on_change,
};

void ui_swap_draft(struct ui *ui, struct room *room)
{
	struct room *last = rooms_find(&ui->model->rooms, &ui->entered);
	const struct id none = {0};

	if (last && last != room) {
		ui_unpick(ui);
		stop_typing(ui);
		draft_set(&last->draft, line_text(ui->line), line_len(ui->line),
			  line_point(ui->line));
		if (last->draft.unsaved)
			save_draft(ui, last);
	}
	if (last == room && room)
		return;
	ui->entered = room ? room->id : none;
	ui->typed_ms = 0;
	line_history(ui->line, &ui->entered);
	/* What was typed while the first room was still on its way is meant for it. */
	if (!last && room && line_len(ui->line) && !room->draft.text.len)
		return;
	if (room)
		set_line(ui, room->draft.text.ptr, room->draft.text.len,
			 room->draft.point);
	else
		set_line(ui, "", 0, 0);
}

void ui_compose(struct ui *ui, enum draft_kind kind, const struct id *target,
		const char *text, size_t len)
{
	struct room *room = rooms_current(&ui->model->rooms);

	if (room)
		draft_about(&room->draft, kind, target);
	if (ui->line) {
		/* What was begun is one key away (up), not gone. */
		if (line_len(ui->line) && line_text(ui->line)[0] != '/')
			line_remember(ui->line, line_text(ui->line));
		set_line(ui, text, len, len);
	}
	if (room)
		draft_set(&room->draft, text, len, len);
}

void ui_line_tick(struct ui *ui)
{
	uint64_t now = clock_mono_ms(ui->clock);

	if (ui->typing && now >= ui->typed_ms + TYPING_END_MS)
		stop_typing(ui);
	struct room *room = rooms_find(&ui->model->rooms, &ui->entered);
	if (ui->typed_ms && room && room->draft.unsaved &&
	    now >= ui->typed_ms + DRAFT_MS) {
		save_draft(ui, room);
	}
	if (!ui->typing && now >= ui->typed_ms + DRAFT_MS)
		ui->typed_ms = 0;
}

uint64_t ui_line_due(const struct ui *ui)
{
	const struct room *room = rooms_find(&ui->model->rooms, &ui->entered);

	if (!ui->typed_ms)
		return 0;
	if (room && room->draft.unsaved)
		return ui->typed_ms + DRAFT_MS;
	return ui->typing ? ui->typed_ms + TYPING_END_MS : 0;
}
