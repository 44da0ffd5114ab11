/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages over the rest: to read, with a QR code, or with rows to choose from. */
#include <string.h>

#include "client/ui/ui_private.h"
#include "common/base/mem.h"

#define CHOICE_STEP 10 /* rows of PgUp and PgDn */

void ui_page(struct ui *ui, const char *title, const char *text)
{
	if (ui->form.kind == UI_FORM_LOCK)
		return;
	if (ui->linear) {
		linear_say(ui, title);
		linear_say(ui, text);
		return;
	}
	ui_page_close(ui);
	str_set(&ui->page_title, title);
	str_set(&ui->page, text);
	ui->view.page_top = 0;
	ui->dirty = true;
}

void ui_page_qr(struct ui *ui, const char *title, const char *code, const char *text)
{
	ui_page(ui, title, text);
	if (!ui->linear && ui->page.len)
		str_set(&ui->page_qr, code);
}

void ui_page_close(struct ui *ui)
{
	str_clear(&ui->page);
	str_clear(&ui->page_qr);
	str_clear(&ui->choices);
	bitmap_done(&ui->page_picture);
	ui_picture_gone(ui);
	ui->dirty = true;
}

void ui_choose(struct ui *ui, const char *title, const char *text,
	       const char *const *commands, size_t count)
{
	ui_page(ui, title, text);
	if (ui->linear || !ui->page.len)
		return;
	ui->choice = 0;
	for (size_t i = 0; i < count; i++)
		str_addf(&ui->choices, "%s\n", commands[i]);
}

/* The command of row @at; NULL: there is no such row. */
static const char *choice_at(const struct ui *ui, size_t at)
{
	const char *command = ui->choices.ptr;

	for (; *command && at > 0; at--)
		command += strcspn(command, "\n") + 1;
	return *command ? command : NULL;
}

static void move_choice(struct ui *ui, int step)
{
	for (; step > 0 && choice_at(ui, ui->choice + 1); step--)
		ui->choice++;
	for (; step < 0 && ui->choice > 0; step++)
		ui->choice--;
}

static void take_choice(struct ui *ui)
{
	const char *command = choice_at(ui, ui->choice);
	AUTO(mem_freep) char *copy = mem_strndup(command, strcspn(command, "\n"));

	ui_page_close(ui);
	ui->hooks->on_command(ui->ctx, copy);
}

bool ui_choose_input(struct ui *ui, const struct input_event *event)
{
	static const struct {
		const char *key;
		int step;
	} moves[] = {
		{"\x1b[A", -1},
		{"\x1b[B", 1},
		{"\x1b[5~", -CHOICE_STEP},
		{"\x1b[6~", CHOICE_STEP},
	};

	if (!ui->choices.len || event->kind != INPUT_KEY)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(moves); i++)
		if (event->len == strlen(moves[i].key) &&
		    memcmp(event->bytes, moves[i].key, event->len) == 0) {
			move_choice(ui, moves[i].step);
			return true;
		}
	if (event->len != 1 || event->bytes[0] != '\r')
		return false;
	take_choice(ui);
	return true;
}
