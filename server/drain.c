/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way down: no new clients, everybody is told when to come back (each at another time,
 * so that thousands do not come at once), what was accepted is committed and answered, then
 * the connections are closed and the loop ends.
 */
#include "server/drain.h"

#include <signal.h>

#include "common/base/log.h"
#include "common/proto/limits.h"
#include "server/net/loop.h"
#include "server/obs/notify.h"
#include "server/on/session.h"
#include "server/reload.h"

#define DRAIN_MS     3000 /* for answers under way; then it ends anyway */
#define GOODBYE_MS   500  /* for the close frames to be answered */
#define RECONNECT_MS 5000 /* goaway spreads the return over so long at least, */
#define RETURNS_MS   2    /* so many a millisecond at most */

static uint32_t spread(const struct server *server)
{
	size_t needed = conns_count(server->conns) / RETURNS_MS;

	return needed > RECONNECT_MS ? (uint32_t)needed : RECONNECT_MS;
}

static void say_goaway(struct conn *conn, void *ctx)
{
	struct server *server = ctx;
	struct session *session = conn->session;
	struct body_goaway body = {
		.why = bytes_text("shutdown"),
		.reconnect_ms = random_below(&server->random, spread(server)),
		.resume = true,
	};

	if (session) {
		session_say(session, FRAME_GOAWAY, &body);
	}
	conn->io->pause(conn, true);
}

static void say_goodbye(struct conn *conn, void *ctx)
{
	conn_close(conn, CLOSE_GOAWAY, "shutdown");
}

static void count_pending(struct conn *conn, void *ctx)
{
	size_t *pending = ctx;
	const struct session *session = conn->session;

	*pending += session ? session->pending : 0;
}

void drain_step(struct server *server)
{
	uint64_t since = clock_mono_ms(&server->clock) - server->drain_ms;
	size_t pending = loop_answering(server->loop);

	conns_each(server->conns, count_pending, &pending);
	if ((pending == 0 || since >= DRAIN_MS) && !server->goodbye) {
		server->goodbye = true;
		conns_each(server->conns, say_goodbye, NULL);
	}
	if (server->goodbye &&
	    ((conns_count(server->conns) == 0 && pending == 0) ||
	     since >= DRAIN_MS + GOODBYE_MS || (pending == 0 && since >= GOODBYE_MS))) {
		loop_quit(server->loop);
	}
}

void drain_begin(struct server *server)
{
	server->drain_ms = clock_mono_ms(&server->clock);
	notify_say("STOPPING=1");
	log_info("server: draining, connections=%zu", conns_count(server->conns));
	loop_deafen(server->loop);
	loop_hurry(server->loop);
	conns_each(server->conns, say_goaway, server);
	drain_step(server);
}

void drain_on_signal(int signum, void *ctx)
{
	struct server *server = ctx;

	if (signum == SIGHUP) {
		server_reload(server);
		return;
	}
	if (server->drain_ms == 0) {
		drain_begin(server);
	} else {
		log_warn("server: a second signal, ending at once");
		loop_quit(server->loop);
	}
}

void server_ask_stop(struct server *server)
{
	atomic_store(&server->stop, true);
	loop_wake(server->loop);
}
