/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The server's half of a world: the whole chat-server but its sockets and threads, and
 *  connections that are function calls. Thread: one. */
#ifndef CHAT_TESTS_WORLD_SERVER_H
#define CHAT_TESTS_WORLD_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/crypto/random.h"

struct server;
struct world_server;
struct world_pipe;

/** What comes out of a connection. */
struct world_pipe_end {
	void (*text)(const char *text, size_t len, void *ctx);
	/** The server ended it; the pipe is gone after this. */
	void (*shut)(unsigned code, void *ctx);
	void *ctx;
};

/** Start on the database in @dir, which is made when missing. */
struct world_server *world_server_new(const char *dir, const struct clock *clock,
				      const struct random *random);
/** As by kill -9: connections are gone without a word (their pipes with them). */
void world_server_kill(struct world_server **server);
/** Everything that is ready happens, until nothing is. */
void world_server_turn(struct world_server *server);
/** What happens about once a second. */
void world_server_tick(struct world_server *server);
/** An account that logs in by @uid. */
void world_server_account(struct world_server *server, const char *name, uint32_t uid);

/** The server itself. Borrowed. */
struct server *world_server_inside(struct world_server *server);

/** A request over HTTP by the user @uid of this machine: "PUT /v1/…" and a body, or NULL.
 *  Returns the status. */
unsigned world_server_ask(struct world_server *server, uint32_t uid, const char *line,
			  const char *body);

struct world_pipe *world_pipe_new(struct world_server *server, uint32_t uid,
				  const struct world_pipe_end *end);
/** The client says something. False: the server does not read just now. */
bool world_pipe_say(struct world_pipe *pipe, const char *text, size_t len);
/** The client is gone. */
void world_pipe_cut(struct world_pipe **pipe);

#endif
