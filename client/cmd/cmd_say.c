/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saying something, and doing something about what was said. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/frame.h"

/* A line on its way to disk. */
struct saying {
	uint64_t ticket;
	bool returned; /* the hook has told the ui to hold the line */
	bool kept;     /* the answer came before that */
	enum err err;
};

static void kept(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	struct saying *saying = ctx;

	saying->kept = true;
	saying->err = err;
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
	if (!dest && !line->room) {
		app_notice(app, _("There is no room to say that in: /join one first."));
		return UI_LINE_KEEP;
	}
	if (!dest)
		message.room = *line->room;
	if (kind == DRAFT_EDIT)
		message.target = *target;
	else if (kind == DRAFT_REPLY)
		message.reply = *target;
	struct saying *saying = mem_new(struct saying);
	saying->ticket = line->ticket;
	enum err err = app_post(app, &message, kept, saying);
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
		return cmd_post(app, line, DRAFT_NEW, NULL, dest.ptr, text, strlen(text));
	struct ui_line there = *line;
	there.room = &room->id;
	return cmd_post(app, &there, DRAFT_NEW, NULL, NULL, text, strlen(text));
}

static enum ui_taken nothing(struct app *app, const char *text)
{
	app_notice(app, text);
	return UI_LINE_DONE;
}

static struct message *last_own(struct app *app)
{
	struct room *room = cmd_room_now(app);

	return timeline_last_of(&room->timeline, app_user(app));
}

static struct message *last_of_others(struct app *app)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;) {
		struct message *message = timeline->rows[i];
		if (!id_equal(&message->sender, app_user(app)) &&
		    !(message->flags & (MESSAGE_DELETED | MESSAGE_NOTICE)))
			return message;
	}
	return NULL;
}

enum ui_taken cmd_edit(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = last_own(app);

	if (!message || message->state != MESSAGE_SENT)
		return nothing(app, _("There is nothing of yours here to change."));
	if (*args)
		return cmd_post(app, line, DRAFT_EDIT, &message->cid, NULL, args,
				strlen(args));
	if (app->ui)
		ui_compose(app->ui, DRAFT_EDIT, &message->cid, message->text.ptr,
			   message->text.len);
	return UI_LINE_DONE;
}

enum ui_taken cmd_reply(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = last_of_others(app);

	if (!message)
		return nothing(app, _("There is nothing here to answer."));
	if (*args)
		return cmd_post(app, line, DRAFT_REPLY, &message->cid, NULL, args,
				strlen(args));
	if (app->ui)
		ui_compose(app->ui, DRAFT_REPLY, &message->cid, "", 0);
	return UI_LINE_DONE;
}

static void deleted(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	if (err != ERR_OK)
		app_notice(app, _(err_text(err)));
}

enum ui_taken cmd_delete(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = last_own(app);
	struct app_message about = {
		.frame = FRAME_DELETE, .room = *line->room, .text = ""};

	if (!message || message->state != MESSAGE_SENT)
		return nothing(app, _("There is nothing of yours here to delete."));
	about.target = message->cid;
	enum err err = app_post(app, &about, deleted, NULL);
	return err == ERR_OK ? UI_LINE_DONE : cmd_fail(app, err);
}

static struct message *last_failed(struct app *app)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;)
		if (timeline->rows[i]->state == MESSAGE_FAILED)
			return timeline->rows[i];
	return NULL;
}

static enum ui_taken about_failed(struct app *app,
				  void (*act)(struct app *app, const struct id *cid))
{
	const struct message *message = last_failed(app);

	if (!message)
		return nothing(app, _("Nothing here has failed."));
	struct id cid = message->cid;
	act(app, &cid);
	return UI_LINE_DONE;
}

enum ui_taken cmd_retry(struct app *app, const struct ui_line *line, const char *args)
{
	return about_failed(app, app_retry);
}

enum ui_taken cmd_discard(struct app *app, const struct ui_line *line, const char *args)
{
	return about_failed(app, app_discard);
}
