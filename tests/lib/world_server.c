/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conn_io over function calls. The server runs inline: a task is done inside the submit,
 * what it leads to comes back in server_turn().
 */
#include "tests/lib/world_server.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "server/net/conn.h"
#include "server/rest/route.h"
#include "server/server.h"
#include "server/store/driver_sqlite.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"

struct world_pipe {
	struct world_pipe *next;
	struct world_server *server;
	struct conn *conn;
	struct world_pipe_end end;
	bool paused;
	unsigned code; /* told to close */
};

struct world_server {
	struct server *server;
	struct world_pipe *pipes;
	struct str dir, secrets, spool;
};

/* ---- conn_io ---- */

static struct world_pipe *pipe_of(struct conn *conn)
{
	return conn->carrier;
}

static bool io_write(struct conn *conn, uint8_t *text, size_t len)
{
	struct world_pipe *pipe = pipe_of(conn);

	pipe->end.text((const char *)text, len, pipe->end.ctx);
	return true;
}

static bool io_choked(struct conn *conn)
{
	return false;
}

static void io_want_write(struct conn *conn)
{
}

static void io_ping(struct conn *conn)
{
	conn_alive(conn);
}

static void io_pause(struct conn *conn, bool on)
{
	pipe_of(conn)->paused = on;
}

static void io_close(struct conn *conn, unsigned code, const char *why)
{
	pipe_of(conn)->code = code;
}

static const struct conn_io io = {io_write, io_choked, io_want_write,
				  io_ping,  io_pause,  io_close};

/* ---- pipes ---- */

struct world_pipe *world_pipe_new(struct world_server *server, uint32_t uid,
				  const struct world_pipe_end *end)
{
	struct world_pipe *pipe = mem_new(struct world_pipe);
	struct peer peer = {.local = true, .uid = uid};

	pipe->server = server;
	pipe->end = *end;
	pipe->next = server->pipes;
	server->pipes = pipe;
	check_ok(conn_add(server->server->conns, &io, pipe, &peer, &pipe->conn));
	conn_opened(pipe->conn);
	return pipe;
}

bool world_pipe_say(struct world_pipe *pipe, const char *text, size_t len)
{
	if (pipe->paused || pipe->code)
		return false;
	conn_input(pipe->conn, bytes_of(text, len), true, true);
	return true;
}

static void unlink_pipe(struct world_pipe *pipe)
{
	struct world_pipe **at = &pipe->server->pipes;

	while (*at != pipe)
		at = &(*at)->next;
	*at = pipe->next;
}

void world_pipe_cut(struct world_pipe **pipe)
{
	if (!*pipe)
		return;
	unlink_pipe(*pipe);
	conn_remove(&(*pipe)->conn);
	mem_free(*pipe);
	*pipe = NULL;
}

static void close_pipes(struct world_server *server)
{
	for (struct world_pipe *pipe = server->pipes, *next; pipe; pipe = next) {
		next = pipe->next;
		if (!pipe->code)
			continue;
		struct world_pipe_end end = pipe->end;
		unsigned code = pipe->code;
		world_pipe_cut(&pipe);
		end.shut(code, end.ctx);
		next = server->pipes;
	}
}

/* ---- the server ---- */

struct world_server *world_server_new(const char *dir, const struct clock *clock,
				      const struct random *random)
{
	struct world_server *world = mem_new(struct world_server);
	AUTO(str_done) struct str why = STR_INIT;

	world->dir = world->secrets = world->spool = STR_INIT;
	str_set(&world->dir, dir);
	str_addf(&world->secrets, "%s/secrets", dir);
	str_addf(&world->spool, "%s/mail", dir);
	struct server_setup setup = {
		.config = {.data_dir = world->dir.ptr,
			   .secrets_dir = world->secrets.ptr,
			   .mail_spool = world->spool.ptr,
			   .mail_from = "chat@localhost",
			   .socket_path = "",
			   .listen_host = "",
			   .signup = LOCAL_NONE,
			   .max_connections = 64,
			   .max_per_address = 64,
			   .login_failures = 10,
			   .signup_rate = 100,
			   .file_most = 1 << 24,
			   .readers = 1,
			   .name = "world",
			   .lobby = "lobby"},
		.clock = *clock,
		.random = *random,
		.driver = &driver_sqlite,
		.router = &rest_router,
		.password_cost = {.passes = 1, .memory = 65536},
		.inline_mode = true,
		.own_uid = 1,
	};
	if (server_new(&setup, &world->server, &why) != ERR_OK)
		fail_msg("%s", why.ptr);
	return world;
}

struct server *world_server_inside(struct world_server *server)
{
	return server->server;
}

void world_server_kill(struct world_server **server)
{
	struct world_server *gone = *server;

	if (!gone)
		return;
	*server = NULL;
	while (gone->pipes) {
		struct world_pipe *pipe = gone->pipes;
		world_pipe_cut(&pipe);
	}
	server_free(&gone->server);
	str_done(&gone->dir);
	str_done(&gone->secrets);
	str_done(&gone->spool);
	mem_free(gone);
}

void world_server_turn(struct world_server *server)
{
	server_turn(server->server);
	close_pipes(server);
}

void world_server_tick(struct world_server *server)
{
	conns_tick(server->server->conns);
	server_tick(server->server);
	world_server_turn(server);
}

/* ---- accounts ---- */

struct account_task {
	struct task task;
	struct local_ask ask;
	struct news news;
	const struct server *server;
	enum err err;
};

static const char *account_name; /* for name_of(), which gets no context */

static bool name_of(uint32_t uid, char *dst, size_t size)
{
	return (size_t)snprintf(dst, size, "%s", account_name) < size;
}

static enum err account_run(struct task *task, struct store *store)
{
	struct account_task *account = CONTAINER_OF(task, struct account_task, task);
	struct actor actor;

	return local_login(store, &account->ask, &actor, &account->news);
}

static void account_done(struct task *task, enum err err)
{
	CONTAINER_OF(task, struct account_task, task)->err = err;
}

void world_server_account(struct world_server *server, const char *name, uint32_t uid)
{
	struct account_task account = {
		.task = {.run = account_run, .done = account_done},
		.ask = {.uid = uid,
			.own_uid = 1,
			.name_of = name_of,
			.signup = LOCAL_ALL,
			.client = bytes_text("world"),
			.random = &server->server->random},
		.err = ERR_INTERNAL,
	};

	account_name = name;
	check_ok(writer_submit(server->server->writer, &account.task));
	writer_reap(server->server->writer);
	check_ok(account.err);
	server_publish(server->server, &account.news, NULL);
	news_done(&account.news);
	world_server_turn(server);
}

/* ---- HTTP ---- */

static void keep_status(struct request *request, const struct reply *reply)
{
	*(unsigned *)request->carrier = (unsigned)reply->status;
}

unsigned world_server_ask(struct world_server *server, uint32_t uid, const char *line,
			  const char *body)
{
	static const struct request_io status_io = {.reply = keep_status};
	static const struct {
		const char *name;
		enum request_method method;
	} methods[] = {{"GET ", METHOD_GET},
		       {"POST ", METHOD_POST},
		       {"PUT ", METHOD_PUT},
		       {"PATCH ", METHOD_PATCH},
		       {"DELETE ", METHOD_DELETE}};
	unsigned status = 0;
	struct request *request = request_new(server->server, &status_io, &status);
	const struct request_router *router = server->server->router;
	size_t most = 0;

	request->peer = (struct peer){.local = true, .uid = uid};
	request->number = 1;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (strncmp(line, methods[i].name, strlen(methods[i].name)) == 0)
			request->method = methods[i].method;
	}
	str_set(&request->path, strchr(line, ' ') + 1);
	if (body)
		str_add(&request->body, body);
	enum err err = router->begin(request, &most);
	if (err == ERR_OK)
		router->run(request);
	else
		request_reply_problem(&request, err, NULL, NULL, request->retry_ms);
	while (status == 0)
		world_server_turn(server);
	world_server_turn(server);
	return status;
}
