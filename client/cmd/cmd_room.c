/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms: into them, out of them, between them. */
#include <stdlib.h>
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/model/unread.h"
#include "client/piped.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"

static void found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	piped_refused(app, err);
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
		err = body_parse(body_room_def(), body, &json, &row);
	if (err == ERR_OK)
		app_find_room(app, id_text(&row.room).text, found, NULL);
	else
		app_notice(app, _(err_text(err)));
	json_free(&json);
}

/* "history=all", "history=joined" in front of @topic, which then goes on behind it. False: it
 * is neither. */
static bool take_history(const char **topic, int *ret_history)
{
	static const char key[] = "history=";
	const char *rest, *word = *topic;
	size_t len = cmd_word(word, &rest), start = strlen(key);

	if (len < start || strncmp(word, key, start) != 0)
		return true;
	*ret_history = kind_value(&room_history_words, word + start, len - start);
	*topic = rest;
	return *ret_history != 0;
}

enum ui_taken cmd_create(struct app *app, const struct ui_line *line, const char *args)
{
	const char *topic;
	size_t len = cmd_word(args, &topic);
	bool public = args[0] == '#';
	struct bytes name = bytes_of(args + public, len - public);
	struct body_room_create room = {.kind = public ? ROOM_PUBLIC : ROOM_PRIVATE};

	if (len <= (size_t) public || !take_history(&topic, &room.history))
		return cmd_usage(app, "create");
	room.topic = bytes_text(topic);
	if (public)
		room.slug = name;
	else
		room.name = name;
	cmd_ask(app, "room_create", body_room_create_def(), &room, created, app);
	return UI_LINE_DONE;
}

struct leaving {
	struct app *app;
	struct id room;
};

/* Somewhere else, when what was left is on the screen. */
static void left(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct leaving *leaving = ctx;
	struct app *app = leaving->app;
	const struct rooms *rooms = &app->model.rooms;
	const struct room *next = NULL;

	/* The first that one can talk in. */
	for (size_t i = rooms->count; i-- > 0;) {
		const struct room *room = rooms->rows[i];
		if (!room->left && !id_equal(&room->id, &leaving->room) &&
		    (!next || room->kind != ROOM_BROADCAST))
			next = room;
	}
	if (err == ERR_STATE)
		app_notice(app, _("You are its only owner: /role @NAME owner first, or "
				  "/destroy it."));
	else if (err != ERR_OK)
		app_notice(app, _(err_text(err)));
	else if (next && id_equal(&rooms->current, &leaving->room))
		app_open_room(app, &next->id);
	mem_free(leaving);
}

/* @op ends one's being in @room. */
static void part(struct app *app, const struct room *room, const char *op)
{
	struct id_text id = id_text(&room->id);
	struct body_room_ref ref = {.room = bytes_text(id.text)};
	struct leaving *leaving = mem_new(struct leaving);

	*leaving = (struct leaving){app, room->id};
	cmd_ask(app, op, body_room_ref_def(), &ref, left, leaving);
}

enum ui_taken cmd_leave(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room = cmd_room_now(app);
	enum err err = ERR_OK;

	if (*args)
		err = rooms_named(&app->model.rooms, &app->model.people, args, &room);
	if (err != ERR_OK || !room)
		return room ? cmd_fail(app, err) : cmd_usage(app, "leave");
	/* A direct chat is for ever; leaving it hides it until somebody speaks. */
	part(app, room, room->kind == ROOM_DIRECT ? "room_hide" : "room_leave");
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

enum ui_taken cmd_rename(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room = cmd_room_now(app);
	struct id_text id = id_text(&room->id);
	struct body_room_update update = {.room = bytes_text(id.text)};

	if (!*args)
		return cmd_usage(app, "rename");
	/* A public room is called by the word behind its "#", another by any name. */
	if (room->kind == ROOM_PUBLIC)
		update.slug = bytes_text(args + (args[0] == '#'));
	else
		update.name = bytes_text(args);
	cmd_call(app, "room_update", body_room_update_def(), &update);
	return UI_LINE_DONE;
}

enum ui_taken cmd_destroy(struct app *app, const struct ui_line *line, const char *args)
{
	struct room *room = cmd_room_now(app);
	AUTO(str_done) struct str title = STR_INIT, ask = STR_INIT;

	room_title(room, &app->model.people, &title);
	if (strcmp(args, title.ptr) != 0 &&
	    !(title.ptr[0] == '#' && strcmp(args, title.ptr + 1) == 0)) {
		str_addf(&ask,
			 _("This deletes %s and all that was said there, for everybody. "
			   "If you mean it: /destroy %s"),
			 title.ptr, title.ptr);
		app_notice(app, ask.ptr);
		return UI_LINE_DONE;
	}
	part(app, room, "room_delete");
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
