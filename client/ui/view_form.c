/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log-in, sign-up, the code and the profile, in the middle of an otherwise empty screen. */
#include "client/ui/view.h"

#include <stdio.h>
#include <string.h>

#include "client/ui/wrap.h"
#include "common/base/grapheme.h"
#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

#define FORM_COLS 60

static const char *title_of(const struct form *form)
{
	switch (form->kind) {
	case UI_FORM_CONFIRM:
	case UI_FORM_ASK:
	case UI_FORM_LOCK: return form->title.ptr;
	case UI_FORM_PROFILE: return _("Your profile");
	case UI_FORM_LOGIN: return _("Log in");
	case UI_FORM_SIGNUP: return _("Sign up");
	case UI_FORM_FORGOTTEN: return _("A new password");
	case UI_FORM_RENEW:
		return _("Enter the code that was sent to you, and a new password");
	default:
		return form->title.len ? form->title.ptr
				       : _("Enter the code that was sent to you");
	}
}

/* What is shown of a field; how many bytes of that are before its cursor. */
static size_t shown_text(const struct field *field, struct str *out)
{
	size_t before = 0;
	size_t at = 0;

	if (form_choices(field->kind)) {
		str_add(out, field->len ? _(field->text) : _("yes"));
		return 0;
	}
	if (field->kind != FIELD_PASSWORD) {
		neutral_add(out, field->text, field->point, NEUTRAL_LINE);
		before = out->len;
		/* Once more as a whole: a cluster may reach over the cursor. */
		str_clear(out);
		neutral_add(out, field->text, field->len, NEUTRAL_LINE);
		return before < out->len ? before : out->len;
	}
	for (; at < field->len; str_add(out, "•")) {
		if (at < field->point)
			before = out->len + strlen("•");
		at += grapheme_next(field->text + at, field->len - at);
	}
	return before;
}

static void draw_field(struct view *view, struct area area, int row, int label_cols,
		       const struct field *field, bool focus)
{
	AUTO(str_done) struct str text = STR_INIT;
	size_t point = shown_text(field, &text);
	int cursor = (int)width_text(text.ptr, point);
	int cols = area.cols - label_cols - 2;
	size_t from = 0;

	view_put(view, area, row, 0, STYLE_TEXT, _(form_label(field->kind)));
	if (cols < 1 || row >= area.rows)
		return;
	struct area box = {area.row + row, area.col + label_cols + 2, 1, cols};
	view_fill(view, box, focus ? STYLE_FIELD_FOCUS : STYLE_FIELD);
	/* A long text is shown around the cursor. */
	while (cursor >= cols && from < point) {
		size_t step = grapheme_next(text.ptr + from, text.len - from);
		cursor -= width_cluster(text.ptr + from, step);
		from += step;
	}
	view_put_style(view, box, 0, 0,
		       view->theme->styles[focus ? STYLE_FIELD_FOCUS : STYLE_FIELD],
		       text.ptr + from, text.len - from);
	if (focus)
		screen_cursor(view->screen, box.row,
			      box.col + (cursor < 0      ? 0
					 : cursor < cols ? cursor
							 : cols - 1));
}

static unsigned seconds_left(const struct view *view, uint64_t until_ms)
{
	if (until_ms <= view->mono_ms)
		return 0;
	return (unsigned)((until_ms - view->mono_ms + 999) / 1000);
}

/* Where the code went and how long it holds. */
static int draw_code(struct view *view, struct area area, int row)
{
	const struct form *form = view->form;
	AUTO(str_done) struct str where = STR_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	unsigned left = seconds_left(view, form->until_ms);

	neutral_add(&where, form->where.ptr, form->where.len, NEUTRAL_LINE);
	if (where.len) {
		/* Who logs in by name is not told the address. */
		str_addf(&text,
			 strchr(where.ptr, '@') ? _("It went to %s.")
						: _("It went to the mail address of %s."),
			 where.ptr);
		view_put(view, area, row++, 0, STYLE_HINT, text.ptr);
	}
	str_clear(&text);
	if (form->until_ms && left)
		str_addf(&text, _("It holds for %u:%02u."), left / 60, left % 60);
	else if (form->until_ms)
		str_add(&text, form_has_again(form)
				       ? _("It has expired: F3 sends another.")
				       : _("The time is over: Esc begins anew."));
	if (left && form->tries) {
		str_add_char(&text, ' ');
		str_addf(&text, Q_("%u try is left.", "%u tries are left.", form->tries),
			 form->tries);
	}
	if (text.len)
		view_put(view, area, row++, 0, left ? STYLE_HINT : STYLE_ERROR, text.ptr);
	return row;
}

static void add_hint(const struct view *view, struct str *out)
{
	const struct form *form = view->form;
	unsigned wait = seconds_left(view, form->again_ms);

	if (form->busy) {
		str_add(out, _("One moment…"));
		return;
	}
	switch (form->kind) {
	case UI_FORM_LOGIN:
		str_add(out,
			_("Enter: log in · F2: sign up · F3: forgotten · Esc: leave"));
		break;
	case UI_FORM_SIGNUP:
		str_add(out, _("Enter: sign up · F2: log in · Esc: back"));
		break;
	case UI_FORM_FORGOTTEN:
	case UI_FORM_CONFIRM:
	case UI_FORM_ASK: str_add(out, _("Enter: go on · Esc: back")); break;
	case UI_FORM_PROFILE:
		str_add(out, _("Enter: save · Tab: next · blank: choose · Esc: leave"));
		break;
	case UI_FORM_LOCK:
		str_add(out, _("Enter: unlock · Ctrl-C: leave the program"));
		break;
	default:
		if (!form_has_again(form))
			str_add(out, _("Enter: go on · Esc: back"));
		else if (wait)
			str_addf(out,
				 _("Enter: go on · F3: send again (in %u s) · Esc: back"),
				 wait);
		else
			str_add(out, _("Enter: go on · F3: send again · Esc: back"));
	}
}

static int label_width(const struct form *form)
{
	int widest = 0;

	for (size_t i = 0; i < form->count; i++) {
		const char *label = _(form_label(form->fields[i].kind));
		int cols = (int)width_text(label, strlen(label));
		widest = cols > widest ? cols : widest;
	}
	return widest;
}

/* What is wrong may be a whole sentence of the server. */
static int draw_error(struct view *view, struct area area, int row,
		      const struct str *text)
{
	for (size_t at = 0, next; at < text->len; at += next) {
		AUTO(str_done) struct str line = STR_INIT;
		size_t len = wrap_row(text->ptr + at, text->len - at, (size_t)area.cols,
				      &next);
		str_add_len(&line, text->ptr + at, len);
		view_put(view, area, row++, 0, STYLE_ERROR, line.ptr);
	}
	return row;
}

void view_form(struct view *view, struct area area)
{
	const struct form *form = view->form;
	AUTO(str_done) struct str text = STR_INIT, error = STR_INIT;
	int wanted = (int)form->count + 6 + (form->offer.len > 0);
	int row = 0;

	if (area.cols > FORM_COLS) {
		area.col = (area.cols - FORM_COLS) / 2;
		area.cols = FORM_COLS;
	}
	neutral_add(&error, form->error.ptr, form->error.len, NEUTRAL_LINE);
	if (error.len)
		wanted += (int)wrap_count(error.ptr, error.len, (size_t)area.cols) - 1;
	if (area.rows > wanted) {
		area.row = (area.rows - wanted) / 3;
		area.rows -= area.row;
	}
	/* Where it is tight the fields come first; the one with the focus is always seen. */
	bool tight = area.rows < wanted;
	if (!tight) {
		view_put(view, area, row, 0, STYLE_UNREAD, title_of(form));
		row += 2;
	}
	if ((form->kind == UI_FORM_CODE || form->kind == UI_FORM_RENEW) && !tight)
		row = draw_code(view, area, row);
	size_t first = 0;
	if (tight && form->focus >= (size_t)area.rows)
		first = form->focus - (size_t)area.rows + 1;
	for (size_t i = first; i < form->count; i++)
		draw_field(view, area, row++, label_width(form), &form->fields[i],
			   i == form->focus && !form->busy);
	row += !tight;
	row = draw_error(view, area, row, &error);
	add_hint(view, &text);
	view_put(view, area, row++, 0, STYLE_HINT, text.ptr);
	if (form->offer.len && !form->busy) {
		str_clear(&text);
		str_add(&text, _("F4: log in with the SSH key "));
		neutral_add(&text, form->offer.ptr, form->offer.len, NEUTRAL_LINE);
		view_put(view, area, row, 0, STYLE_HINT, text.ptr);
	}
}
