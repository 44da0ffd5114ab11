/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions: going on, ending, the list of them. Whatever ends one tells the server at once,
 * which closes its connections and refuses its access tokens.
 */
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "server/core/cursor.h"
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
	struct login_place place = call_place(call);

	if (args->everywhere || args->others)
		return login_end_all(store, &call->actor, !args->everywhere, &place,
				     ended_add, call->data);
	ended_add(&call->actor.session, call->data);
	return login_end(store, &call->actor, &call->actor.session, &place);
}

enum err rest_auth_logout(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, logout_work, ended_tell);
}

static enum err revoke_work(struct call *call, struct store *store)
{
	const struct body_session_ref *args = call->args;
	struct login_place place = call_place(call);

	ended_add(&args->session, call->data);
	enum err err = login_end(store, &call->actor, &args->session, &place);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "session", NULL) : err;
}

enum err rest_auth_session_revoke(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, revoke_work, ended_tell);
}

static enum err rename_work(struct call *call, struct store *store)
{
	const struct body_session_name *args = call->args;
	enum err err =
		login_rename(store, &call->actor, &args->session, args->device_name);

	return err == ERR_NOT_FOUND ? call_blame(call, err, "session", NULL) : err;
}

enum err rest_auth_session_rename(struct call *call)
{
	const struct body_session_name *args = call->args;

	if (!line_is_valid(args->device_name))
		return call_blame(call, ERR_BAD, "device_name", LINE_RULE);
	return call_write(call, rename_work, NULL);
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

enum err answer_sessions(struct call *call, struct store *store,
			 const struct actor *owner, uint64_t limit, struct bytes after)
{
	const struct keys *keys = &call->server->keys;
	AUTO(str_done) struct str cursor = STR_INIT;
	struct session_list list;
	int64_t before = 0;

	if (after.len && cursor_open(keys, after, &before) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	enum err err = login_sessions(store, owner, before,
				      call_limit(limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	if (list.more)
		cursor_seal(keys, list.rows[list.count - 1].key, &cursor);
	struct body_session *rows = mem_alloc(list.count + 1, sizeof(*rows));
	for (size_t i = 0; i < list.count; i++) {
		const struct session_row *row = &list.rows[i];
		rows[i] = (struct body_session){
			.session = row->id,
			.device = row->device,
			.device_name = bytes_text(row->device_name),
			.how = bytes_text(how_word(row->kind)),
			.client = bytes_text(row->client),
			.place = bytes_text(row->address),
			.made_ts = row->created_ms,
			.used_ts = row->seen_ms,
			.current = id_equal(&row->id, &call->actor.session),
		};
	}
	call_answer(call, &(struct body_sessions){.sessions = rows,
						  .sessions_count = list.count,
						  .cursor = list.more ? str_view(&cursor)
								      : bytes_of(NULL, 0),
						  .complete = !list.more});
	mem_free(rows);
	session_list_done(&list);
	return ERR_OK;
}

static enum err sessions_work(struct call *call, struct store *store)
{
	const struct body_list *args = call->args;

	return answer_sessions(call, store, &call->actor, args->limit, args->cursor);
}

enum err rest_auth_sessions(struct call *call)
{
	return call_read(call, sessions_work, NULL);
}
