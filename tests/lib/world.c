/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each client's connection is two queues of frames with the time at which each arrives.
 * The faults are made here, on the way to the client; the way to the server is honest,
 * since a stream that loses bytes in its middle is a broken connection.
 */
#include "tests/lib/world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/cache/cache_event.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/cache_room.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "client/net/transport_pair.h"
#include "common/base/mem.h"
#include "common/os/file.h"
#include "tests/lib/check.h"
#include "tests/lib/fake_clock.h"
#include "tests/lib/world_server.h"

#define CLIENTS    8
#define STEPS_MOST 100000 /* of one run: more is a loop between client and server */

struct parcel {
	struct parcel *next;
	uint64_t at_ms;
	size_t len;
	char text[];
};

struct queue {
	struct parcel *first, **last;
};

struct world_client {
	struct world *world;
	char name[16];
	uint32_t uid;
	char dir[300];
	struct secret key;
	struct app app;
	bool alive;
	struct app_face face;

	struct transport_pair *pair;
	uint32_t link; /* the client's number of the connection, 0 = none */
	struct world_pipe
		*pipe; /* the server's half, NULL when it has not begun or ended */
	struct queue up, down;
	unsigned shut; /* close code that comes behind what is in `down` */
	bool unplugged;
	uint64_t delay;
	unsigned duplicate, reorder, lose;
};

struct world {
	struct fake_clock clock;
	struct random_seeded seeded;
	struct random random;
	uint64_t dice;
	char dir[256];
	struct world_server *server;
	struct world_client clients[CLIENTS];
	size_t count;
	uint64_t ticked_ms;
};

/* ---- queues ---- */

static void queue_clear(struct queue *queue)
{
	for (struct parcel *parcel = queue->first, *next; parcel; parcel = next) {
		next = parcel->next;
		mem_free(parcel);
	}
	queue->first = NULL;
	queue->last = &queue->first;
}

static void queue_add(struct queue *queue, uint64_t at_ms, const char *text, size_t len)
{
	struct parcel *parcel = mem_alloc(1, sizeof(*parcel) + len + 1);

	parcel->at_ms = at_ms;
	parcel->len = len;
	memcpy(parcel->text, text, len);
	*queue->last = parcel;
	queue->last = &parcel->next;
}

static struct parcel *queue_take(struct queue *queue)
{
	struct parcel *parcel = queue->first;

	queue->first = parcel->next;
	if (!queue->first)
		queue->last = &queue->first;
	return parcel;
}

uint32_t world_random(struct world *world, uint32_t bound)
{
	uint64_t z = world->dice += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) % bound);
}

/* ---- the connection ---- */

static void cut(struct world_client *client)
{
	world_pipe_cut(&client->pipe);
	queue_clear(&client->up);
	queue_clear(&client->down);
	client->shut = 0;
	client->link = 0;
}

static void from_server(const char *text, size_t len, void *ctx)
{
	struct world_client *client = ctx;
	uint64_t at = client->world->clock.ms + client->delay;

	if (client->lose) {
		client->lose--;
		return;
	}
	queue_add(&client->down, at, text, len);
	if (client->duplicate) {
		client->duplicate--;
		queue_add(&client->down, at, text, len);
	}
}

static void server_shut(unsigned code, void *ctx)
{
	struct world_client *client = ctx;

	client->pipe = NULL;
	client->shut = code;
}

static void far_connect(uint32_t link, const struct address *address, void *ctx)
{
	struct world_client *client = ctx;
	const struct world_pipe_end end = {from_server, server_shut, client};

	cut(client);
	client->link = link;
	if (client->unplugged || !client->world->server) {
		client->link = 0;
		pair_shut(client->pair, link, ERR_UNREACHABLE, TRANSPORT_NO_CODE);
		return;
	}
	client->pipe = world_pipe_new(client->world->server, client->uid, &end);
	pair_open(client->pair, link);
}

static void far_text(uint32_t link, const char *text, size_t len, void *ctx)
{
	struct world_client *client = ctx;

	if (client->pipe)
		queue_add(&client->up, client->world->clock.ms, text, len);
}

static void far_gone(uint32_t link, void *ctx)
{
	cut(ctx);
}

static void far_request(const struct transport_request *request, void *ctx)
{
	struct world_client *client = ctx;

	pair_reply(client->pair, request->request, 0, NULL, 0);
}

/* ---- moving ---- */

static bool move_up(struct world_client *client)
{
	bool moved = false;

	while (client->up.first && client->pipe) {
		struct parcel *parcel = client->up.first;
		if (!world_pipe_say(client->pipe, parcel->text, parcel->len))
			break;
		mem_free(queue_take(&client->up));
		moved = true;
	}
	return moved;
}

/* Two that are there change places. */
static void swap_first(struct world_client *client)
{
	struct parcel *first = client->down.first, *second = first->next;

	if (!client->reorder || !second)
		return;
	client->reorder--;
	first->next = second->next;
	second->next = first;
	client->down.first = second;
	if (!first->next)
		client->down.last = &first->next;
}

static bool move_down(struct world_client *client)
{
	bool moved = false;

	while (client->down.first &&
	       client->down.first->at_ms <= client->world->clock.ms) {
		swap_first(client);
		struct parcel *parcel = queue_take(&client->down);
		pair_text(client->pair, client->link, parcel->text, parcel->len);
		mem_free(parcel);
		moved = true;
	}
	if (client->shut && !client->down.first) {
		uint32_t link = client->link;
		uint16_t code = (uint16_t)client->shut;
		cut(client);
		pair_shut(client->pair, link, ERR_CLOSED, code);
		moved = true;
	}
	return moved;
}

static bool step(struct world *world)
{
	bool moved = false;

	if (world->server)
		world_server_turn(world->server);
	for (size_t i = 0; i < world->count; i++) {
		struct world_client *client = &world->clients[i];
		if (!client->alive)
			continue;
		moved |= app_turn(&client->app);
		moved |= move_up(client);
		moved |= move_down(client);
	}
	return moved;
}

void world_run(struct world *world)
{
	unsigned steps = 0;

	while (step(world))
		if (++steps == STEPS_MOST)
			fail_msg("the world does not come to rest");
}

/* When something happens by itself, at most @until. */
static uint64_t next_ms(const struct world *world, uint64_t until)
{
	uint64_t tick = world->ticked_ms + 1000, next = tick < until ? tick : until;

	for (size_t i = 0; i < world->count; i++) {
		const struct world_client *client = &world->clients[i];
		if (!client->alive)
			continue;
		uint64_t at = app_next_ms(&client->app);
		if (at != UINT64_MAX && at - 1000 < next)
			next = at - 1000;
		if (client->down.first && client->down.first->at_ms < next)
			next = client->down.first->at_ms;
	}
	return next;
}

void world_wait(struct world *world, uint64_t ms)
{
	uint64_t until = world->clock.ms + ms;

	world_run(world);
	while (world->clock.ms < until) {
		uint64_t next = next_ms(world, until);
		/* What was due and did nothing must not stop the clock. */
		world->clock.ms = next > world->clock.ms ? next : world->clock.ms + 1;
		if (world->clock.ms >= world->ticked_ms + 1000) {
			world->ticked_ms = world->clock.ms;
			if (world->server)
				world_server_tick(world->server);
		}
		world_run(world);
	}
}

static bool settled(const struct world *world)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct world_client *client = &world->clients[i];
		if (client->alive && !client->unplugged &&
		    (!client->app.link || !link_caught_up(client->app.link) ||
		     client->app.pending.count || client->app.behind))
			return false;
	}
	return true;
}

void world_jump(struct world *world, int64_t ms)
{
	world->clock.jumped_ms += ms;
}

void world_settle(struct world *world)
{
	for (int i = 0; i < 600; i++) {
		world_wait(world, 1000);
		if (settled(world)) {
			world_wait(world, 3000); /* receipts */
			return;
		}
	}
	fail_msg("the clients do not catch up");
}

/* ---- life ---- */

static int remove_one(const char *path, const struct stat *info, int kind,
		      struct FTW *ftw)
{
	return remove(path);
}

struct world *world_new(uint64_t seed)
{
	/* In memory where there is such a place: what a disk does is not the question. */
	const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
	struct world *world = mem_new(struct world);

	check_ok(crypto_init());
	fake_clock_init(&world->clock);
	world->random = random_seeded(&world->seeded, seed);
	world->dice = seed;
	snprintf(world->dir, sizeof(world->dir), "%s/world-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(world->dir));
	world_start_server(world);
	return world;
}

void world_free(struct world **world)
{
	struct world *gone = *world;

	for (size_t i = 0; i < gone->count; i++)
		if (gone->clients[i].alive)
			world_kill_client(&gone->clients[i]);
	world_server_kill(&gone->server);
	nftw(gone->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	mem_free(gone);
	*world = NULL;
}

void world_start_server(struct world *world)
{
	char dir[300];

	snprintf(dir, sizeof(dir), "%s/server", world->dir);
	check_ok(file_make_private(dir));
	world->server = world_server_new(dir, &world->clock.clock, &world->random);
}

void world_stop_server(struct world *world)
{
	world_server_kill(&world->server);
	for (size_t i = 0; i < world->count; i++) {
		struct world_client *client = &world->clients[i];
		uint32_t link = client->link;
		client->pipe = NULL;
		cut(client);
		if (client->alive && link)
			pair_shut(client->pair, link, ERR_CLOSED, TRANSPORT_NO_CODE);
	}
	world_run(world);
}

void world_restart_server(struct world *world)
{
	world_stop_server(world);
	world_start_server(world);
}

void world_start_client(struct world_client *client)
{
	const struct pair_far far = {far_connect, far_text, far_request, far_gone,
				     client};
	struct key_source key = key_fixed(&client->key);
	AUTO(address_done) struct address address = ADDRESS_INIT;
	struct app *app = &client->app;
	struct cache *cache;
	struct store_thread *store;

	app_init(app, &client->world->clock.clock, &client->world->random, NULL, NULL);
	check_ok(cache_open(client->dir, &key, &cache));
	check_ok(store_start(&cache, false, NULL, NULL, &store));
	client->pair = transport_pair_new(&app->inbox, &far);
	struct transport *transport = transport_pair_port(client->pair);
	check_ok(address_parse("unix:/world", &address));
	client->alive = true;
	app_start(app, &address, &transport, &store);
	world_run(client->world);
}

/* What was noted in a turn and not handed to the store is lost, as in a crash. */
void world_kill_client(struct world_client *client)
{
	changes_free(&client->app.changes);
	client->alive = false;
	app_done(&client->app);
	cut(client);
}

struct world_client *world_client(struct world *world, const char *name)
{
	struct world_client *client = &world->clients[world->count];
	uint32_t uid = 1000 + (uint32_t)world->count;
	bool known = false;

	assert_true(world->count < CLIENTS);
	for (size_t i = 0; i < world->count; i++)
		if (strcmp(world->clients[i].name, name) == 0) {
			uid = world->clients[i].uid;
			known = true;
		}
	*client = (struct world_client){.world = world, .uid = uid};
	client->up.last = &client->up.first;
	client->down.last = &client->down.first;
	snprintf(client->name, sizeof(client->name), "%s", name);
	snprintf(client->dir, sizeof(client->dir), "%s/client-%zu", world->dir,
		 world->count);
	random_secret(&world->random, KEY_LEN, &client->key);
	if (!known)
		world_server_account(world->server, name, uid);
	world->count++;
	world_start_client(client);
	world_settle(world);
	return client;
}

struct app *world_app(struct world_client *client)
{
	return &client->app;
}

/* ---- deeds ---- */

static struct room *room_of(struct world_client *client, const char *name)
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
		message.room = room_of(client, room)->id;
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

static void run_job(struct world_client *client, struct store_job *job)
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
				.room = room_of(client, room)->id,
				.self = client->app.model.self,
				.own = own};
	struct app_message message = {
		.frame = frame, .room = newest.room, .text = text, .len = strlen(text)};

	run_job(client, &newest.job);
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
	struct room *room = room_of(client, slug);

	snprintf(args, sizeof(args), "{\"room\":\"%s\"}", id_text(&room->id).text);
	call(client, "room_leave", args);
}

void world_read(struct world_client *client, const char *room)
{
	const struct room *found = room_of(client, room);

	app_seen(&client->app, &found->id, found->head_seq);
	world_run(client->world);
}

void world_typing(struct world_client *client, const char *room, bool on)
{
	link_typing(client->app.link, &room_of(client, room)->id, on);
	world_run(client->world);
}

/* ---- faults ---- */

void world_drop(struct world_client *client)
{
	uint32_t link = client->link;

	if (!client->alive || !link)
		return;
	cut(client);
	pair_shut(client->pair, link, ERR_CLOSED, TRANSPORT_NO_CODE);
	world_run(client->world);
}

void world_unplug(struct world_client *client)
{
	client->unplugged = true;
	world_drop(client);
}

void world_plug(struct world_client *client)
{
	client->unplugged = false;
}

void world_delay(struct world_client *client, uint64_t ms)
{
	client->delay = ms;
}

void world_duplicate(struct world_client *client, unsigned frames)
{
	client->duplicate = frames;
}

void world_reorder(struct world_client *client, unsigned frames)
{
	client->reorder = frames;
}

void world_lose(struct world_client *client, unsigned frames)
{
	client->lose = frames;
}

/* ---- truth ---- */

struct look {
	struct store_job job;
	struct id room;
	struct cache_page page;
};

static enum err look_run(struct store_job *job, struct cache *cache)
{
	struct look *look = CONTAINER_OF(job, struct look, job);

	return cache_event_before(cache, &look->room, 0, 1000, &look->page);
}

static void lines_of(struct world_client *client, const struct id *room, struct str *out)
{
	struct look look = {.job = {.run = look_run}, .room = *room};
	struct id_text name;

	run_job(client, &look.job);
	for (size_t i = 0; i < look.page.count; i++) {
		const struct cache_event *event = &look.page.events[i];
		if (event->kind != EVENT_MESSAGE)
			continue;
		str_addf(out, "%s%s: %s%.*s", out->len ? " | " : "",
			 people_name(&client->app.model.people, &event->from, &name),
			 event->deleted ? "(deleted)" : "", (int)event->text.len,
			 event->text.len ? (const char *)event->text.ptr : "");
	}
	cache_page_done(&look.page);
}

void world_expect_all(struct world_client *client, const char *room, const char *lines)
{
	AUTO(str_done) struct str got = STR_INIT;

	lines_of(client, &room_of(client, room)->id, &got);
	assert_string_equal(got.ptr, lines);
}

void world_expect(struct world_client *client, const char *room, const char *line)
{
	AUTO(str_done) struct str got = STR_INIT;
	const char *last;

	lines_of(client, &room_of(client, room)->id, &got);
	while ((last = strstr(got.ptr, " | ")))
		str_remove(&got, 0, (size_t)(last - got.ptr) + 3);
	assert_string_equal(got.ptr, line);
}

void world_expect_unread(struct world_client *client, const char *room, size_t unread)
{
	assert_int_equal(room_of(client, room)->unread, unread);
}

void world_expect_typing(struct world_client *client, const char *room, const char *name)
{
	const struct roster *roster = &room_of(client, room)->roster;
	AUTO(str_done) struct str who = STR_INIT;
	struct id_text text;

	for (size_t i = 0; i < roster->count; i++)
		if (roster->rows[i].typing_until_ms)
			str_add(&who, people_name(&client->app.model.people,
						  &roster->rows[i].user, &text));
	assert_string_equal(who.ptr, name);
}

void world_expect_sent(struct world_client *client)
{
	assert_int_equal(client->app.pending.count, 0);
	assert_int_equal(link_posts(client->app.link), 0);
}

struct dump {
	struct store_job job;
	struct str *out;
};

static void dump_room(struct cache *cache, const struct cache_room *room, struct str *out)
{
	struct cache_page page = CACHE_PAGE_INIT;

	str_addf(out,
		 "room %s name=%.*s joined=%d head=%llu read=%llu unread=%llu seq=%llu\n",
		 id_text(&room->id).text, (int)room->slug.len,
		 room->slug.len ? (const char *)room->slug.ptr : "", room->joined,
		 (unsigned long long)room->head, (unsigned long long)room->read,
		 (unsigned long long)room->unread, (unsigned long long)room->seq);
	check_ok(cache_event_replay(cache, &room->id, 0, 10000, &page));
	for (size_t i = 0; i < page.count; i++) {
		const struct cache_event *event = &page.events[i];
		/* Versions that were replaced are not told to who was away. */
		int len = event->kind == EVENT_EDIT ? 0 : (int)event->text.len;
		str_addf(out, " %llu kind=%d from=%.6s cid=%s deleted=%d text=%.*s\n",
			 (unsigned long long)event->seq, event->kind,
			 id_text(&event->from).text, id_text(&event->id).text,
			 event->deleted, len,
			 event->text.len ? (const char *)event->text.ptr : "");
	}
	cache_page_done(&page);
	check_ok(cache_event_before(cache, &room->id, 0, 10000, &page));
	for (size_t i = 0; i < page.count; i++)
		str_addf(out, " shows %llu %.*s\n",
			 (unsigned long long)page.events[i].seq,
			 (int)page.events[i].text.len,
			 page.events[i].text.len ? (const char *)page.events[i].text.ptr
						 : "");
	cache_page_done(&page);
}

static int by_id(const void *a, const void *b)
{
	return id_compare(&((const struct cache_room *)a)->id,
			  &((const struct cache_room *)b)->id);
}

static enum err dump_run(struct store_job *job, struct cache *cache)
{
	struct dump *dump = CONTAINER_OF(job, struct dump, job);
	struct cache_rooms rooms = CACHE_ROOMS_INIT;
	enum err err = cache_room_list(cache, &rooms);

	if (err != ERR_OK)
		return err;
	qsort(rooms.rooms, rooms.count, sizeof(*rooms.rooms), by_id);
	for (size_t i = 0; i < rooms.count; i++)
		dump_room(cache, &rooms.rooms[i], dump->out);
	cache_rooms_done(&rooms);
	return ERR_OK;
}

void world_dump(struct world_client *client, struct str *out)
{
	struct dump dump = {.job = {.run = dump_run}, .out = out};

	run_job(client, &dump.job);
}
