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

#include "client/auth/auth.h"
#include "client/change.h"
#include "common/base/mem.h"
#include "common/os/file.h"
#include "tests/lib/check.h"
#include "tests/lib/world_inside.h"

#define SERVER_TURNS 8 /* the longest way of a request through the server's threads */
#define STEPS_MOST   100000 /* of one run: more is a loop between client and server */

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

	for (int i = 0; world->server && i < SERVER_TURNS; i++)
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

	assert_true(world->count < WORLD_CLIENTS);
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
