/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people do: through the client's own functions, not through its commands, which have
 * a test of their own.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/cache/cache_event.h"
#include "client/change.h"
#include "tests/lib/check.h"
#include "tests/lib/world_inside.h"

#define ALL 1000000 /* more events than any story has */

struct room *world_room_of(struct world_client *client, const char *name)
{
	struct room *room = NULL;

	if (rooms_named(&client->app.model.rooms, &client->app.model.people, name,
			&room) != ERR_OK)
		fail_msg("%s does not know %s", client->name, name);
	return room;
}

static void kept(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	check_ok(err);
}

void world_write(struct world_client *client, const char *room, const char *text)
{
	struct app_message message = {
		.frame = FRAME_SEND, .text = text, .len = strlen(text)};

	if (room[0] == '@' &&
	    rooms_named(&client->app.model.rooms, &client->app.model.people, room,
			&(struct room *){NULL}) != ERR_OK)
		message.dest = room;
	else
		message.room = world_room_of(client, room)->id;
	check_ok(app_post(&client->app, &message, kept, NULL));
}

void world_say(struct world_client *client, const char *room, const char *text)
{
	world_write(client, room, text);
	world_run(client->world);
}

/* The newest message of the room on disk; own ones only when @own. */
struct newest {
	struct store_job job;
	struct id room, self, cid;
	bool own, found;
};

static enum err newest_run(struct store_job *job, struct cache *cache)
{
	struct newest *newest = CONTAINER_OF(job, struct newest, job);
	struct cache_page page = CACHE_PAGE_INIT;
	enum err err = cache_event_before(cache, &newest->room, 0, 50, &page);

	for (size_t i = page.count; err == ERR_OK && i-- > 0 && !newest->found;) {
		const struct cache_event *event = &page.events[i];
		if (event->kind != EVENT_MESSAGE || event->deleted ||
		    (newest->own && !id_equal(&event->from, &newest->self)))
			continue;
		newest->cid = event->id;
		newest->found = true;
	}
	cache_page_done(&page);
	return err;
}

static void job_done(struct store_job *job, enum err err)
{
	check_ok(err);
}

void world_job(struct world_client *client, struct store_job *job)
{
	job->done = job_done;
	changes_flush(&client->app);
	store_submit(client->app.store, job);
	store_reap(client->app.store);
}

static void change(struct world_client *client, const char *room, int frame,
		   const char *text, bool own)
{
	struct newest newest = {.job = {.run = newest_run},
				.room = world_room_of(client, room)->id,
				.self = client->app.model.self,
				.own = own};
	struct app_message message = {
		.frame = frame, .room = newest.room, .text = text, .len = strlen(text)};

	world_job(client, &newest.job);
	if (!newest.found)
		return;
	message.target = newest.cid;
	check_ok(app_post(&client->app, &message, kept, NULL));
	world_run(client->world);
}

void world_edit(struct world_client *client, const char *room, const char *text)
{
	change(client, room, FRAME_EDIT, text, true);
}

void world_delete(struct world_client *client, const char *room)
{
	change(client, room, FRAME_DELETE, "", true);
}

static void called(enum err err, unsigned status, struct bytes body, void *ctx)
{
	check_ok(err);
}

static void call(struct world_client *client, const char *op, const char *args)
{
	app_call(&client->app, op, bytes_text(args), called, NULL);
	world_run(client->world);
}

void world_room(struct world_client *client, const char *slug)
{
	char args[200];

	snprintf(args, sizeof(args), "{\"kind\":\"public\",\"slug\":\"%s\"}", slug);
	call(client, "room_create", args);
}

void world_join(struct world_client *client, const char *slug)
{
	char args[200];

	snprintf(args, sizeof(args), "{\"room\":\"%s\"}", slug);
	call(client, "room_join", args);
}

void world_leave(struct world_client *client, const char *slug)
{
	char args[200];
	struct room *room = world_room_of(client, slug);

	snprintf(args, sizeof(args), "{\"room\":\"%s\"}", id_text(&room->id).text);
	call(client, "room_leave", args);
}

void world_read(struct world_client *client, const char *room)
{
	const struct room *found = world_room_of(client, room);

	app_seen(&client->app, &found->id, found->head_seq);
	world_run(client->world);
}

void world_typing(struct world_client *client, const char *room, bool on)
{
	link_typing(client->app.link, &world_room_of(client, room)->id, on);
	world_run(client->world);
}

struct choice {
	struct store_job job;
	struct world *world;
	struct id room, cid;
};

static enum err choice_run(struct store_job *job, struct cache *cache)
{
	struct choice *choice = CONTAINER_OF(job, struct choice, job);
	struct cache_page page = CACHE_PAGE_INIT;
	enum err err = cache_event_before(cache, &choice->room, 0, 30, &page);

	if (page.count) {
		uint32_t at = world_random(choice->world, (uint32_t)page.count);
		if (page.events[at].kind == EVENT_MESSAGE)
			choice->cid = page.events[at].id;
	}
	cache_page_done(&page);
	return err;
}

struct id world_message(struct world_client *client, const char *room)
{
	struct choice choice = {.job = {.run = choice_run},
				.world = client->world,
				.room = world_room_of(client, room)->id};

	world_job(client, &choice.job);
	return choice.cid;
}

static void status_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	*(unsigned *)ctx = err == ERR_OK || status ? status : 0;
}

unsigned world_call(struct world_client *client, const char *op, const char *format, ...)
{
	AUTO(str_done) struct str args = STR_INIT;
	static unsigned status; /* an answer may come when nobody waits for it any more */
	va_list list;

	status = 0;
	str_add_char(&args, '{');
	va_start(list, format);
	str_addv(&args, format, list);
	va_end(list);
	str_add_char(&args, '}');
	app_call(&client->app, op, str_view(&args), status_came, &status);
	world_run(client->world);
	return status;
}

unsigned world_http(struct world_client *client, const char *line, const char *format,
		    ...)
{
	AUTO(str_done) struct str body = STR_INIT;
	va_list list;

	if (!client->world->server)
		return 0;
	va_start(list, format);
	str_addv(&body, format, list);
	va_end(list);
	unsigned status =
		world_server_ask(client->world->server, client->uid, line, body.ptr);
	world_run(client->world);
	return status;
}

void world_enter(struct world_client *client, const char *room)
{
	app_load_members(&client->app, &world_room_of(client, room)->id);
	world_run(client->world);
}

struct scroll {
	struct store_job job;
	struct id room;
	uint64_t first; /* how far down what is held goes */
	bool complete;
};

static enum err scroll_run(struct store_job *job, struct cache *cache)
{
	struct scroll *scroll = CONTAINER_OF(job, struct scroll, job);
	struct cache_page page = CACHE_PAGE_INIT;
	enum err err = cache_event_before(cache, &scroll->room, 0, ALL, &page);

	scroll->first = page.first;
	scroll->complete = page.complete_before;
	cache_page_done(&page);
	return err;
}

/* Asked again as a person would who holds the key down. */
void world_scroll(struct world_client *client, const char *name)
{
	struct room *room = world_room_of(client, name);
	uint64_t before = 0;

	do {
		struct scroll scroll = {.job = {.run = scroll_run}, .room = room->id};
		world_job(client, &scroll.job);
		if (scroll.complete || (before && scroll.first >= before))
			return;
		before = scroll.first;
		room->timeline.loading = true;
		app_history(&client->app, &room->id, UI_OLDER, before);
		world_run(client->world);
	} while (true);
}
