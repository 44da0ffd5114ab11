/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the files of a world know of each other. Thread: one. */
#ifndef CHAT_TESTS_WORLD_INSIDE_H
#define CHAT_TESTS_WORLD_INSIDE_H

#include "client/app_inside.h"
#include "client/cache/store_thread.h"
#include "client/net/transport_pair.h"
#include "tests/lib/fake_clock.h"
#include "tests/lib/world.h"
#include "tests/lib/world_server.h"

#define WORLD_CLIENTS 8

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
	struct world_client clients[WORLD_CLIENTS];
	size_t count;
	uint64_t ticked_ms;
};

/** The room that @client knows by @name; fails the test when there is none. */
struct room *world_room_of(struct world_client *client, const char *name);
/** Run @job on @client's disk, behind everything that was noted; it is back on return. */
void world_job(struct world_client *client, struct store_job *job);

#endif
