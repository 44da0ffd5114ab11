/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doing something about a message: the one that was picked, else the newest that it makes
 * sense for. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/piped.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/frame.h"

static enum ui_taken nothing(struct app *app, const char *text)
{
	app_notice(app, text);
	piped_refused(app, ERR_NOT_FOUND);
	return UI_LINE_DONE;
}

static struct message *last_own(struct app *app)
{
	return timeline_last_of(&cmd_room_now(app)->timeline, app_user(app));
}

static bool is_said(const struct message *message)
{
	return message->state == MESSAGE_SENT &&
	       !(message->flags & (MESSAGE_DELETED | MESSAGE_NOTICE));
}

static struct message *last_of_others(struct app *app)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;) {
		struct message *message = timeline->rows[i];
		if (!id_equal(&message->sender, app_user(app)) && is_said(message))
			return message;
	}
	return NULL;
}

struct message *cmd_picked(struct app *app, struct message *usual)
{
	struct message *picked = timeline_picked(&cmd_room_now(app)->timeline);
	struct message *message = picked ? picked : usual;

	return message && is_said(message) ? message : NULL;
}

enum ui_taken cmd_pick(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui)
		ui_pick(app->ui, 0);
	return UI_LINE_DONE;
}

enum ui_taken cmd_edit(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_own(app));

	if (!message)
		return nothing(app, _("There is nothing of yours here to change."));
	if (!id_equal(&message->sender, app_user(app)))
		return nothing(app, _("You can change only what you said yourself."));
	if (*args)
		return cmd_post(app, line, DRAFT_EDIT, &message->cid, NULL, args,
				strlen(args));
	if (app->ui)
		ui_compose(app->ui, DRAFT_EDIT, &message->cid, message->text.ptr,
			   message->text.len);
	return UI_LINE_DONE;
}

/* Say @args about @target, or make the next line be about it. */
static enum ui_taken say_about(struct app *app, const struct ui_line *line,
			       enum draft_kind kind, const struct id *target,
			       const char *args)
{
	if (*args)
		return cmd_post(app, line, kind, target, NULL, args, strlen(args));
	if (app->ui)
		ui_compose(app->ui, kind, target, "", 0);
	return UI_LINE_DONE;
}

enum ui_taken cmd_reply(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_of_others(app));

	if (!message)
		return nothing(app, _("There is nothing here to answer."));
	return say_about(app, line, DRAFT_REPLY, &message->cid, args);
}

/* A thread is named by its first message, whichever of its messages is picked. */
enum ui_taken cmd_thread(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_of_others(app));

	if (!message)
		return nothing(app, _("There is nothing here to answer."));
	struct id root = id_is_zero(&message->thread) ? message->cid : message->thread;
	return say_about(app, line, DRAFT_THREAD, &root, args);
}

static void posted(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	piped_refused(app, err);
	if (err == ERR_OK)
		piped_said(app, cid);
	else
		app_notice(app, _(err_text(err)));
}

/* Through the outbox: what is done offline is done later. */
static enum ui_taken post_about(struct app *app, const struct ui_line *line, int frame,
				const struct message *message, const char *text)
{
	struct app_message about = {.frame = frame,
				    .room = *line->room,
				    .target = message->cid,
				    .text = text,
				    .len = strlen(text)};
	enum err err = app_post(app, &about, posted, NULL);

	return err == ERR_OK ? UI_LINE_DONE : cmd_fail(app, err);
}

enum ui_taken cmd_delete(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_own(app));

	if (!message)
		return nothing(app, _("There is nothing of yours here to delete."));
	return post_about(app, line, FRAME_DELETE, message, "");
}

static enum ui_taken react(struct app *app, const struct ui_line *line, const char *args,
			   int frame, const char *name)
{
	struct message *message = cmd_picked(app, last_of_others(app));

	if (!*args)
		return cmd_usage(app, name);
	if (!message)
		return nothing(app, _("There is nothing here to react to."));
	if (strlen(args) > LIMIT_EMOJI || strpbrk(args, " \t\n"))
		return nothing(app, _("A reaction is one emoji or one short word."));
	return post_about(app, line, frame, message, args);
}

enum ui_taken cmd_react(struct app *app, const struct ui_line *line, const char *args)
{
	return react(app, line, args, FRAME_REACT, "react");
}

enum ui_taken cmd_unreact(struct app *app, const struct ui_line *line, const char *args)
{
	return react(app, line, args, FRAME_UNREACT, "unreact");
}

enum ui_taken cmd_pin(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_of_others(app));

	if (!message)
		return nothing(app, _("There is no message here to pick."));
	cmd_call(app, "message_pin", body_message_ref_def(),
		 &(struct body_message_ref){.id = message->cid});
	return UI_LINE_DONE;
}

static void unpinned(enum err err, unsigned status, struct bytes body, void *ctx)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK)
		return;
	if (err == ERR_NOT_FOUND)
		str_add(&why, _("That message is not pinned: /pins lists those that are, "
				"Enter picks one."));
	else
		cmd_why(err, body, &why);
	app_notice(ctx, why.ptr);
}

enum ui_taken cmd_unpin(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_of_others(app));

	if (!message)
		return nothing(app, _("There is no message here to pick."));
	cmd_ask(app, "message_unpin", body_message_ref_def(),
		&(struct body_message_ref){.id = message->cid}, unpinned, app);
	return UI_LINE_DONE;
}
