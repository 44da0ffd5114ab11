/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bots and their tokens. A token is in the answer that makes it, and nowhere else. */
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "server/core/bot.h"
#include "server/core/name.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/ended.h"
#include "server/rest/find.h"

#define SCOPES_MOST 3

static enum err new_work(struct call *call, struct store *store)
{
	const struct body_bot_new *args = call->args;
	struct user_row row;
	struct body_user body;
	enum err err = bot_create(store, &call->actor, args->name, args->display_name,
				  &row, &call->news);

	if (err == ERR_EXISTS)
		return call_blame(call, err, "name", NULL);
	if (err == ERR_STATE)
		return call_blame(call, err, NULL, N_("that are too many bots"));
	if (err != ERR_OK)
		return err;
	show_user(&row, &body);
	call_answer(call, &body);
	return ERR_OK;
}

enum err rest_bot_new(struct call *call)
{
	const struct body_bot_new *args = call->args;

	if (!name_is_valid(args->name))
		return call_blame(call, ERR_BAD, "name", NAME_RULE);
	if (args->display_name.ptr && !line_is_valid(args->display_name))
		return call_blame(call, ERR_BAD, "display_name", LINE_RULE);
	return call_write(call, new_work, NULL);
}

static enum err list_work(struct call *call, struct store *store)
{
	struct body_user rows[LIMIT_BOTS];
	struct user_list list = {0};
	enum err err = bot_list(store, &call->actor, &list);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < list.count; i++)
		show_user(&list.rows[i], &rows[i]);
	call_answer(call, &(struct body_bots){.bots = rows, .bots_count = list.count});
	user_list_done(&list);
	return ERR_OK;
}

enum err rest_bots(struct call *call)
{
	return call_read(call, list_work, NULL);
}

static enum err remove_work(struct call *call, struct store *store)
{
	const struct body_bot_ref *args = call->args;
	struct id bot;
	enum err err = find_user(call, store, args->user, &bot);

	if (err == ERR_OK)
		err = bot_remove(store, &call->actor, &bot, ended_add, call->data,
				 &call->news);
	return err == ERR_NO_USER ? call_blame(call, err, "user", NULL) : err;
}

enum err rest_bot_remove(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, remove_work, ended_tell);
}

/* ---- tokens ---- */

static size_t show_scope(unsigned scope, struct bytes *words)
{
	size_t count = 0;

	for (unsigned bit = 1; bit <= SCOPE_ROOMS; bit <<= 1) {
		if (scope & bit)
			words[count++] = bytes_text(token_scope_word(bit));
	}
	return count;
}

static enum err token_work(struct call *call, struct store *store)
{
	const struct body_bot_token_new *args = call->args;
	struct bot_token_live *live = call->data;
	struct bot_token_new in = {.name = args->name, .for_ms = args->for_ms};
	struct bytes words[SCOPES_MOST];
	struct bot_secret secret;
	enum err err = find_user(call, store, args->user, &in.bot);

	for (size_t i = 0; i < args->scopes_count && err == ERR_OK; i++) {
		unsigned bit = token_scope(args->scopes[i]) & BOT_SCOPES;
		if (!bit)
			return call_blame(call, ERR_BAD, "scopes",
					  N_("a bot may read, write and rooms"));
		in.scope |= bit;
	}
	if (err == ERR_OK)
		err = bot_token_create(store, &call->server->keys, &call->actor, &in,
				       &secret, live);
	if (err == ERR_NO_USER)
		return call_blame(call, err, "user", NULL);
	if (err == ERR_STATE)
		return call_blame(call, err, NULL, N_("the bot has too many tokens"));
	if (err != ERR_OK)
		return err;
	call_answer(call, &(struct body_bot_token){
				  .session = live->id,
				  .name = args->name,
				  .scopes = words,
				  .scopes_count = show_scope(live->scope, words),
				  .made_ts = store_now(store),
				  .expires_ts = live->expires_ms,
				  .token = bytes_text(secret.text),
			  });
	wipe(&secret, sizeof(secret));
	return ERR_OK;
}

static void token_made(struct call *call)
{
	bots_add(call->server->bots, call->data);
	call_finish(call);
}

enum err rest_bot_token_new(struct call *call)
{
	const struct body_bot_token_new *args = call->args;

	(void)call_data(call, sizeof(struct bot_token_live), NULL);
	if (args->for_ms > LIMIT_BOT_TOKEN_MS)
		return call_blame(call, ERR_BAD, "for_ms", NULL);
	return call_write(call, token_work, token_made);
}

/* Memory knows later than the store when one was used. */
struct listed {
	struct bot_token_list list;
};

static enum err tokens_work(struct call *call, struct store *store)
{
	const struct body_bot_ref *args = call->args;
	struct listed *listed = call->data;
	struct account_row account;
	struct id bot;
	enum err err = find_user(call, store, args->user, &bot);

	if (err == ERR_OK)
		err = bot_take(store, &call->actor, &bot, &account);
	if (err == ERR_NO_USER)
		return call_blame(call, err, "user", NULL);
	return err == ERR_OK ? store_bot_token_list(store, account.key, &listed->list)
			     : err;
}

static void tokens_read(struct call *call)
{
	const struct bot_token_list *list = &((struct listed *)call->data)->list;
	struct body_bot_token rows[LIMIT_BOT_TOKENS];
	struct bytes words[LIMIT_BOT_TOKENS][SCOPES_MOST];

	for (size_t i = 0; i < list->count; i++) {
		const struct bot_token_row *row = &list->rows[i];
		uint64_t used_ms = bots_used(call->server->bots, &row->id);

		rows[i] = (struct body_bot_token){
			.session = row->id,
			.name = bytes_text(row->name),
			.scopes = words[i],
			.scopes_count = show_scope(row->scope, words[i]),
			.made_ts = row->created_ms,
			.expires_ts = row->expires_ms,
			.used_ts = used_ms > row->used_ms ? used_ms : row->used_ms,
		};
	}
	call_answer(call, &(struct body_bot_tokens){.tokens = rows,
						    .tokens_count = list->count});
	call_finish(call);
}

enum err rest_bot_tokens(struct call *call)
{
	(void)call_data(call, sizeof(struct listed), NULL);
	return call_read(call, tokens_work, tokens_read);
}

static enum err revoke_work(struct call *call, struct store *store)
{
	const struct body_bot_token_ref *args = call->args;
	struct id bot;
	enum err err = find_user(call, store, args->user, &bot);

	if (err == ERR_OK)
		err = bot_token_revoke(store, &call->actor, &bot, &args->session);
	if (err == ERR_OK)
		ended_add(&args->session, call->data);
	if (err == ERR_NO_USER)
		return call_blame(call, err, "user", NULL);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "session", NULL) : err;
}

enum err rest_bot_token_revoke(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, revoke_work, ended_tell);
}

/* ---- for who administers the server: the actor is another ---- */

enum err rest_admin_bot_token_new(struct call *call)
{
	return rest_bot_token_new(call);
}

enum err rest_admin_bot_tokens(struct call *call)
{
	return rest_bot_tokens(call);
}

enum err rest_admin_bot_token_revoke(struct call *call)
{
	return rest_bot_token_revoke(call);
}
