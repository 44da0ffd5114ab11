/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form that is open: keys into it, its wishes out to the app. */
#include <string.h>

#include "client/ui/ui_private.h"
#include "common/os/lang.h"

static void wish(struct ui *ui, enum form_wish wish)
{
	static const enum ui_form_act acts[] = {
		[FORM_SUBMIT] = UI_FORM_SUBMIT, [FORM_AGAIN] = UI_FORM_AGAIN,
		[FORM_OTHER] = UI_FORM_OTHER,   [FORM_KEY] = UI_FORM_KEY,
		[FORM_BACK] = UI_FORM_BACK,
	};
	struct ui_values values = form_values(&ui->form);

	if (wish == FORM_NOTHING)
		return;
	if (wish == FORM_AGAIN && ui->form.again_ms > clock_mono_ms(ui->clock))
		return;
	str_clear(&ui->form.error);
	ui->hooks->on_form(ui->ctx, ui->form.kind, acts[wish], &values);
}

void ui_form_input(struct ui *ui, const struct input_event *event)
{
	if (event->kind == INPUT_PASTE)
		form_paste(&ui->form, event->bytes, event->len);
	else if (event->kind == INPUT_KEY && event->len == 1 && event->bytes[0] == '\x1a')
		ui_stop(ui);
	else if (event->kind == INPUT_KEY)
		wish(ui, form_key(&ui->form, event->bytes, event->len));
}

void ui_form(struct ui *ui, enum ui_form form, const struct ui_values *known)
{
	form_open(&ui->form, form, known);
	str_clear(&ui->notice);
	ui->dirty = true;
	/* One that can be about several things asks when it is known about what. */
	if (ui->linear && form != UI_FORM_CONFIRM && form != UI_FORM_ASK &&
	    form != UI_FORM_LOCK)
		linear_form(ui);
}

void ui_form_busy(struct ui *ui, bool busy)
{
	ui->form.busy = busy;
	ui->dirty = true;
}

void ui_form_error(struct ui *ui, const char *text)
{
	str_set(&ui->form.error, text ? text : "");
	ui->form.busy = false;
	ui->dirty = true;
	if (ui->linear && text) {
		linear_say(ui, text);
		linear_form(ui);
	}
}

void ui_form_refused(struct ui *ui, const char *text)
{
	form_forget(&ui->form);
	ui_form_error(ui, text);
}

void ui_form_code(struct ui *ui, const char *where, uint64_t until_ms, uint64_t again_ms)
{
	str_set(&ui->form.where, where ? where : "");
	ui->form.until_ms = until_ms;
	ui->form.again_ms = again_ms;
	ui->dirty = true;
}

void ui_form_tries(struct ui *ui, unsigned tries)
{
	ui->form.tries = tries;
	ui->dirty = true;
}

void ui_form_title(struct ui *ui, const char *text)
{
	str_set(&ui->form.title, text);
	ui->dirty = true;
	if (ui->linear) {
		linear_say(ui, text);
		linear_form(ui);
	}
}

void ui_form_offer(struct ui *ui, const char *key)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (ui->form.kind != UI_FORM_LOGIN)
		return;
	str_set(&ui->form.offer, key ? key : "");
	ui->dirty = true;
	if (ui->linear && key) {
		str_addf(&text, _("/key: log in with the SSH key %s"), key);
		linear_say(ui, text.ptr);
	}
}
