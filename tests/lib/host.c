/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server in a thread. Before the thread runs, the test is the loop thread itself and
 * may submit tasks and reap them.
 */
#include "tests/lib/host.h"

#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/os/clock_real.h"
#include "server/core/local.h"
#include "server/core/room.h"
#include "server/net/loop.h"
#include "server/rest/route.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_room.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"

#define OWN_UID 4000 /* who runs the server */

static uint64_t now_ms(void *ctx)
{
	struct host *host = ctx;

	return clock_now_ms(&host->real) + atomic_load(&host->skipped_ms);
}

static uint64_t mono_ms(void *ctx)
{
	struct host *host = ctx;

	return clock_mono_ms(&host->real) + atomic_load(&host->skipped_ms);
}

void host_skip(struct host *host, uint64_t ms)
{
	atomic_fetch_add(&host->skipped_ms, ms);
}

void host_init(struct host *host)
{
	*host = (struct host){.data = STR_INIT,
			      .socket = STR_INIT,
			      .secrets = STR_INIT,
			      .spool = STR_INIT};
	host->real = clock_real();
	check_ok(crypto_init());
	scratch_init(&host->folder);
	scratch_file(&host->folder, "data", &host->data);
	scratch_file(&host->folder, "chat.sock", &host->socket);
	scratch_file(&host->folder, "secrets", &host->secrets);
	scratch_file(&host->folder, "mail", &host->spool);
	host->config = (struct server_config){
		.data_dir = host->data.ptr,
		.secrets_dir = host->secrets.ptr,
		.socket_path = host->socket.ptr,
		.listen_host = "127.0.0.1",
		.ws_query_token = true,
		.signup = LOCAL_ALL,
		.max_connections = 300,
		.max_per_address = 300,
		.login_failures = 10,
		.signup_rate = 100,
		.readers = 2,
		.mail_spool = host->spool.ptr,
		.mail_from = "chat@localhost",
		.lobby = "lobby",
		.metrics_host = "",
		.name = "test",
	};
}

void host_open(struct host *host)
{
	struct server_setup setup = {
		.config = host->config,
		.clock = {now_ms, mono_ms, host},
		.random = random_system,
		.driver = &driver_sqlite,
		.router = &rest_router,
		.password_cost = {.passes = 1, .memory = 8192},
		.own_uid = OWN_UID,
	};
	struct str why = STR_INIT;
	enum err err = server_new(&setup, &host->server, &why);

	if (err != ERR_OK) {
		fail_msg("the server does not begin: %s (%s)", why.ptr, err_word(err));
	}
	str_done(&why);
}

struct make {
	struct task task;
	struct local_ask ask;
	struct actor actor;
	struct news news;
	struct id room;
	const char *slug;
	bool done;
	enum err err;
};

static const char *name_to_make; /* the port asks by uid alone */

static bool name_of(uint32_t uid, char *dst, size_t size)
{
	memcpy(dst, name_to_make, strlen(name_to_make) + 1);
	return true;
}

static enum err make_run(struct task *task, struct store *store)
{
	struct make *make = CONTAINER_OF(task, struct make, task);

	if (make->slug) {
		return store_room_by_slug(store, bytes_text(make->slug), &make->room);
	}
	return local_login(store, &make->ask, &make->actor, &make->news);
}

static void make_done(struct task *task, enum err err)
{
	struct make *make = CONTAINER_OF(task, struct make, task);

	make->done = true;
	make->err = err;
}

static void run_task(struct host *host, struct make *make)
{
	make->task = (struct task){.run = make_run, .done = make_done};
	check_ok(writer_submit(host->server->writer, &make->task));
	writer_go(host->server->writer);
	while (!make->done) {
		poll(NULL, 0, 1); /* the loop that would be woken is this thread */
		writer_reap(host->server->writer);
	}
	check_ok(make->err);
}

static void add_guest(struct host *host, const char *name, uint32_t uid,
		      struct guest *guest)
{
	struct token_claims claims;
	struct make make = {.ask = {.uid = uid,
				    .name_of = name_of,
				    .own_uid = OWN_UID,
				    .signup = LOCAL_ALL,
				    .client = bytes_text("test/1"),
				    .random = &random_system}};

	name_to_make = name;
	run_task(host, &make);
	news_done(&make.news);
	guest->actor = make.actor;
	guest->token = STR_INIT;
	claims = (struct token_claims){make.actor, clock_now_ms(&host->server->clock) +
							   TOKEN_LIFE_MS};
	token_issue(&host->server->keys.tokens, &claims,
		    clock_now_ms(&host->server->clock), &guest->token);
}

void host_guest(struct host *host, const char *name, struct guest *guest)
{
	add_guest(host, name, 4100 + (uint32_t)name[0], guest);
}

void host_operator(struct host *host, const char *name, struct guest *guest)
{
	add_guest(host, name, OWN_UID, guest);
}

void guest_done(struct guest *guest)
{
	str_done(&guest->token);
}

struct id host_room(struct host *host, const char *slug)
{
	struct make make = {.slug = slug};

	run_task(host, &make);
	return make.room;
}

static void *serve(void *arg)
{
	struct host *host = arg;

	server_run(host->server);
	return NULL;
}

void host_run(struct host *host)
{
	assert_int_equal(pthread_create(&host->thread, NULL, serve, host), 0);
	host->running = true;
}

void host_stop(struct host *host)
{
	if (host->running) {
		server_ask_stop(host->server);
		pthread_join(host->thread, NULL);
		host->running = false;
	}
	server_free(&host->server);
}

void host_done(struct host *host)
{
	host_stop(host);
	scratch_done(&host->folder);
	str_done(&host->data);
	str_done(&host->socket);
	str_done(&host->secrets);
	str_done(&host->spool);
}

void host_say(struct peer_socket *peer, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	peer_say(peer, text.ptr);
	str_done(&text);
}

void host_login(struct host *host, struct peer_socket *peer, const struct guest *guest,
		const char *more)
{
	struct str heard = STR_INIT;

	peer_open_tcp(peer, host->server->port);
	assert_int_equal(peer_upgrade(peer, "/v1/ws", ""), 101);
	host_say(peer, "{\"type\":\"hello\",\"v\":1,\"token\":\"%s\"%s}",
		 guest->token.ptr, more);
	peer_expect(peer, "\"type\":\"digest\"", &heard);
	str_done(&heard);
}
