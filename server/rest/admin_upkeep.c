/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Upkeep, as chat-server's commands ask for it: chores and how far they are, what there is,
 * how long a room keeps what is said in it.
 */
#include "common/base/log.h"
#include "server/chores.h"
#include "server/core/audit.h"
#include "server/net/conn.h"
#include "server/rest/answer.h"
#include "server/rest/find.h"
#include "server/store/store_check.h"
#include "server/store/store_cut.h"

static void answer_chore(struct call *call, enum chore_kind kind)
{
	const struct chore_report *report = chores_report(call->server->chores, kind);
	struct body_chore body = {
		.kind = bytes_text(chore_word(kind)),
		.state = bytes_text(chore_state_word(report->state)),
		.begun_ms = report->begun_ms,
		.ended_ms = report->ended_ms,
		.done = report->done,
		.total = report->total,
		.failed = report->failed,
		.rooms = report->rooms,
		.events = report->events,
		.bytes = report->bytes,
	};

	if (report->state == CHORE_FAILED)
		body.code = bytes_text(err_word(report->err));
	call_answer(call, &body);
	call_finish(call);
}

enum err rest_admin_chore(struct call *call)
{
	const struct body_chore_ref *args = call->args;
	enum chore_kind kind;

	if (!chore_of_word(args->kind, &kind))
		return call_blame(call, ERR_NOT_FOUND, "kind", NULL);
	answer_chore(call, kind);
	return ERR_OK;
}

struct waiting {
	enum chore_kind kind;
};

static void on_over(void *ctx)
{
	struct call *call = ctx;
	const struct waiting *waiting = call->data;

	answer_chore(call, waiting->kind);
}

enum err rest_admin_chore_start(struct call *call)
{
	const struct body_chore_start *args = call->args;
	struct chores *chores = call->server->chores;
	enum chore_kind kind;

	if (!chore_of_word(args->kind, &kind))
		return call_blame(call, ERR_NOT_FOUND, "kind", NULL);
	((struct waiting *)call_data(call, sizeof(struct waiting), NULL))->kind = kind;
	enum err err =
		chores_start(chores, kind, args->dry, args->wait ? on_over : NULL, call);
	if (err != ERR_OK)
		return call_blame(call, err, NULL, N_("it is being done already"));
	log_info("chores: %s begins, dry=%d", chore_word(kind), args->dry);
	if (!args->wait)
		answer_chore(call, kind);
	return ERR_OK;
}

/* ---- what there is ---- */

/* What is the loop's, taken before the work begins. */
struct moment {
	uint64_t connections, uptime_ms, retention_ms;
};

static enum err stats_work(struct call *call, struct store *store)
{
	const struct moment *moment = call->data;
	struct store_stats stats;
	enum err err = store_stats(store, &stats);

	if (err != ERR_OK)
		return err;
	call_answer(call,
		    &(struct body_stats){
			    .server = bytes_text(PACKAGE_NAME "-server/" PACKAGE_VERSION),
			    .schema = stats.schema,
			    .uptime_ms = moment->uptime_ms,
			    .connections = moment->connections,
			    .people = stats.people,
			    .bots = stats.bots,
			    .guests = stats.guests,
			    .unverified = stats.unverified,
			    .suspended = stats.suspended,
			    .deleted = stats.deleted,
			    .sessions = stats.sessions,
			    .direct_rooms = stats.direct,
			    .private_rooms = stats.private,
			    .public_rooms = stats.public,
			    .broadcast_rooms = stats.broadcast,
			    .events = stats.events,
			    .oldest_ms = stats.oldest_ms,
			    .newest_ms = stats.newest_ms,
			    .files = stats.blobs,
			    .file_bytes = stats.blob_bytes,
			    .letters = stats.letters,
			    .database_bytes = stats.size.pages * stats.size.page_bytes,
			    .free_bytes = stats.size.free_pages * stats.size.page_bytes,
			    .log_bytes = stats.size.log_pages * stats.size.page_bytes,
			    .retention_ms = moment->retention_ms,
		    });
	return ERR_OK;
}

enum err rest_admin_stats(struct call *call)
{
	const struct server *server = call->server;
	struct moment *moment = call_data(call, sizeof(*moment), NULL);

	moment->connections = conns_count(server->conns);
	moment->retention_ms = server->config.retention_ms;
	moment->uptime_ms = clock_mono_ms(&server->clock) - server->begun_ms;
	return call_read(call, stats_work, NULL);
}

/* ---- retention of one room ---- */

static enum err set_retention(struct call *call, struct store *store,
			      const struct id *room)
{
	const struct body_room_retention *args = call->args;
	AUTO(str_done) struct str detail = STR_INIT;
	int64_t keep_ms = args->inherit ? -1 : (int64_t)args->keep_ms;
	enum err err = store_room_set_retention(store, room, keep_ms);

	str_addf(&detail, "room=%s retention_ms=%lld", id_text(room).text,
		 (long long)keep_ms);
	return err == ERR_OK ? audit_steward(store, &call->actor, AUDIT_ROOM_CHANGED,
					     &(struct id){{0}}, str_view(&detail))
			     : err;
}

static enum err retention_work(struct call *call, struct store *store)
{
	const struct body_room_retention *args = call->args;
	struct body_room_retention body = {.room = args->room};
	struct id room;
	int64_t keep_ms = 0;
	enum err err = find_any_room(call, store, args->room, &room);

	if (err == ERR_OK && (args->inherit || args->has_keep_ms))
		err = set_retention(call, store, &room);
	if (err == ERR_OK)
		err = store_room_retention(store, &room, &keep_ms);
	if (err == ERR_NO_ROOM)
		return call_blame(call, err, "room", NULL);
	if (err != ERR_OK)
		return err;
	body.inherit = keep_ms < 0;
	body.has_keep_ms = keep_ms >= 0;
	body.keep_ms = keep_ms >= 0 ? (uint64_t)keep_ms : 0;
	call_answer(call, &body);
	return ERR_OK;
}

enum err rest_admin_retention(struct call *call)
{
	return call_write(call, retention_work, NULL);
}
