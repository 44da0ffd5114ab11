/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server's turns, and the order in which things end: ears first (no new clients), then
 * everybody is told, what was accepted is committed and answered, and only then the store
 * closes.
 */
#include "server/server.h"

#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/os/file.h"
#include "server/bus/bus.h"
#include "server/chores.h"
#include "server/core/bots.h"
#include "server/core/expiry.h"
#include "server/core/revoked.h"
#include "server/drain.h"
#include "server/feeder.h"
#include "server/herald.h"
#include "server/metrics.h"
#include "server/net/loop.h"
#include "server/net/slots.h"
#include "server/obs/notify.h"
#include "server/on/presence.h"
#include "server/on/receipts.h"
#include "server/outbox.h"
#include "server/postbox.h"
#include "server/pusher.h"
#include "server/rest/guard.h"
#include "server/secrets.h"
#include "server/server_inside.h"
#include "server/store/writer.h"

#define SWEEP_MS     60000
#define SWEEP_TOKENS 256

/* ---- what finished comes back ---- */

static void reap_jobs(struct server *server)
{
	struct mail *next;

	for (struct mail *mail = mailbox_take(&server->jobs_done); mail; mail = next) {
		struct job *base = CONTAINER_OF(mail, struct job, mail);
		struct server_job *job = CONTAINER_OF(base, struct server_job, job);

		next = mail->next;
		job->done(job);
	}
}

/* ---- housekeeping ---- */

/* Once a minute: what is over is forgotten, and when tokens of bots were used is noted. */
struct sweep {
	struct task task;
	struct id tokens[SWEEP_TOKENS];
	uint64_t used_ms[SWEEP_TOKENS];
	size_t count;
};

static enum err sweep_run(struct task *task, struct store *store)
{
	const struct sweep *sweep = CONTAINER_OF(task, struct sweep, task);
	enum err err = expiry_run(store);

	for (size_t i = 0; i < sweep->count && err == ERR_OK; i++)
		err = store_bot_token_used(store, &sweep->tokens[i], sweep->used_ms[i]);
	return err;
}

static void sweep_done(struct task *task, enum err err)
{
	if (err != ERR_OK) {
		log_warn("server: could not forget what is over, error=%s",
			 err_word(err));
	}
	mem_free(CONTAINER_OF(task, struct sweep, task));
}

static void submit_sweep(struct server *server)
{
	struct sweep *sweep = mem_new(struct sweep);

	sweep->task = (struct task){.run = sweep_run, .done = sweep_done};
	sweep->count =
		bots_take_used(server->bots, sweep->tokens, sweep->used_ms, SWEEP_TOKENS);
	if (writer_submit(server->writer, &sweep->task) != ERR_OK) {
		mem_free(sweep); /* busy: the next minute will do */
	}
}

void server_turned(void *ctx)
{
	struct server *server = ctx;

	if (server->writer) {
		writer_go(server->writer);
	}
}

void server_woken(void *ctx)
{
	struct server *server = ctx;

	if (server->writer) {
		writer_reap(server->writer);
	}
	if (server->has_workers) {
		reap_jobs(server);
	}
	if (server->writer && writer_mailed(server->writer)) {
		outbox_look(server->outbox);
		postbox_look(server->postbox);
	}
	if (server->writer && writer_noticed(server->writer)) {
		herald_look(server->herald);
	}
	if (atomic_load(&server->stop) && server->drain_ms == 0) {
		drain_begin(server);
	}
}

/* Twice as often as is asked for. It is the loop that must turn. */
static void watch(struct server *server, uint64_t now)
{
	if (server->watchdog_ms > 0 &&
	    now - server->watched_ms >= server->watchdog_ms / 2) {
		server->watched_ms = now;
		notify_say("WATCHDOG=1");
	}
}

void server_tick(struct server *server)
{
	uint64_t now = clock_mono_ms(&server->clock);

	receipts_tell(server, server->receipts);
	presences_tell(server);
	chores_tick(server->chores);
	pusher_tick(server->pusher);
	health_tick(server);
	watch(server, now);
	outbox_look(server->outbox);
	postbox_look(server->postbox);
	feeder_tick(server->feeder);
	if (now - server->swept_ms >= SWEEP_MS) {
		server->swept_ms = now;
		revoked_sweep(server->revoked, clock_now_ms(&server->clock));
		secrets_prune(server->config.secrets_dir, &server->keys,
			      clock_now_ms(&server->clock));
		submit_sweep(server);
	}
	if (server->drain_ms != 0) {
		drain_step(server);
	}
}

void server_turn(struct server *server)
{
	server_woken(server);
	while (outbox_is_busy(server->outbox) || postbox_is_busy(server->postbox))
		server_woken(server);
	conns_flush(server->conns);
}

/* ---- tokens ---- */

static enum err verify_bot(struct server *server, struct bytes token, struct who *ret_who)
{
	struct bot_token_live live;
	enum err err =
		bots_check(server->bots, token, clock_now_ms(&server->clock), &live);

	if (err == ERR_OK)
		*ret_who = (struct who){
			.user = live.user,
			.device = live.device,
			.session = live.id,
			.scope = live.scope,
			.expires_ms = live.expires_ms,
		};
	return err;
}

enum err server_verify(struct server *server, struct bytes token, struct who *ret_who)
{
	if (bots_is_token(token))
		return verify_bot(server, token, ret_who);
	struct token_claims claims;
	enum err err = token_check(&server->keys.tokens, token,
				   clock_now_ms(&server->clock), &claims);

	if (err == ERR_OK && revoked_has(server->revoked, &claims.actor.session)) {
		err = ERR_BAD_TOKEN;
	}
	if (err == ERR_OK) {
		*ret_who = (struct who){
			.user = claims.actor.user,
			.device = claims.actor.device,
			.session = claims.actor.session,
			.scope = claims.actor.scope,
			.expires_ms = claims.expires_ms,
		};
	}
	return err;
}

static void close_session(struct conn *conn, void *ctx)
{
	if (id_equal(&conn->who.session, ctx)) {
		conn_close(conn, CLOSE_REVOKED, "the session was ended");
	}
}

void server_revoke(struct server *server, const struct id *session)
{
	struct id id = *session;

	revoked_add(server->revoked, &id, clock_now_ms(&server->clock));
	bots_drop(server->bots, &id);
	conns_each(server->conns, close_session, &id);
}

void server_run(struct server *server)
{
	server->watchdog_ms = notify_watchdog_ms();
	log_info("server: ready");
	notify_say("READY=1");
	loop_run(server->loop);
	log_info("server: ended");
}

/* The threads end before the loop that they wake; what they still bring back finds
 * connections, or finds that they are gone. */
void server_free(struct server **server)
{
	struct server *gone = *server;

	*server = NULL;
	if (!gone) {
		return;
	}
	if (gone->outbox)
		outbox_hurry(gone->outbox);
	if (gone->postbox)
		postbox_hurry(gone->postbox);
	if (gone->has_workers) {
		worker_stop(&gone->hasher);
		worker_stop(&gone->postman);
		if (gone->poster)
			gone->poster->close(&gone->poster);
		worker_stop(&gone->disk);
		reap_jobs(gone);
	}
	writer_free(&gone->writer);
	chores_free(&gone->chores);
	herald_free(&gone->herald);
	pusher_free(&gone->pusher);
	if (gone->conns) {
		conns_flush(gone->conns);
	}
	loop_free(&gone->loop);
	conns_free(&gone->conns);
	if (gone->has_workers) {
		mailbox_done(&gone->jobs_done);
	}
	if (gone->bus) {
		gone->bus->close(&gone->bus);
	}
	outbox_free(&gone->outbox);
	postbox_free(&gone->postbox);
	feeder_free(&gone->feeder);
	rates_free(&gone->rates);
	guard_free(&gone->guard);
	receipts_free(&gone->receipts);
	presences_free(&gone->presences);
	revoked_free(&gone->revoked);
	slots_free(&gone->bodies);
	slots_free(&gone->growing);
	slots_free(&gone->streams);
	bots_free(&gone->bots);
	if (gone->mailer) {
		gone->mailer->close(&gone->mailer);
	}
	if (gone->has_keys) {
		keys_done(&gone->keys);
	}
	if (gone->has_socket)
		unlink(gone->config.socket_path);
	file_unlock(&gone->lock);
	mem_free(gone);
}
