/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A token is 256 random bits behind a prefix that tells what it is; its SHA-256 is kept.
 * Its session has the token's id, so whatever ends sessions (a suspended account, an
 * administrator, the owner) ends tokens without knowing of them.
 */
#include "server/core/bot.h"

#include <stdio.h>
#include <string.h>

#include "common/crypto/base64url.h"
#include "common/crypto/hash.h"
#include "common/crypto/secret.h"
#include "server/core/audit.h"
#include "server/core/farewell.h"
#include "server/core/member.h"
#include "server/core/steward.h"
#include "server/core/text.h"

static enum err audit(struct store *store, enum audit_verb verb,
		      const struct actor *actor, const struct account_row *bot,
		      const struct id *token)
{
	char detail[LIMIT_NAME + 64];

	snprintf(detail, sizeof(detail), "bot=%s token=%s", bot->name,
		 id_text(token).text);
	if (actor->steward)
		return audit_steward(store, actor, verb, &bot->id, bytes_text(detail));
	return audit_self(store, verb, &actor->user, bytes_text(detail),
			  bytes_of(NULL, 0));
}

/* Bots make no bots, and who is not a member of the server yet makes none either. */
static enum err take_owner(struct store *store, const struct actor *actor,
			   struct account_row *ret_owner)
{
	enum err err = store_account_by_id(store, &actor->user, ret_owner);

	if (err != ERR_OK)
		return err;
	return ret_owner->kind == ACCOUNT_PERSON && ret_owner->state == ACCOUNT_ACTIVE
		       ? ERR_OK
		       : ERR_FORBIDDEN;
}

enum err bot_create(struct store *store, const struct actor *actor, struct bytes name,
		    struct bytes display, struct user_row *ret_user, struct news *news)
{
	struct account_row owner;
	struct account_new bot = {
		.id = store_draw_id(store),
		.kind = ACCOUNT_BOT,
		.state = ACCOUNT_ACTIVE,
		.name = name,
		.display = display,
	};
	size_t count = 0;
	int64_t key;
	enum err err = take_owner(store, actor, &owner);

	if (err == ERR_OK)
		err = store_bot_count(store, owner.key, LIMIT_BOTS, &count);
	if (err == ERR_OK && count >= LIMIT_BOTS)
		err = ERR_STATE;
	if (err == ERR_OK)
		err = store_account_add(store, &bot, &key);
	if (err == ERR_OK)
		err = store_bot_adopt(store, key, owner.key);
	if (err == ERR_OK)
		err = member_arrive(
			store, &(struct actor){.user = bot.id, .scope = SCOPE_ALL}, news);
	if (err == ERR_OK)
		err = audit_self(store, AUDIT_BOT_MADE, &actor->user, name,
				 bytes_of(NULL, 0));
	return err == ERR_OK ? store_user_by_key(store, key, ret_user) : err;
}

enum err bot_list(struct store *store, const struct actor *actor,
		  struct user_list *ret_list)
{
	struct account_row owner;
	enum err err = take_owner(store, actor, &owner);

	return err == ERR_OK ? store_bot_list(store, owner.key, LIMIT_BOTS, ret_list)
			     : err;
}

enum err bot_take(struct store *store, const struct actor *actor, const struct id *user,
		  struct account_row *ret_account)
{
	struct account_row owner = {.key = 0}, bot;
	int64_t of = 0;
	enum err err = actor->steward ? ERR_OK : take_owner(store, actor, &owner);

	if (err == ERR_OK)
		err = store_account_by_id(store, user, &bot);
	if (err == ERR_OK)
		err = store_bot_owner(store, bot.key, &of);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	bool admin = actor->steward ||
		     (owner.rights & SERVER_ADMIN && actor->scope & SCOPE_ADMIN);
	if (bot.kind != ACCOUNT_BOT || bot.state == ACCOUNT_DELETED || of == 0 ||
	    (of != owner.key && !admin))
		return ERR_NO_USER;
	*ret_account = bot;
	return ERR_OK;
}

static enum err check_new(struct store *store, const struct bot_token_new *in,
			  const struct account_row *bot)
{
	struct bot_token_list list;
	enum err err = text_check_line(in->name, LIMIT_DISPLAY);

	if (err == ERR_OK && (in->name.len == 0 || in->scope & ~(unsigned)BOT_SCOPES))
		err = ERR_BAD;
	if (err == ERR_OK)
		err = store_bot_token_list(store, bot->key, &list);
	return err == ERR_OK && list.count >= LIMIT_BOT_TOKENS ? ERR_STATE : err;
}

static void draw_token(const struct keys *keys, struct bot_secret *ret_secret,
		       uint8_t ret_hash[TOKEN_HASH_LEN])
{
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	AUTO(str_wipe) struct str text = STR_INIT;

	random_secret(keys->random, BOT_SECRET_LEN, &secret);
	base64url_add(&text, secret_view(&secret));
	snprintf(ret_secret->text, sizeof(ret_secret->text), BOT_TOKEN_PREFIX "%s",
		 text.ptr);
	sha256(bytes_text(ret_secret->text), ret_hash);
}

/* A device and a session of its own: positions, receipts and the list of sessions work. */
static enum err add_session(struct store *store, const struct account_row *bot,
			    const struct bot_token_new *in,
			    const struct bot_token_live *live)
{
	struct session_new session = {
		.id = live->id,
		.account = bot->key,
		.kind = SESSION_BOT,
		.scope = live->scope,
		.expires_ms = live->expires_ms,
		.client = in->name.len <= LIMIT_CLIENT ? in->name : bytes_of(NULL, 0),
	};
	int64_t key;
	enum err err = store_device_add(store, bot->key, &live->device, in->name,
					&session.device);

	return err == ERR_OK ? store_session_add(store, &session, &key) : err;
}

/* While a person is suspended the bots stand still, and get no tokens either. */
static enum err check_owner(struct store *store, const struct account_row *bot)
{
	struct account_row owner;
	int64_t key;
	enum err err = store_bot_owner(store, bot->key, &key);

	if (err == ERR_OK)
		err = store_account_get(store, key, &owner);
	return err == ERR_OK && owner.state == ACCOUNT_SUSPENDED ? ERR_FORBIDDEN : err;
}

enum err bot_token_create(struct store *store, const struct keys *keys,
			  const struct actor *actor, const struct bot_token_new *in,
			  struct bot_secret *ret_secret, struct bot_token_live *ret_live)
{
	struct account_row bot;
	struct bot_token_add add = {.name = in->name};
	struct bot_token_live *live = &add.live;
	struct account_row maker;
	struct actor by = *actor;
	enum err err = bot_take(store, actor, &in->bot, &bot);

	if (err == ERR_OK)
		err = check_owner(store, &bot);
	if (err == ERR_OK && actor->steward)
		err = steward_act(store, actor, &by);
	if (err == ERR_OK)
		err = store_account_by_id(store, &by.user, &maker);
	if (err == ERR_OK)
		err = check_new(store, in, &bot);
	if (err != ERR_OK)
		return err;
	*live = (struct bot_token_live){
		.id = store_draw_id(store),
		.user = bot.id,
		.device = store_draw_id(store),
		.scope = in->scope ? in->scope : BOT_SCOPES,
		.expires_ms = in->for_ms ? store_now(store) + in->for_ms : 0,
	};
	add.account = bot.key;
	add.made_by = maker.key;
	draw_token(keys, ret_secret, live->hash);
	err = add_session(store, &bot, in, live);
	if (err == ERR_OK)
		err = store_bot_token_add(store, &add);
	if (err == ERR_OK)
		err = audit(store, AUDIT_TOKEN_MADE, actor, &bot, &live->id);
	if (err == ERR_OK)
		*ret_live = *live;
	return err;
}

enum err bot_token_revoke(struct store *store, const struct actor *actor,
			  const struct id *bot, const struct id *token)
{
	struct account_row account;
	struct session_row session;
	enum err err = bot_take(store, actor, bot, &account);

	if (err == ERR_OK)
		err = store_session_by_id(store, token, &session);
	if (err == ERR_OK && (session.account != account.key || session.revoked))
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = store_session_revoke(store, session.key);
	return err == ERR_OK ? audit(store, AUDIT_TOKEN_REVOKED, actor, &account, token)
			     : err;
}

enum err bot_remove(struct store *store, const struct actor *actor, const struct id *bot,
		    login_ended_fn *ended, void *ctx, struct news *news)
{
	struct account_row account;
	enum err err = bot_take(store, actor, bot, &account);

	if (err == ERR_OK)
		err = audit_self(store, AUDIT_BOT_REMOVED, &actor->user,
				 bytes_text(account.name), bytes_of(NULL, 0));
	return err == ERR_OK ? farewell(store,
					&(struct actor){.user = *bot, .scope = SCOPE_ALL},
					&account, ended, ctx, news)
			     : err;
}
