/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files from the keyboard: /file sends one into the room, as a message that waits for its
 * turn and shows how far it is; /save takes those of a message into a folder, and tells in
 * the notice line; /view shows one that is a picture. Typing goes on meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "client/attached.h"
#include "client/cmd/cmd_private.h"
#include "client/preview.h"
#include "client/transfer.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/frame.h"

static void say(struct app *app, const char *format, const struct transferred *what,
		const char *name)
{
	AUTO(str_done) struct str line = STR_INIT;
	AUTO(str_done) struct str safe = STR_INIT;
	unsigned part = what->size ? (unsigned)(what->at * 100 / what->size) : 100;

	neutral_add(&safe, name, strlen(name), NEUTRAL_LINE);
	str_addf(&line, "%s: ", safe.ptr);
	str_add(&line, format);
	if (!what->done && part < 100)
		str_addf(&line, " %u %%", part);
	app_notice(app, line.ptr);
}

/* Where each notice is a line for ever, how far it is would fill the screen. */
static bool is_linear(const struct app *app)
{
	return app->ui && ui_is_linear(app->ui);
}

/* ---- /file ---- */

enum ui_taken cmd_file(struct app *app, const struct ui_line *line, const char *args)
{
	AUTO(str_done) struct str path = STR_INIT;

	if (!*args)
		return cmd_usage(app, "file");
	if (!line->room)
		return cmd_fail(app, ERR_NO_ROOM);
	cmd_add_path(args, &path);
	/* The process that sends it may stand in another folder. */
	AUTO(mem_freep) char *whole = realpath(path.ptr, NULL);
	const struct app_message message = {.frame = FRAME_SEND,
					    .room = *line->room,
					    .text = "",
					    .path = whole ? whole : path.ptr};

	return cmd_keep(app, line, &message);
}

/* ---- /save ---- */

struct saving {
	struct app *app;
	struct str folder;
};

static void on_save(struct app *app, enum err err, const struct transferred *what,
		    void *ctx)
{
	if (err == ERR_QUEUED)
		say(app, _("waits for the connection"), what, what->name);
	else if (err != ERR_OK)
		say(app, _(err_text(err)), what, what->name);
	else if (what->done)
		say(app, _("saved"), what, what->path);
	else if (!is_linear(app))
		say(app, _("saving"), what, what->name);
}

static void message_came(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	struct saving *saving = ctx;
	struct app *app = saving->app;
	AUTO(json_free) struct json *json = NULL;
	struct body_event event;

	if (err == ERR_OK)
		err = body_parse(body_event_def(), answer, &json, &event);
	if (err != ERR_OK)
		app_notice(app, _(err_text(err)));
	for (size_t i = 0; err == ERR_OK && i < event.attached_count; i++)
		transfer_save(app, &event.attached[i].file, saving->folder.ptr, on_save,
			      NULL);
	str_done(&saving->folder);
	mem_free(saving);
}

static struct message *last_with_files(struct app *app)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;) {
		if ((timeline->rows[i]->flags & MESSAGE_FILES) &&
		    timeline->rows[i]->state == MESSAGE_SENT)
			return timeline->rows[i];
	}
	return NULL;
}

enum ui_taken cmd_save(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_with_files(app));

	if (!message || !(message->flags & MESSAGE_FILES)) {
		app_notice(app, _("There is no file here to save."));
		return UI_LINE_KEEP;
	}
	struct saving *saving = mem_new(struct saving);
	saving->app = app;
	saving->folder = STR_INIT;
	cmd_add_path(*args ? args : ".", &saving->folder);
	cmd_ask(app, "message_get", body_message_ref_def(),
		&(struct body_message_ref){.id = message->cid}, message_came, saving);
	return UI_LINE_DONE;
}

/* ---- /view ---- */

static void on_picture(struct app *app, enum err err, struct bitmap *bitmap,
		       const struct transferred *what, void *ctx)
{
	AUTO(str_done) struct str text = STR_INIT;

	neutral_add(&text, what->name, strlen(what->name), NEUTRAL_LINE);
	if (err == ERR_OK && app->ui) {
		AUTO(str_done) struct str size = STR_INIT;
		attached_size(what->size, &size);
		app_notice(app, "");
		ui_page_picture(app->ui, text.ptr, size.ptr, bitmap);
		return;
	}
	str_add(&text, ": ");
	ui_no_picture(err, &text);
	app_notice(app, text.ptr);
}

/* The picture of this number, of those that hang on @body; @head is the number. */
static void show_picture(struct app *app, const char *head, const void *body)
{
	const struct body_event *event = body;
	unsigned long left = *head ? strtoul(head, NULL, 10) : 1;

	for (size_t i = 0; i < event->attached_count; i++) {
		const struct body_file_note *note = &event->attached[i];
		if (!attached_is_picture(note) || --left > 0)
			continue;
		app_notice(app, _("The picture is coming…"));
		preview_start(app, &note->file, LIMIT_PICTURE, PREVIEW_PAGE, PREVIEW_PAGE,
			      on_picture, NULL);
		return;
	}
	app_notice(app, _("There is no picture here to show."));
}

enum ui_taken cmd_view(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_with_files(app));

	if (!message || !(message->flags & MESSAGE_FILES))
		app_notice(app, _("There is no picture here to show."));
	else if (is_linear(app))
		app_notice(app, _("A picture needs the full screen."));
	else if (!preview_is_there())
		app_notice(app, _("chat-picture is not installed: it decodes pictures."));
	else
		cmd_get_under(app, args, "message_get", body_message_ref_def(),
			      &(struct body_message_ref){.id = message->cid},
			      body_event_def(), show_picture);
	return UI_LINE_DONE;
}
