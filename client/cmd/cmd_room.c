/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms: into them, out of them, between them. */
#include <stdlib.h>
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/model/unread.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"

static void found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	if (err == ERR_OK)
		app_open_room(app, room);
	else
		app_notice(app, _(err_text(err)));
}

enum ui_taken cmd_join(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest;
	size_t len = cmd_word(args, &rest);
	AUTO(mem_freep) char *name = mem_strndup(args, len);

	if (len == 0)
		return cmd_usage(app, "join");
	app_find_room(app, name, found, NULL);
	return UI_LINE_DONE;
}

enum ui_taken cmd_room(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest;
	size_t len = cmd_word(args, &rest);
	AUTO(mem_freep) char *name = mem_strndup(args, len);
	struct room *room = NULL;

	if (len == 0)
		return cmd_usage(app, "room");
	enum err err = rooms_named(&app->model.rooms, &app->model.people, name, &room);
	if (err == ERR_NO_ROOM && name[0] == '@') {
		app_find_room(app, name, found,
			      NULL); /* there is no chat with them yet */
		return UI_LINE_DONE;
	}
	if (err != ERR_OK)
		return cmd_fail(app, err);
	app_open_room(app, &room->id);
	return UI_LINE_DONE;
}

enum ui_taken cmd_switch(struct app *app, const struct ui_line *line, const char *args)
{
	if (app->ui)
		ui_compose(app->ui, DRAFT_NEW, NULL, "/room ", strlen("/room "));
	return UI_LINE_DONE;
}

enum ui_taken cmd_next(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room =
		rooms_next_unread(&app->model.rooms, strcmp(args, "mention") == 0);

	if (room)
		app_open_room(app, &room->id);
	else
		app_notice(app, _("Everything is read."));
	return UI_LINE_DONE;
}

enum ui_taken cmd_step(struct app *app, const struct ui_line *line, const char *args)
{
	long step = strtol(args, NULL, 10);

	if (step < -1000 || step > 1000)
		step = 0;
	if (app->ui)
		ui_step_room(app->ui, (int)step);
	return UI_LINE_DONE;
}

/* The answer to room_create: the new room's id, under which it is then found. */
static void created(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct app *app = ctx;
	struct json *json = NULL;
	struct body_room row;

	if (err == ERR_OK)
		err = json_parse(body, &json);
	if (err == ERR_OK)
		err = body_decode(body_room_def(), json, json_root(json), &row, NULL);
	if (err == ERR_OK)
		app_find_room(app, id_text(&row.room).text, found, NULL);
	else
		app_notice(app, _(err_text(err)));
	json_free(&json);
}

enum ui_taken cmd_create(struct app *app, const struct ui_line *line, const char *args)
{
	const char *topic;
	size_t len = cmd_word(args, &topic);
	bool public = args[0] == '#';
	struct bytes name = bytes_of(args + public, len - public);
	struct body_room_create room = {
		.kind = public ? ROOM_PUBLIC : ROOM_PRIVATE,
		.topic = bytes_text(topic),
	};
	AUTO(buf_done) struct buf body = BUF_INIT;
	struct json_out out = json_out_init(&body);

	if (len <= (size_t) public)
		return cmd_usage(app, "create");
	if (public)
		room.slug = name;
	else
		room.name = name;
	body_encode(body_room_create_def(), &out, &room);
	app_call(app, "room_create", buf_view(&body), created, app);
	return UI_LINE_DONE;
}

enum ui_taken cmd_leave(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room = cmd_room_now(app);
	enum err err = ERR_OK;

	if (*args)
		err = rooms_named(&app->model.rooms, &app->model.people, args, &room);
	if (err != ERR_OK || !room)
		return room ? cmd_fail(app, err) : cmd_usage(app, "leave");
	struct id_text id = id_text(&room->id);
	struct body_room_ref ref = {.room = bytes_text(id.text)};
	/* A direct chat is for ever; leaving it hides it until somebody speaks. */
	cmd_call(app, room->kind == ROOM_DIRECT ? "room_hide" : "room_leave",
		 body_room_ref_def(), &ref);
	return UI_LINE_DONE;
}

enum ui_taken cmd_topic(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room = cmd_room_now(app);
	struct id_text id = id_text(&room->id);
	struct body_room_update update = {.room = bytes_text(id.text)};

	if (!*args) {
		app_notice(app,
			   room->topic.len ? room->topic.ptr : _("There is no topic."));
		return UI_LINE_DONE;
	}
	update.topic = bytes_text(args);
	cmd_call(app, "room_update", body_room_update_def(), &update);
	return UI_LINE_DONE;
}

enum ui_taken cmd_invite(struct app *app, const struct ui_line *line, const char *args)
{
	struct id_text id = id_text(line->room);
	struct body_room_invite invite = {.room = bytes_text(id.text)};
	const char *rest;
	const char *name = args + (args[0] == '@');
	size_t len = cmd_word(name, &rest);

	if (len == 0) {
		cmd_new_code(app, line->room);
		return UI_LINE_DONE;
	}
	invite.user = bytes_of(name, len);
	cmd_call(app, "room_invite", body_room_invite_def(), &invite);
	return UI_LINE_DONE;
}

enum ui_taken cmd_read(struct app *app, const struct ui_line *line, const char *args)
{
	const struct rooms *rooms = &app->model.rooms;
	bool all = strcmp(args, "all") == 0;
	struct room *now = cmd_room_now(app);

	for (size_t i = 0; i < rooms->count; i++) {
		struct room *room = rooms->rows[i];
		if ((all || room == now) && room->head_seq)
			app_seen(app, &room->id, room->head_seq);
	}
	return UI_LINE_DONE;
}
