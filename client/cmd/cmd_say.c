/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saying something, and what is done about what could not be sent. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/piped.h"
#include "client/upload.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/frame.h"

/* A line on its way to disk. */
struct saying {
	uint64_t ticket;
	bool returned; /* the hook has told the ui to hold the line */
	bool kept;     /* the answer came before that */
	enum err err;
	struct id
		room; /* where a new message was said; zero: elsewhere, or another thing */
};

/* Who has said something goes where it stands. From a place in the past, behind which not
 * everything is loaded, that is another part of the log. */
static void go_end(struct app *app, const struct id *id)
{
	struct room *room = rooms_find(&app->model.rooms, id);

	if (!room || room->timeline.at_end)
		return;
	timeline_clear(&room->timeline);
	app_history(app, id, UI_NEWEST, 0);
}

static void kept(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	struct saying *saying = ctx;

	saying->kept = true;
	saying->err = err;
	piped_refused(app, err);
	if (err == ERR_OK) {
		piped_said(app, cid);
		go_end(app, &saying->room);
	}
	if (!saying->returned)
		return;
	if (app->ui)
		ui_line_done(app->ui, saying->ticket, err);
	mem_free(saying);
}

static int frame_of(enum draft_kind kind)
{
	return kind == DRAFT_EDIT ? FRAME_EDIT : FRAME_SEND;
}

enum ui_taken cmd_post(struct app *app, const struct ui_line *line, enum draft_kind kind,
		       const struct id *target, const char *dest, const char *text,
		       size_t len)
{
	struct app_message message = {
		.frame = frame_of(kind), .dest = dest, .text = text, .len = len};

	if (len == 0)
		return UI_LINE_DONE;
	if (!dest && !line->room)
		return cmd_roomless(
			app, _("There is no room to say that in: /join one first."));
	if (!dest)
		message.room = *line->room;
	if (kind == DRAFT_EDIT)
		message.target = *target;
	else if (kind == DRAFT_REPLY)
		message.reply = *target;
	else if (kind == DRAFT_THREAD)
		message.thread = *target;
	return cmd_keep(app, line, &message);
}

enum ui_taken cmd_keep(struct app *app, const struct ui_line *line,
		       const struct app_message *message)
{
	struct saying *saying = mem_new(struct saying);

	saying->ticket = line->ticket;
	if (message->frame == FRAME_SEND)
		saying->room = message->room;
	enum err err = app_post(app, message, kept, saying);
	if (err != ERR_OK || saying->kept) {
		err = err == ERR_OK ? saying->err : err;
		mem_free(saying);
		return err == ERR_OK ? UI_LINE_DONE : cmd_fail(app, err);
	}
	saying->returned = true;
	return UI_LINE_HELD;
}

enum ui_taken cmd_say(struct app *app, const struct ui_line *line, const char *args)
{
	return cmd_post(app, line, DRAFT_NEW, NULL, NULL, args, strlen(args));
}

/* /msg to a name that only the server can know: the line is held until it has said. */
struct telling {
	uint64_t ticket;
	struct str dest, text;
	bool returned, found;
	enum err err;
	struct id room;
};

static void telling_free(struct telling *telling)
{
	str_done(&telling->dest);
	str_done(&telling->text);
	mem_free(telling);
}

/* Out of reach is not unknown: that waits on disk. */
static bool may_wait(enum err err)
{
	return err == ERR_UNREACHABLE || err == ERR_CLOSED || err == ERR_TIMEOUT;
}

static void tell(struct app *app, struct telling *telling)
{
	struct saying *saying = mem_new(struct saying);
	struct app_message message = {
		.frame = FRAME_SEND, .text = telling->text.ptr, .len = telling->text.len};

	if (telling->err == ERR_OK)
		message.room = telling->room;
	else
		message.dest = telling->dest.ptr;
	*saying = (struct saying){.ticket = telling->ticket, .returned = true};
	enum err err = telling->err;
	if (err == ERR_OK || may_wait(err))
		err = app_post(app, &message, kept, saying);
	if (err != ERR_OK)
		kept(app, err, NULL, saying);
	telling_free(telling);
}

static void named(struct app *app, enum err err, const struct id *room, void *ctx)
{
	struct telling *telling = ctx;

	telling->found = true;
	telling->err = err;
	if (err == ERR_OK)
		telling->room = *room;
	if (telling->returned)
		tell(app, telling);
}

static enum ui_taken ask_name(struct app *app, const struct ui_line *line,
			      const char *dest, const char *text)
{
	struct telling *telling = mem_new(struct telling);

	*telling = (struct telling){
		.ticket = line->ticket, .dest = STR_INIT, .text = STR_INIT};
	str_set(&telling->dest, dest);
	str_set(&telling->text, text);
	app_find_room(app, dest, named, telling);
	telling->returned = true;
	if (!telling->found)
		return UI_LINE_HELD;
	const enum err err = telling->err;
	telling_free(telling);
	return err == ERR_OK || may_wait(err)
		       ? cmd_post(app, line, DRAFT_NEW, NULL, dest, text, strlen(text))
		       : cmd_fail(app, err);
}

enum ui_taken cmd_msg(struct app *app, const struct ui_line *line, const char *args)
{
	const char *text;
	size_t len = cmd_word(args, &text);
	AUTO(mem_freep) char *name = mem_strndup(args, len);
	struct room *room = NULL;

	if (len == 0 || !*text)
		return cmd_usage(app, "msg");
	/* A bare name is a person: "/msg bob hi". */
	AUTO(str_done) struct str dest = STR_INIT;
	str_addf(&dest, "%s%s", strchr("@#", name[0]) ? "" : "@", name);
	if (rooms_named(&app->model.rooms, &app->model.people, dest.ptr, &room) != ERR_OK)
		return ask_name(app, line, dest.ptr, text);
	struct ui_line there = *line;
	there.room = &room->id;
	return cmd_post(app, &there, DRAFT_NEW, NULL, NULL, text, strlen(text));
}

static bool has_failed(const struct message *message)
{
	return message->state == MESSAGE_FAILED;
}

static const struct message *last_that(struct app *app,
				       bool (*is)(const struct message *message))
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;)
		if (is(timeline->rows[i]))
			return timeline->rows[i];
	return NULL;
}

static enum ui_taken about_failed(struct app *app, const struct message *message,
				  void (*act)(struct app *app, const struct id *cid))
{
	struct id cid = message ? message->cid : app->lost;

	if (id_is_zero(&cid)) {
		app_notice(app, _("Nothing here has failed."));
		return UI_LINE_DONE;
	}
	act(app, &cid);
	return UI_LINE_DONE;
}

enum ui_taken cmd_retry(struct app *app, const struct ui_line *line, const char *args)
{
	return about_failed(app, last_that(app, has_failed), app_retry);
}

enum ui_taken cmd_discard(struct app *app, const struct ui_line *line, const char *args)
{
	const struct message *message = last_that(app, has_failed);

	return about_failed(app, message ? message : last_that(app, upload_waits),
			    app_discard);
}
