/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a name means: a room that is known here, else one that the server knows. "@user"
 * makes the direct chat; "#slug" of a public room joins it.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/change.h"
#include "common/base/mem.h"

struct find {
	struct app *app;
	app_room_fn *done;
	void *ctx;
	enum err err; /* what is answered when the server has nothing either */
};

static void room_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct find *find = ctx;
	struct app *app = find->app;
	struct body_room row;
	struct json *json = NULL;

	if (err == ERR_OK)
		err = body_parse(body_room_def(), body, &json, &row);
	if (err == ERR_OK) {
		app_show_room(app, &row);
		rooms_sort(&app->model.rooms, &app->model.people);
		changes_flush(app);
	}
	/* "There is no such thing" is said in the words of what was looked for. */
	if (err == ERR_NOT_FOUND)
		err = find->err;
	if (find->done)
		find->done(app, err, err == ERR_OK ? &row.room : NULL, find->ctx);
	json_free(&json);
	mem_free(find);
}

static void ask(struct find *find, const char *name)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct body_room_create direct = {.kind = ROOM_DIRECT};
	struct body_room_ref ref = {.room = bytes_text(name + (name[0] == '#'))};
	bool person = name[0] == '@';

	direct.user = bytes_text(name + person);
	body_encode(person ? body_room_create_def() : body_room_ref_def(), &out,
		    person ? (const void *)&direct : (const void *)&ref);
	link_call(find->app->link, person ? "room_create" : "room_join", buf_view(&args),
		  room_came, find);
}

void app_ask_room(struct app *app, const struct id *room)
{
	struct id_text text = id_text(room);
	struct body_room_ref ref = {.room = bytes_text(text.text)};
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct find *find = mem_new(struct find);

	find->app = app;
	body_encode(body_room_ref_def(), &out, &ref);
	link_call(app->link, "room_get", buf_view(&args), room_came, find);
}

void app_find_room(struct app *app, const char *name, app_room_fn *done, void *ctx)
{
	struct room *room = NULL;
	enum err err = rooms_named(&app->model.rooms, &app->model.people, name, &room);
	size_t len = strlen(name) - (name[0] == '#' || name[0] == '@');

	if (err == ERR_OK && !room->left) {
		done(app, ERR_OK, &room->id, ctx);
		return;
	}
	if (err == ERR_AMBIGUOUS || len == 0 || len > LIMIT_NAME) {
		done(app, err == ERR_AMBIGUOUS ? err : ERR_NO_ROOM, NULL, ctx);
		return;
	}
	if (link_state(app->link) != LINK_ONLINE) {
		done(app, ERR_UNREACHABLE, NULL, ctx);
		return;
	}
	struct find *find = mem_new(struct find);
	*find = (struct find){app, done, ctx, name[0] == '@' ? ERR_NO_USER : ERR_NO_ROOM};
	ask(find, name);
}
