/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who hears what happens: faces; and what the loop watches and waits for on behalf of
 * others: sources and timers. Lists that the members themselves are links of.
 */
#include "client/app_inside.h"

/* ---- faces ---- */

void app_face_add(struct app *app, struct app_face *face)
{
	face->next = app->faces;
	app->faces = face;
}

void app_face_remove(struct app *app, struct app_face *face)
{
	struct app_face **at = &app->faces;

	while (*at && *at != face)
		at = &(*at)->next;
	if (*at)
		*at = face->next;
}

/* The next one is read first: a face may remove itself while it is told. */
#define TELL(app, fn, ...) \
	for (struct app_face *face = (app)->faces, *next; face; face = next) { \
		next = face->next; \
		if (face->fn) \
			face->fn(app, ##__VA_ARGS__, face->ctx); \
	}

void app_tell_state(struct app *app)
{
	TELL(app, state)
}

void app_tell_rooms(struct app *app, bool fresh)
{
	TELL(app, rooms, fresh)
}

void app_tell_stored(struct app *app, const struct id *room, uint64_t seq)
{
	TELL(app, stored, room, seq)
}

void app_tell_reset(struct app *app, const struct id *room, uint64_t seq)
{
	TELL(app, reset, room, seq)
}

void app_tell_sent(struct app *app, const struct id *cid, enum err err, uint64_t seq)
{
	TELL(app, sent, cid, err, seq)
}

void app_tell_moved(struct app *app, const struct id *cid, const struct transferred *what)
{
	TELL(app, moved, cid, what)
}

void app_tell_delivered(struct app *app, const struct id *room, const struct id *user,
			uint64_t seq)
{
	TELL(app, delivered, room, user, seq)
}

void app_tell_receipt(struct app *app, const struct id *room, const struct id *user,
		      uint64_t seq)
{
	TELL(app, receipt, room, user, seq)
}

void app_tell_touched(struct app *app)
{
	TELL(app, touched)
}

void app_tell_opened(struct app *app, struct room *room)
{
	TELL(app, opened, room)
}

void app_tell_alert(struct app *app, const char *title, const char *text)
{
	TELL(app, alert, title, text)
}

void app_tell_notice(struct app *app, const char *text)
{
	TELL(app, notice, text)
}

/* ---- sources ---- */

void app_source_add(struct app *app, struct app_source *source)
{
	source->next = app->sources;
	app->sources = source;
}

void app_source_remove(struct app *app, struct app_source *source)
{
	struct app_source **at = &app->sources;

	while (*at && *at != source)
		at = &(*at)->next;
	if (*at)
		*at = source->next;
}

/* ---- timers ---- */

void app_timer_clear(struct app *app, struct app_timer *timer)
{
	struct app_timer **at = &app->timers;

	if (!timer->set)
		return;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->set = false;
}

/* Soonest first. */
void app_timer_set(struct app *app, struct app_timer *timer, uint64_t at_ms)
{
	struct app_timer **at = &app->timers;

	app_timer_clear(app, timer);
	while (*at && (*at)->at_ms <= at_ms)
		at = &(*at)->next;
	timer->at_ms = at_ms;
	timer->set = true;
	timer->next = *at;
	*at = timer;
}

void app_timers_run(struct app *app, uint64_t now)
{
	struct app_timer *timer;

	while ((timer = app->timers) && timer->at_ms <= now) {
		app_timer_clear(app, timer);
		timer->due(app, timer->ctx);
	}
}

void app_lock(struct app *app)
{
	TELL(app, lock)
}

/* ---- the password once more ---- */

void app_confirmed(struct app *app, const char *password)
{
	app_confirm_fn *fn = app->confirm;

	app->confirm = NULL;
	if (fn)
		fn(app, password, app->confirm_ctx);
}

static void ask(struct app *app, enum ui_form form, const char *title, app_confirm_fn *fn,
		void *ctx)
{
	app_confirmed(app, NULL); /* one at a time: the newer one stands */
	app->confirm = fn;
	app->confirm_ctx = ctx;
	ui_form(app->ui, form, NULL);
	ui_form_title(app->ui, title);
}

void app_confirm(struct app *app, const char *title, app_confirm_fn *fn, void *ctx)
{
	ask(app, UI_FORM_CONFIRM, title, fn, ctx);
}

void app_ask(struct app *app, const char *title, app_confirm_fn *fn, void *ctx)
{
	ask(app, UI_FORM_ASK, title, fn, ctx);
}

/* ---- a form ---- */

void app_edit(struct app *app, const struct ui_values *known, app_edit_fn *fn)
{
	app_confirmed(app, NULL);
	app->edit = fn;
	ui_form(app->ui, UI_FORM_PROFILE, known);
}

void app_edited(struct app *app, const struct ui_values *values)
{
	app_edit_fn *fn = app->edit;

	if (!values)
		app->edit = NULL;
	if (fn)
		fn(app, values);
}

void app_edit_end(struct app *app, const char *why)
{
	if (app->edit && why) {
		ui_form_error(app->ui, why);
	} else if (app->edit) {
		app->edit = NULL;
		ui_form(app->ui, UI_FORM_NONE, NULL);
	} else if (why) {
		app_notice(app, why);
	}
}
