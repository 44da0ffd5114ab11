/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /search, /everything, /broadcasts and /goto. For a search this device answers at once;
 * where it has less than a page, the server is asked as well, and what only that has is put
 * between. What was found is kept by number until the next list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cache/cache_event.h"
#include "client/cmd/cmd_private.h"
#include "client/stranger.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"

/* ---- the page ---- */

static void add_place(struct app *app, const struct hit *hit, struct str *out)
{
	struct room *room = rooms_find(&app->model.rooms, &hit->room);

	cmd_add_time(out, hit->ts_ms);
	str_add(out, "  ");
	if (room)
		room_title(room, &app->model.people, out);
}

void cmd_show_hits(struct app *app, const char *title, const struct str *text)
{
	char lines[HITS_MOST][sizeof("/goto 4294967295")];
	const char *commands[HITS_MOST];
	size_t count = app->model.hits.count;

	for (size_t i = 0; i < count; i++) {
		snprintf(lines[i], sizeof(lines[i]), "/goto %u", (unsigned)(i + 1));
		commands[i] = lines[i];
	}
	if (app->ui)
		ui_choose(app->ui, title, text->ptr, commands, count);
}

/* A line for each hit; @more: how to see others. */
static void list_hits(struct app *app, const char *title, const char *more)
{
	const struct hits *hits = &app->model.hits;
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < hits->count; i++) {
		const struct hit *hit = &hits->rows[i];
		struct id_text id;
		str_addf(&text, "%2zu  ", i + 1);
		add_place(app, hit, &text);
		str_addf(&text,
			 "  %s: ", people_name(&app->model.people, &hit->from, &id));
		for (size_t j = 0; j < hit->text.len; j++)
			str_add_char(&text,
				     hit->text.ptr[j] == '\n' ? ' ' : hit->text.ptr[j]);
		str_add(&text, "\n");
	}
	if (hits->more)
		str_addf(&text, "%s\n", more);
	str_addf(&text, "\n%s", _("/goto NUMBER shows one in its room."));
	cmd_show_hits(app, title, &text);
}

static void show_hits(struct app *app)
{
	AUTO(str_done) struct str title = STR_INIT;

	if (app->model.hits.count == 0) {
		app_notice(app, _("Nothing was found."));
		return;
	}
	str_addf(&title, _("Found: %s"), app->model.hits.words.ptr);
	list_hits(app, title.ptr, _("There is more: narrow it with before:DATE."));
}

static void add_event(struct app *app, const struct body_event *told, bool in_order)
{
	const struct body_event event = stranger_event(app, told);
	const struct hit hit = {.room = event.room,
				.cid = event.cid,
				.from = event.from,
				.seq = event.seq,
				.ts_ms = event.ts};

	(in_order ? hits_put : hits_add)(&app->model.hits, &hit,
					 event.deleted ? bytes_text(_("(deleted)"))
						       : event.text);
}

/* ---- here, then there ---- */

static void server_found(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct app *app = ctx;
	struct json *json = NULL;
	struct body_events events;

	if (err == ERR_OK)
		err = body_parse(body_events_def(), body, &json, &events);
	for (size_t i = 0; err == ERR_OK && i < events.events_count; i++)
		add_event(app, &events.events[i], false);
	if (err == ERR_OK)
		app->model.hits.more |= !events.complete;
	show_hits(app);
	json_free(&json);
}

static void ask_server(struct app *app)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct body_search search = {.q = str_view(&app->model.hits.words),
				     .limit = HITS_MOST};

	body_encode(body_search_def(), &out, &search);
	app_call(app, "search", buf_view(&args), server_found, app);
}

static void found_here(struct app *app, enum err err, const struct cache_page *page,
		       bool more, void *ctx)
{
	struct hits *hits = &app->model.hits;

	/* Somebody whom only the server knows. */
	if (err != ERR_OK && err != ERR_NO_USER) {
		app_notice(app, _(err_text(err)));
		return;
	}
	for (size_t i = 0; err == ERR_OK && i < page->count; i++) {
		const struct cache_event *event = &page->events[i];
		struct hit hit = {.room = event->room,
				  .cid = event->id,
				  .from = event->from,
				  .seq = event->seq,
				  .ts_ms = event->ts_ms};
		hits_add(hits, &hit, event->text);
	}
	hits->more |= more;
	if (hits->count < HITS_MOST && link_state(app->link) == LINK_ONLINE)
		ask_server(app);
	else
		show_hits(app);
}

enum ui_taken cmd_search(struct app *app, const struct ui_line *line, const char *args)
{
	struct bytes part;

	if (!*args)
		return cmd_usage(app, "search");
	hits_begin(&app->model.hits, args);
	enum err err = app_search(app, args, HITS_MOST, found_here, NULL, &part);
	if (err == ERR_OK)
		return UI_LINE_DONE;
	AUTO(str_done) struct str text = STR_INIT;
	if (part.len)
		str_addf(&text, _("That is not understood: %.*s"), (int)part.len,
			 (const char *)part.ptr);
	else
		str_add(&text, _(err_text(err)));
	app_notice(app, text.ptr);
	return UI_LINE_KEEP;
}

/* ---- many rooms in one stream ---- */

void cmd_list_events(struct app *app, const char *title, const char *more,
		     const struct body_events *events)
{
	struct hits *hits = &app->model.hits;

	hits_begin(hits, title);
	for (size_t i = 0; i < events->events_count; i++)
		add_event(app, &events->events[i], true);
	hits->more = !events->complete;
	list_hits(app, title, more);
}

static void show_stream(struct app *app, const char *title, const void *body)
{
	const struct body_events *events = body;

	if (events->events_count == 0)
		app_notice(app, _("Nothing has been said here yet."));
	else
		cmd_list_events(app, title, _("There is more: /search before:DATE."),
				events);
}

/* Only the server can put rooms into one order. */
static enum ui_taken stream(struct app *app, const char *title, int kind)
{
	cmd_get_under(app, title, "history", body_history_def(),
		      &(struct body_history){.kind = kind, .limit = HITS_MOST},
		      body_events_def(), show_stream);
	return UI_LINE_DONE;
}

enum ui_taken cmd_everything(struct app *app, const struct ui_line *line,
			     const char *args)
{
	return stream(app, _("Everything, newest first"), 0);
}

enum ui_taken cmd_broadcasts(struct app *app, const struct ui_line *line,
			     const char *args)
{
	return stream(app, _("Announcements to everybody, newest first"), ROOM_BROADCAST);
}

enum ui_taken cmd_goto(struct app *app, const struct ui_line *line, const char *args)
{
	const struct hits *hits = &app->model.hits;
	char *end;
	unsigned long number = strtoul(args, &end, 10);

	if (cmd_goto_link(app, args))
		return UI_LINE_DONE;
	if (end == args || *end)
		return cmd_usage(app, "goto");
	if (number == 0 || number > hits->count) {
		app_notice(app, _("No such number was found: /search first."));
		return UI_LINE_KEEP;
	}
	const struct hit *hit = &hits->rows[number - 1];
	if (id_is_zero(&hit->cid)) {
		app_notice(app, _("That has no place in a room."));
		return UI_LINE_DONE;
	}
	app_goto(app, &hit->room, &hit->cid, hit->seq);
	return UI_LINE_DONE;
}
