/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A whole conversation in one process: clients with their stores, a server with its
 *  database, a network that can be made as bad as one likes, a clock that stands still.
 *  The same seed gives the same story. Every verb runs until nothing moves any more,
 *  unless it says otherwise.
 *
 *	struct world *world = world_new(1);
 *	struct world_client *alice = world_client(world, "alice"), *bob = …;
 *	world_say(alice, "#lobby", "hi");
 *	world_expect(bob, "#lobby", "alice: hi");
 *
 *  Thread: one. */
#ifndef CHAT_TESTS_WORLD_H
#define CHAT_TESTS_WORLD_H

#include "client/app.h"
#include "common/base/str.h"

struct world;
struct world_client;

struct world *world_new(uint64_t seed);
void world_free(struct world **world);
/** A client of account @name, which is made with the first one. A second one of the same
 *  name is another device. It connects. */
struct world_client *world_client(struct world *world, const char *name);
struct app *world_app(struct world_client *client);
/** The next number of the world's seed, below @bound. */
uint32_t world_random(struct world *world, uint32_t bound);

/** Until nothing moves. */
void world_run(struct world *world);
/** Time passes, in steps of what the clients wait for; then as world_run(). */
void world_wait(struct world *world, uint64_t ms);
/** The wall clock of everybody is put forward, or back; no time passes. */
void world_jump(struct world *world, int64_t ms);
/** Until every client that has a network is online and has caught up; fails the test
 *  after ten minutes of the world's time. */
void world_settle(struct world *world);

/* ---- what people do ---- */

void world_say(struct world_client *client, const char *room, const char *text);
/** The same, but nothing moves yet: it is on disk. */
void world_write(struct world_client *client, const char *room, const char *text);
/** Change the newest own message there / take it back; nothing when there is none. */
void world_edit(struct world_client *client, const char *room, const char *text);
void world_delete(struct world_client *client, const char *room);
/** A public room is made. */
void world_room(struct world_client *client, const char *slug);
void world_join(struct world_client *client, const char *slug);
void world_leave(struct world_client *client, const char *slug);
/** All that is there has been seen. */
void world_read(struct world_client *client, const char *room);
void world_typing(struct world_client *client, const char *room, bool on);
/** Ask operation @op over @client's connection, or over HTTP in @client's name; args as JSON
 *  members (printf). What the server says to it is returned as a status; 0: there is no
 *  connection, or it broke. */
unsigned world_call(struct world_client *client, const char *op, const char *format, ...)
	PRINTF(3, 4);
unsigned world_http(struct world_client *client, const char *line, const char *format,
		    ...) PRINTF(3, 4);
/** Go to @room, as one does in the list: its members are asked for. */
void world_enter(struct world_client *client, const char *room);
/** Read back to the beginning of @room. */
void world_scroll(struct world_client *client, const char *room);

/* ---- what may go wrong ---- */

/** The connection breaks; what was under way in it is lost. It comes back by itself. */
void world_drop(struct world_client *client);
/** No network until world_plug(). */
void world_unplug(struct world_client *client);
void world_plug(struct world_client *client);
/** Frames to the client take so long from now on. */
void world_delay(struct world_client *client, uint64_t ms);
/** Of the next frames to the client: each comes twice / each two change places / is lost. */
void world_duplicate(struct world_client *client, unsigned frames);
void world_reorder(struct world_client *client, unsigned frames);
void world_lose(struct world_client *client, unsigned frames);
/** kill -9 and start again. */
void world_restart_server(struct world *world);
void world_stop_server(struct world *world);
void world_start_server(struct world *world);
void world_kill_client(struct world_client *client);
void world_start_client(struct world_client *client);

/* ---- what must be true ---- */

/** The newest line of @room on @client's disk is "name: text". */
void world_expect(struct world_client *client, const char *room, const char *line);
/** All lines of @room, separated by " | ". */
void world_expect_all(struct world_client *client, const char *room, const char *lines);
void world_expect_unread(struct world_client *client, const char *room, size_t unread);
void world_expect_typing(struct world_client *client, const char *room, const char *name);
/** Nothing waits to be sent. */
void world_expect_sent(struct world_client *client);
/** One of the newest messages of @room on @client's disk, by the world's dice; zero: there
 *  is none. */
struct id world_message(struct world_client *client, const char *room);
/** The newest entry of @room that @client knows of. */
uint64_t world_head(struct world_client *client, const char *room);
/** What @client's disk says about its rooms now: what they are called, who is in them, what
 *  was said and how it stands. How it came to be so is not in it. */
void world_state(struct world_client *client, struct str *out);
/** Everything that @client knows, from its disk, as text: rooms, events, read markers. */
void world_dump(struct world_client *client, struct str *out);

#endif
