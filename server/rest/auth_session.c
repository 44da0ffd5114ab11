/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions: going on, ending, the list of them. Whatever ends one tells the server at once,
 * which closes its connections and refuses its access tokens.
 */
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "server/rest/answer.h"
#include "server/rest/ended.h"

static enum err refresh_work(struct call *call, struct store *store)
{
	const struct body_refresh *args = call->args;
	struct login_place place = call_place(call);
	struct login_result result = {.refused = ERR_OK};
	struct refresh_token token;
	enum err err = refresh_parse(args->refresh_token, &token);

	if (err != ERR_OK)
		return call_blame(call, err, "refresh_token", NULL);
	err = login_refresh(store, &call->server->keys, &token, &place, &result);
	if (err == ERR_OK && result.refused == ERR_OK)
		answer_tokens(call, &result, store_now(store));
	if (err == ERR_OK && result.ended)
		ended_add(&result.session.id, call->data);
	call->refused = result.refused;
	call->field = result.refused == ERR_OK ? NULL : "refresh_token";
	wipe(&result, sizeof(result));
	wipe(&token, sizeof(token));
	return err;
}

/* Not throttled: 256 bits are not guessed at, and an office that comes back after a
 * restart refreshes all at once. */
enum err rest_auth_refresh(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, refresh_work, ended_tell);
}

static enum err logout_work(struct call *call, struct store *store)
{
	const struct body_logout *args = call->args;

	if (args->everywhere)
		return login_end_all(store, &call->actor, false, ended_add, call->data);
	ended_add(&call->actor.session, call->data);
	return login_end(store, &call->actor, &call->actor.session);
}

enum err rest_auth_logout(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, logout_work, ended_tell);
}

static enum err revoke_work(struct call *call, struct store *store)
{
	const struct body_session_ref *args = call->args;

	ended_add(&args->session, call->data);
	enum err err = login_end(store, &call->actor, &args->session);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "session", NULL) : err;
}

enum err rest_auth_session_revoke(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, revoke_work, ended_tell);
}

static const char *how_word(enum session_kind kind)
{
	static const char *const words[] = {
		[SESSION_PASSWORD] = "password", [SESSION_SOCKET] = "socket",
		[SESSION_SSH_KEY] = "key",       [SESSION_HOSTED] = "hosted",
		[SESSION_BOT] = "bot",
	};

	return (size_t)kind < ARRAY_LEN(words) && words[kind] ? words[kind] : "other";
}

static enum err sessions_work(struct call *call, struct store *store)
{
	struct session_list list;
	enum err err = login_sessions(store, &call->actor, &list);

	if (err != ERR_OK)
		return err;
	struct body_session *rows = mem_alloc(list.count + 1, sizeof(*rows));
	for (size_t i = 0; i < list.count; i++) {
		const struct session_row *row = &list.rows[i];
		rows[i] = (struct body_session){
			.session = row->id,
			.device = row->device,
			.device_name = bytes_text(row->device_name),
			.how = bytes_text(how_word(row->kind)),
			.place = bytes_text(row->address),
			.made_ts = row->created_ms,
			.used_ts = row->seen_ms,
			.current = id_equal(&row->id, &call->actor.session),
		};
	}
	/* LIMIT_LIST is more than anybody has: one page, and the oldest are left out. */
	call_answer(call, &(struct body_sessions){.sessions = rows,
						  .sessions_count = list.count,
						  .complete = list.count < LIMIT_LIST});
	mem_free(rows);
	session_list_done(&list);
	return ERR_OK;
}

enum err rest_auth_sessions(struct call *call)
{
	return call_read(call, sessions_work, NULL);
}
