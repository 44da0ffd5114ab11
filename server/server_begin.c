/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a server begins: lock, secrets, store, threads, sockets last, so that whoever can
 * connect is served. What was begun when something fails is ended by server_free().
 */
#include "server/server.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/os/file.h"
#include "server/bus/bus.h"
#include "server/chores.h"
#include "server/core/bots.h"
#include "server/core/revoked.h"
#include "server/core/room.h"
#include "server/drain.h"
#include "server/feeder.h"
#include "server/herald.h"
#include "server/hook/poster_curl.h"
#include "server/mail/mailer_open.h"
#include "server/metrics.h"
#include "server/net/listen.h"
#include "server/net/loop.h"
#include "server/net/slots.h"
#include "server/obs/notify.h"
#include "server/on/presence.h"
#include "server/on/receipts.h"
#include "server/on/session.h"
#include "server/outbox.h"
#include "server/postbox.h"
#include "server/pusher.h"
#include "server/rest/guard.h"
#include "server/secrets.h"
#include "server/server_inside.h"
#include "server/store/store_session.h"
#include "server/store/writer.h"

#define HASH_QUEUE  64   /* passwords that may wait; beyond, ERR_BUSY */
#define DISK_QUEUE  1024 /* pieces of files: more wait in nobody's memory */
#define MAIL_QUEUE  1    /* batches: the queue of letters is in the database */
#define RATE_KEYS   100000
#define SOCKET_MODE 0666 /* who it is says the kernel; socket_signup decides */
#define FOLDER_MODE 0755

static uint64_t random_u64(const struct server *server)
{
	uint64_t value;

	random_fill(&server->random, &value, sizeof(value));
	return value;
}

static void on_tick(void *ctx)
{
	server_tick(ctx);
}

static enum err verify(struct bytes token, struct who *ret_who, void *ctx)
{
	return server_verify(ctx, token, ret_who);
}

/* For a server without REST, as some tests have. */
static enum err no_route(struct request *request, size_t *ret_body_max)
{
	return ERR_NOT_FOUND;
}

static const struct request_router no_routes = {.begin = no_route};

static void remember_revoked(const struct id *session, void *ctx)
{
	struct server *server = ctx;

	revoked_add(server->revoked, session, clock_now_ms(&server->clock));
}

static void remember_bot(const struct bot_token_live *live, void *ctx)
{
	bots_add(((struct server *)ctx)->bots, live);
}

/* What must be in the store before anybody comes, and what memory must know of it. */
static enum err prepare_store(struct server *server, const struct server_setup *setup,
			      const char *path)
{
	struct store store = {0};
	struct store_config config = {.driver = setup->driver,
				      .path = path,
				      .clock = &server->clock,
				      .random = &server->random,
				      .audit_key = root_view(server->keys.audit)};
	enum err err = store_open(&store, &config);
	uint64_t now = clock_now_ms(&server->clock);

	if (err == ERR_OK) {
		err = store_begin(&store);
	}
	if (err == ERR_OK) {
		err = room_found(&store, bytes_text(setup->config.lobby));
	}
	if (err == ERR_OK) {
		err = store_session_revoked(&store,
					    now > TOKEN_LIFE_MS ? now - TOKEN_LIFE_MS : 0,
					    remember_revoked, server);
	}
	if (err == ERR_OK)
		err = store_bot_token_live(&store, 0, remember_bot, server);
	if (err == ERR_OK) {
		err = store_commit(&store);
	}
	store_close(&store);
	return err;
}

static enum err open_store(struct server *server, const struct server_setup *setup,
			   struct str *why)
{
	struct str path = STR_INIT;

	str_addf(&path, "%s/chat.db", setup->config.data_dir);
	struct writer_config config = {
		.driver = setup->driver,
		.path = path.ptr,
		.clock = &server->clock,
		.audit_key = root_view(server->keys.audit),
		.readers = setup->config.readers,
		.inline_mode = setup->inline_mode,
		.patient = true,
		.wake = server->loop ? loop_wake : NULL,
		.wake_ctx = server->loop,
	};
	enum err err = prepare_store(server, setup, path.ptr);

	if (err == ERR_OK) {
		err = writer_new(&config, &server->writer);
	}
	if (err == ERR_OK) {
		server->herald = herald_new(server);
	}
	if (err != ERR_OK) {
		str_addf(why, "cannot use the database %s: %s", path.ptr, err_text(err));
	}
	str_done(&path);
	return err;
}

static enum err make_loop(struct server *server, struct str *why)
{
	const struct server_config *options = &server->config;
	struct loop_config config = {
		.server = server,
		.clock = &server->clock,
		.conns = server->conns,
		.rates = server->rates,
		.router = server->router,
		.rules = {.verify = verify,
			  .verify_ctx = server,
			  .origins = options->origins,
			  .query_token = options->ws_query_token},
		.trusted = {options->trusted_proxies, options->trusted_count},
		.seed = random_u64(server),
		.max_connections = options->max_connections,
		.max_per_address = options->max_per_address,
		.tls_cert = options->tls_cert,
		.tls_key = options->tls_key,
		.woken = server_woken,
		.turned = server_turned,
		.tick = on_tick,
		.signal = drain_on_signal,
		.ctx = server,
	};

	return loop_new(&config, &server->loop, why);
}

/* A server that was built without libcurl queues, and says that nobody can be reached. */
static enum err start_poster(struct server *server, const struct server_setup *setup)
{
	const struct poster_config config = {
		.allow = server->config.hook_allow,
		.ca = server->config.hook_ca,
		.back = &server->jobs_done,
	};
	enum err err = setup->inline_mode ? ERR_STATE
					  : poster_curl_new(&config, &server->poster);

	server->postbox = postbox_new(server);
	server->feeder = feeder_new(server);
	if (err == ERR_STATE) {
		server->poster = poster_memory_new(&server->jobs_done, setup->hook_answer,
						   setup->hook_ctx);
		return ERR_OK;
	}
	return err;
}

static enum err start_workers(struct server *server, const struct server_setup *setup,
			      struct str *why)
{
	const struct server_config *config = &server->config;
	unsigned threads = setup->inline_mode ? 0 : 1;
	const struct mail_config mail = {
		.from = config->mail_from,
		.spool = config->mail_spool,
		.sendmail = config->sendmail_command,
		.smtp = config->smtp,
	};
	enum err err = mailer_open(&mail, &server->mailer, why);

	if (err != ERR_OK)
		return err;
	server->outbox = outbox_new(server);
	mailbox_init(&server->jobs_done, 0, server->loop ? loop_wake : NULL,
		     server->loop);
	server->has_workers = true;
	err = worker_start(&server->hasher, threads, HASH_QUEUE, &server->jobs_done,
			   NULL);
	if (err == ERR_OK) {
		err = worker_start(&server->postman, threads, MAIL_QUEUE,
				   &server->jobs_done, NULL);
	}
	if (err == ERR_OK)
		err = start_poster(server, setup);
	if (err == ERR_OK) {
		err = worker_start(&server->disk, threads, DISK_QUEUE, &server->jobs_done,
				   NULL);
	}
	if (err != ERR_OK) {
		str_add(why, "cannot start the worker threads");
	}
	return err;
}

static void say_address(const struct server *server, const char *host, unsigned port)
{
	bool tls = server->config.tls_cert != NULL;
	AUTO(str_done) struct str pin = STR_INIT;

	loop_pin(server->loop, &pin);
	log_info("server: listening, address=%s, port=%u, tls=%s%s%s", host, port,
		 tls ? "yes" : "no", pin.len > 0 ? ", pin=" : "", pin.ptr);
}

/* Sockets that the service manager holds for us: while we restart, clients wait in them
 * instead of being refused. They take the place of ours of the same kind. */
static void take_sockets(struct server *server, bool *ret_unix, bool *ret_tcp)
{
	unsigned count = notify_sockets();

	*ret_unix = *ret_tcp = false;
	for (unsigned i = 0; i < count; i++) {
		int fd = NOTIFY_FIRST_FD + (int)i;
		unsigned port = listen_port(fd);
		bool tls = port != 0 && server->config.tls_cert;

		loop_listen(server->loop, fd, tls);
		*ret_unix |= port == 0;
		*ret_tcp |= port != 0;
		if (port != 0) {
			server->port = port;
			say_address(server, "passed on", port);
		} else {
			log_info("server: listening, socket=passed on");
		}
	}
}

/* Beside what is passed on: our own socket, TCP, metrics. */
_Static_assert(NOTIFY_MOST_FDS + 3 <= LOOP_LISTENERS_MAX, "there is room for all");

static enum err listen_all(struct server *server, struct str *why)
{
	const struct server_config *config = &server->config;
	bool has_unix, has_tcp;
	int fd;

	take_sockets(server, &has_unix, &has_tcp);
	if (config->socket_path[0] && !has_unix) {
		enum err err = listen_unix(config->socket_path, SOCKET_MODE, &fd, why);

		if (err != ERR_OK) {
			return err;
		}
		loop_listen(server->loop, fd, false);
		server->has_socket = true;
		log_info("server: listening, socket=%s", config->socket_path);
	}
	if (config->listen_host[0] && !has_tcp) {
		enum err err = listen_tcp(config->listen_host, config->listen_port, &fd,
					  &server->port, why);

		if (err != ERR_OK) {
			return err;
		}
		loop_listen(server->loop, fd, config->tls_cert != NULL);
		say_address(server, config->listen_host, server->port);
	}
	if (config->metrics_host && config->metrics_host[0]) {
		unsigned port = 0;
		enum err err = listen_tcp(config->metrics_host, config->metrics_port, &fd,
					  &port, why);

		if (err != ERR_OK) {
			return err;
		}
		loop_listen_for(server->loop, fd, &metrics_router);
		log_info("server: metrics, address=%s, port=%u", config->metrics_host,
			 port);
	}
	return ERR_OK;
}

/* The folder above the socket. Made by a service of the machine (/run/chat), it lets the
 * machine's users in, of whom the socket's mode and socket_signup know; otherwise it is
 * private. */
static enum err make_parent(const struct server *server, struct str *why)
{
	const char *path = server->config.socket_path;
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path) {
		return ERR_OK;
	}
	char *folder = mem_strndup(path, (size_t)(slash - path));
	bool missing = access(folder, F_OK) != 0;
	enum err err = file_make_private(folder);

	if (err == ERR_OK && missing && server->own_uid == 0 &&
	    chmod(folder, FOLDER_MODE) != 0) {
		err = ERR_IO;
	}
	if (err != ERR_OK) {
		str_addf(why, "cannot make the folder %s: %s", folder, err_text(err));
	}
	mem_free(folder);
	return err;
}

/* The lock comes before anything that a second server could disturb. */
static enum err take_folder(struct server *server, struct str *why)
{
	const char *folder = server->config.data_dir;
	enum err err = file_make_private(folder);

	if (err != ERR_OK) {
		str_addf(why, "cannot write to the data folder %s: %s", folder,
			 err_text(err));
		return err;
	}
	struct str path = STR_INIT;

	str_addf(&path, "%s/server.lock", folder);
	err = file_lock(path.ptr, &server->lock);
	if (err == ERR_LOCKED) {
		str_addf(why, "another chat-server is running in %s", folder);
	} else if (err != ERR_OK) {
		str_addf(why, "cannot write to the data folder %s: %s", folder,
			 err_text(err));
	}
	str_done(&path);
	return err;
}

static void make_tables(struct server *server)
{
	struct conns_config table = {
		.clock = &server->clock,
		.handler = &session_handler,
		.owner = server,
		.most = server->config.max_connections,
	};
	unsigned rate = server->config.send_rate;

	server->bus = bus_local_new(random_u64(server));
	server->conns = conns_new(&table);
	server->rates = rates_new(&server->clock, RATE_KEYS, random_u64(server));
	rates_set(server->rates, RATE_SEND, rate / 6 + 1, rate);
	server->receipts = receipts_new(random_u64(server));
	server->presences = presences_new(random_u64(server));
	server->revoked = revoked_new(random_u64(server));
	server->bodies = slots_new(LIMIT_UPLOADS, LIMIT_UPLOADS_EACH);
	server->growing = slots_new(LIMIT_UPLOADS * 4, 1);
	server->streams = slots_new(LIMIT_STREAMS, LIMIT_STREAMS_EACH);
	server->bots = bots_new(random_u64(server));
	server->chores = chores_new(server);
	server->pusher = pusher_new(server);
}

static enum err begin(struct server *server, const struct server_setup *setup,
		      struct str *why)
{
	enum err err = setup->inline_mode ? ERR_OK : take_folder(server, why);

	if (err == ERR_OK) {
		err = secrets_load(server->config.secrets_dir, server->config.name,
				   &server->random, &server->keys, why);
	}
	if (err != ERR_OK) {
		return err;
	}
	server->has_keys = true;
	make_tables(server);
	err = guard_new(&server->keys, setup->password_cost, &server->guard);
	if (err == ERR_OK) {
		guard_pace(server->guard, server->config.login_failures,
			   server->config.signup_rate);
	}
	if (err == ERR_OK && !setup->inline_mode) {
		err = make_loop(server, why);
	}
	if (err == ERR_OK) {
		err = open_store(server, setup, why);
	}
	if (err == ERR_OK) {
		err = start_workers(server, setup, why);
	}
	if (err == ERR_OK && !setup->inline_mode && server->config.socket_path[0]) {
		err = make_parent(server, why);
	}
	return err == ERR_OK && !setup->inline_mode ? listen_all(server, why) : err;
}

enum err server_new(const struct server_setup *setup, struct server **ret_server,
		    struct str *why)
{
	struct server *server = mem_new(struct server);

	server->config = setup->config;
	server->clock = setup->clock;
	server->random = setup->random;
	server->own_uid = setup->own_uid;
	server->router = setup->router ? setup->router : &no_routes;
	server->lock = -1;
	server->begun_ms = clock_mono_ms(&server->clock);
	server->reloader = setup->reloader;
	enum err err = begin(server, setup, why);

	if (err != ERR_OK) {
		server_free(&server);
		return err;
	}
	*ret_server = server;
	return ERR_OK;
}
