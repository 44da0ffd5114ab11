/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One transaction: either all of somebody is gone, or nothing. The rooms come first, while
 * the account may still act.
 */
#include "server/core/farewell.h"

#include "common/base/mem.h"
#include "server/core/audit.h"
#include "server/core/file.h"
#include "server/core/member.h"
#include "server/core/room.h"
#include "server/store/store_bot.h"
#include "server/store/store_people.h"
#include "server/store/store_room.h"
#include "server/store/store_upload.h"

/* Somebody has to own @room when @actor is gone; ERR_NOT_FOUND: nobody is left. */
static enum err hand_over(struct store *store, const struct actor *actor, int64_t account,
			  const struct id *room, struct news *news)
{
	struct member_act act = {.room = *room, .role = ROLE_OWNER};
	struct seat_row heir;
	enum err err = store_account_heir(store, room, account, &act.user);

	if (err == ERR_OK)
		err = store_seat_get(store, room, &act.user, &heir);
	if (err != ERR_OK || heir.role == ROLE_OWNER)
		return err;
	return member_set_role(store, actor, &act, news);
}

static enum err leave(struct store *store, const struct actor *actor, int64_t account,
		      const struct account_room *row, struct news *news)
{
	const struct member_act act = {.room = row->room};
	enum err err = ERR_OK;

	if (row->role == ROLE_OWNER)
		err = hand_over(store, actor, account, &row->room, news);
	if (err == ERR_NOT_FOUND && row->kind == ROOM_PRIVATE)
		return room_delete(store, actor, &row->room, news);
	return err == ERR_OK || err == ERR_NOT_FOUND
		       ? member_leave(store, actor, &act, news)
		       : err;
}

static enum err leave_all(struct store *store, const struct actor *actor, int64_t account,
			  struct news *news)
{
	struct account_room *rooms = NULL;
	size_t count = 0;
	enum err err = store_account_rooms(store, account, &rooms, &count);

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = leave(store, actor, account, &rooms[i], news);
	mem_free(rooms);
	return err;
}

static enum err erase(struct store *store, const struct actor *actor,
		      const struct account_row *account, login_ended_fn *ended, void *ctx,
		      struct news *news);

/* What acts in the name of @owner and would go on doing so. */
static enum err erase_bots(struct store *store, const struct account_row *owner,
			   login_ended_fn *ended, void *ctx, struct news *news)
{
	struct user_list bots = {0};
	enum err err = store_bot_list(store, owner->key, LIMIT_BOTS, &bots);

	for (size_t i = 0; i < bots.count && err == ERR_OK; i++) {
		const struct actor self = {.user = bots.rows[i].id, .scope = SCOPE_ALL};
		struct account_row bot;
		err = store_account_by_id(store, &self.user, &bot);
		if (err == ERR_OK)
			err = audit_add(store,
					&(struct audit){.verb = AUDIT_BOT_REMOVED,
							.by = AUDIT_BY_SERVER,
							.object = owner->id,
							.detail = bytes_text(bot.name)});
		if (err == ERR_OK)
			err = erase(store, &self, &bot, ended, ctx, news);
	}
	user_list_done(&bots);
	return err;
}

/* Everything but the row in the audit log, which says whose wish it was. */
static enum err erase(struct store *store, const struct actor *actor,
		      const struct account_row *account, login_ended_fn *ended, void *ctx,
		      struct news *news)
{
	struct profile_row profile;
	enum err err = erase_bots(store, account, ended, ctx, news);

	if (err == ERR_OK)
		err = leave_all(store, actor, account->key, news);
	if (err == ERR_OK)
		err = store_profile_get(store, account->key, &profile);
	if (err == ERR_OK)
		err = store_session_revoke_all(store, account->key, 0, ended, ctx);
	if (err == ERR_OK)
		err = store_account_empty(store, account->key);
	if (err == ERR_OK)
		err = store_file_expire_own(store, account->key);
	if (err == ERR_OK)
		err = store_account_erase(store, account->key);
	if (err == ERR_OK && profile.avatar_file)
		err = file_drop(store, profile.avatar_file);
	return err;
}

enum err farewell(struct store *store, const struct actor *actor,
		  const struct account_row *account, login_ended_fn *ended, void *ctx,
		  struct news *news)
{
	enum err err = audit_self(store, AUDIT_ACCOUNT_DELETED, &account->id,
				  bytes_of(NULL, 0), bytes_of(NULL, 0));

	return err == ERR_OK ? erase(store, actor, account, ended, ctx, news) : err;
}

enum err farewell_delete(struct store *store, const struct actor *by,
			 const struct id *user, login_ended_fn *ended, void *ctx,
			 struct news *news)
{
	const struct actor self = {.user = *user, .scope = SCOPE_ALL};
	struct account_row account;
	enum err err = store_account_by_id(store, user, &account);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	if (account.state == ACCOUNT_DELETED)
		return ERR_NO_USER;
	if (account.kind == ACCOUNT_SYSTEM)
		return ERR_STATE;
	/* Who cannot log in could not leave his rooms either. */
	if (account.state == ACCOUNT_SUSPENDED)
		err = store_account_set_state(store, account.key, ACCOUNT_ACTIVE);
	if (err == ERR_OK)
		err = audit_steward(store, by, AUDIT_ACCOUNT_DELETED, user,
				    bytes_of(NULL, 0));
	return err == ERR_OK ? erase(store, &self, &account, ended, ctx, news) : err;
}

/* What acts in the name of @owner stops with him, and is not ended: his bots' tokens and his
 * webhooks are good again when he is. */
static enum err halt(struct store *store, const struct account_row *owner,
		     login_ended_fn *ended, void *ctx)
{
	struct user_list bots = {0};
	struct bot_token_list tokens;
	enum err err = store_bot_list(store, owner->key, LIMIT_BOTS, &bots);

	for (size_t i = 0; i < bots.count && err == ERR_OK; i++) {
		err = store_bot_token_list(store, bots.rows[i].key, &tokens);
		for (size_t j = 0; j < tokens.count && err == ERR_OK; j++)
			ended(&tokens.rows[j].id, ctx);
	}
	user_list_done(&bots);
	return err == ERR_OK ? store_account_halt(store, owner->key) : err;
}

enum err farewell_suspend(struct store *store, const struct actor *by,
			  const struct id *user, bool on, struct bytes why,
			  login_ended_fn *ended, void *ctx)
{
	enum account_state from = on ? ACCOUNT_ACTIVE : ACCOUNT_SUSPENDED;
	enum account_state to = on ? ACCOUNT_SUSPENDED : ACCOUNT_ACTIVE;
	struct account_row account;
	enum err err = store_account_by_id(store, user, &account);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	if (account.state != from)
		return ERR_STATE;
	err = store_account_suspend(store, account.key, to, why);
	if (err == ERR_OK && on)
		err = store_session_revoke_all(store, account.key, 0, ended, ctx);
	if (err == ERR_OK && on)
		err = halt(store, &account, ended, ctx);
	return err == ERR_OK ? audit_steward(store, by, AUDIT_ACCOUNT_STATE, user,
					     bytes_text(on ? "state=suspended"
							   : "state=active"))
			     : err;
}
